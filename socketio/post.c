/* Work from other threads. */
#include "base/alloc.h"
#include "socketio/server.h"

#ifdef SIO_DEBUG_THREADS
#include <stdio.h>
#include <stdlib.h>

void sio__wrong_thread(const char *function)
{
    fprintf(stderr, "libsocketio: %s() called from another thread than the loop's\n", function);
    abort();
}
#endif

int sio__post(sio_server_t *io, eio_task_t *task)
{
    int error = -1;

    uv_mutex_lock(&io->post_mutex);
    if (io->posts_open)
        error = eio_loop_post(&io->loop, task);
    uv_mutex_unlock(&io->post_mutex);
    return error ? SIO_ESTATE : SIO_OK;
}

/*
 * Threads that emit faster than the loop sends would fill the memory, and the loop, busy with ever
 * longer queues, would never come to its connections.
 */
enum { POSTED_MAX = 4 << 20, POSTED_OVERHEAD = 256 };

int sio__post_packet(sio_server_t *io, eio_task_t *task, size_t bytes)
{
    size_t size = bytes + POSTED_OVERHEAD;
    size_t before = atomic_fetch_add_explicit(&io->posted_bytes, size, memory_order_relaxed);
    int error = before && before + size > POSTED_MAX ? SIO_EBACKPRESSURE : sio__post(io, task);

    if (error)
        atomic_fetch_sub_explicit(&io->posted_bytes, size, memory_order_relaxed);
    return error;
}

void sio__packet_arrived(sio_server_t *io, size_t bytes)
{
    atomic_fetch_sub_explicit(&io->posted_bytes, bytes + POSTED_OVERHEAD, memory_order_relaxed);
}

typedef struct call {
    eio_task_t task;
    void (*fn)(void *user);
    void *user;
} call_t;

static void on_call(eio_task_t *task)
{
    call_t *call = SIO__CONTAINER(task, call_t, task);

    call->fn(call->user);
    sio__free(call);
}

int sio_post(sio_server_t *io, void (*fn)(void *user), void *user)
{
    call_t *call = sio__malloc(sizeof(*call));

    if (!call)
        return SIO_ENOMEM;
    *call = (call_t){.task.fn = on_call, .fn = fn, .user = user};
    if (sio__post(io, &call->task) == SIO_OK)
        return SIO_OK;
    sio__free(call);
    return SIO_ESTATE;
}
