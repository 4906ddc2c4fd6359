/* The feed of feed.h. */

#include "feed.h"

#include "examples/common/clock.h"
#include "examples/common/reply.h"

#define VIEWERS "viewers" /* the Socket.IO room of who watches */

/* ---- Sending ---- */

/* Volatile: for somebody whose network can't keep up, the newest counters matter and not those
 * before. */
static void send_batch(struct feed *feed)
{
    json_t *batch = batch_take(&feed->batch, unix_ms());

    uv_timer_stop(&feed->sending);
    if (batch)
        sio_emit_to(feed->nsp, SIO_TARGET(.to = SIO_LIST(VIEWERS), .flags = SIO_VOLATILE), "batch",
                    "o", batch);
}

static void on_sending(uv_timer_t *timer)
{
    send_batch(timer->data);
}

/* From now, not from when the loop's turn began, which may have been a while ago. */
static void start_waiting(struct feed *feed)
{
    uv_update_time(feed->sending.loop);
    uv_timer_start(&feed->sending, on_sending, BATCH_MS, 0);
}

/* The first item starts the time that they all wait at most; the last that fits ends it. */
static void add_item(struct feed *feed, json_t *item)
{
    if (feed->stopped) {
        json_decref(item);
        return;
    }
    if (!batch_add(&feed->batch, item))
        return;
    if (batch_is_full(&feed->batch))
        send_batch(feed);
    else if (batch_size(&feed->batch) == 1)
        start_waiting(feed);
}

void feed_add(struct feed *feed, const char *kind, json_t *argument)
{
    if (feed->viewers > 0)
        add_item(feed, json_pack("[s,I,o]", kind, (json_int_t)unix_ms(), argument));
    else
        json_decref(argument);
}

/* Also while nobody watches: who comes finds the last minute. */
static void on_sampling(uv_timer_t *timer)
{
    struct feed *feed = timer->data;
    const struct sample *sample = history_sample(&feed->history, feed->io);

    if (feed->viewers > 0)
        add_item(feed, json_pack("[s,o]", "sample", sample_json(sample)));
}

/* ---- Watching ---- */

static void unwatch(struct feed *feed, sio_socket_t *socket)
{
    if (!sio_user(socket))
        return;
    sio_set_user(socket, NULL, NULL);
    sio_leave(socket, VIEWERS);
    if (--feed->viewers == 0)
        batch_clear(&feed->batch);
}

/* watch: what there is, and from now on what comes. Again after a pause or a reconnection. */
static void on_watch(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct feed *feed = user;

    if (sio_join(socket, VIEWERS) != 0) {
        refuse_memory(event);
        return;
    }
    if (!sio_user(socket)) {
        sio_set_user(socket, feed, NULL);
        feed->viewers++;
    }
    sio_ack(event, "{s:b,s:o,s:o,s:i,s:I}", "ok", 1, "fields", sample_fields(), "history",
            history_json(&feed->history), "sampleMs", SAMPLE_MS, "number", feed->batch.number);
}

/* pause: a hidden page needs nothing. */
static void on_pause(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct feed *feed = user;

    unwatch(feed, socket);
    sio_ack(event, "{s:b,s:i}", "ok", 1, "viewers", (int)feed->viewers);
}

static void on_disconnect(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)why;
    unwatch(user, socket);
}

int feed_init(struct feed *feed, sio_server_t *io, sio_namespace_t *nsp)
{
    int error;

    feed->io = io;
    feed->nsp = nsp;
    uv_timer_init(sio_loop(io), &feed->sampling);
    uv_timer_init(sio_loop(io), &feed->sending);
    feed->sampling.data = feed->sending.data = feed;
    uv_timer_start(&feed->sampling, on_sampling, 0, SAMPLE_MS);
    error = sio_namespace_on(nsp, "watch", on_watch, feed);
    if (error == 0)
        error = sio_namespace_on(nsp, "pause", on_pause, feed);
    return error ? error : sio_namespace_on_disconnect(nsp, on_disconnect, feed);
}

void feed_stop(struct feed *feed)
{
    feed->stopped = true;
    uv_close((uv_handle_t *)&feed->sampling, NULL);
    uv_close((uv_handle_t *)&feed->sending, NULL);
    batch_clear(&feed->batch);
}
