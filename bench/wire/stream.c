#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A reader this far behind is let go, as any bounded server must. */
static const size_t backlog_limit = 1u << 20;

void bytes_append(struct bytes *bytes, const void *data, size_t length) {
  if (bytes->length + length > bytes->capacity) {
    size_t capacity = bytes->capacity ? bytes->capacity : 256;
    while (capacity < bytes->length + length) capacity *= 2;
    bytes->data = realloc(bytes->data, capacity);
    if (!bytes->data) {
      perror("realloc");
      exit(1);
    }
    bytes->capacity = capacity;
  }
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}

void bytes_free(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}

ssize_t stream_read(struct stream *stream, uint8_t *scratch, size_t capacity) {
  size_t kept = stream->rest.length;
  if (kept >= capacity) {
    fprintf(stderr, "a frame is larger than %zu bytes\n", capacity);
    return 0;
  }
  ssize_t got = recv(stream->fd, scratch + kept, capacity - kept, 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR ? -1 : 0;
  if (got == 0) return 0;
  if (kept) {
    memcpy(scratch, stream->rest.data, kept);
    bytes_free(&stream->rest);
  }
  return (ssize_t)kept + got;
}

void stream_keep(struct stream *stream, const uint8_t *data, size_t length) {
  if (length) bytes_append(&stream->rest, data, length);
}

bool stream_write(struct stream *stream, struct iovec *parts, int count) {
  size_t sent = 0;
  if (stream->backlog.length == 0) {
    ssize_t wrote = count == 1 ? write(stream->fd, parts[0].iov_base, parts[0].iov_len) : writev(stream->fd, parts, count);
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (wrote > 0) sent = (size_t)wrote;
  }
  for (int i = 0; i < count; i++) {
    size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;
    sent -= skip;
    if (skip < parts[i].iov_len) bytes_append(&stream->backlog, (uint8_t *)parts[i].iov_base + skip, parts[i].iov_len - skip);
  }
  return stream->backlog.length - stream->backlog_sent <= backlog_limit;
}

bool stream_flush(struct stream *stream) {
  size_t waiting = stream->backlog.length - stream->backlog_sent;
  if (!waiting) return true;
  ssize_t wrote = write(stream->fd, stream->backlog.data + stream->backlog_sent, waiting);
  if (wrote < 0) return errno == EAGAIN || errno == EINTR;
  stream->backlog_sent += (size_t)wrote;
  if (stream->backlog_sent == stream->backlog.length) {
    bytes_free(&stream->backlog);
    stream->backlog_sent = 0;
  }
  return true;
}

void stream_watch(struct stream *stream, int epoll, void *data) {
  bool want = stream->backlog.length > 0;
  if (want == stream->watching_write) return;
  stream->watching_write = want;
  struct epoll_event event = {.events = EPOLLIN | (want ? EPOLLOUT : 0), .data.ptr = data};
  epoll_ctl(epoll, EPOLL_CTL_MOD, stream->fd, &event);
}

void stream_close(struct stream *stream) {
  if (stream->fd >= 0) close(stream->fd);
  stream->fd = -1;
  stream->watching_write = false;
  stream->backlog_sent = 0;
  bytes_free(&stream->rest);
  bytes_free(&stream->backlog);
}
