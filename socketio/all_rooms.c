/* sio_all_rooms(): the names of the rooms of all servers, each once. */
#include "base/alloc.h"
#include "base/map.h"
#include "socketio/operation.h"
#include "socketio/namespace.h"

#include <string.h>

typedef struct name {
    sio__map_node_t by_name;
    struct name *next;
    char text[];
} name_t;

typedef struct rooms {
    sio__operation_t operation;
    sio__rooms_sink_t sink;
    eio_deferred_t end;
    sio_namespace_t *nsp; /* a reference */
    sio_rooms_fn fn;
    void *user;
    int status;
    size_t missing; /* servers */
    sio__map_t by_name;
    name_t *names;
    size_t count;
} rooms_t;

/* ---------------------------------------------------------------------------------- its end */

static void free_rooms(rooms_t *rooms)
{
    for (name_t *name = rooms->names, *next; name; name = next) {
        next = name->next;
        sio__free(name);
    }
    sio__map_free(&rooms->by_name);
    sio__namespace_unref(rooms->nsp);
    sio__free(rooms);
}

static const char **list_of(const rooms_t *rooms)
{
    const char **list = sio__malloc((rooms->count + 1) * sizeof(*list));
    size_t at = 0;

    for (const name_t *name = rooms->names; list && name; name = name->next)
        list[at++] = name->text;
    if (list)
        list[at] = NULL;
    return list;
}

static void finish(rooms_t *rooms)
{
    sio__adapter_t *adapter = rooms->nsp->adapter;
    const char **list = list_of(rooms);

    sio__operation_end(&rooms->operation);
    eio_deferred_cancel(&rooms->end);
    adapter->ops->forget(adapter, &rooms->sink);
    rooms->nsp->servers_missing = rooms->missing;
    rooms->fn(list ? rooms->status : SIO_ENOMEM, list, list ? rooms->count : 0, rooms->user);
    rooms->nsp->servers_missing = 0;
    sio__free(list);
    free_rooms(rooms);
}

static void on_abort(sio__operation_t *operation)
{
    rooms_t *rooms = SIO__CONTAINER(operation, rooms_t, operation);

    rooms->status = SIO_ESTATE;
    finish(rooms);
}

static void on_end(eio_deferred_t *deferred)
{
    finish(SIO__CONTAINER(deferred, rooms_t, end));
}

/* ---------------------------------------------------------------------------------- answers */

static void on_room(sio__rooms_sink_t *sink, sio__span_t text)
{
    rooms_t *rooms = SIO__CONTAINER(sink, rooms_t, sink);
    name_t *name;

    if (sio__map_find(&rooms->by_name, text.data, text.len))
        return;
    name = sio__malloc(sizeof(*name) + text.len + 1);
    if (name) {
        memcpy(name->text, text.data, text.len);
        name->text[text.len] = '\0';
    }
    if (!name || sio__map_insert(&rooms->by_name, &name->by_name, name->text, text.len)) {
        sio__free(name);
        rooms->status = SIO_ENOMEM;
        return;
    }
    name->next = rooms->names;
    rooms->names = name;
    rooms->count++;
}

/* The program isn't called back from within its own call. */
static void on_done(sio__rooms_sink_t *sink, size_t missing)
{
    rooms_t *rooms = SIO__CONTAINER(sink, rooms_t, sink);

    rooms->missing = missing;
    if (missing && rooms->status == SIO_OK)
        rooms->status = SIO_ETIMEDOUT;
    eio_loop_defer(&rooms->nsp->server->loop, &rooms->end);
}

/* ----------------------------------------------------------------------------------- asking */

static rooms_t *new_rooms(sio_namespace_t *nsp, sio_rooms_fn fn, void *user)
{
    rooms_t *rooms = sio__calloc(1, sizeof(*rooms));

    if (!rooms)
        return NULL;
    sio__operation_init(&rooms->operation, on_abort);
    rooms->sink = (sio__rooms_sink_t){on_room, on_done};
    eio_deferred_init(&rooms->end, on_end);
    sio__map_init(&rooms->by_name);
    rooms->nsp = nsp;
    sio__namespace_ref(nsp);
    rooms->fn = fn;
    rooms->user = user;
    return rooms;
}

int sio_all_rooms(sio_namespace_t *nsp, unsigned flags, sio_rooms_fn fn, void *user)
{
    rooms_t *rooms;

    SIO__LOOP_ONLY(nsp->server);
    if (!fn)
        return SIO_EINVAL;
    if (nsp->family)
        return SIO_ENOTSUP;
    rooms = new_rooms(nsp, fn, user);
    if (!rooms)
        return SIO_ENOMEM;
    if (!sio__operation_begin(nsp->server, &rooms->operation)) {
        free_rooms(rooms);
        return SIO_ESTATE;
    }
    if (nsp->adapter->ops->all_rooms(nsp->adapter, flags, &rooms->sink) == 0)
        return SIO_OK;
    sio__operation_end(&rooms->operation);
    free_rooms(rooms);
    return SIO_ENOTSUP;
}

size_t sio_servers_missing(const sio_namespace_t *nsp)
{
    SIO__LOOP_ONLY(nsp->server);
    return nsp->servers_missing;
}
