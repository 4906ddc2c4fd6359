#include "engineio/deflate.h"

#include "base/alloc.h"

#include <string.h>

enum { DEFAULT_MEM_LEVEL = 8, MIN_RAW_BITS = 9, MAX_BITS = 15, MAX_OFFERS = 8 };

/* ---- compressing ---- */

void eio_compressor_init(eio_compressor_t *compressor, const eio_deflate_options_t *options)
{
    memset(compressor, 0, sizeof(*compressor));
    compressor->level = options->level ? options->level : Z_DEFAULT_COMPRESSION;
    compressor->mem_level = options->mem_level ? options->mem_level : DEFAULT_MEM_LEVEL;
}

void eio_compressor_free(eio_compressor_t *compressor)
{
    size_t bits;

    for (bits = 0; bits < sizeof(compressor->streams) / sizeof(compressor->streams[0]); bits++) {
        if (!compressor->streams[bits])
            continue;
        deflateEnd(compressor->streams[bits]);
        sio__free(compressor->streams[bits]);
        compressor->streams[bits] = NULL;
    }
}

static z_stream *compressor_stream(eio_compressor_t *compressor, int bits)
{
    z_stream *stream = compressor->streams[bits];

    if (stream)
        return deflateReset(stream) == Z_OK ? stream : NULL;
    stream = sio__calloc(1, sizeof(*stream));
    if (!stream)
        return NULL;
    /* zlib has no raw window of 8 bits for deflate; the caller doesn't ask for one. */
    if (deflateInit2(stream, compressor->level, Z_DEFLATED, -bits, compressor->mem_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        sio__free(stream);
        return NULL;
    }
    compressor->streams[bits] = stream;
    return stream;
}

size_t eio_compress_bound(size_t len)
{
    return len + len / 8 + len / 64 + 64; /* zlib's bound for the smallest windows */
}

size_t eio_compress(eio_compressor_t *compressor, int window_bits, const void *data, size_t len,
                    uint8_t *out, size_t room)
{
    z_stream *stream;

    if (window_bits < MIN_RAW_BITS || window_bits > MAX_BITS || len > UINT32_MAX / 2)
        return 0;
    stream = compressor_stream(compressor, window_bits);
    if (!stream)
        return 0;
    stream->next_in = (Bytef *)(uintptr_t)data;
    stream->avail_in = (uInt)len;
    stream->next_out = out;
    stream->avail_out = (uInt)room;
    if (deflate(stream, Z_SYNC_FLUSH) != Z_OK || stream->avail_in || stream->avail_out == 0)
        return 0;
    room -= stream->avail_out;
    return room > 4 ? room - 4 : 0; /* 00 00 ff ff is implied */
}

/* ---- inflating ---- */

struct eio_inflater {
    z_stream stream;
    bool reset; /* the client starts each message with an empty window */
};

eio_inflater_t *eio_inflater_new(const eio_deflate_params_t *params)
{
    eio_inflater_t *inflater = sio__calloc(1, sizeof(*inflater));

    if (!inflater)
        return NULL;
    inflater->reset = params->client_no_context_takeover;
    if (inflateInit2(&inflater->stream, -params->client_bits) != Z_OK) {
        sio__free(inflater);
        return NULL;
    }
    return inflater;
}

void eio_inflater_free(eio_inflater_t *inflater)
{
    if (!inflater)
        return;
    inflateEnd(&inflater->stream);
    sio__free(inflater);
}

/* A final block ends the stream within the message: what follows starts anew. *ended: nothing has
 * followed yet. */
static int inflate_some(z_stream *stream, size_t max, sio__buf_t *out, bool *ended)
{
    int result = Z_OK;

    do {
        if (!sio__buf_reserve(out, 4096))
            return -1;
        stream->next_out = (Bytef *)out->data + out->len;
        stream->avail_out = (uInt)(out->cap - out->len);
        result = inflate(stream, Z_SYNC_FLUSH);
        if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
            return -1;
        out->len = out->cap - stream->avail_out;
        if (out->len > max)
            return -2;
        *ended = result == Z_STREAM_END;
        if (*ended && inflateReset(stream) != Z_OK)
            return -1;
    } while (*ended ? stream->avail_in > 0 : stream->avail_out == 0);
    return stream->avail_in ? -1 : 0;
}

int eio_inflate(eio_inflater_t *inflater, const void *data, size_t len, size_t max, sio__buf_t *out)
{
    static const uint8_t tail[4] = {0x00, 0x00, 0xff, 0xff};
    z_stream *stream = &inflater->stream;
    bool ended = false;
    int error;

    if (len > UINT32_MAX / 2)
        return -2;
    stream->next_in = (Bytef *)(uintptr_t)data;
    stream->avail_in = (uInt)len;
    error = len ? inflate_some(stream, max, out, &ended) : 0;
    if (!error && !ended) {
        stream->next_in = (Bytef *)(uintptr_t)tail;
        stream->avail_in = sizeof(tail);
        error = inflate_some(stream, max, out, &ended);
    }
    if (!error && inflater->reset && inflateReset(stream) != Z_OK)
        error = -1;
    return error;
}
