/* The server's insides, for the files of engineio/. */
#ifndef EIO_SERVER_H
#define EIO_SERVER_H

#include "base/map.h"
#include "engineio/engine.h"
#include "engineio/http_conn.h"
#include "engineio/listener.h"
#include "engineio/lws_vhost.h"
#include "engineio/outbox.h"
#include "engineio/request.h"
#include "engineio/session.h"
#include "engineio/stream.h"

enum { EIO_SCRATCH = 65536 };

struct eio_server {
    eio_loop_t *loop;
    eio_options_t options; /* defaults filled in, texts copied */
    eio_transport_layer_t *layer;
    eio_vhost_t *vhost; /* NULL unless the program carries it in a vhost of its own */
    eio_http_t http;
    sio__map_t sessions;
    sio__list_t session_list;
    sio__list_t to_close; /* those that the shutdown hasn't come to yet */
    size_t batch_size;
    sio__timer_t batch_timer;
    sio__list_t listeners;
    eio_chunk_pool_t chunks;
    eio_compressor_t compressor;
    eio_limits_t limits;
    sio__buf_t payload; /* polling answers are assembled here */
    eio_counters_t counters;
    uint32_t id_counter;
    unsigned refs; /* the owner's and one per pending verdict */
    bool watching; /* somebody wants to hear of packets and heartbeats */
    bool draining;
    bool closing;
    bool ended;
    char *path; /* with its trailing slash */
    size_t path_len;
    char *initial_packet;
    eio_cookie_t cookie;
    sio__timer_t drain_timer;
    eio_deferred_t finish;
    void (*done)(void *user);
    void *done_user;
    uint8_t scratch[EIO_SCRATCH]; /* frames of one connection are gathered here for one write */
};

/* router.c */
void eio_server_on_request(eio_request_t *request, void *server);

/* Refuses a request with upstream's answer and tells connection_error. Takes the request. `detail`:
 * a message of its own, or NULL. */
void eio_refuse(eio_server_t *server, eio_request_t *request, eio_error_t code, const char *detail,
                const char *context);

/* Lets the headers hooks (and the cookie) add to the answer of a request of this session. */
void eio_prepare_headers(eio_server_t *server, eio_session_t *session, eio_request_t *request,
                         bool initial);

void eio_server_unref(eio_server_t *server);

/* A stream has closed: at the end the last one is waited for. */
void eio_server_stream_gone(eio_server_t *server);

#endif
