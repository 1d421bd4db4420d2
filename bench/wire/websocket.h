/* Websocket frames and the HTTP upgrade (RFC 6455), as much as the bench's two programs need. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };
enum { FRAME_HEADER_MAX = 14, UPGRADE_MAX = 1024 };

struct frame {
  uint8_t opcode;
  uint8_t *payload;
  size_t length; /* of the payload */
  size_t total;  /* header and payload */
};

/* 1: a whole frame (unmasked in place); 0: more bytes are needed; -1: not a frame either program sends or accepts. */
int frame_read(uint8_t *data, size_t available, struct frame *frame);

/* Writes a header and answers its length. A client's frame is masked with an all-zero key, which leaves the payload as it is. */
size_t frame_header(uint8_t *out, uint8_t opcode, size_t length, bool masked);

/* The length of an HTTP head including its empty line, or 0 when it is not whole yet. */
size_t http_head_length(const uint8_t *data, size_t available);

/* The value of a header field, or NULL. `head` is NUL-terminated; the value ends before its CR. */
const char *http_field(const char *head, const char *name, size_t *length);

size_t upgrade_request(char *out, size_t capacity, const char *host, int port, const char *path, const char *protocol);

/* Answers 0 when the head asks for no websocket. */
size_t upgrade_answer(char *out, size_t capacity, const char *head);

#endif
