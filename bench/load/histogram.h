/* Durations in nanoseconds, kept to within one percent in a fixed number of counters. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_STEPS = 128, HISTOGRAM_POWERS = 36 };

struct histogram {
  uint64_t count, largest;
  uint32_t counters[HISTOGRAM_POWERS * HISTOGRAM_STEPS];
};

void histogram_add(struct histogram *histogram, uint64_t nanoseconds);
void histogram_clear(struct histogram *histogram);

/* The duration that `share` (0 to 1) of the entries do not exceed, in milliseconds. */
double histogram_at(const struct histogram *histogram, double share);

#endif
