/*
 * MessagePack as notepack writes and reads it, for clients (socket.io-msgpack-parser has notepack
 * 2.2) and for other servers (3.0): items, and values from and to JSON text with attachments. Pure
 * functions on bytes, without recursion.
 */
#ifndef SIO_BASE_MSGPACK_H
#define SIO_BASE_MSGPACK_H

#include "base/args.h"
#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum sio__msgpack_kind {
    SIO__MSGPACK_NIL,
    SIO__MSGPACK_FALSE,
    SIO__MSGPACK_TRUE,
    SIO__MSGPACK_UINT,
    SIO__MSGPACK_INT, /* `integer` is what it is below zero: -integer */
    SIO__MSGPACK_DOUBLE,
    SIO__MSGPACK_STR,
    SIO__MSGPACK_BIN,
    SIO__MSGPACK_ARRAY,
    SIO__MSGPACK_MAP,
    SIO__MSGPACK_EXT,
    SIO__MSGPACK_UNDEFINED,    /* fixext 1, type 0 */
    SIO__MSGPACK_DATE,         /* fixext 8, type 0 */
    SIO__MSGPACK_ARRAY_BUFFER, /* ext 8, 16, 32, type 0 */
} sio__msgpack_kind_t;

typedef struct sio__msgpack_item {
    sio__msgpack_kind_t kind;
    uint64_t integer;  /* UINT, INT; of ARRAY the elements, of MAP the pairs that follow */
    double real;       /* DOUBLE; of DATE the milliseconds since 1970 */
    sio__span_t bytes; /* STR (any bytes), BIN, EXT, ARRAY_BUFFER; within what was read */
    int ext_type;
} sio__msgpack_item_t;

/* Reads the item at `at`, of arrays and maps the head only. What is behind it, or NULL: nothing
 * that MessagePack knows, or cut off. */
const char *sio__msgpack_read(const char *at, const char *end, sio__msgpack_item_t *item);

/* The end of the whole value at `at`, NULL when it is malformed. */
const char *sio__msgpack_skip(const char *at, const char *end);

/* Each in the form notepack chooses. */
void sio__msgpack_put_uint(sio__buf_t *out, uint64_t number);
void sio__msgpack_put_int(sio__buf_t *out, uint64_t magnitude); /* -magnitude, at most 2^63 */
void sio__msgpack_put_double(sio__buf_t *out, double number);
void sio__msgpack_put_number(sio__buf_t *out, double number); /* an integer, if it is one */
void sio__msgpack_put_text(sio__buf_t *out, const char *text);
void sio__msgpack_put_str_head(sio__buf_t *out, uint32_t len);
void sio__msgpack_put_bin_head(sio__buf_t *out, uint32_t len);
void sio__msgpack_put_array_head(sio__buf_t *out, uint32_t count);
void sio__msgpack_put_map_head(sio__buf_t *out, uint32_t count);
void sio__msgpack_put_undefined(sio__buf_t *out);

/* What type -1 of extensions means: to notepack 2 nothing, to 3 (as in the standard) a time. */
typedef enum sio__msgpack_dialect { SIO__NOTEPACK_2, SIO__NOTEPACK_3 } sio__msgpack_dialect_t;

/*
 * The value of `message`, which must be nothing else, as JSON text; binary values become
 * attachments, dates ISO texts, undefined is left out of objects and null in arrays, as
 * JSON.stringify would have it. 0, or -1 with a reason. Appends to args->json.
 */
int sio__msgpack_to_json(sio__span_t message, sio__msgpack_dialect_t dialect, unsigned max_depth,
                         sio__args_t *args, const char **error);

/* Appends valid JSON; its placeholders become the attachments they mean. 0, SIO__ENOMEM,
 * SIO__EINVAL (too large). */
int sio__msgpack_from_json(sio__span_t json, sio__attachments_t attachments, sio__buf_t *out);

#endif
