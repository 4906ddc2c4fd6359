/* Events between servers, and their answers. Upstream's serverSideEmit. */
#ifndef SIO_SERVER_SIDE_H
#define SIO_SERVER_SIDE_H

#include "adapters/adapter.h"

/* Calls the program's handlers. What isn't an event is ignored. Takes `answer`. */
void sio__server_side_event(sio__adapter_host_t *host, const sio__server_side_t *event,
                            sio__answer_t *answer);

#endif
