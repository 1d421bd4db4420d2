/*
 * Slow readers beside quick ones (slow). Lines of the token file with a second room name who may be slow, and the senders.
 * The second room is flooded first, until what kernel and server will hold for a reader of 1 KiB/s is full; only then
 * is delivery in the first room measured. The run with no slow reader does exactly the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"

enum { BYTES_PER_SECOND = 1024, TICKS = 10, SAMPLE = 4 };

static const uint64_t second = 1000000000;
static uint64_t next_tick, ticks, flood_left;

static void sampled(struct load *load, struct client *client, const char *text) {
  if (load->measuring && !client->slow && client->index % SAMPLE == 0) histogram_add(&load->delivery_time, load->now - text_sent_at(text));
}

static void answered(struct load *load, struct client *client, int number) {
  client->slots[number].busy = false;
  if (!load->flooding || flood_left == 0) return;
  flood_left--;
  client_send(load, client, number);
}

static void gone(struct load *load, struct client *client) {
  if (client->slow) retry_later(load, client);
}

/* A tenth of the slow readers takes its bytes at every tick, so that reading them is no burst that delays the others. */
static void read_slowly(struct load *load) {
  char bytes[BYTES_PER_SECOND];
  uint64_t now = now_nanoseconds();
  if (now < next_tick) return;
  next_tick = now + second / TICKS;
  for (int i = (int)(ticks++ % TICKS); i < load->connections; i += TICKS) {
    struct client *client = &load->clients[i];
    if (!client->slow || client->state != STATE_READY) continue;
    ssize_t got = recv(client->stream.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) client_gone(load, client);
  }
  retry_due(load);
}

static void turn(struct load *load, uint64_t until) {
  read_slowly(load);
  loop_turn(load, until < next_tick ? until : next_tick);
}

static int busy_slots(const struct load *load) {
  int busy = 0;
  for (int i = 0; i < load->senders; i++) {
    for (int j = 0; j < IN_FLIGHT_MAX; j++) busy += load->clients[i].slots[j].busy;
  }
  return busy;
}

/* Until nothing arrives for half a second, within ten. */
static void wait_for_quiet(struct load *load) {
  uint64_t limit = now_nanoseconds() + 10 * second, seen = load->deliveries, since = now_nanoseconds();
  for (uint64_t now; (now = now_nanoseconds()) < limit && now < since + second / 2;) {
    turn(load, since + second / 2);
    if (load->deliveries != seen) {
      seen = load->deliveries;
      since = now_nanoseconds();
    }
  }
}

static void flood(struct load *load) {
  uint64_t limit = now_nanoseconds() + 120 * second;
  flood_left = ((uint64_t)load->flood_megabytes << 20) / FLOOD_LENGTH;
  load->flooding = true;
  for (int i = 0; i < load->senders; i++) {
    for (int j = 0; j < load->in_flight && flood_left; j++, flood_left--) client_send(load, &load->clients[i], j);
  }
  while (busy_slots(load) && now_nanoseconds() < limit) turn(load, now_nanoseconds() + second / 10);
  if (busy_slots(load)) fprintf(stderr, "the flood did not end: %d messages have no answer\n", busy_slots(load));
  load->flooding = false;
  wait_for_quiet(load);
  for (int i = 0; i < load->connections; i++) load->clients[i].acks = load->clients[i].deliveries = 0;
}

static void choose_slow(struct load *load) {
  int chosen = 0;
  for (int i = 0; i < load->connections; i++) {
    struct client *client = &load->clients[i];
    if (i < load->senders && !client->flood_room) chosen = load->connections;
    if (i < load->senders || !client->flood_room || chosen >= load->slow) continue;
    client->slow = true;
    chosen++;
  }
  if (chosen == load->slow && load->rounds_per_second > 0) return;
  fprintf(stderr, "the token file needs a second room for the senders and for as many slow readers as asked\n");
  exit(2);
}

void run_slow(struct load *load) {
  struct window window;
  choose_slow(load);
  load->on_done = answered;
  load->on_delivery = sampled;
  connect_all(load);
  print_ready(load);
  load->on_gone = gone;
  flood(load);
  send_at_rate(load, turn, now_nanoseconds() + (uint64_t)(load->warm_up * 1e9));
  window_open(load, &window);
  send_at_rate(load, turn, now_nanoseconds() + (uint64_t)(load->seconds * 1e9));
  window_close(load, &window);
  wait_for_quiet(load);
  print_report(load, &window, "slow", missing_deliveries(load));
}
