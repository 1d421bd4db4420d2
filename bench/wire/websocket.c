#include "websocket.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sha1.h"

int frame_read(uint8_t *data, size_t available, struct frame *frame) {
  if (available < 2) return 0;
  if (!(data[0] & 0x80)) return -1; /* both sides send whole messages; a fragment would be miscounted */
  size_t header = 2;
  uint64_t length = data[1] & 0x7f;
  if (length == 126) {
    if (available < 4) return 0;
    length = (uint64_t)data[2] << 8 | data[3];
    header = 4;
  } else if (length == 127) {
    if (available < 10) return 0;
    length = 0;
    for (int i = 2; i < 10; i++) length = length << 8 | data[i];
    header = 10;
  }
  const uint8_t *key = data + header;
  bool masked = data[1] & 0x80;
  if (masked) header += 4;
  if (length > (1u << 30)) return -1;
  if (available < header + length) return 0;
  frame->opcode = data[0] & 0x0f;
  frame->payload = data + header;
  frame->length = length;
  frame->total = header + length;
  if (masked && (key[0] | key[1] | key[2] | key[3])) {
    for (size_t i = 0; i < length; i++) frame->payload[i] ^= key[i & 3];
  }
  return 1;
}

size_t frame_header(uint8_t *out, uint8_t opcode, size_t length, bool masked) {
  uint8_t mask = masked ? 0x80 : 0;
  size_t at = 2;
  out[0] = 0x80 | opcode;
  if (length < 126) {
    out[1] = mask | (uint8_t)length;
  } else if (length < 65536) {
    out[1] = mask | 126;
    out[2] = (uint8_t)(length >> 8);
    out[3] = (uint8_t)length;
    at = 4;
  } else {
    out[1] = mask | 127;
    for (int i = 0; i < 8; i++) out[2 + i] = (uint8_t)((uint64_t)length >> (56 - 8 * i));
    at = 10;
  }
  if (masked) {
    memset(out + at, 0, 4);
    at += 4;
  }
  return at;
}

size_t http_head_length(const uint8_t *data, size_t available) {
  const uint8_t *end = memmem(data, available, "\r\n\r\n", 4);
  return end ? (size_t)(end - data) + 4 : 0;
}

const char *http_field(const char *head, const char *name, size_t *length) {
  size_t name_length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, name_length) != 0 || line[name_length] != ':') continue;
    const char *value = line + name_length + 1;
    while (*value == ' ') value++;
    *length = strcspn(value, "\r");
    return value;
  }
  return NULL;
}

size_t upgrade_request(char *out, size_t capacity, const char *host, int port, const char *path, const char *protocol) {
  return (size_t)snprintf(out, capacity,
                          "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Protocol: %s\r\n\r\n",
                          path, host, port, protocol);
}

size_t upgrade_answer(char *out, size_t capacity, const char *head) {
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  size_t key_length, protocol_length = 0;
  const char *key = http_field(head, "Sec-WebSocket-Key", &key_length);
  if (!key || key_length > 64) return 0;
  char joined[128];
  int joined_length = snprintf(joined, sizeof joined, "%.*s%s", (int)key_length, key, guid);
  uint8_t digest[20];
  char accept[32];
  sha1((const uint8_t *)joined, (size_t)joined_length, digest);
  base64_digest(digest, accept);
  const char *protocol = http_field(head, "Sec-WebSocket-Protocol", &protocol_length);
  int length = snprintf(out, capacity,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n%s%.*s\r\n%s",
                        accept, protocol ? "Sec-WebSocket-Protocol: " : "", (int)protocol_length,
                        protocol ? protocol : "", protocol ? "\r\n" : "");
  return length < (int)capacity ? (size_t)length : 0;
}
