/*
 * The load generator: one process, one thread, plain websockets. Deliveries are counted by the one `~` that each of its
 * texts holds, never by parsing JSON, so that it is not what is measured.
 *
 * usage: load w1|w2|w3|w4|w5|search|slow|storm|steady --port <n> --tokens <file> [--seconds <s>] …
 * The file holds a connection a line: <token> <room>[,<room>…]; messages go to the first room.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "load/load.h"

static struct load load = {
    .host = "127.0.0.1",
    .path = "/api/v2/live",
    .seconds = 5,
    .warm_up = 2,
    .settle = 5,
    .at_once = 128,
    .flood_megabytes = 3,
    .rounds_per_second = 10,
    .page_messages = 50,
    .query = "text=message",
};

static struct {
  const char *name;
  int *number;
  double *duration;
} options[] = {
    {"--port", &load.port, NULL},           {"--connections", &load.connections, NULL},
    {"--senders", &load.senders, NULL},     {"--in-flight", &load.in_flight, NULL},
    {"--slow", &load.slow, NULL},           {"--at-once", &load.at_once, NULL},
    {"--flood-megabytes", &load.flood_megabytes, NULL}, {"--rounds-per-second", &load.rounds_per_second, NULL},
    {"--seconds", NULL, &load.seconds},     {"--warm-up", NULL, &load.warm_up},
    {"--settle", NULL, &load.settle},       {"--from-client", &load.from_client, NULL},
    {"--page-messages", &load.page_messages, NULL},
};

static void refuse(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(2);
}

static void take_option(const char *name, const char *value) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (strcmp(options[i].name, name) != 0) continue;
    char *end;
    double number = strtod(value, &end);
    if (*end || number < 0) refuse(name);
    if (options[i].number) *options[i].number = (int)number;
    else *options[i].duration = number;
    return;
  }
  refuse(name);
}

static void raise_file_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

static void default_senders(int senders, int in_flight) {
  if (!load.senders) load.senders = senders;
  if (!load.in_flight) load.in_flight = in_flight;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "", *tokens = NULL;
  if (argc % 2) refuse("every option takes one value");
  for (int i = 2; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--tokens") == 0) tokens = argv[i + 1];
    else if (strcmp(argv[i], "--query") == 0) load.query = argv[i + 1];
    else take_option(argv[i], argv[i + 1]);
  }
  if (!tokens || !load.port) refuse("--port and --tokens are needed");
  signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  load.epoll = epoll_create1(0);
  load_clients(&load, tokens);
  if (strcmp(mode, "w1") == 0) default_senders(1, 1), run_fan_out(&load, mode);
  else if (strcmp(mode, "w2") == 0) default_senders(8, 8), run_fan_out(&load, mode);
  else if (strcmp(mode, "w3") == 0) run_pairs(&load);
  else if (strcmp(mode, "w4") == 0) run_hold(&load);
  else if (strcmp(mode, "w5") == 0 || strcmp(mode, "search") == 0) default_senders(1, 1), run_pages(&load, mode);
  else if (strcmp(mode, "slow") == 0) default_senders(8, 4), run_slow(&load);
  else if (strcmp(mode, "storm") == 0) run_storm(&load);
  else if (strcmp(mode, "steady") == 0) run_steady(&load);
  else refuse("no such workload");
  return 0;
}
