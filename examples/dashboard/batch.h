/* Items collected into one message: it goes when it is full, or when somebody decides that it has
 * waited long enough. Knows neither the loop nor the network. */
#ifndef DASHBOARD_BATCH_H
#define DASHBOARD_BATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define BATCH_ITEMS 100 /* at most in one message */
#define BATCH_MS    50  /* how long the first of them waits at most */

struct batch {
    json_t *items; /* an array; NULL: none yet */
    json_int_t number;
};

/* Adds an item (stolen, may be NULL for one that could not be made). False: out of memory, it is
 * lost. */
bool batch_add(struct batch *batch, json_t *item);

size_t batch_size(const struct batch *batch);
bool batch_is_full(const struct batch *batch);

/* { number, at, items }, and the next one begins; receivers see by the numbers what they have
 * missed. New; NULL when there is nothing in it, or out of memory: then the items are lost. */
json_t *batch_take(struct batch *batch, int64_t at_ms);

void batch_clear(struct batch *batch);

#endif
