/* What the program waits for and more than one client or server answers. All that are under way
 * hang on the server, so that its end finds them. Loop thread. */
#ifndef SIO_OPERATION_H
#define SIO_OPERATION_H

#include "base/list.h"
#include "socketio/server.h"

typedef struct sio__operation {
    sio__list_t link;
    void (*abort)(struct sio__operation *operation); /* calls the program back with SIO_ESTATE */
} sio__operation_t;

static inline void sio__operation_init(sio__operation_t *operation,
                                       void (*abort)(sio__operation_t *operation))
{
    sio__list_init(&operation->link);
    operation->abort = abort;
}

/* False: the server has ended, and nobody would find it. */
static inline bool sio__operation_begin(sio_server_t *io, sio__operation_t *operation)
{
    if (!io->operations_closed)
        sio__list_append(&io->operations, &operation->link);
    return !io->operations_closed;
}

static inline void sio__operation_end(sio__operation_t *operation)
{
    sio__list_remove(&operation->link);
}

static inline void sio__operations_close(sio_server_t *io)
{
    io->operations_closed = true;
    while (!sio__list_empty(&io->operations)) {
        sio__operation_t *first = SIO__CONTAINER(io->operations.next, sio__operation_t, link);

        first->abort(first);
    }
}

#endif
