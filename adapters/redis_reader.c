#include "adapters/redis_reader.h"

#include <stdio.h>

enum { AGAIN_MS = 1000 };

static const char area[] = "socket.io-redis";

static void read_on(sio__reader_t *reader);

static void on_timer(uv_timer_t *timer)
{
    read_on(timer->data);
}

static void try_again(sio__reader_t *reader, const char *error)
{
    SIO__LOG(reader->log, SIO__WARN, area, "stream %s: %s", reader->stream, error);
    uv_timer_start(&reader->timer, on_timer, AGAIN_MS, 0);
}

/* The place is known before anybody is told of the entry. */
static void take_entry(sio__reader_t *reader, const redisReply *reply)
{
    char id[SIO__ENTRY_ID_SIZE];
    sio__cluster_entry_t entry;

    if (!sio__entry_read(reply, id, &entry))
        return;
    memcpy(reader->last, id, sizeof(id));
    if (entry.nsp.len)
        reader->fn(reader->user, id, &entry);
}

/* [[stream, [entry, ...]]] */
static void take_entries(sio__reader_t *reader, const redisReply *reply)
{
    const redisReply *stream = reply->elements ? reply->element[0] : NULL;
    const redisReply *entries = stream && stream->type == REDIS_REPLY_ARRAY && stream->elements == 2
                                    ? stream->element[1]
                                    : NULL;

    for (size_t i = 0; entries && entries->type == REDIS_REPLY_ARRAY && i < entries->elements; i++)
        if (reader->redis)
            take_entry(reader, entries->element[i]);
}

static void on_entries(const redisReply *reply, void *user)
{
    sio__reader_t *reader = user;

    reader->reading = false;
    if (!reply || !reader->redis)
        return;
    if (reply->type == REDIS_REPLY_ERROR) {
        try_again(reader, reply->str);
        return;
    }
    if (reply->type == REDIS_REPLY_ARRAY)
        take_entries(reader, reply);
    read_on(reader);
}

/* [..., "last-generated-id", id, ...]; a stream that isn't there begins with its first entry. */
static bool take_end(sio__reader_t *reader, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "no such key")) {
        snprintf(reader->last, sizeof(reader->last), "0-0");
        return true;
    }
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        const redisReply *name = reply->element[i], *value = reply->element[i + 1];

        if (name->str && strcmp(name->str, "last-generated-id") == 0 && value->str &&
            sio__entry_id_valid((sio__span_t){value->str, (size_t)value->len})) {
            snprintf(reader->last, sizeof(reader->last), "%s", value->str);
            return true;
        }
    }
    return false;
}

static void on_end(const redisReply *reply, void *user)
{
    sio__reader_t *reader = user;

    reader->reading = false;
    if (!reply || !reader->redis)
        return;
    if (take_end(reader, reply))
        read_on(reader);
    else
        try_again(reader, reply->str ? reply->str : "it doesn't say where it ends");
}

static int ask_for_end(sio__reader_t *reader)
{
    return SIO__REDIS_COMMAND(reader->redis, on_end, reader, SIO__WORD("XINFO"),
                              SIO__WORD("STREAM"), SIO__WORD(reader->stream));
}

static int ask_for_entries(sio__reader_t *reader)
{
    char count[16], block[16];

    snprintf(count, sizeof(count), "%u", reader->count);
    snprintf(block, sizeof(block), "%u", reader->block_ms);
    return SIO__REDIS_COMMAND(reader->redis, on_entries, reader, SIO__WORD("XREAD"),
                              SIO__WORD("COUNT"), SIO__WORD(count), SIO__WORD("BLOCK"),
                              SIO__WORD(block), SIO__WORD("STREAMS"), SIO__WORD(reader->stream),
                              SIO__WORD(reader->last));
}

static void read_on(sio__reader_t *reader)
{
    if (!reader->redis || reader->reading || !sio__redis_connected(reader->redis))
        return;
    reader->reading = true;
    if (reader->last[0] ? ask_for_entries(reader) : ask_for_end(reader)) {
        reader->reading = false;
        try_again(reader, "out of memory");
    }
}

bool sio__reader_reads(const sio__reader_t *reader)
{
    return reader->redis && reader->last[0] && sio__redis_connected(reader->redis);
}

static void on_connected(sio__redis_t *redis, void *user)
{
    (void)redis;
    read_on(user);
}

static const sio__redis_events_t events = {.connected = on_connected};

int sio__reader_open(sio__reader_t *reader, sio__redis_config_t *config)
{
    sio__redis_setup_t setup = {
        .loop = reader->loop,
        .log = reader->log,
        .config = config,
        .events = &events,
        .user = reader,
    };

    reader->redis = sio__redis_new(&setup);
    if (!reader->redis)
        return -1;
    uv_timer_init(reader->loop, &reader->timer);
    reader->timer.data = reader;
    return 0;
}

static void on_gone(void *user)
{
    sio__reader_t *reader = user;

    if (--reader->open == 0)
        reader->closed(reader->closed_user);
}

static void on_timer_closed(uv_handle_t *handle)
{
    on_gone(handle->data);
}

void sio__reader_close(sio__reader_t *reader, void (*closed)(void *user), void *user)
{
    sio__redis_t *redis = reader->redis;

    reader->redis = NULL;
    reader->closed = closed;
    reader->closed_user = user;
    reader->open = 2;
    sio__redis_close(redis, on_gone, reader);
    uv_close((uv_handle_t *)&reader->timer, on_timer_closed);
}
