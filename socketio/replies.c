#include "socketio/replies.h"

#include "base/alloc.h"
#include "socketio/ack.h"
#include "socketio/event.h"
#include "socketio/operation.h"

struct sio_replies {
    sio__operation_t operation;
    sio__ack_sink_t sink;
    sio_namespace_t *nsp; /* a reference */
    sio_replies_fn fn;
    void *user;
    uint64_t id;
    unsigned timeout_ms;
    bool of_servers, asking;
    sio__timer_t timer;
    eio_deferred_t completion;
    uint64_t servers; /* 0: not known yet */
    uint64_t servers_heard;
    uint64_t expected;
    sio__list_t acks; /* of local sockets */
    sio_event_t **items;
    size_t count, cap;
};

/* ---------------------------------------------------------------------------------- its end */

void sio__replies_free(sio_replies_t *replies)
{
    if (!replies)
        return;
    for (size_t i = 0; i < replies->count; i++)
        sio_event_release(replies->items[i]);
    sio__free(replies->items);
    sio__namespace_unref(replies->nsp);
    sio__free(replies);
}

static void finish(sio_replies_t *replies, int status)
{
    sio_namespace_t *nsp = replies->nsp;

    sio__operation_end(&replies->operation);
    eio_timer_stop(&nsp->server->loop, &replies->timer);
    eio_deferred_cancel(&replies->completion);
    sio__ack_free_all(&replies->acks);
    nsp->adapter->ops->forget(nsp->adapter, &replies->sink);
    replies->fn(status, replies, replies->user);
    sio__replies_free(replies);
}

void sio__replies_fail(sio_replies_t *replies, int error)
{
    finish(replies, error);
}

static void on_abort(sio__operation_t *operation)
{
    finish(SIO__CONTAINER(operation, sio_replies_t, operation), SIO_ESTATE);
}

static void on_timeout(sio__timer_t *timer)
{
    sio_replies_t *replies = SIO__CONTAINER(timer, sio_replies_t, timer);
    sio_server_t *io = replies->nsp->server;

    io->counts.acks_timed_out++;
    SIO__LOG(&io->log, SIO__DEBUG, "socket.io:broadcast-operator",
             "%zu of %llu acknowledgements within %u ms", replies->count,
             (unsigned long long)replies->expected, replies->timeout_ms);
    finish(replies, SIO_ETIMEDOUT);
}

static void on_completion(eio_deferred_t *deferred)
{
    finish(SIO__CONTAINER(deferred, sio_replies_t, completion), SIO_OK);
}

static bool complete(const sio_replies_t *replies)
{
    if (!replies->servers)
        return false;
    if (replies->of_servers)
        return replies->count >= replies->servers - 1;
    return replies->servers_heard >= replies->servers && replies->count >= replies->expected;
}

/* The program isn't called back from within its own call. */
static void check(sio_replies_t *replies)
{
    if (!complete(replies))
        return;
    if (replies->asking)
        eio_loop_defer(&replies->nsp->server->loop, &replies->completion);
    else
        finish(replies, SIO_OK);
}

/* --------------------------------------------------------------------------------- answers */

/* A reply that can't be kept counts as none. */
static void keep(sio_replies_t *replies, sio__span_t value, sio__attachments_t attachments)
{
    sio_event_t *reply;

    if (replies->count == replies->cap) {
        size_t cap = replies->cap ? replies->cap * 2 : 8;
        sio_event_t **grown = sio__realloc(replies->items, cap * sizeof(*grown));

        if (!grown)
            return;
        replies->items = grown;
        replies->cap = cap;
    }
    reply = sio__event_of_value(value, attachments);
    if (reply)
        replies->items[replies->count++] = reply;
}

/* Of a client that has gone nobody hears any more, and the others have until the time is over. */
static void on_client_reply(int status, const sio_event_t *reply, void *user)
{
    sio_replies_t *replies = user;

    if (status != SIO_OK)
        return;
    keep(replies, reply->arg_count ? reply->args[0].text : (sio__span_t){NULL, 0},
         reply->attachments);
    check(replies);
}

static sio_replies_t *of_sink(sio__ack_sink_t *sink)
{
    return SIO__CONTAINER(sink, sio_replies_t, sink);
}

static void on_servers(sio__ack_sink_t *sink, uint64_t count)
{
    of_sink(sink)->servers = count ? count : 1;
    check(of_sink(sink));
}

static void on_clients(sio__ack_sink_t *sink, uint64_t count)
{
    of_sink(sink)->servers_heard++;
    of_sink(sink)->expected += count;
    check(of_sink(sink));
}

static void on_reply(sio__ack_sink_t *sink, sio__span_t value, const sio__span_t *attachments,
                     size_t count)
{
    sio__span_t *items = (sio__span_t *)(uintptr_t)attachments; /* copied, never written to */

    keep(of_sink(sink), value, (sio__attachments_t){.items = items, .count = count});
    check(of_sink(sink));
}

/* ---------------------------------------------------------------------------------- asking */

sio_replies_t *sio__replies_new(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn,
                                void *user)
{
    sio_replies_t *replies = fn ? sio__calloc(1, sizeof(*replies)) : NULL;

    if (!replies)
        return NULL;
    sio__operation_init(&replies->operation, on_abort);
    replies->sink = (sio__ack_sink_t){on_servers, on_clients, on_reply};
    replies->nsp = nsp;
    sio__namespace_ref(nsp);
    replies->fn = fn;
    replies->user = user;
    replies->id = atomic_fetch_add(&nsp->ack_ids, 1);
    replies->timeout_ms = timeout_ms ? timeout_ms : nsp->server->ack_timeout_ms;
    sio__timer_init(&replies->timer, on_timeout);
    eio_deferred_init(&replies->completion, on_completion);
    sio__list_init(&replies->acks);
    return replies;
}

void sio__replies_of_servers(sio_replies_t *replies)
{
    replies->of_servers = true;
}

uint64_t sio__replies_id(const sio_replies_t *replies)
{
    return replies->id;
}

sio__ack_sink_t *sio__replies_sink(sio_replies_t *replies)
{
    return &replies->sink;
}

bool sio__replies_begin(sio_replies_t *replies)
{
    sio_server_t *io = replies->nsp->server;

    if (!sio__operation_begin(io, &replies->operation)) {
        finish(replies, SIO_ESTATE);
        return false;
    }
    replies->asking = true;
    eio_timer_start(&io->loop, &replies->timer, replies->timeout_ms);
    return true;
}

void sio__replies_expect(sio_replies_t *replies, sio_socket_t *socket)
{
    sio__ack_t *ack = sio__ack_new(on_client_reply, replies, 0, replies->id);

    replies->expected++;
    if (!ack)
        return; /* the time will be over */
    if (sio__ack_start(socket, ack) == SIO_OK)
        sio__ack_group(ack, &replies->acks);
    else
        sio__ack_free(ack);
}

void sio__replies_end_asking(sio_replies_t *replies, bool local)
{
    sio__adapter_t *adapter = replies->nsp->adapter;

    replies->servers_heard++; /* this one */
    if (local)
        on_servers(&replies->sink, 1);
    else
        adapter->ops->server_count(adapter, &replies->sink);
    replies->asking = false;
}

/* ------------------------------------------------------------------------- the program looks */

size_t sio_replies_count(const sio_replies_t *replies)
{
    return replies->count;
}

size_t sio_replies_expected(const sio_replies_t *replies)
{
    if (replies->of_servers)
        return replies->servers ? replies->servers - 1 : 0;
    return (size_t)replies->expected;
}

const sio_event_t *sio__replies_event(const sio_replies_t *replies, size_t index)
{
    return index < replies->count ? replies->items[index] : NULL;
}

const sio_value_t *sio_replies_get(const sio_replies_t *replies, size_t index)
{
    return index < replies->count ? sio_event_arg(replies->items[index], 0) : NULL;
}
