/* SHA-1 and base64 of its digest: the websocket handshake asks for exactly these. */
#ifndef SHA1_H
#define SHA1_H

#include <stddef.h>
#include <stdint.h>

/* At most 119 bytes, two blocks: a handshake key and the fixed id are 60. */
void sha1(const uint8_t *data, size_t length, uint8_t digest[20]);

/* Writes 28 characters and a NUL. */
void base64_digest(const uint8_t digest[20], char out[29]);

#endif
