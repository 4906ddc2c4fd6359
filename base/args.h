/*
 * Arguments on their way out: JSON text of an array's items plus the binary attachments its
 * placeholders mean. Every emit form (format string, jansson, raw text, received values) ends here,
 * and the packet encoder starts from here.
 */
#ifndef SIO_BASE_ARGS_H
#define SIO_BASE_ARGS_H

#include "base/buf.h"
#include "base/span.h"

#include <jansson.h>
#include <stdbool.h>

/* Shared by received values and by encoders: the attachments of one packet. */
typedef struct sio__attachments {
    sio__span_t *items;
    size_t count;
} sio__attachments_t;

typedef struct sio__args {
    /* `"a",1,{"_placeholder":true,"num":0}`: items joined by commas, no brackets */
    sio__buf_t json;
    sio__span_t *bytes; /* attachments in placeholder order; borrowed from the caller's arguments */
    size_t bytes_count, bytes_cap;
    bool bytes_failed;
    bool distinct;    /* no received attachment has two placeholders */
    sio__buf_t fakes; /* offsets (size_t) in json of the `true` of objects that only look like
                         placeholders */
} sio__args_t;

void sio__args_init(sio__args_t *args);
void sio__args_free(sio__args_t *args);
void sio__args_clear(sio__args_t *args); /* keeps the memory */

/* Appends the items of a jansson array. 0, SIO__EINVAL (no array), SIO__ENOMEM. */
int sio__args_pack_json(sio__args_t *args, const json_t *array);

/* Appends the items of an array's JSON text (checked, UTF-8 too). 0, SIO__EJSON, SIO__ENOMEM. */
int sio__args_pack_text(sio__args_t *args, const char *text, size_t len, unsigned max_depth);

/*
 * Appends one received value: its bytes as they came, its placeholders renumbered to follow the
 * attachments already there; an attachment named several times is attached once. `from` has those
 * of the packet it came in (NULL or count 0: a text packet). 0 or SIO__ENOMEM.
 */
int sio__args_append_value(sio__args_t *args, sio__span_t json, const sio__attachments_t *from);

/* Appends one binary argument. 0 or SIO__ENOMEM. */
int sio__args_append_bytes(sio__args_t *args, const void *bytes, size_t len);

/* The same without the comma before it: in a text that is written piece by piece. */
int sio__args_insert_bytes(sio__args_t *args, const void *bytes, size_t len);

/* Appends one jansson value. 0, SIO__ENOMEM, SIO__EINVAL (circular). */
int sio__args_append_jansson(sio__args_t *args, const json_t *value);

/* Appends the comma that the next item needs, if any. */
void sio__args_separate(sio__args_t *args);

/* How much was appended, to take it back. */
typedef struct sio__args_mark {
    size_t json_len, bytes_count, fakes_len;
} sio__args_mark_t;

sio__args_mark_t sio__args_mark(const sio__args_t *args);
void sio__args_rewind(sio__args_t *args, sio__args_mark_t mark); /* forgets failures too */

/*
 * When there are attachments, an object of a relayed text that only looks like a placeholder would
 * be taken for one by the receiver: its `true` is written as `null`, which is as long. Call once,
 * after the last append.
 */
void sio__args_finish(sio__args_t *args);

/* One jansson value as JSON text, numbers as JSON.stringify prints them. 0, SIO__ENOMEM,
 * SIO__EINVAL (circular). */
int sio__json_append_jansson(sio__buf_t *out, const json_t *value);

#endif
