/*
 * An HTTP/1.1 connection on a stream: requests in, answers out, kept alive between them. Requests
 * are handed on as they come, whatever waits for its answer before them; answers leave in their
 * order. Slow, oversized and malformed input costs this connection only. An upgrade gives the
 * stream away.
 */
#ifndef EIO_HTTP_CONN_H
#define EIO_HTTP_CONN_H

#include "base/log.h"
#include "engineio/loop.h"
#include "engineio/request.h"
#include "engineio/stream.h"

#include <time.h>

typedef struct eio_http_conn eio_http_conn_t;

/* What all connections of a server share. */
typedef struct eio_http {
    eio_loop_t *loop;
    const sio__log_t *log;
    unsigned timeout_ms; /* for a request to arrive whole */
    /* A request's head has arrived; the callee takes or answers it. Its body, if any, follows to
     * request->handler. */
    void (*on_request)(eio_request_t *request, void *user);
    void *user;
    sio__buf_t out; /* answers are assembled here */
    time_t date_time;
    char date[40];
    bool draining;    /* answers say Connection: close */
    uint64_t pending; /* requests that have no answer yet */
} eio_http_t;

/* Serves a stream. On failure (out of memory) the stream is closed. */
void eio_http_accept(eio_http_t *http, eio_stream_t *stream);
void eio_http_free(eio_http_t *http); /* its buffers */

/* Answers a request of a connection, now or when those before it have their answers; see
 * eio_request_respond(). */
void eio_http_conn_respond(eio_request_t *request, int status, sio__span_t headers,
                           const void *body, size_t len);

/* Whether all requests before this one have their answers; on_turn is called when it becomes so. */
bool eio_http_conn_in_turn(const eio_request_t *request);

/* Lets the rest of a request wait until somebody can take it; an answer ends that. */
void eio_http_conn_hold(eio_request_t *request, bool held);

/* Answers with bytes of the caller's own making and closes: refused upgrades. */
void eio_http_conn_respond_raw(eio_request_t *request, const void *bytes, size_t len);

/*
 * Ends HTTP on the connection of a request that asked for an upgrade: returns the stream, its
 * handler unset; `rest` gets the bytes that came behind the request (the caller frees it); what is
 * still in the read buffer follows to the stream's new handler.
 */
eio_stream_t *eio_http_conn_upgrade(eio_request_t *request, sio__buf_t *rest);

/* Whether the 101 to a request for an upgrade has gone out without us. */
bool eio_http_conn_answered(const eio_request_t *request);

/* Closes the connection at once. */
void eio_http_conn_abort(eio_http_conn_t *conn);

/* Closes it as soon as it is idle: at shutdown. `stream` must be served by HTTP. */
bool eio_http_serves(const eio_stream_t *stream);
void eio_http_close_idle(eio_stream_t *stream);

#endif
