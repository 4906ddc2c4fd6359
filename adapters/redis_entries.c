#include "adapters/redis_entries.h"

#include <stdlib.h>

/* The end of digits that are a number of 64 bits. */
static size_t skip_number(sio__span_t text, size_t at)
{
    size_t start = at;

    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9' && at - start < 20)
        at++;
    return at;
}

bool sio__entry_id_valid(sio__span_t text)
{
    size_t dash = skip_number(text, 0), end;

    if (dash == 0 || dash >= text.len || text.data[dash] != '-')
        return false;
    end = skip_number(text, dash + 1);
    return end > dash + 1 && end == text.len && end < SIO__ENTRY_ID_SIZE;
}

static int compare(unsigned long long a, unsigned long long b)
{
    return (a > b) - (a < b);
}

int sio__entry_id_compare(const char *a, const char *b)
{
    char *rest_a, *rest_b;
    int order = compare(strtoull(a, &rest_a, 10), strtoull(b, &rest_b, 10));

    if (order)
        return order;
    return compare(*rest_a ? strtoull(rest_a + 1, NULL, 10) : 0,
                   *rest_b ? strtoull(rest_b + 1, NULL, 10) : 0);
}

static bool read_text(const redisReply *reply, sio__span_t *text)
{
    if (reply->type != REDIS_REPLY_STRING)
        return false;
    *text = (sio__span_t){reply->str, (size_t)reply->len};
    return true;
}

static void read_field(sio__span_t name, sio__span_t value, sio__cluster_entry_t *entry)
{
    if (sio__span_is(name, "uid"))
        entry->uid = value;
    else if (sio__span_is(name, "nsp"))
        entry->nsp = value;
    else if (sio__span_is(name, "type"))
        entry->type = value;
    else if (sio__span_is(name, "data"))
        entry->data = value;
}

static bool read_id(const redisReply *reply, char id[SIO__ENTRY_ID_SIZE])
{
    sio__span_t text;

    if (!read_text(reply, &text) || !sio__entry_id_valid(text))
        return false;
    memcpy(id, text.data, text.len);
    id[text.len] = '\0';
    return true;
}

bool sio__entry_read(const redisReply *reply, char id[SIO__ENTRY_ID_SIZE],
                     sio__cluster_entry_t *entry)
{
    const redisReply *fields;
    sio__span_t name, value;

    memset(entry, 0, sizeof(*entry));
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || !read_id(reply->element[0], id))
        return false;
    fields = reply->element[1];
    if (fields->type != REDIS_REPLY_ARRAY)
        return fields->type == REDIS_REPLY_NIL; /* deleted meanwhile */
    for (size_t i = 0; i + 1 < fields->elements; i += 2)
        if (read_text(fields->element[i], &name) && read_text(fields->element[i + 1], &value))
            read_field(name, value, entry);
    return true;
}
