/* The batch of batch.h. */

#include "batch.h"

bool batch_add(struct batch *batch, json_t *item)
{
    if (!batch->items)
        batch->items = json_array();
    return json_array_append_new(batch->items, item) == 0;
}

size_t batch_size(const struct batch *batch)
{
    return json_array_size(batch->items);
}

bool batch_is_full(const struct batch *batch)
{
    return batch_size(batch) >= BATCH_ITEMS;
}

json_t *batch_take(struct batch *batch, int64_t at_ms)
{
    json_t *items = batch->items;

    if (batch_size(batch) == 0)
        return NULL;
    batch->items = NULL;
    return json_pack("{s:I,s:I,s:o}", "number", ++batch->number, "at", (json_int_t)at_ms, "items",
                     items);
}

void batch_clear(struct batch *batch)
{
    json_decref(batch->items);
    batch->items = NULL;
}
