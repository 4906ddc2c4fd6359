/* Operational transformation of text. An operation is a JSON array that walks
 * over the whole of a text: a positive number keeps so many characters, a
 * negative one deletes them, a text is inserted. Characters are Unicode code
 * points. No documents, no network. public/ot.js is the same for pages. */
#ifndef DOCUMENT_OT_H
#define DOCUMENT_OT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { OT_PARTS_MAX = 10000, OT_LENGTH_MAX = 1000000 };

struct ot_text {
    char *bytes; /* UTF-8, not terminated; NULL while empty */
    size_t size; /* in bytes */
    size_t length;
};

/* Whether it is an operation on a text of this length, in not too many parts,
 * whose result isn't too long. One that ends early is made to keep the rest. */
bool ot_check(json_t *op, size_t length);

/* How long the text is that it is for. */
size_t ot_length_before(const json_t *op);

/* What `op` becomes when `done`, made on the same text, was applied before it.
 * Where both insert at one place, that of `op` comes first if op_first. New;
 * NULL: lengths differ, or out of memory. */
json_t *ot_transform(const json_t *op, const json_t *done, bool op_first);

/* Where a position in the text is after the operation; what is inserted right
 * there comes before it. */
size_t ot_transform_index(size_t index, const json_t *op);

/* Of an operation as long as the text. False: out of memory, and the text is as
 * before. */
bool ot_apply(struct ot_text *text, const json_t *op);

#endif
