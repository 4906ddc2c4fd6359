/* HTTP requests as the program sees them. */
#ifndef SIO_REQUEST_H
#define SIO_REQUEST_H

#include "engineio/engine.h"
#include "socketio/server.h"
#include "socketio/texts.h"

struct sio_request {
    eio_request_t *request;
    sio__texts_t texts;
    sio_next_t *next; /* of a middleware that may reply instead of answering it */
};

/* The engine's hooks. */
void sio__on_handshake(eio_request_t *request, eio_verdict_t *verdict, void *server);
void sio__on_connection_error(eio_request_t *request, eio_error_t code, const char *message,
                              const char *context, void *server);
void sio__on_initial_headers(eio_request_t *request, eio_headers_t *headers, void *server);
void sio__on_headers(eio_request_t *request, eio_headers_t *headers, void *server);
bool sio__on_generate_id(eio_request_t *request, char id[], size_t size, void *server);
bool sio__on_request(eio_request_t *request, bool inside_path, void *server);

/* Whether a request inside the path is for the client's files or for middlewares, which take it. */
bool sio__take_request(sio_server_t *io, eio_request_t *request);

/* engine_use.c: asks the engine's middlewares, if there are any. True: it takes the request. */
bool sio__engine_use(sio_server_t *io, eio_request_t *request);

#endif
