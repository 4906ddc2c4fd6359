/* Something to see: the namespace "/load", whose clients send messages to each other and tell how
 * long a round trip takes. The page brings such clients along. */
#ifndef DASHBOARD_LOAD_H
#define DASHBOARD_LOAD_H

#include "feed.h"

#define LOAD_GROUP 5 /* clients that hear each other */

struct load {
    struct feed *feed;
    sio_namespace_t *nsp;
    int max_clients;
    unsigned long long admitted;
};

/* 0 or a negative enum sio_error. */
int load_init(struct load *load, sio_server_t *io, struct feed *feed, int max_clients);

#endif
