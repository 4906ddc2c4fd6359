/* sio_fetch_sockets(): the sockets of an audience, collected from this server and the others. */
#include "base/alloc.h"
#include "socketio/audience.h"
#include "socketio/dynamic.h"
#include "socketio/operation.h"
#include "socketio/remote.h"

typedef struct fetch {
    sio__operation_t operation;
    sio__fetch_sink_t sink;
    eio_task_t task;
    eio_deferred_t end;
    sio_namespace_t *nsp;           /* a reference */
    sio__audience_copy_t *audience; /* of a fetch that was posted */
    sio_fetch_fn fn;
    void *user;
    int status;
    size_t missing; /* servers */
    sio_remote_t **items;
    size_t count, cap;
} fetch_t;

static fetch_t *of_sink(sio__fetch_sink_t *sink)
{
    return SIO__CONTAINER(sink, fetch_t, sink);
}

/* ---------------------------------------------------------------------------------- its end */

static void free_fetch(fetch_t *fetch)
{
    for (size_t i = 0; i < fetch->count; i++)
        sio_remote_unref(fetch->items[i]);
    sio__free(fetch->items);
    sio__free(fetch->audience);
    sio__namespace_unref(fetch->nsp);
    sio__free(fetch);
}

static void finish(fetch_t *fetch)
{
    sio__adapter_t *adapter = fetch->nsp->adapter;

    sio__operation_end(&fetch->operation);
    eio_deferred_cancel(&fetch->end);
    adapter->ops->forget(adapter, &fetch->sink);
    fetch->nsp->servers_missing = fetch->missing;
    fetch->fn(fetch->status, fetch->items, fetch->count, fetch->user);
    fetch->nsp->servers_missing = 0;
    free_fetch(fetch);
}

static void on_abort(sio__operation_t *operation)
{
    fetch_t *fetch = SIO__CONTAINER(operation, fetch_t, operation);

    fetch->status = SIO_ESTATE;
    finish(fetch);
}

static void on_end(eio_deferred_t *deferred)
{
    finish(SIO__CONTAINER(deferred, fetch_t, end));
}

/* ---------------------------------------------------------------------------------- answers */

static void keep(fetch_t *fetch, sio_remote_t *remote)
{
    if (remote && fetch->count == fetch->cap) {
        size_t cap = fetch->cap ? fetch->cap * 2 : 16;
        sio_remote_t **grown = sio__realloc(fetch->items, cap * sizeof(*grown));

        if (grown) {
            fetch->items = grown;
            fetch->cap = cap;
        }
    }
    if (remote && fetch->count < fetch->cap) {
        fetch->items[fetch->count++] = remote;
        return;
    }
    sio_remote_unref(remote);
    fetch->status = SIO_ENOMEM;
}

static void on_local(sio__fetch_sink_t *sink, sio__member_t *member)
{
    sio_socket_t *socket = SIO__CONTAINER(member, sio_socket_t, member);

    if (sio__socket_state(socket) == SIO__CONNECTED)
        keep(of_sink(sink), sio__remote_of_socket(socket));
}

static void on_remote(sio__fetch_sink_t *sink, json_t *description)
{
    fetch_t *fetch = of_sink(sink);

    if (json_is_string(json_object_get(description, "id")))
        keep(fetch, sio__remote_of_description(fetch->nsp, description));
}

/* The program isn't called back from within its own call. */
static void on_done(sio__fetch_sink_t *sink, size_t missing)
{
    fetch_t *fetch = of_sink(sink);

    fetch->missing = missing;
    if (missing && fetch->status == SIO_OK)
        fetch->status = SIO_ETIMEDOUT;
    eio_loop_defer(&fetch->nsp->server->loop, &fetch->end);
}

/* ---------------------------------------------------------------------------------- asking */

static void begin(fetch_t *fetch, const sio__audience_t *audience)
{
    sio__adapter_t *adapter = fetch->nsp->adapter;

    if (!sio__operation_begin(fetch->nsp->server, &fetch->operation)) {
        on_abort(&fetch->operation);
        return;
    }
    adapter->ops->fetch_sockets(adapter, audience, &fetch->sink);
}

static void on_posted(eio_task_t *task)
{
    fetch_t *fetch = SIO__CONTAINER(task, fetch_t, task);

    begin(fetch, &fetch->audience->audience);
}

static int post_fetch(fetch_t *fetch, const sio__audience_t *audience)
{
    fetch->audience = sio__audience_copy(audience, NULL);
    if (!fetch->audience)
        return SIO_ENOMEM;
    fetch->task.fn = on_posted;
    return sio__post(fetch->nsp->server, &fetch->task);
}

static fetch_t *new_fetch(sio_namespace_t *nsp, sio_fetch_fn fn, void *user)
{
    fetch_t *fetch = sio__calloc(1, sizeof(*fetch));

    if (!fetch)
        return NULL;
    sio__operation_init(&fetch->operation, on_abort);
    fetch->sink = (sio__fetch_sink_t){on_local, on_remote, on_done};
    eio_deferred_init(&fetch->end, on_end);
    fetch->nsp = nsp;
    sio__namespace_ref(nsp);
    fetch->fn = fn;
    fetch->user = user;
    return fetch;
}

int sio_fetch_sockets(sio_namespace_t *nsp, const sio_target_t *target, sio_fetch_fn fn, void *user)
{
    sio__audience_t audience = sio__audience_of(target, NULL);
    bool on_loop = sio__on_loop(nsp->server);
    fetch_t *fetch;
    int error;

    if (!fn)
        return SIO_EINVAL;
    if (nsp->family)
        return SIO_ENOTSUP;
    if (on_loop && nsp->server->operations_closed)
        return SIO_ESTATE;
    fetch = new_fetch(nsp, fn, user);
    if (!fetch)
        return SIO_ENOMEM;
    if (on_loop) {
        begin(fetch, &audience);
        return SIO_OK;
    }
    error = post_fetch(fetch, &audience);
    if (error)
        free_fetch(fetch);
    return error;
}
