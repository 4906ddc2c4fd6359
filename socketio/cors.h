/* Cross-origin options as the program gives them, copied to where the engine can use them. */
#ifndef SIO_CORS_H
#define SIO_CORS_H

#include "engineio/engine.h"
#include "socketio/socketio.h"

typedef struct sio__cors sio__cors_t;

/* 0, or with a NULL in *copy: SIO_EINVAL (a pattern that is none, a text that fits no header),
 * SIO_ENOMEM. */
int sio__cors_new(const sio_cors_t *options, sio__cors_t **copy);
void sio__cors_free(sio__cors_t *cors); /* NULL is allowed */
const eio_cors_t *sio__cors_engine(const sio__cors_t *cors);

/* Asks the program about a request inside the path, which it takes over. */
void sio__cors_ask(sio_server_t *io, eio_request_t *request);

#endif
