/* Calls in progress, whichever way they came: each has an id, a time limit, and one answer. */
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "examples/common/allowance.h"

#include <socketio/socketio.h>
#include <uv.h>

enum {
    CALLS_MAX = 200,        /* in progress, of one client */
    TIMEOUT_DEFAULT = 5000, /* milliseconds */
    TIMEOUT_MAX = 30000,
    ID_MAX = 64 /* bytes of an id that is a text */
};

struct call;

/* How a client is answered, and asked something itself. over_ws.c and over_acks.c. */
struct via {
    void (*result)(const struct call *call, json_t *result); /* stolen */
    void (*error)(const struct call *call, const char *code, const char *message);
    /* Calls a method of the client's; what it answers goes to call_result() or call_error(). */
    int (*ask)(struct call *call, const char *method);
};

struct peer {
    const struct via *via;
    uv_loop_t *loop;
    sio_socket_t *socket; /* one of the two; borrowed, since the peer belongs to it */
    sio_ws_t *ws;
    struct call *first;
    unsigned count;
    json_int_t last_asked;
    struct allowance requests;
};

typedef void (*call_fn)(struct call *call);

struct call {
    struct call *next;
    struct peer *peer;  /* NULL: the call is over */
    json_t *id;         /* a text or a whole number; null when the client gave none */
    sio_event_t *event; /* whose acknowledgement is the answer; or NULL */
    json_int_t asked;   /* the id of what its client was asked; 0: nothing */
    uint64_t deadline;  /* on the loop's clock, in milliseconds */
    uv_timer_t timer;
    call_fn then;
    int refs;
};

/* A client that speaks that way, on that loop. NULL: out of memory. */
struct peer *peer_new(const struct via *via, uv_loop_t *loop);

/* The client has gone: its calls are over without an answer. */
void peer_stop(struct peer *peer);

/* Frees a peer that has no calls any more; for sio_set_user() and sio_ws_set_user(). */
void peer_free(void *peer);

/* A new call. `id` is borrowed and may be NULL, timeout_ms 0 is the default. NULL: out of memory,
 * or refused, which the client has been told: too many, too fast, an id that is none or in use, no
 * such time limit. */
struct call *call_begin(struct peer *peer, json_t *id, sio_event_t *event, json_int_t timeout_ms);

/* By the client's id; by the id of what the client was asked. NULL: there is none. */
struct call *call_find(const struct peer *peer, const json_t *id);
struct call *call_find_asked(const struct peer *peer, json_int_t asked);

/* Answers, and the call is over; a second answer goes nowhere. `result` is stolen. */
void call_result(struct call *call, json_t *result);
void call_error(struct call *call, const char *code, const char *message);

/* Goes on with `then` in ms milliseconds, unless time is up before: then the call is answered so.
 * NULL: it only waits. */
void call_wait(struct call *call, uint64_t ms, call_fn then);

/* A call that is held outlives its end. */
struct call *call_ref(struct call *call);
void call_unref(struct call *call);

#endif
