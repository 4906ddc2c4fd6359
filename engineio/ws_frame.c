/* WebSocket framing, server side. Called by the WebSocket transport; see ws_frame.h. */
#include "engineio/ws_frame.h"

#include "base/base64.h"
#include "base/sha1.h"

#include <string.h>

enum { FIN = 0x80, RSV1 = 0x40, RSV2_RSV3 = 0x30, OPCODE = 0x0f, CONTROL = 0x08, MASKED = 0x80 };

enum { KEY_LEN = 24 };

static bool first_byte_valid(uint8_t byte)
{
    uint8_t opcode = byte & OPCODE;

    if (byte & RSV2_RSV3 || (opcode & 7) > EIO_WS_BINARY)
        return false;
    if (opcode & CONTROL && !(byte & FIN))
        return false;
    return !(byte & RSV1) || opcode == EIO_WS_TEXT || opcode == EIO_WS_BINARY;
}

static uint64_t load_be(const uint8_t *bytes, size_t count)
{
    uint64_t number = 0;

    for (size_t i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return number;
}

int eio_ws_header_parse(const uint8_t *data, size_t len, eio_ws_header_t *header)
{
    size_t extended;
    uint8_t short_len;

    if (len < 1)
        return 0;
    if (!first_byte_valid(data[0]))
        return -1002;
    if (len < 2)
        return 0;
    short_len = data[1] & 0x7f;
    if (!(data[1] & MASKED) || (data[0] & CONTROL && short_len > 125))
        return -1002;
    extended = short_len < 126 ? 0 : short_len == 126 ? 2 : 8;
    if (len < 6 + extended)
        return 0;
    header->opcode = data[0] & OPCODE;
    header->fin = (data[0] & FIN) != 0;
    header->rsv1 = (data[0] & RSV1) != 0;
    header->len = extended ? load_be(data + 2, extended) : short_len;
    memcpy(header->mask, data + 2 + extended, 4);
    return (int)(6 + extended);
}

/* The mask as it falls on bytes from `offset` on. */
static uint32_t turned_mask(const uint8_t mask[4], uint64_t offset)
{
    uint8_t twice[8];
    uint32_t key;

    memcpy(twice, mask, 4);
    memcpy(twice + 4, mask, 4);
    memcpy(&key, twice + (offset & 3), 4);
    return key;
}

void eio_ws_unmask(uint8_t *data, size_t len, const uint8_t mask[4], uint64_t offset)
{
    uint32_t half = turned_mask(mask, offset);
    uint64_t key = (uint64_t)half << 32 | half;
    size_t at = 0;

    for (; len - at >= 32; at += 32) {
        uint64_t words[4];

        memcpy(words, data + at, 32);
        for (int i = 0; i < 4; i++)
            words[i] ^= key;
        memcpy(data + at, words, 32);
    }
    for (; len - at >= 8; at += 8) {
        uint64_t word;

        memcpy(&word, data + at, 8);
        word ^= key;
        memcpy(data + at, &word, 8);
    }
    for (unsigned i = 0; at < len; at++, i++)
        data[at] ^= ((const uint8_t *)&key)[i];
}

size_t eio_ws_header_write(uint8_t out[EIO_WS_MAX_HEADER], uint8_t opcode, bool rsv1, uint64_t len)
{
    size_t size = eio_ws_header_size(len);

    out[0] = (uint8_t)(FIN | (rsv1 ? RSV1 : 0) | opcode);
    out[1] = (uint8_t)(size == 2 ? len : size == 4 ? 126 : 127);
    for (size_t i = size; i > 2; i--, len >>= 8)
        out[i - 1] = (uint8_t)len;
    return size;
}

bool eio_ws_close_code_valid(unsigned code)
{
    if (code >= 3000 && code <= 4999)
        return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

void eio_ws_accept(const char *key, size_t key_len, char out[EIO_WS_ACCEPT_LEN])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[KEY_LEN + sizeof(guid) - 1];
    uint8_t digest[SIO__SHA1_LEN];

    if (key_len > KEY_LEN)
        key_len = KEY_LEN;
    memcpy(text, key, key_len);
    memcpy(text + key_len, guid, sizeof(guid) - 1);
    sio__sha1(text, key_len + sizeof(guid) - 1, digest);
    sio__base64_encode(digest, sizeof(digest), out);
}

static bool is_base64_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

bool eio_ws_key_valid(const char *key, size_t len)
{
    if (len != KEY_LEN || key[22] != '=' || key[23] != '=')
        return false;
    for (int i = 0; i < 22; i++)
        if (!is_base64_digit(key[i]))
            return false;
    return true;
}
