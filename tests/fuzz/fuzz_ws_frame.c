/* A WebSocket connection's bytes: frame after frame, header, mask and text, whole and in pieces. */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "engineio/ws_frame.h"

/* Shorter input can only be incomplete, or refused as the longer one is. */
static int parse_header(const uint8_t *data, size_t size, eio_ws_header_t *header)
{
    int whole = eio_ws_header_parse(data, size, header);
    size_t shorter = whole > 0 ? (size_t)whole - 1 : size < 14 ? size : 14;
    eio_ws_header_t unused;

    REQUIRE(whole == -1002 || whole == 0 || (whole >= 6 && whole <= EIO_WS_MAX_CLIENT_HEADER));
    for (size_t len = 0; len <= shorter; len++) {
        uint8_t *copy = exact_copy(data, len);
        int result = eio_ws_header_parse(copy, len, &unused);

        REQUIRE(result == 0 || (whole == -1002 && result == whole));
        free(copy);
    }
    return whole;
}

static void check_header(const eio_ws_header_t *header)
{
    uint8_t out[EIO_WS_MAX_CLIENT_HEADER] = {0};
    size_t size = eio_ws_header_write(out, header->opcode, header->rsv1, header->len);
    eio_ws_header_t again;

    REQUIRE(size == eio_ws_header_size(header->len));
    out[1] |= 0x80;
    REQUIRE(eio_ws_header_parse(out, size + 4, &again) == (int)size + 4);
    REQUIRE(again.opcode == header->opcode && again.len == header->len && again.fin);
    REQUIRE(again.rsv1 == header->rsv1);
    if (header->opcode >= EIO_WS_CLOSE)
        REQUIRE(header->fin && header->len <= 125 && !header->rsv1);
}

static void check_text(const char *text, size_t len, size_t step)
{
    bool valid = sio__utf8_valid(text, len);
    char *out = malloc(3 * len + 1);
    sio__utf8_state_t state = 0;
    bool fed = true;
    size_t written;

    REQUIRE(out);
    for (size_t at = 0; fed && at < len; at += step)
        fed = sio__utf8_feed(&state, text + at, len - at < step ? len - at : step);
    REQUIRE(valid == (fed && state == 0));
    written = sio__utf8_repair(text, len, out);
    REQUIRE(written <= 3 * len && sio__utf8_valid(out, written));
    if (valid)
        REQUIRE(written == len && memcmp(text, out, len) == 0);
    free(out);
}

static void check_payload(const uint8_t *data, size_t len, const uint8_t mask[4], size_t step)
{
    uint8_t *whole = exact_copy(data, len);
    uint8_t *pieces = exact_copy(data, len);

    eio_ws_unmask(whole, len, mask, 0);
    for (size_t at = 0; at < len; at += step)
        eio_ws_unmask(pieces + at, len - at < step ? len - at : step, mask, at);
    for (size_t i = 0; i < len; i++)
        REQUIRE(whole[i] == (data[i] ^ mask[i % 4]) && pieces[i] == whole[i]);
    check_text((const char *)whole, len, step);
    free(whole);
    free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t step;
    size_t at = 1;

    if (size < 1 || size > 40000)
        return 0;
    step = 1 + data[0] % 64;
    while (at < size) {
        eio_ws_header_t header;
        int used = parse_header(data + at, size - at, &header);
        size_t len;

        if (used <= 0)
            break;
        check_header(&header);
        at += (size_t)used;
        len = size - at < header.len ? size - at : (size_t)header.len;
        check_payload(data + at, len, header.mask, step);
        at += len;
    }
    return 0;
}
