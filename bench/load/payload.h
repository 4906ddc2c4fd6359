/* Numbered payloads: who sent it, its sequence number, and a filling that depends on the number, so
 * that a reply taken from another message never looks right. Used by every workload with messages.
 */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 6 hexadecimal digits of client, 10 of sequence number. */
#define PAYLOAD_MIN 16
#define PAYLOAD_MAX 65536

void payload_init(void);
/* Writes `size` bytes, all of them plain in a JSON string. */
void payload_write(char *out, size_t size, uint32_t client, uint64_t sequence);
/* Reads back who sent a payload and which it was; false when it isn't one. */
bool payload_read(const char *data, size_t size, uint32_t *client, uint64_t *sequence);

#endif
