#include "socketio/namespace.h"

#include "base/alloc.h"
#include "socketio/server.h"
#include "socketio/socket.h"

#include <string.h>

sio_namespace_t *sio__namespace_find(const sio_server_t *io, sio__span_t name)
{
    sio__map_node_t *node = sio__map_find(&io->namespaces, name.data, name.len);

    return node ? SIO__CONTAINER(node, sio_namespace_t, by_name) : NULL;
}

/* ---------------------------------------------------------------------------------------- life */

void sio__namespace_free(sio_namespace_t *nsp)
{
    sio__listeners_free(nsp->listeners);
    if (nsp->adapter)
        nsp->adapter->ops->free(nsp->adapter);
    sio__free(nsp->name);
    sio__free(nsp);
}

static sio_namespace_t *new_namespace(sio_server_t *io, char *name)
{
    sio_namespace_t *nsp = sio__calloc(1, sizeof(*nsp));

    if (!nsp) {
        sio__free(name);
        return NULL;
    }
    nsp->server = io;
    nsp->name = name;
    nsp->name_len = strlen(name);
    sio__list_init(&nsp->sockets);
    atomic_init(&nsp->ack_ids, 0);
    nsp->adapter = sio__memory_adapter_new();
    if (!nsp->adapter || sio__map_insert(&io->namespaces, &nsp->by_name, name, nsp->name_len)) {
        sio__namespace_free(nsp);
        return NULL;
    }
    sio__list_append(&io->namespace_list, &nsp->link);
    SIO__LOG(&io->log, SIO__DEBUG, "socket.io:server", "namespace %s initialised", name);
    return nsp;
}

static char *with_slash(const char *name)
{
    size_t len = strlen(name);
    char *copy = sio__malloc(len + 2);

    if (!copy)
        return NULL;
    copy[0] = '/';
    memcpy(copy + 1, name, len + 1);
    return copy;
}

sio_namespace_t *sio_of(sio_server_t *io, const char *name)
{
    sio_namespace_t *nsp;
    char *full;

    SIO__LOOP_ONLY(io);
    full = *name == '/' ? sio__strdup(name) : with_slash(name);
    if (!full)
        return NULL;
    nsp = sio__namespace_find(io, (sio__span_t){full, strlen(full)});
    if (!nsp)
        return new_namespace(io, full);
    sio__free(full);
    return nsp;
}

const char *sio_namespace_name(const sio_namespace_t *nsp)
{
    return nsp->name;
}

sio_server_t *sio_namespace_server(const sio_namespace_t *nsp)
{
    return nsp->server;
}

/* ------------------------------------------------------------------------------------- sockets */

void sio__namespace_add(sio_namespace_t *nsp, sio_socket_t *socket)
{
    sio__list_append(&nsp->sockets, &socket->of_namespace);
    nsp->count++;
    nsp->server->counts.sockets++;
}

void sio__namespace_remove(sio_namespace_t *nsp, sio_socket_t *socket)
{
    sio__cursor_t *cursor;

    for (cursor = nsp->cursors; cursor; cursor = cursor->outer)
        if (cursor->next == &socket->of_namespace)
            cursor->next = socket->of_namespace.next;
    sio__list_remove(&socket->of_namespace);
    nsp->count--;
    nsp->server->counts.sockets--;
}

size_t sio_namespace_count(const sio_namespace_t *nsp)
{
    SIO__LOOP_ONLY(nsp->server);
    return nsp->count;
}

void sio_namespace_each(sio_namespace_t *nsp, bool (*fn)(sio_socket_t *socket, void *user),
                        void *user)
{
    sio__cursor_t cursor = {nsp->cursors, nsp->sockets.next};
    bool go_on = true;

    SIO__LOOP_ONLY(nsp->server);
    nsp->cursors = &cursor;
    while (go_on && cursor.next != &nsp->sockets) {
        sio_socket_t *socket = SIO__CONTAINER(cursor.next, sio_socket_t, of_namespace);

        cursor.next = cursor.next->next;
        go_on = fn(socket, user);
    }
    nsp->cursors = cursor.outer;
}

sio_socket_t *sio_namespace_find(sio_namespace_t *nsp, const char *id)
{
    sio__member_t *member;
    sio_socket_t *socket;

    SIO__LOOP_ONLY(nsp->server);
    member = nsp->adapter->ops->find(nsp->adapter, id);
    if (!member)
        return NULL;
    socket = SIO__CONTAINER(member, sio_socket_t, member);
    return sio__socket_state(socket) == SIO__CONNECTED ? socket : NULL;
}

/* ----------------------------------------------------------------------------------- listeners */

int sio_on_connection(sio_namespace_t *nsp, sio_connection_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    return sio__listeners_add(&nsp->listeners, SIO__ON_CONNECTION, NULL, (sio__fn_t)fn, user, 0);
}

int sio_use(sio_namespace_t *nsp, sio_middleware_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    return sio__listeners_add(&nsp->listeners, SIO__MIDDLEWARE, NULL, (sio__fn_t)fn, user, 0);
}

int sio_namespace_on(sio_namespace_t *nsp, const char *name, sio_event_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    return sio__listeners_add(&nsp->listeners, SIO__ON_EVENT, name, (sio__fn_t)fn, user, 0);
}

int sio_namespace_on_disconnecting(sio_namespace_t *nsp, sio_disconnect_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    return sio__listeners_add(&nsp->listeners, SIO__ON_DISCONNECTING, NULL, (sio__fn_t)fn, user, 0);
}

int sio_namespace_on_disconnect(sio_namespace_t *nsp, sio_disconnect_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    return sio__listeners_add(&nsp->listeners, SIO__ON_DISCONNECT, NULL, (sio__fn_t)fn, user, 0);
}
