/* The load generator: many signed-in sockets in one thread, and the hooks that a workload hangs on their events. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "../wire/stream.h"
#include "histogram.h"

enum { IN_FLIGHT_MAX = 16, TEXT_LENGTH = 120, FLOOD_LENGTH = 4000, ID_LENGTH = 36, SCRATCH_SIZE = 4 << 20 };

/* A message of ours on its way: free again when the workload says so. */
struct slot {
  uint64_t sent_at;
  char id[ID_LENGTH];
  bool busy, acknowledged, delivered;
};

enum state { STATE_OFF, STATE_CONNECTING, STATE_UPGRADING, STATE_GREETING, STATE_READY, STATE_GONE };

struct client {
  struct stream stream;
  enum state state;
  int index, attempts;
  bool slow;
  const char *token, *open;
  long room, flood_room; /* the first and the second of its rooms; 0: there is no second */
  uint64_t deliveries, acks, retry_at;
  struct slot slots[IN_FLIGHT_MAX];
  struct bytes out;
  struct client *next_out;
};

struct load {
  /* as asked on the command line */
  const char *host;
  int port, connections, senders, in_flight, slow, at_once, flood_megabytes, rounds_per_second;
  int from_client, page_messages; /* the first reader's line of the file, and the messages of a whole page */
  double seconds, warm_up, settle;
  const char *path, *query;

  int epoll;
  struct client *clients;
  int next_to_connect, connecting, ready;
  struct client *out; /* clients with frames to write at the end of this turn */

  uint64_t now, deliveries, acks, failed, gone, gaps, retries;
  bool measuring, sending, flooding;
  struct histogram ack_time, delivery_time, ready_time;

  void (*on_ready)(struct load *, struct client *);
  void (*on_done)(struct load *, struct client *, int slot);
  void (*on_delivery)(struct load *, struct client *, const char *text);
  void (*on_gone)(struct load *, struct client *);
};

uint64_t now_nanoseconds(void);

/* client.c: one socket's life */
void client_connect(struct load *load, struct client *client);
void client_event(struct load *load, struct client *client, uint32_t events);

/* Sends to the client's room, or a long text to its flood room while `flooding`. */
void client_send(struct load *load, struct client *client, int slot);
void client_cut(struct load *load, struct client *client);
void client_gone(struct load *load, struct client *client);

/* The fields that a text carries after its `~`. */
uint64_t text_sent_at(const char *text);
int text_sender(const char *text);
int text_slot(const char *text);

/* loop.c: all sockets' life */
void load_clients(struct load *load, const char *file);
void connect_all(struct load *load);
void loop_turn(struct load *load, uint64_t until);
void loop_until(struct load *load, uint64_t until);
void retry_later(struct load *load, struct client *client);
void retry_due(struct load *load);

/* report.c: what is measured, and the line that says it */
struct window {
  uint64_t started, ended, deliveries, acks;
  struct rusage used;
};
void window_open(struct load *load, struct window *window);
void window_close(struct load *load, struct window *window);
void print_ready(const struct load *load);
void print_report(const struct load *load, const struct window *window, const char *mode, uint64_t missing);
double cpu_seconds(const struct rusage *usage);
uint64_t missing_deliveries(const struct load *load);

/* messages.c: sends so many a second, from one connection after the other, and lets `turn` do the rest */
void send_at_rate(struct load *load, void (*turn)(struct load *, uint64_t until), uint64_t until);

/* the workloads */
void run_fan_out(struct load *load, const char *mode);
void run_pairs(struct load *load);
void run_steady(struct load *load);
void run_hold(struct load *load);
void run_slow(struct load *load);
void run_storm(struct load *load);
void run_pages(struct load *load, const char *mode);

#endif
