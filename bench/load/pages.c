/* Reading pages of a room (w5), or of what a word finds (search), over REST: keep-alive connections that each ask again when the answer is whole. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../wire/websocket.h"
#include "load.h"

enum { PAGE_MAX = 1 << 20, PAGE_LIMIT = 50 };

struct reader {
  int fd;
  char *request, *answer;
  size_t request_length, length;
  uint64_t asked_at;
};

static uint64_t pages, incomplete;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void ask(struct reader *reader) {
  reader->length = 0;
  reader->asked_at = now_nanoseconds();
  if (write(reader->fd, reader->request, reader->request_length) != (ssize_t)reader->request_length) fail("write");
}

static char *path_for(const struct load *load, const char *mode, const struct client *client) {
  char *path;
  int length = strcmp(mode, "search") == 0 ? asprintf(&path, "/api/v2/search?%s&limit=%d", load->query, PAGE_LIMIT)
                                           : asprintf(&path, "/api/v2/rooms/%ld/messages?limit=%d", client->room, PAGE_LIMIT);
  if (length < 0) fail("memory");
  return path;
}

static void open_reader(struct load *load, struct reader *reader, const struct client *client, const char *mode) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load->port)};
  int on = 1;
  to.sin_addr.s_addr = inet_addr(load->host);
  reader->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (reader->fd < 0 || connect(reader->fd, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  setsockopt(reader->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  reader->answer = malloc(PAGE_MAX + 1);
  char *path = path_for(load, mode, client);
  int length = asprintf(&reader->request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\nAccept: application/json\r\n\r\n",
                        path, load->host, load->port, client->token);
  free(path);
  if (length < 0 || !reader->answer) fail("memory");
  reader->request_length = (size_t)length;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = reader};
  epoll_ctl(load->epoll, EPOLL_CTL_ADD, reader->fd, &event);
}

/* Whether the answer is whole: by its length, or by the last chunk (RFC 9112). */
static bool is_whole(struct reader *reader) {
  size_t head = http_head_length((uint8_t *)reader->answer, reader->length), size;
  if (!head) return false;
  char kept = reader->answer[head - 2];
  reader->answer[head - 2] = 0;
  const char *length = http_field(reader->answer, "Content-Length", &size), *coding = http_field(reader->answer, "Transfer-Encoding", &size);
  bool whole = length ? reader->length >= head + strtoul(length, NULL, 10)
                      : coding && reader->length >= head + 5 && memcmp(reader->answer + reader->length - 5, "0\r\n\r\n", 5) == 0;
  reader->answer[head - 2] = kept;
  return whole;
}

static void check(const struct load *load, struct reader *reader) {
  int messages = 0;
  reader->answer[reader->length] = 0;
  for (const char *at = reader->answer; (at = strchr(at, '~')); at++) messages++;
  if (strncmp(reader->answer, "HTTP/1.1 200", 12) == 0 && messages == load->page_messages) return;
  if (incomplete++ == 0) fprintf(stderr, "a page with %d messages: %.300s\n", messages, reader->answer);
}

static void readable(struct load *load, struct reader *reader) {
  ssize_t got = recv(reader->fd, reader->answer + reader->length, PAGE_MAX - reader->length, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) fail("the server closed a reader's connection");
  reader->length += (size_t)got;
  if (!is_whole(reader)) return;
  if (load->measuring) {
    histogram_add(&load->ready_time, now_nanoseconds() - reader->asked_at);
    pages++;
  }
  check(load, reader);
  ask(reader);
}

static void read_until(struct load *load, uint64_t until) {
  struct epoll_event events[64];
  while (now_nanoseconds() < until) {
    int count = epoll_wait(load->epoll, events, 64, 100);
    for (int i = 0; i < count; i++) readable(load, events[i].data.ptr);
  }
}

void run_pages(struct load *load, const char *mode) {
  struct window window;
  struct reader *readers = calloc((size_t)load->senders, sizeof *readers);
  for (int i = 0; i < load->senders; i++) open_reader(load, &readers[i], &load->clients[(load->from_client + i) % load->connections], mode);
  for (int i = 0; i < load->senders; i++) ask(&readers[i]);
  read_until(load, now_nanoseconds() + (uint64_t)(load->warm_up * 1e9));
  window_open(load, &window);
  read_until(load, now_nanoseconds() + (uint64_t)(load->seconds * 1e9));
  window_close(load, &window);
  double seconds = (double)(window.ended - window.started) / 1e9;
  printf("{\"mode\":\"%s\",\"readers\":%d,\"pages\":%llu,\"incomplete\":%llu,\"seconds\":%.3f,\"pages_per_second\":%.0f,", mode, load->senders,
         (unsigned long long)pages, (unsigned long long)incomplete, seconds, (double)pages / seconds);
  printf("\"page_p50_ms\":%.3f,\"page_p99_ms\":%.3f,\"generator_cpu\":%.3f}\n", histogram_at(&load->ready_time, 0.5), histogram_at(&load->ready_time, 0.99),
         cpu_seconds(&window.used) / seconds);
}
