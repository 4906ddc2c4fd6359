/* Walking over the members of a valid JSON array or object, given by its text. */
#ifndef SIO_BASE_JSON_WALK_H
#define SIO_BASE_JSON_WALK_H

#include "base/span.h"

#include <stdbool.h>

typedef struct sio__json_walk {
    const char *at, *end;
} sio__json_walk_t;

/* `text` starts with [ or {. */
sio__json_walk_t sio__json_walk_begin(sio__span_t text);

/* The next element, or false at the end. */
bool sio__json_walk_element(sio__json_walk_t *walk, sio__span_t *value);

/* The next member and its key token, or false at the end. */
bool sio__json_walk_member(sio__json_walk_t *walk, sio__span_t *key, sio__span_t *value);

/* The value of a key (the last one, as JSON.parse), or false when there is none. */
bool sio__json_find(sio__span_t object, const char *key, size_t key_len, sio__span_t *value);

#endif
