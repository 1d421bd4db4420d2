#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "load.h"

enum { EVENTS_MAX = 1024 };

/* Nobody waits for ever for a server that does not answer. */
static const uint64_t connect_limit = 120ull * 1000000000;

static void add_client(struct load *load, char *line) {
  char *token = strtok(line, " \t\r\n"), *open = strtok(NULL, " \t\r\n");
  if (!token || !open) {
    fprintf(stderr, "a line of the token file is not <token> <room>[,<room>…]\n");
    exit(1);
  }
  struct client *client = &load->clients[load->connections];
  *client = (struct client){.index = load->connections, .token = strdup(token), .open = strdup(open), .room = strtol(open, NULL, 10)};
  const char *second = strchr(open, ',');
  client->flood_room = second ? strtol(second + 1, NULL, 10) : 0;
  client->stream.fd = -1;
  load->connections++;
}

void load_clients(struct load *load, const char *file) {
  int most = load->connections ? load->connections : 1 << 16;
  FILE *lines = fopen(file, "r");
  if (!lines) {
    perror(file);
    exit(1);
  }
  char line[8192];
  load->clients = calloc((size_t)most, sizeof *load->clients);
  load->connections = 0;
  while (load->connections < most && fgets(line, sizeof line, lines)) add_client(load, line);
  fclose(lines);
  if (load->connections == 0) {
    fprintf(stderr, "%s names no connection\n", file);
    exit(1);
  }
}

static void flush_out(struct load *load) {
  struct client *client = load->out;
  load->out = NULL;
  while (client) {
    struct client *next = client->next_out;
    if (client->stream.fd >= 0 && client->out.length) {
      struct iovec part = {client->out.data, client->out.length};
      /* a dead socket is noticed by the next read */
      if (stream_write(&client->stream, &part, 1)) stream_watch(&client->stream, load->epoll, client);
    }
    client->out.length = 0;
    client = next;
  }
}

void loop_turn(struct load *load, uint64_t until) {
  static struct epoll_event events[EVENTS_MAX];
  flush_out(load);
  uint64_t now = now_nanoseconds(), wait = until > now ? until - now : 0;
  struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000), .tv_nsec = (long)(wait % 1000000000)};
  int count = epoll_pwait2(load->epoll, events, EVENTS_MAX, &timeout, NULL);
  if (count < 0 && errno != EINTR) {
    perror("epoll_pwait2");
    exit(1);
  }
  for (int i = 0; i < count; i++) {
    load->now = now_nanoseconds();
    client_event(load, events[i].data.ptr, events[i].events);
  }
  load->now = now_nanoseconds();
  flush_out(load);
}

void loop_until(struct load *load, uint64_t until) {
  while ((load->now = now_nanoseconds()) < until) loop_turn(load, until);
}

void connect_all(struct load *load) {
  uint64_t limit = now_nanoseconds() + connect_limit;
  load->next_to_connect = 0;
  while (load->ready < load->connections) {
    while (load->next_to_connect < load->connections && load->connecting < load->at_once) {
      client_connect(load, &load->clients[load->next_to_connect++]);
    }
    if (load->gone || now_nanoseconds() > limit) {
      fprintf(stderr, "%d of %d connections are ready, %llu were closed\n", load->ready, load->connections, (unsigned long long)load->gone);
      exit(1);
    }
    loop_turn(load, now_nanoseconds() + 100000000);
  }
}

/* A refused client does as a real one: it waits a random time that doubles with every try. */
void retry_later(struct load *load, struct client *client) {
  int doublings = client->attempts < 6 ? client->attempts : 6;
  client->attempts++;
  load->retries++;
  client->retry_at = now_nanoseconds() + (uint64_t)((double)rand() / RAND_MAX * 0.5e9 * (1 << doublings));
}

void retry_due(struct load *load) {
  uint64_t now = now_nanoseconds();
  for (int i = 0; i < load->connections; i++) {
    struct client *client = &load->clients[i];
    if (client->state == STATE_GONE && client->retry_at <= now) client_connect(load, client);
  }
}
