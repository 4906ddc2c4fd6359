/* Signing in, coming with a token, and the requests of pages. */
#ifndef NOTIFY_EVENTS_H
#define NOTIFY_EVENTS_H

#include <socketio/socketio.h>

struct service {
    sio_namespace_t *nsp; /* "/", for who has a token */
    char secret[129];
    int token_seconds;
    uint64_t last_id;
};

/* 0 or a negative enum sio_error. */
int accounts_init(struct service *service, sio_server_t *io);
int events_init(struct service *service, sio_server_t *io);

#endif
