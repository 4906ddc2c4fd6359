/*
 * HTTP/1.x request parsing: the head in one piece, the body in any pieces. Pure functions on bytes,
 * strict where leniency invites request smuggling (both lengths given, spaces before colons, bare
 * CR, obsolete folding).
 */
#ifndef EIO_HTTP_PARSER_H
#define EIO_HTTP_PARSER_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EIO_HTTP_MAX_HEADERS = 100,
    EIO_HTTP_MAX_HEAD =
        16384 /* request line and headers together, as Node's --max-http-header-size */
};

typedef struct eio_http_field {
    sio__span_t name; /* lower-case */
    sio__span_t value;
} eio_http_field_t;

typedef struct eio_http_head {
    sio__span_t method; /* one that Node knows; methods are case-sensitive */
    sio__span_t target; /* as sent: origin form, absolute form or * */
    int minor;          /* HTTP/1.minor */
    bool keep_alive;    /* by version and Connection */
    bool upgrade;       /* Connection names upgrade and an Upgrade header is present */
    bool chunked;       /* Transfer-Encoding: chunked (anything else is an error) */
    bool expect_continue;
    bool expect_other;      /* what nobody can meet */
    int64_t content_length; /* -1 when absent */
    size_t field_count;
    eio_http_field_t fields[EIO_HTTP_MAX_HEADERS];
} eio_http_head_t;

/*
 * Parses a request head at the start of `data`; header names are lower-cased in place and all spans
 * point into `data`. Returns the bytes consumed (> 0), 0 when the head is not complete yet, or
 * minus the HTTP status to answer
 * (-400, -431 beyond EIO_HTTP_MAX_HEAD bytes or EIO_HTTP_MAX_HEADERS fields, -501 unknown transfer
 * coding, -505). Leading CRLFs before the request line are skipped. `*scanned` (start with 0) lets
 * a head that arrives in pieces be searched for its end only once: while the answer is 0, call
 * again with the same bytes and more behind them (they may have moved); otherwise it is 0 again,
 * ready for the next head. `head` is complete only when the answer is > 0.
 *
 * Beyond RFC 9112's own rules, 400 is the answer to two Host or two Content-Length fields, even
 * equal ones, to a Transfer-Encoding in HTTP/1.0, and to bytes from 0x80 on in the target.
 */
int eio_http_parse_head(char *data, size_t len, size_t *scanned, eio_http_head_t *head);

/* The first field of that (lower-case) name, or NULL. */
const sio__span_t *eio_http_head_get(const eio_http_head_t *head, const char *name);

/* Body in pieces: by Content-Length or chunked (extensions and trailers are skipped, bounded). The
 * fields are private. */
typedef struct eio_http_body {
    bool chunked;
    uint8_t state;
    uint8_t digits;     /* of this chunk's size */
    uint32_t skipped;   /* bytes of extensions and trailers, bounded over the whole body */
    uint64_t remaining; /* of the body, or of this chunk */
} eio_http_body_t;

void eio_http_body_start(eio_http_body_t *body, const eio_http_head_t *head);
bool eio_http_body_done(const eio_http_body_t *body);

/*
 * Consumes some of `data`; sets `*piece` to the body bytes found (maybe empty, pointing into
 * `data`). Call again with the rest until all is consumed or the body is done; what is left then
 * belongs to the next request. Returns the bytes consumed (> 0 unless `len` is 0 or the body is
 * done), or -400.
 */
long eio_http_body_feed(eio_http_body_t *body, const char *data, size_t len, sio__span_t *piece);

#endif
