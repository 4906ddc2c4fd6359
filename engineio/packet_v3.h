/*
 * Engine.IO packets and polling payloads of protocol 3, where they differ from those of protocol 4
 * (packet.h): a binary packet begins with its type, a payload's packets with their length. Pure
 * functions on bytes.
 */
#ifndef EIO_PACKET_V3_H
#define EIO_PACKET_V3_H

#include "engineio/packet.h"

/*
 * Decodes one text packet ("4hello", or "b4" and base64: decoded in place, so `text` must be
 * writable). Returns 0, or -1 when it is no packet. Base64 of an unknown type is a packet that says
 * nothing, as upstream ignores it.
 */
int eio_packet_v3_decode_text(char *text, size_t len, eio_packet_t *packet);

/* The same of a binary packet, whose first byte is its type. */
void eio_packet_v3_decode_binary(const char *data, size_t len, eio_packet_t *packet);

/*
 * Polling payloads. The text form is "<length>:<packet>" again and again, the length in UTF-16 code
 * units; `body` must be valid UTF-8. The binary form is, for each packet, a byte 0 (text) or 1
 * (binary), the digits of the length in bytes as bytes 0 to 9, a byte 255, and the packet. Iterate
 * until false; check `failed` then.
 */
void eio_payload_v3_reader_init(eio_payload_reader_t *reader, char *body, size_t len);
bool eio_payload_v3_next(eio_payload_reader_t *reader, eio_packet_t *packet);

/* Lengths are looked at as a whole first: a payload with a bad one has no packets. */
void eio_payload_v3_binary_reader_init(eio_payload_reader_t *reader, char *body, size_t len);
bool eio_payload_v3_binary_next(eio_payload_reader_t *reader, eio_packet_t *packet);

/* Appends a packet with its type, as it stands in an outbox, to a payload: of the text form (binary
 * packets as "b", the type's digit and base64), or of the binary form. */
void eio_payload_v3_append(sio__buf_t *payload, bool binary, const void *packet, size_t len);
void eio_payload_v3_binary_append(sio__buf_t *payload, bool binary, const void *packet, size_t len);

#endif
