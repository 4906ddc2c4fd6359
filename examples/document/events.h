/* The endpoint at which documents are edited. */
#ifndef DOCUMENT_EVENTS_H
#define DOCUMENT_EVENTS_H

#include "shelf.h"

#include <socketio/socketio.h>

int events_init(struct shelf *shelf, sio_server_t *io);

#endif
