/* What has to wait for the disk: libuv's workers do it, so that the loop never waits, and each job
 * answers its request when it is done. An upload's jobs are done one after the other, and no more
 * than WINDOW wait: whoever sends chunks waits for answers. */
#ifndef FILES_JOB_H
#define FILES_JOB_H

#include "store.h"

#include "examples/common/allowance.h"

#include <socketio/socketio.h>
#include <uv.h>

#define CHUNK_SIZE \
    ((size_t)64 * 1024) /* what clients should send and get at once; the last is smaller */
#define CHUNK_MAX ((size_t)256 * 1024)
#define WINDOW    16 /* jobs of an upload that may wait, reads of a socket */

/* What belongs to a socket. */
struct client {
    struct allowance requests; /* those that everybody gets to see */
    size_t reads;              /* that wait for the disk */
    size_t references;         /* the socket's, and one for each read */
};

struct service {
    sio_namespace_t *nsp;
    uv_loop_t *loop;
    struct store store;
};

/* Each of them: 0 or SIO_ENOMEM, and then the request has no answer yet. The event is held until
 * the answer. */

/* Writes the event's bytes behind what is there. */
int job_write(struct service *service, struct file *file, sio_event_t *event);

/* Compares the hash, and makes the file complete. */
int job_finish(struct service *service, struct file *file, sio_event_t *event, const char *sha256);

/* Answers with `len` bytes of a complete file. */
int job_read(struct service *service, struct file *file, sio_event_t *event, int64_t offset,
             size_t len, struct client *client);

/* One reference less; for sio_set_user(). */
void client_release(void *client);

#endif
