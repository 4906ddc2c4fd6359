/* HTTP/1.x request bodies, by Content-Length or chunked, in any pieces. Called by the transport;
 * see http_parser.h. */
#include "engineio/http_parser.h"

#include "base/hex.h"
#include "engineio/http_chars.h"

/* Chunk extensions and trailers carry nothing we use; together they may not outgrow this in one
 * body. */
enum { MAX_DIGITS = 16, MAX_SKIPPED = 4096 };

enum {
    STATE_DONE,
    STATE_DATA,      /* `remaining` bytes of the body, or of the chunk */
    STATE_SIZE,      /* hexadecimal digits */
    STATE_EXTENSION, /* up to CR */
    STATE_SIZE_LF,   /* LF of the chunk line */
    STATE_DATA_CR,   /* CR after the chunk's data */
    STATE_DATA_LF,   /* LF after the chunk's data */
    STATE_TRAILER,   /* at the start of a trailer line, or at the last CR */
    STATE_TRAILER_TEXT,
    STATE_TRAILER_LF,
    STATE_LAST_LF
};

void eio_http_body_start(eio_http_body_t *body, const eio_http_head_t *head)
{
    body->chunked = head->chunked;
    body->remaining = head->content_length > 0 ? (uint64_t)head->content_length : 0;
    body->digits = 0;
    body->skipped = 0;
    if (head->chunked)
        body->state = STATE_SIZE;
    else
        body->state = body->remaining ? STATE_DATA : STATE_DONE;
}

bool eio_http_body_done(const eio_http_body_t *body)
{
    return body->state == STATE_DONE;
}

/* One byte of a chunk's size; 16 digits fit 64 bits, leading zeros included. */
static int feed_size(eio_http_body_t *body, char c)
{
    int digit = sio__hex_digit(c);

    if (digit >= 0) {
        if (body->digits == MAX_DIGITS)
            return -400;
        body->digits++;
        body->remaining = body->remaining << 4 | (uint64_t)digit;
        return 0;
    }
    if (body->digits == 0 || (c != '\r' && c != ';'))
        return -400;
    body->state = c == '\r' ? STATE_SIZE_LF : STATE_EXTENSION;
    return 0;
}

static int expect(eio_http_body_t *body, char c, char wanted, uint8_t next)
{
    if (c != wanted)
        return -400;
    body->state = next;
    return 0;
}

static int end_size_line(eio_http_body_t *body, char c)
{
    body->digits = 0;
    return expect(body, c, '\n', body->remaining ? STATE_DATA : STATE_TRAILER);
}

/* Skips text that means nothing to us; the CR that ends it leads to `next`. */
static long skip_text(eio_http_body_t *body, const char *at, const char *end, uint8_t next)
{
    const char *text_end = eio__http_find_text_end(at, end);
    size_t len = (size_t)(text_end - at);

    if (len > (size_t)(MAX_SKIPPED - body->skipped))
        return -400;
    body->skipped += (uint32_t)len;
    if (text_end == end)
        return (long)len;
    if (expect(body, *text_end, '\r', next) != 0)
        return -400;
    return (long)len + 1;
}

/* Takes one step through the framing between the pieces of a chunked body: bytes consumed, or -400.
 */
static long feed_framing(eio_http_body_t *body, const char *at, const char *end)
{
    int status;

    switch (body->state) {
    case STATE_SIZE:
        status = feed_size(body, *at);
        break;
    case STATE_EXTENSION:
        return skip_text(body, at, end, STATE_SIZE_LF);
    case STATE_SIZE_LF:
        status = end_size_line(body, *at);
        break;
    case STATE_DATA_CR:
        status = expect(body, *at, '\r', STATE_DATA_LF);
        break;
    case STATE_DATA_LF:
        status = expect(body, *at, '\n', STATE_SIZE);
        break;
    case STATE_TRAILER:
        if (*at != '\r') {
            body->state = STATE_TRAILER_TEXT;
            return 0;
        }
        body->state = STATE_LAST_LF;
        return 1;
    case STATE_TRAILER_TEXT:
        return skip_text(body, at, end, STATE_TRAILER_LF);
    case STATE_TRAILER_LF:
        status = expect(body, *at, '\n', STATE_TRAILER);
        break;
    default:
        status = expect(body, *at, '\n', STATE_DONE);
        break;
    }
    return status < 0 ? status : 1;
}

static void take_data(eio_http_body_t *body, const char *at, size_t len, sio__span_t *piece)
{
    if (len > body->remaining)
        len = (size_t)body->remaining;
    *piece = (sio__span_t){at, len};
    body->remaining -= len;
    if (body->remaining == 0)
        body->state = body->chunked ? STATE_DATA_CR : STATE_DONE;
}

long eio_http_body_feed(eio_http_body_t *body, const char *data, size_t len, sio__span_t *piece)
{
    const char *at = data;
    const char *end = len ? data + len : data;

    *piece = (sio__span_t){data, 0};
    while (at < end && body->state != STATE_DONE) {
        long used;

        if (body->state == STATE_DATA) {
            take_data(body, at, (size_t)(end - at), piece);
            return (long)(at - data + (long)piece->len);
        }
        used = feed_framing(body, at, end);
        if (used < 0)
            return used;
        at += used;
    }
    return (long)(at - data);
}
