/* The endpoint at which documents are edited. In a cluster one server keeps the
 * documents, the others relay. */
#ifndef DOCUMENT_EVENTS_H
#define DOCUMENT_EVENTS_H

#include "desk.h"

struct service {
    struct desk desk;
    int relay; /* whether another server keeps the documents */
};

int events_init(struct service *service, sio_server_t *io);

#endif
