/* The workloads about sockets: many that do nothing (w4), all cut at once. */
#include <poll.h>
#include <stdio.h>

#include "load.h"

static const uint64_t second = 1000000000;

/* Holds every socket until the runner writes a line or closes our standard input. */
void run_hold(struct load *load) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  connect_all(load);
  print_ready(load);
  while (poll(&input, 1, 0) == 0) loop_turn(load, now_nanoseconds() + second / 10);
  printf("{\"mode\":\"w4\",\"connections\":%d,\"ready\":%d,\"closed\":%llu}\n", load->connections, load->ready, (unsigned long long)load->gone);
}

static uint64_t cut_at;

static void back(struct load *load, struct client *client) {
  (void)client;
  histogram_add(&load->ready_time, load->now - cut_at);
}

void run_storm(struct load *load) {
  struct rusage before, after;
  connect_all(load);
  print_ready(load);
  loop_until(load, now_nanoseconds() + (uint64_t)(load->warm_up * 1e9));
  load->on_ready = back;
  load->on_gone = retry_later;
  load->gone = 0;
  getrusage(RUSAGE_SELF, &before);
  load->now = cut_at = now_nanoseconds();
  for (int i = 0; i < load->connections; i++) client_cut(load, &load->clients[i]);
  for (int i = 0; i < load->connections; i++) client_connect(load, &load->clients[i]);
  uint64_t limit = cut_at + 60 * second;
  while (load->ready < load->connections && now_nanoseconds() < limit) {
    loop_turn(load, now_nanoseconds() + second / 50);
    if (load->retries) retry_due(load);
  }
  uint64_t ended = now_nanoseconds();
  getrusage(RUSAGE_SELF, &after);
  /* one that never came back counts as one that took the whole time */
  for (int i = load->ready; i < load->connections; i++) histogram_add(&load->ready_time, ended - cut_at);
  double seconds = (double)(ended - cut_at) / 1e9;
  printf("{\"mode\":\"storm\",\"connections\":%d,\"ready\":%d,\"retries\":%llu,\"seconds\":%.3f,", load->connections, load->ready,
         (unsigned long long)load->retries, seconds);
  printf("\"ready_p50_ms\":%.1f,\"ready_p99_ms\":%.1f,\"ready_max_ms\":%.1f,\"generator_cpu\":%.3f}\n", histogram_at(&load->ready_time, 0.5),
         histogram_at(&load->ready_time, 0.99), histogram_at(&load->ready_time, 1), (cpu_seconds(&after) - cpu_seconds(&before)) / seconds);
}
