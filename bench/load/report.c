#include <stdio.h>
#include <sys/time.h>

#include "load.h"

double cpu_seconds(const struct rusage *usage) {
  return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

void window_open(struct load *load, struct window *window) {
  histogram_clear(&load->ack_time);
  histogram_clear(&load->delivery_time);
  load->measuring = true;
  window->deliveries = load->deliveries;
  window->acks = load->acks;
  getrusage(RUSAGE_SELF, &window->used);
  window->started = now_nanoseconds();
}

/* Leaves in `window` what happened between its two ends. */
void window_close(struct load *load, struct window *window) {
  struct rusage used;
  window->ended = now_nanoseconds();
  getrusage(RUSAGE_SELF, &used);
  timersub(&used.ru_utime, &window->used.ru_utime, &window->used.ru_utime);
  timersub(&used.ru_stime, &window->used.ru_stime, &window->used.ru_stime);
  window->deliveries = load->deliveries - window->deliveries;
  window->acks = load->acks - window->acks;
  load->measuring = false;
}

void print_ready(const struct load *load) {
  printf("{\"ready\":%d}\n", load->ready);
  fflush(stdout);
}

void print_report(const struct load *load, const struct window *window, const char *mode, uint64_t missing) {
  double seconds = (double)(window->ended - window->started) / 1e9;
  printf("{\"mode\":\"%s\",\"connections\":%d,\"deliveries\":%llu,\"acks\":%llu,\"failed\":%llu,\"closed\":%llu,\"gaps\":%llu,\"missing\":%llu,", mode,
         load->connections, (unsigned long long)window->deliveries, (unsigned long long)window->acks, (unsigned long long)load->failed,
         (unsigned long long)load->gone, (unsigned long long)load->gaps, (unsigned long long)missing);
  printf("\"seconds\":%.3f,\"deliveries_per_second\":%.0f,\"acks_per_second\":%.0f,", seconds, (double)window->deliveries / seconds,
         (double)window->acks / seconds);
  printf("\"ack_p50_ms\":%.3f,\"ack_p99_ms\":%.3f,\"delivery_p50_ms\":%.3f,\"delivery_p99_ms\":%.3f,", histogram_at(&load->ack_time, 0.5),
         histogram_at(&load->ack_time, 0.99), histogram_at(&load->delivery_time, 0.5), histogram_at(&load->delivery_time, 0.99));
  printf("\"generator_cpu\":%.3f}\n", cpu_seconds(&window->used) / seconds);
  fflush(stdout);
}

/* Every reader of a room must have seen every message that was acknowledged in it; a slow one is let off. */
uint64_t missing_deliveries(const struct load *load) {
  uint64_t missing = 0;
  for (int i = 0; i < load->connections; i++) {
    const struct client *reader = &load->clients[i];
    uint64_t sent = 0;
    if (reader->slow) continue;
    for (int j = 0; j < load->connections; j++) {
      if (load->clients[j].room == reader->room) sent += load->clients[j].acks;
    }
    if (sent > reader->deliveries) missing += sent - reader->deliveries;
  }
  return missing;
}
