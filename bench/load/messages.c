/* The workloads that send: one room of many (w1, w2), many rooms of few (w3), and at a fixed rate (steady). */
#include <stdio.h>
#include <stdlib.h>

#include "load.h"

enum { RING = 4096, SAMPLE = 8 };

static const uint64_t second = 1000000000;

/* One order holds for all, so the n-th delivery is the same message on every connection. */
static struct {
  int arrived, sender, slot;
} ring[RING];

static void send_again_when_free(struct load *load, struct client *client, int number) {
  struct slot *slot = &client->slots[number];
  if (!slot->acknowledged || !slot->delivered) return;
  slot->busy = false;
  if (load->sending) client_send(load, client, number);
}

static void arrived(struct load *load, struct client *client, const char *text) {
  int at = (int)(client->deliveries % RING);
  if (ring[at].arrived == 0) {
    ring[at].sender = text_sender(text);
    ring[at].slot = text_slot(text);
  }
  if (load->measuring && client->index % SAMPLE == 0) histogram_add(&load->delivery_time, load->now - text_sent_at(text));
  if (++ring[at].arrived < load->connections) return;
  ring[at].arrived = 0;
  if (ring[at].sender >= load->connections || ring[at].slot >= IN_FLIGHT_MAX) return;
  struct client *sender = &load->clients[ring[at].sender];
  sender->slots[ring[at].slot].delivered = true;
  send_again_when_free(load, sender, ring[at].slot);
}

static void sampled(struct load *load, struct client *client, const char *text) {
  if (load->measuring && client->index % SAMPLE == 0) histogram_add(&load->delivery_time, load->now - text_sent_at(text));
}

static void send_again(struct load *load, struct client *client, int number) {
  client->slots[number].busy = false;
  if (load->sending) client_send(load, client, number);
}

/* After the window nothing is sent; what is under way may still arrive before it counts as missing. */
static uint64_t settle(struct load *load) {
  uint64_t limit = now_nanoseconds() + (uint64_t)(load->settle * 1e9), missing;
  load->sending = false;
  for (;;) {
    int busy = 0;
    for (int i = 0; i < load->senders; i++) {
      for (int j = 0; j < load->in_flight; j++) busy += load->clients[i].slots[j].busy;
    }
    missing = missing_deliveries(load);
    if ((!busy && !missing) || now_nanoseconds() > limit) return missing;
    loop_turn(load, now_nanoseconds() + second / 20);
  }
}

static void measure(struct load *load, const char *mode) {
  struct window window;
  if (load->senders > load->connections || load->in_flight > IN_FLIGHT_MAX) {
    fprintf(stderr, "more senders or messages in flight than there can be\n");
    exit(2);
  }
  connect_all(load);
  print_ready(load);
  load->sending = true;
  for (int i = 0; i < load->senders; i++) {
    for (int j = 0; j < load->in_flight; j++) client_send(load, &load->clients[i], j);
  }
  loop_until(load, now_nanoseconds() + (uint64_t)(load->warm_up * 1e9));
  window_open(load, &window);
  loop_until(load, now_nanoseconds() + (uint64_t)(load->seconds * 1e9));
  window_close(load, &window);
  print_report(load, &window, mode, settle(load));
}

void run_fan_out(struct load *load, const char *mode) {
  load->on_done = send_again_when_free;
  load->on_delivery = arrived;
  measure(load, mode);
}

void run_pairs(struct load *load) {
  load->senders = load->connections;
  load->in_flight = 1;
  load->on_done = send_again;
  load->on_delivery = sampled;
  measure(load, "w3");
}

/* A fixed rate: a server that falls behind finds no slot free, and the report shows fewer messages than asked. */
static void send_one(struct load *load, uint64_t round) {
  struct client *client = &load->clients[round % (uint64_t)load->senders];
  for (int j = 0; j < IN_FLIGHT_MAX; j++) {
    if (client->slots[j].busy) continue;
    client_send(load, client, j);
    return;
  }
}

void send_at_rate(struct load *load, void (*turn)(struct load *, uint64_t until), uint64_t until) {
  uint64_t started = now_nanoseconds(), gap = second / (uint64_t)load->rounds_per_second, rounds = 0;
  while ((load->now = now_nanoseconds()) < until) {
    if (load->now >= started + rounds * gap) send_one(load, rounds++);
    uint64_t next = started + rounds * gap;
    turn(load, next < until ? next : until);
  }
}

static void answered(struct load *load, struct client *client, int number) {
  (void)load;
  client->slots[number].busy = false;
}

/* What people notice of something else that the server does meanwhile. */
void run_steady(struct load *load) {
  struct window window;
  load->senders = load->connections;
  load->on_done = answered;
  load->on_delivery = sampled;
  connect_all(load);
  print_ready(load);
  send_at_rate(load, loop_turn, now_nanoseconds() + (uint64_t)(load->warm_up * 1e9));
  window_open(load, &window);
  send_at_rate(load, loop_turn, now_nanoseconds() + (uint64_t)(load->seconds * 1e9));
  window_close(load, &window);
  loop_until(load, now_nanoseconds() + (uint64_t)(load->settle * 1e9));
  print_report(load, &window, "steady", missing_deliveries(load));
}
