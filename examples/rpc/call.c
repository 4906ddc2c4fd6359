/* The calls of call.h. */

#include "call.h"

#include <stdlib.h>

struct peer *peer_new(const struct via *via, uv_loop_t *loop)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        return NULL;
    peer->via = via;
    peer->loop = loop;
    peer->requests = allowance_of(300, 100);
    return peer;
}

void peer_free(void *peer)
{
    free(peer);
}

struct call *call_ref(struct call *call)
{
    call->refs++;
    return call;
}

void call_unref(struct call *call)
{
    if (--call->refs > 0)
        return;
    json_decref(call->id);
    sio_event_release(call->event);
    free(call);
}

static void on_timer_closed(uv_handle_t *timer)
{
    call_unref(timer->data);
}

/* Off the list; freed when the loop has let go of its timer. */
static void end(struct call *call)
{
    struct call **link = &call->peer->first;

    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    call->peer->count--;
    call->peer = NULL;
    uv_close((uv_handle_t *)&call->timer, on_timer_closed);
}

void peer_stop(struct peer *peer)
{
    while (peer->first)
        end(peer->first);
}

void call_result(struct call *call, json_t *result)
{
    if (!call->peer) {
        json_decref(result);
        return;
    }
    if (result)
        call->peer->via->result(call, result);
    else
        call->peer->via->error(call, "memory", "The server is out of memory.");
    end(call);
}

void call_error(struct call *call, const char *code, const char *message)
{
    if (!call->peer)
        return;
    call->peer->via->error(call, code, message);
    end(call);
}

/* ---- Beginning ---- */

struct call *call_find(const struct peer *peer, const json_t *id)
{
    struct call *call = peer->first;

    while (call && !json_equal(call->id, id))
        call = call->next;
    return call;
}

struct call *call_find_asked(const struct peer *peer, json_int_t asked)
{
    struct call *call = asked > 0 ? peer->first : NULL;

    while (call && call->asked != asked)
        call = call->next;
    return call;
}

static bool is_id(const json_t *id)
{
    return json_is_null(id) || json_is_integer(id) ||
           (json_is_string(id) && json_string_length(id) <= ID_MAX);
}

static struct call *add(struct peer *peer, json_t *id, sio_event_t *event)
{
    struct call *call = calloc(1, sizeof(*call));

    if (!call)
        return NULL;
    call->refs = 1;
    call->id = is_id(id) ? json_incref(id) : json_null();
    call->event = event ? sio_event_hold(event) : NULL;
    if ((event && !call->event) || uv_timer_init(peer->loop, &call->timer) != 0) {
        call_unref(call);
        return NULL;
    }
    call->timer.data = call;
    call->peer = peer;
    call->next = peer->first;
    peer->first = call;
    peer->count++;
    return call;
}

struct call *call_begin(struct peer *peer, json_t *id, sio_event_t *event, json_int_t timeout_ms)
{
    bool used = id && !json_is_null(id) && call_find(peer, id);
    struct call *call = add(peer, id ? id : json_null(), event);

    if (!call)
        return NULL;
    if (!allowance_take(&peer->requests))
        call_error(call, "rate", "Too fast. Wait a moment.");
    else if (peer->count > CALLS_MAX)
        call_error(call, "busy", "Too many calls are in progress.");
    else if (id && !is_id(id))
        call_error(call, "invalid", "An id is a short text or a whole number.");
    else if (used)
        call_error(call, "duplicate", "A call with that id is in progress.");
    else if (timeout_ms < 0 || timeout_ms > TIMEOUT_MAX)
        call_error(call, "invalid", "A time limit is 1 to 30000 milliseconds.");
    else {
        call->deadline = uv_now(peer->loop) + (uint64_t)(timeout_ms ? timeout_ms : TIMEOUT_DEFAULT);
        return call;
    }
    return NULL;
}

/* ---- Waiting ---- */

static void on_late(struct call *call)
{
    call_error(call, "timeout", "The method took too long.");
}

static void on_timer(uv_timer_t *timer)
{
    struct call *call = timer->data;

    call->then(call);
}

void call_wait(struct call *call, uint64_t ms, call_fn then)
{
    uint64_t now = uv_now(call->peer->loop);
    uint64_t left = call->deadline > now ? call->deadline - now : 0;

    call->then = then && ms < left ? then : on_late;
    uv_timer_start(&call->timer, on_timer, then && ms < left ? ms : left, 0);
}
