#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../wire/websocket.h"
#include "load.h"

static uint8_t scratch[SCRATCH_SIZE];

uint64_t now_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t hex_value(const char *digits, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; i++) value = value << 4 | (uint64_t)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
  return value;
}

uint64_t text_sent_at(const char *text) { return hex_value(text, 16); }
int text_sender(const char *text) { return (int)hex_value(text + 16, 4); }
int text_slot(const char *text) { return (int)hex_value(text + 20, 2); }

void client_gone(struct load *load, struct client *client) {
  if (client->state == STATE_CONNECTING || client->state == STATE_UPGRADING || client->state == STATE_GREETING) load->connecting--;
  if (client->state == STATE_READY) load->ready--;
  client->state = STATE_GONE;
  stream_close(&client->stream);
  client->out.length = 0;
  load->gone++;
  if (load->on_gone) load->on_gone(load, client);
}

/* 127.16.1.1, 127.16.2.1 …: so many people are not in one network, and no address runs out of ports. */
static in_addr_t own_address(const struct client *client) {
  uint32_t index = (uint32_t)client->index;
  return htonl(127u << 24 | (16 + index / 250) << 16 | (1 + index % 250) << 8 | 1);
}

void client_connect(struct load *load, struct client *client) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  if (fd < 0) {
    perror("socket");
    exit(1);
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (client->slow) {
    /* Slow readers are not on the loopback: with its 64 KiB segments the kernel would hold 4 MB for each of them. */
    int small = 4096, ethernet = 1460;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &ethernet, sizeof ethernet);
  }
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load->port)};
  from.sin_addr.s_addr = own_address(client);
  to.sin_addr.s_addr = inet_addr(load->host);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  client->stream = (struct stream){.fd = fd};
  client->state = STATE_CONNECTING;
  client->out.length = 0;
  load->connecting++;
  if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
      (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS)) {
    return client_gone(load, client);
  }
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
  epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* A cut gives no warning: no close frame and no FIN. */
void client_cut(struct load *load, struct client *client) {
  struct linger abrupt = {.l_onoff = 1, .l_linger = 0};
  setsockopt(client->stream.fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
  stream_close(&client->stream);
  if (client->state == STATE_READY) load->ready--;
  client->state = STATE_OFF;
  client->out.length = 0;
}

static void queue_frame(struct load *load, struct client *client, uint8_t opcode, const void *payload, size_t length) {
  uint8_t header[FRAME_HEADER_MAX];
  if (client->out.length == 0) {
    client->next_out = load->out;
    load->out = client;
  }
  bytes_append(&client->out, header, frame_header(header, opcode, length, true));
  bytes_append(&client->out, payload, length);
}

static void say_hello(struct load *load, struct client *client) {
  char hello[4096];
  int length = snprintf(hello, sizeof hello, "{\"type\":\"hello\",\"token\":\"%s\",\"device\":\"bench\",\"app\":\"bench/1\",\"open\":[%s]}",
                        client->token, client->open);
  if (length >= (int)sizeof hello) {
    fprintf(stderr, "a token or room list is too long\n");
    exit(1);
  }
  queue_frame(load, client, OPCODE_TEXT, hello, (size_t)length);
}

/* A UUIDv7 (RFC 9562) with the slot in its first random field, so that an answer finds its slot at once. */
static void write_id(char *id, int slot) {
  static uint64_t counter;
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  uint64_t milliseconds = (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
  char text[ID_LENGTH + 1];
  snprintf(text, sizeof text, "%08x-%04x-7%03x-8%03x-%012llx", (uint32_t)(milliseconds >> 16), (uint32_t)(milliseconds & 0xffff),
           (unsigned)slot & 0xfff, (unsigned)getpid() & 0xfff, (unsigned long long)(counter++ & 0xffffffffffff));
  memcpy(id, text, ID_LENGTH);
}

void client_send(struct load *load, struct client *client, int number) {
  static const char filler[] = "The quick brown fox jumps over the lazy dog, and on to the next one, and the next, and back home.";
  struct slot *slot = &client->slots[number];
  char frame[FLOOD_LENGTH + 512];
  write_id(slot->id, number);
  slot->sent_at = now_nanoseconds();
  slot->busy = true;
  slot->acknowledged = slot->delivered = false;
  char text[FLOOD_LENGTH + 1];
  _Static_assert(sizeof filler - 1 >= TEXT_LENGTH - 24, "the filler makes a text whole");
  snprintf(text, sizeof text, "~%016llx%04x%02x %.96s", (unsigned long long)slot->sent_at, (unsigned)client->index & 0xffff,
           (unsigned)number & 0xff, filler);
  if (load->flooding) {
    memset(text + TEXT_LENGTH, '.', FLOOD_LENGTH - TEXT_LENGTH);
    text[FLOOD_LENGTH] = 0;
  }
  int length = snprintf(frame, sizeof frame, "{\"type\":\"do\",\"id\":\"%.36s\",\"op\":\"message.send\",\"input\":{\"room\":%ld,\"text\":\"%s\"}}", slot->id,
                        load->flooding ? client->flood_room : client->room, text);
  queue_frame(load, client, OPCODE_TEXT, frame, (size_t)length);
}

static void answered(struct load *load, struct client *client, const char *id, size_t length, bool done) {
  if (length < ID_LENGTH) return;
  int number = (int)hex_value(id + 15, 3);
  if (number < 0 || number >= IN_FLIGHT_MAX) return;
  struct slot *slot = &client->slots[number];
  if (!slot->busy || slot->acknowledged || memcmp(slot->id, id, ID_LENGTH) != 0) return;
  slot->acknowledged = true;
  if (done) {
    load->acks++;
    client->acks++;
    if (load->measuring) histogram_add(&load->ack_time, load->now - slot->sent_at);
  } else {
    if (load->failed++ == 0) fprintf(stderr, "the first refusal: %.*s\n", (int)(length < 300 ? length : 300), id);
    slot->delivered = true;
  }
  if (load->on_done) load->on_done(load, client, number);
}

static void count_deliveries(struct load *load, struct client *client, const char *at, size_t length) {
  const char *end = at + length;
  while ((at = memchr(at, '~', (size_t)(end - at)))) {
    at++;
    if (load->on_delivery && end - at >= TEXT_LENGTH - 1) load->on_delivery(load, client, at);
    client->deliveries++;
    load->deliveries++;
  }
}

static bool starts(const char *text, size_t length, const char *with) {
  size_t size = strlen(with);
  return length >= size && memcmp(text, with, size) == 0;
}

static void received(struct load *load, struct client *client, const char *text, size_t length) {
  static const char done[] = "{\"type\":\"done\",\"id\":\"", failed[] = "{\"type\":\"failed\",\"id\":\"";
  if (starts(text, length, "{\"type\":\"event")) return count_deliveries(load, client, text, length);
  if (starts(text, length, done)) return answered(load, client, text + sizeof done - 1, length - (sizeof done - 1), true);
  if (starts(text, length, failed)) return answered(load, client, text + sizeof failed - 1, length - (sizeof failed - 1), false);
  if (starts(text, length, "{\"type\":\"gap\"")) load->gaps++;
  if (starts(text, length, "{\"type\":\"bye\"") && load->gone == 0) fprintf(stderr, "the server says %.*s\n", (int)(length < 200 ? length : 200), text);
  if (client->state == STATE_GREETING && starts(text, length, "{\"type\":\"ready\"")) {
    client->state = STATE_READY;
    load->connecting--;
    load->ready++;
    if (client->slow) epoll_ctl(load->epoll, EPOLL_CTL_DEL, client->stream.fd, NULL);
    if (load->on_ready) load->on_ready(load, client);
  }
}

static size_t upgraded(struct load *load, struct client *client, const uint8_t *data, size_t available) {
  size_t length = http_head_length(data, available);
  if (!length) return 0;
  if (!starts((const char *)data, available, "HTTP/1.1 101")) {
    if (load->gone == 0) fprintf(stderr, "no upgrade: %.*s\n", (int)strcspn((const char *)data, "\r\n"), (const char *)data);
    client_gone(load, client);
    return 0;
  }
  client->state = STATE_GREETING;
  say_hello(load, client);
  return length;
}

static void readable(struct load *load, struct client *client) {
  ssize_t available = stream_read(&client->stream, scratch, sizeof scratch);
  if (available == 0) return client_gone(load, client);
  size_t at = 0;
  while (available > 0 && client->stream.fd >= 0) {
    size_t left = (size_t)available - at;
    struct frame frame = {0};
    if (client->state == STATE_UPGRADING) {
      frame.total = upgraded(load, client, scratch + at, left);
      if (!frame.total) break;
    } else {
      int whole = frame_read(scratch + at, left, &frame);
      if (whole < 0) return client_gone(load, client);
      if (whole == 0) break;
      if (frame.opcode == OPCODE_TEXT) received(load, client, (const char *)frame.payload, frame.length);
      else if (frame.opcode == OPCODE_PING) queue_frame(load, client, OPCODE_PONG, frame.payload, frame.length);
      else if (frame.opcode == OPCODE_CLOSE) return client_gone(load, client);
    }
    at += frame.total;
  }
  if (available > 0 && client->stream.fd >= 0) stream_keep(&client->stream, scratch + at, (size_t)available - at);
}

static void connected(struct load *load, struct client *client) {
  char request[UPGRADE_MAX];
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(client->stream.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) return client_gone(load, client);
  struct iovec part = {request, upgrade_request(request, sizeof request, load->host, load->port, load->path, "parley.v1")};
  client->state = STATE_UPGRADING;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(load->epoll, EPOLL_CTL_MOD, client->stream.fd, &event);
  if (!stream_write(&client->stream, &part, 1)) client_gone(load, client);
}

void client_event(struct load *load, struct client *client, uint32_t events) {
  if (client->stream.fd < 0) return;
  if (client->state == STATE_CONNECTING) return connected(load, client);
  if (events & EPOLLOUT) {
    if (!stream_flush(&client->stream)) return client_gone(load, client);
    stream_watch(&client->stream, load->epoll, client);
  }
  if (events & ~(uint32_t)EPOLLOUT) readable(load, client);
}
