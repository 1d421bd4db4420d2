/* One non-blocking socket: what was read of a frame that is not whole yet, and what the kernel would not take yet. */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct bytes {
  uint8_t *data;
  size_t length;
  size_t capacity;
};

void bytes_append(struct bytes *bytes, const void *data, size_t length);
void bytes_free(struct bytes *bytes);

struct stream {
  int fd;
  bool watching_write;
  struct bytes rest;
  struct bytes backlog;
  size_t backlog_sent;
};

/* Fills `scratch` with the kept rest and one read. >0: bytes now in scratch; 0: the peer is gone; -1: nothing to read. */
ssize_t stream_read(struct stream *stream, uint8_t *scratch, size_t capacity);

/* Keeps the bytes of a frame that is not whole yet for the next read. */
void stream_keep(struct stream *stream, const uint8_t *data, size_t length);

/* One system call; what the kernel does not take waits in the backlog. False: the socket is dead or the backlog is full. */
bool stream_write(struct stream *stream, struct iovec *parts, int count);
bool stream_flush(struct stream *stream);

/* Asks epoll for writability only while something waits. `data` is what epoll hands back for this socket. */
void stream_watch(struct stream *stream, int epoll, void *data);

void stream_close(struct stream *stream);

#endif
