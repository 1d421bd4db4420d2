/*
 * The floor that chat servers are measured against: what one core can do when it only hands bytes on.
 *
 *   floor          each delivery is one write()
 *   floor-batch    one write for each member and round; a round is what one epoll_wait found ready
 *   floor-durable  floor-batch, with an append and fdatasync of the round's messages before its writes
 *
 * usage: floor <mode> <port> [<log file>]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/stream.h"
#include "wire/websocket.h"

enum { ROOMS_MAX = 1 << 16, ROOMS_EACH = 8, EVENTS_MAX = 4096, SCRATCH = 1 << 20, EVENT_MAX = 16384 };

struct room;

struct connection {
  struct stream stream;
  bool upgraded, closed, touched;
  struct room *rooms[ROOMS_EACH];
  int room_count;
  struct bytes answers;
  struct connection *next; /* in the list of touched or of closed connections */
};

struct room {
  int id;
  long seq;
  struct connection **members;
  int count, capacity;
  struct bytes round;
  bool dirty;
  struct room *next;
};

static enum { EACH, BATCH, DURABLE } mode;
static int epoll, log_file = -1;
static struct room *rooms[ROOMS_MAX];
static struct room *dirty_rooms;
static struct connection *touched, *closed;
static uint8_t scratch[SCRATCH];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void drop(struct connection *connection) {
  if (connection->closed) return;
  connection->closed = true;
  for (int i = 0; i < connection->room_count; i++) {
    struct room *room = connection->rooms[i];
    for (int j = 0; j < room->count; j++) {
      if (room->members[j] != connection) continue;
      room->members[j] = room->members[--room->count];
      break;
    }
  }
  stream_close(&connection->stream);
  bytes_free(&connection->answers);
  if (connection->touched) return; /* the end of the round frees it */
  connection->next = closed;
  closed = connection;
}

static void join(struct connection *connection, long id) {
  if (id < 0 || id >= ROOMS_MAX || connection->room_count == ROOMS_EACH) return;
  struct room *room = rooms[id];
  if (!room) {
    room = rooms[id] = calloc(1, sizeof *room);
    if (!room) die("calloc");
    room->id = (int)id;
  }
  if (room->count == room->capacity) {
    room->capacity = room->capacity ? room->capacity * 2 : 8;
    room->members = realloc(room->members, (size_t)room->capacity * sizeof *room->members);
    if (!room->members) die("realloc");
  }
  room->members[room->count++] = connection;
  connection->rooms[connection->room_count++] = room;
}

static void send_now(struct connection *connection, const void *data, size_t length) {
  struct iovec part = {(void *)data, length};
  if (!stream_write(&connection->stream, &part, 1)) drop(connection);
  else stream_watch(&connection->stream, epoll, connection);
}

static void touch(struct connection *connection) {
  if (connection->touched) return;
  connection->touched = true;
  connection->next = touched;
  touched = connection;
}

static size_t text_frame(uint8_t *out, const char *text, size_t length) {
  size_t header = frame_header(out, OPCODE_TEXT, length, false);
  memcpy(out + header, text, length);
  return header + length;
}

static void hello(struct connection *connection, const char *json) {
  const char *at = strstr(json, "\"open\":[");
  if (at) {
    at += 8;
    while (*at >= '0' && *at <= '9') {
      char *end;
      join(connection, strtol(at, &end, 10));
      at = *end == ',' ? end + 1 : end;
    }
  }
  uint8_t out[64];
  static const char ready[] = "{\"type\":\"ready\"}";
  send_now(connection, out, text_frame(out, ready, sizeof ready - 1));
}

static void deliver(struct room *room, const uint8_t *frame, size_t length) {
  if (mode != EACH) {
    bytes_append(&room->round, frame, length);
    if (!room->dirty) {
      room->dirty = true;
      room->next = dirty_rooms;
      dirty_rooms = room;
    }
    return;
  }
  for (int i = room->count - 1; i >= 0; i--) send_now(room->members[i], frame, length); /* backwards: a drop moves the last */
}

static void send_message(struct connection *connection, const char *json) {
  const char *id = strstr(json, "\"id\":\""), *room_id = strstr(json, "\"room\":"), *text = strstr(json, "\"text\":\"");
  if (!id || !room_id || !text) return drop(connection);
  long number = strtol(room_id + 7, NULL, 10);
  if (number < 0 || number >= ROOMS_MAX || !rooms[number]) return drop(connection);
  struct room *room = rooms[number];
  text += 8;
  char event[EVENT_MAX], done[128];
  uint8_t frame[EVENT_MAX + FRAME_HEADER_MAX];
  int length = snprintf(event, sizeof event, "{\"type\":\"event\",\"room\":%d,\"seq\":%ld,\"event\":\"%.*s\"}", room->id, ++room->seq,
                        (int)strcspn(text, "\""), text);
  if (length >= (int)sizeof event) return drop(connection);
  deliver(room, frame, text_frame(frame, event, (size_t)length));
  if (connection->closed) return;
  length = snprintf(done, sizeof done, "{\"type\":\"done\",\"id\":\"%.*s\"}", (int)strcspn(id + 6, "\""), id + 6);
  if (length >= (int)sizeof done) return drop(connection);
  size_t total = text_frame(frame, done, (size_t)length);
  if (mode == EACH) return send_now(connection, frame, total);
  bytes_append(&connection->answers, frame, total);
  touch(connection);
}

static void received(struct connection *connection, struct frame *frame) {
  if (frame->opcode == OPCODE_CLOSE) return drop(connection);
  if (frame->opcode != OPCODE_TEXT || frame->length >= EVENT_MAX) return;
  char json[EVENT_MAX];
  memcpy(json, frame->payload, frame->length);
  json[frame->length] = 0;
  if (strncmp(json, "{\"type\":\"do\"", 12) == 0) send_message(connection, json);
  else if (strncmp(json, "{\"type\":\"hello\"", 15) == 0) hello(connection, json);
}

static size_t upgrade(struct connection *connection, uint8_t *data, size_t available) {
  size_t length = http_head_length(data, available);
  if (!length) return 0;
  char head[UPGRADE_MAX], answer[UPGRADE_MAX];
  if (length >= sizeof head) return drop(connection), 0;
  memcpy(head, data, length);
  head[length] = 0;
  size_t answer_length = upgrade_answer(answer, sizeof answer, head);
  if (!answer_length) return drop(connection), 0;
  connection->upgraded = true;
  send_now(connection, answer, answer_length);
  return length;
}

static void readable(struct connection *connection) {
  ssize_t available = stream_read(&connection->stream, scratch, sizeof scratch);
  if (available == 0) return drop(connection);
  size_t at = 0;
  while (available > 0 && !connection->closed) {
    size_t left = (size_t)available - at;
    struct frame frame = {0};
    if (!connection->upgraded) {
      frame.total = upgrade(connection, scratch + at, left);
      if (!frame.total) break;
    } else {
      int whole = frame_read(scratch + at, left, &frame);
      if (whole < 0) return drop(connection);
      if (whole == 0) break;
      received(connection, &frame);
    }
    at += frame.total;
  }
  if (available > 0 && !connection->closed) stream_keep(&connection->stream, scratch + at, (size_t)available - at);
}

static void sync_round(void) {
  for (struct room *room = dirty_rooms; room; room = room->next) {
    if (write(log_file, room->round.data, room->round.length) != (ssize_t)room->round.length) die("log");
  }
  if (fdatasync(log_file) != 0) die("fdatasync");
}

static void write_round(struct connection *connection) {
  struct iovec parts[ROOMS_EACH + 1];
  int count = 0;
  for (int i = 0; i < connection->room_count; i++) {
    struct room *room = connection->rooms[i];
    if (room->dirty) parts[count++] = (struct iovec){room->round.data, room->round.length};
  }
  if (connection->answers.length) parts[count++] = (struct iovec){connection->answers.data, connection->answers.length};
  if (!count) return;
  if (!stream_write(&connection->stream, parts, count)) return drop(connection);
  stream_watch(&connection->stream, epoll, connection);
  connection->answers.length = 0;
}

static void end_round(void) {
  if (mode == DURABLE && dirty_rooms) sync_round();
  for (struct room *room = dirty_rooms; room; room = room->next) {
    for (int i = 0; i < room->count; i++) touch(room->members[i]);
  }
  while (touched) {
    struct connection *connection = touched;
    touched = connection->next;
    if (!connection->closed) write_round(connection);
    connection->touched = false;
    if (!connection->closed) continue;
    connection->next = closed;
    closed = connection;
  }
  for (; dirty_rooms; dirty_rooms = dirty_rooms->next) {
    dirty_rooms->dirty = false;
    dirty_rooms->round.length = 0;
  }
  while (closed) {
    struct connection *connection = closed;
    closed = connection->next;
    free(connection);
  }
}

static void accept_all(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) die("calloc");
    connection->stream.fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
  }
}

static int listen_on(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  if (listen(listener, 4096) != 0) die("listen");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) die("epoll_ctl");
  return listener;
}

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: floor floor|floor-batch|floor-durable <port> [<log file>]\n"), 2;
  mode = strcmp(argv[1], "floor") == 0 ? EACH : strcmp(argv[1], "floor-batch") == 0 ? BATCH : DURABLE;
  if (mode == DURABLE) {
    if (strcmp(argv[1], "floor-durable") != 0 || argc < 4) return fprintf(stderr, "floor-durable needs a log file\n"), 2;
    log_file = open(argv[3], O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log_file < 0) die(argv[3]);
  }
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  epoll = epoll_create1(0);
  int listener = listen_on(atoi(argv[2]));
  static struct epoll_event events[EVENTS_MAX];
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (!connection) {
        accept_all(listener);
        continue;
      }
      if (connection->closed) continue;
      if (events[i].events & EPOLLOUT) {
        if (!stream_flush(&connection->stream)) {
          drop(connection);
          continue;
        }
        stream_watch(&connection->stream, epoll, connection);
      }
      if (events[i].events & ~(uint32_t)EPOLLOUT) readable(connection);
    }
    end_round();
  }
}
