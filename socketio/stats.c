/* Live counters. Other threads get what the loop thread tells them when asked, or, when it is busy,
 * what it told last. */
#include "socketio/plain.h"
#include "socketio/recovery.h"
#include "socketio/server.h"

#include "base/alloc.h"

#include <string.h>

_Static_assert(sizeof(((sio_stats_t *)0)->refused) == EIO_ERRORS * sizeof(uint64_t) &&
                   (int)EIO_REASONS <= (int)SIO_REASONS,
               "as the engine counts");

enum { WAIT_MS = 100 };

static void add_recovery(const sio_namespace_t *nsp, sio_stats_t *stats)
{
    sio__session_counts_t counts;

    sio__recovery_count(nsp, &counts);
    stats->recovery_sessions += counts.sessions;
    stats->recovery_packets += counts.packets;
    stats->recovery_bytes += counts.bytes;
}

static void add_namespaces(const sio_server_t *io, sio_stats_t *stats)
{
    const sio__list_t *node;

    for (node = io->namespace_list.next; node != &io->namespace_list; node = node->next) {
        const sio_namespace_t *nsp = SIO__CONTAINER(node, const sio_namespace_t, link);

        stats->namespaces++;
        stats->rooms += nsp->adapter->ops->room_count(nsp->adapter);
        if (nsp->recovery)
            add_recovery(nsp, stats);
    }
}

/* The rooms of those that share a namespace are counted with it. */
static void add_endpoints(const sio_server_t *io, sio_stats_t *stats)
{
    const sio__list_t *node;

    for (node = io->ws_endpoints.next; node != &io->ws_endpoints; node = node->next) {
        const sio_namespace_t *nsp = SIO__CONTAINER(node, const sio_ws_endpoint_t, link)->nsp;

        stats->ws_endpoints++;
        if (!sio__list_linked(&nsp->link))
            stats->rooms += nsp->adapter->ops->room_count(nsp->adapter);
    }
}

static void add_engine(const eio_counters_t *engine, sio_stats_t *stats)
{
    stats->connections = engine->connections;
    stats->requests = engine->requests;
    stats->sessions = engine->sessions;
    stats->sessions_polling = engine->sessions_polling;
    stats->queued_bytes = engine->queued_bytes;
    stats->packets_in = engine->packets_in;
    stats->packets_out = engine->packets_out;
    stats->bytes_in = engine->bytes_in;
    stats->bytes_out = engine->bytes_out;
    stats->handshakes = engine->handshakes;
    stats->handshakes_refused = engine->handshakes_refused;
    stats->upgrades = engine->upgrades;
    stats->ws_connections = engine->plain;
    stats->ws_accepted = engine->plain_accepted;
    stats->ws_messages_in = engine->plain_in;
    stats->ws_messages_out = engine->plain_out;
    memcpy(stats->refused, engine->refused, sizeof(stats->refused));
    memcpy(stats->closed, engine->closed, sizeof(engine->closed));
    stats->outbox_peak = engine->outbox_peak;
    stats->stalled = engine->stalled;
    stats->oversize = engine->oversize;
    stats->limited_connections = engine->limited_connections;
    stats->limited_handshakes = engine->limited_handshakes;
    stats->limited_packets = engine->limited_packets;
    stats->limited_bytes = engine->limited_bytes;
    stats->loop_lag_ms = engine->loop_lag_ms;
    stats->loop_lag_max_ms = engine->loop_lag_max_ms;
}

static uint64_t count_operations(const sio_server_t *io)
{
    const sio__list_t *node;
    uint64_t count = 0;

    for (node = io->operations.next; node != &io->operations; node = node->next)
        count++;
    return count;
}

static void collect(const sio_server_t *io, sio_stats_t *stats)
{
    const sio__counts_t *counts = &io->counts;

    *stats = (sio_stats_t){
        .size = sizeof(*stats),
        .sockets = counts->sockets,
        .sockets_allocated = atomic_load(&io->sockets_allocated),
        .acks_pending = io->acks.count,
        .operations = count_operations(io),
        .posted_bytes = atomic_load(&io->posted_bytes),
        .broadcasts = counts->broadcasts,
        .deliveries = counts->deliveries,
        .volatile_dropped = counts->volatile_dropped,
        .backpressure_refused = counts->backpressure_refused,
        .events_in = counts->events_in,
        .acks_in = counts->acks_in,
        .acks_late = counts->acks_late,
        .acks_timed_out = counts->acks_timed_out,
        .deadlines_passed = counts->deadlines_passed,
        .limited_namespaces = counts->limited_namespaces,
        .limited_rooms = counts->limited_rooms,
        .parse_errors = counts->parse_errors,
        .ws_refused = counts->ws_refused,
        .ws_limited = counts->ws_limited,
    };
    memcpy(stats->disconnects, counts->disconnects, sizeof(stats->disconnects));
    add_namespaces(io, stats);
    add_endpoints(io, stats);
    if (io->engine)
        add_engine(eio_server_counters(io->engine), stats);
}

typedef struct question {
    eio_task_t task;
    sio_server_t *server;
} question_t;

static void publish(sio_server_t *io)
{
    sio_stats_t fresh;

    collect(io, &fresh);
    uv_mutex_lock(&io->post_mutex);
    io->stats_snapshot = fresh;
    io->stats_asked = false;
    io->stats_round++;
    uv_cond_broadcast(&io->stats_cond);
    uv_mutex_unlock(&io->post_mutex);
}

static void on_question(eio_task_t *task)
{
    question_t *question = SIO__CONTAINER(task, question_t, task);

    publish(question->server);
    sio__free(question);
}

static void ask(sio_server_t *io)
{
    question_t *question = sio__malloc(sizeof(*question));

    if (!question)
        return;
    question->task.fn = on_question;
    question->server = io;
    if (io->posts_open && eio_loop_post(&io->loop, &question->task) == 0)
        io->stats_asked = true;
    else
        sio__free(question);
}

static void ask_and_wait(sio_server_t *io, sio_stats_t *stats)
{
    unsigned round;

    uv_mutex_lock(&io->post_mutex);
    round = io->stats_round;
    if (!io->stats_asked)
        ask(io);
    while (io->stats_asked && io->stats_round == round)
        if (uv_cond_timedwait(&io->stats_cond, &io->post_mutex, WAIT_MS * UINT64_C(1000000)))
            break;
    *stats = io->stats_snapshot;
    uv_mutex_unlock(&io->post_mutex);
}

/* After this the last snapshot stays. */
void sio__stats_close(sio_server_t *io)
{
    publish(io);
}

int sio_stats(sio_server_t *io, sio_stats_t *stats)
{
    size_t size = stats->size;
    sio_stats_t all;

    if (!size)
        return SIO_EINVAL;
    if (sio__on_loop(io))
        collect(io, &all);
    else
        ask_and_wait(io, &all);
    if (size > sizeof(all))
        size = sizeof(all);
    all.size = size;
    memcpy(stats, &all, size);
    return SIO_OK;
}
