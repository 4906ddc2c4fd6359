#include "engineio/encoding.h"

#include "base/json_scan.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { GZIP_BITS = 15 + 16, ZLIB_BITS = 15, MEM_LEVEL = 8 };

typedef struct choice {
    double gzip, deflate, any; /* q, the largest; -1: not named */
    bool deflate_first;        /* of the two, named first */
} choice_t;

static sio__span_t trim(const char *start, const char *end)
{
    while (start < end && (*start == ' ' || *start == '\t'))
        start++;
    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (sio__span_t){start, (size_t)(end - start)};
}

static const char *find(const char *start, const char *end, char c)
{
    const char *at = start < end ? memchr(start, c, (size_t)(end - start)) : NULL;

    return at ? at : end;
}

/* The number that a text begins with, as JavaScript's parseFloat() reads it but for exponents; 0
 * for none. */
static double parse_number(sio__span_t text)
{
    size_t len = text.len && text.data[0] == '+';
    bool point = false;

    for (; len < text.len; len++) {
        char c = text.data[len];

        if (c == '.' && !point)
            point = true;
        else if (c < '0' || c > '9')
            break;
    }
    return sio__number_parse(text.data, len);
}

/* The first parameter named "q"; 1 without one. */
static double parse_q(const char *start, const char *end)
{
    while (start < end) {
        const char *semicolon = find(start, end, ';');
        sio__span_t parameter = trim(start, semicolon);

        if (sio__span_is(parameter, "q"))
            return 0;
        if (parameter.len > 1 && memcmp(parameter.data, "q=", 2) == 0)
            return parse_number(trim(parameter.data + 2, parameter.data + parameter.len));
        start = semicolon + 1;
    }
    return 1;
}

static void take_coding(choice_t *choice, const char *start, const char *end)
{
    const char *semicolon = find(start, end, ';');
    sio__span_t name = trim(start, semicolon);
    double q = parse_q(semicolon + 1, end);

    if (name.len == 4 && strncasecmp(name.data, "gzip", 4) == 0) {
        choice->gzip = q > choice->gzip ? q : choice->gzip;
    } else if (name.len == 7 && strncasecmp(name.data, "deflate", 7) == 0) {
        choice->deflate_first = choice->gzip < 0;
        choice->deflate = q > choice->deflate ? q : choice->deflate;
    } else if (sio__span_is(name, "*")) {
        choice->any = q > choice->any ? q : choice->any;
    }
}

eio_encoding_t eio_encoding_negotiate(sio__span_t accept_encoding)
{
    const char *at = accept_encoding.data;
    const char *end = at + accept_encoding.len;
    choice_t choice = {-1, -1, -1, false};

    while (at < end) {
        const char *comma = find(at, end, ',');
        take_coding(&choice, at, comma);
        at = comma + 1;
    }
    if (choice.gzip < 0)
        choice.gzip = choice.any;
    if (choice.deflate < 0)
        choice.deflate = choice.any;
    if (choice.gzip <= 0 && choice.deflate <= 0)
        return EIO_IDENTITY;
    if (choice.gzip == choice.deflate)
        return choice.deflate_first ? EIO_DEFLATE : EIO_GZIP;
    return choice.gzip > choice.deflate ? EIO_GZIP : EIO_DEFLATE;
}

bool eio_encoding_compress(eio_encoding_t encoding, const void *body, size_t len, sio__buf_t *out)
{
    z_stream stream;
    size_t bound;
    int result;

    memset(&stream, 0, sizeof(stream));
    if (encoding == EIO_IDENTITY || len > UINT32_MAX / 2 ||
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                     encoding == EIO_GZIP ? GZIP_BITS : ZLIB_BITS, MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    bound = deflateBound(&stream, (uLong)len);
    if (!sio__buf_reserve(out, bound)) {
        deflateEnd(&stream);
        return false;
    }
    stream.next_in = (Bytef *)(uintptr_t)body;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)out->data + out->len;
    stream.avail_out = (uInt)bound;
    result = deflate(&stream, Z_FINISH);
    if (result == Z_STREAM_END)
        out->len += bound - stream.avail_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END;
}
