#include "histogram.h"

#include <string.h>

/* Below 256 every value has its counter; above, each power of two has 128. */
static int counter_of(uint64_t value) {
  if (value < 2 * HISTOGRAM_STEPS) return (int)value;
  int power = 63 - __builtin_clzll(value) - 7;
  int counter = (power + 1) * HISTOGRAM_STEPS + (int)((value >> power) - HISTOGRAM_STEPS);
  int last = HISTOGRAM_POWERS * HISTOGRAM_STEPS - 1;
  return counter < last ? counter : last;
}

static uint64_t upper_edge(int counter) {
  if (counter < 2 * HISTOGRAM_STEPS) return (uint64_t)counter;
  int power = counter / HISTOGRAM_STEPS - 1;
  return ((uint64_t)(counter % HISTOGRAM_STEPS + HISTOGRAM_STEPS + 1) << power) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t nanoseconds) {
  histogram->counters[counter_of(nanoseconds)]++;
  histogram->count++;
  if (nanoseconds > histogram->largest) histogram->largest = nanoseconds;
}

void histogram_clear(struct histogram *histogram) { memset(histogram, 0, sizeof *histogram); }

double histogram_at(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)(share * (double)histogram->count + 0.5), seen = 0;
  if (wanted == 0) wanted = histogram->count > 0;
  for (int i = 0; wanted && i < HISTOGRAM_POWERS * HISTOGRAM_STEPS; i++) {
    seen += histogram->counters[i];
    if (seen < wanted) continue;
    uint64_t edge = upper_edge(i);
    return (double)(edge < histogram->largest ? edge : histogram->largest) / 1e6;
  }
  return 0;
}
