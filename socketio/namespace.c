#include "socketio/namespace.h"

#include "base/alloc.h"
#include "socketio/dynamic.h"
#include "socketio/host.h"
#include "socketio/recovery.h"
#include "socketio/server.h"
#include "socketio/socket.h"

#include <string.h>

sio_namespace_t *sio__namespace_find(const sio_server_t *io, sio__span_t name)
{
    sio__map_node_t *node = sio__map_find(&io->namespaces, name.data, name.len);

    return node ? SIO__CONTAINER(node, sio_namespace_t, by_name) : NULL;
}

/* ---------------------------------------------------------------------------------------- life */

static void free_namespace(sio_namespace_t *nsp)
{
    sio__family_free(nsp->family);
    sio__listeners_free(nsp->listeners);
    sio__listeners_free(nsp->server_side);
    sio__listeners_free(nsp->on_room);
    sio__recovery_close(nsp);
    if (nsp->adapter)
        nsp->adapter->ops->free(nsp->adapter);
    sio__free(nsp->name);
    sio__free(nsp);
}

static void on_destroy(eio_task_t *task)
{
    free_namespace(SIO__CONTAINER(task, sio_namespace_t, destroy));
}

void sio__namespace_ref(sio_namespace_t *nsp)
{
    atomic_fetch_add_explicit(&nsp->refs, 1, memory_order_relaxed);
}

/* Its adapter belongs to the loop thread, as long as there is one. */
void sio__namespace_unref(sio_namespace_t *nsp)
{
    if (atomic_fetch_sub_explicit(&nsp->refs, 1, memory_order_acq_rel) != 1)
        return;
    nsp->destroy.fn = on_destroy;
    if (sio__on_loop(nsp->server) || sio__post(nsp->server, &nsp->destroy) != SIO_OK)
        free_namespace(nsp);
}

sio_namespace_t *sio_namespace_ref(sio_namespace_t *nsp)
{
    sio__server_ref(nsp->server);
    sio__namespace_ref(nsp);
    return nsp;
}

void sio_namespace_unref(sio_namespace_t *nsp)
{
    sio_server_t *io;

    if (!nsp)
        return;
    io = nsp->server;
    sio__namespace_unref(nsp);
    sio__server_unref(io);
}

sio_namespace_t *sio__namespace_new_hidden(sio_server_t *io, const char *name)
{
    sio_namespace_t *nsp = sio__calloc(1, sizeof(*nsp));

    if (!nsp)
        return NULL;
    atomic_init(&nsp->refs, 1);
    atomic_init(&nsp->ack_ids, 0);
    nsp->server = io;
    sio__list_init(&nsp->link);
    sio__list_init(&nsp->of_parent);
    sio__list_init(&nsp->sockets);
    nsp->name = sio__strdup(name);
    nsp->adapter = sio__memory_adapter_new();
    if (!nsp->name || !nsp->adapter || sio__recovery_open(nsp)) {
        free_namespace(nsp);
        return NULL;
    }
    nsp->name_len = strlen(name);
    nsp->host = (sio__adapter_host_t){
        .ops = &sio__adapter_host_ops,
        .name = nsp->name,
        .log = &io->log,
        .max_json_depth = io->max_json_depth,
    };
    nsp->adapter->host = &nsp->host;
    return nsp;
}

static void tell_about(sio_namespace_t *nsp)
{
    sio_server_t *io = nsp->server;
    sio__calling_t calling = sio__listeners_call(io->listeners, SIO__ON_NEW_NAMESPACE, NULL, 0);
    sio__fn_t fn;
    void *user;

    SIO__LOG(&io->log, SIO__DEBUG, "socket.io:server", "namespace %s initialised", nsp->name);
    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_new_namespace_fn)fn)(nsp, user);
}

sio_namespace_t *sio__namespace_new(sio_server_t *io, const char *name, sio_namespace_t *parent)
{
    sio_namespace_t *nsp = sio__namespace_new_hidden(io, name);

    if (!nsp)
        return NULL;
    if ((parent && sio__listeners_copy(&nsp->listeners, parent->listeners)) ||
        sio__namespace_adapt(nsp) ||
        sio__map_insert(&io->namespaces, &nsp->by_name, nsp->name, nsp->name_len)) {
        free_namespace(nsp);
        return NULL;
    }
    sio__list_append(&io->namespace_list, &nsp->link);
    if (parent) {
        nsp->parent = parent;
        sio__list_append(&parent->family->children, &nsp->of_parent);
        io->dynamic.children++;
    }
    tell_about(nsp);
    return nsp;
}

void sio__namespace_forget(sio_namespace_t *nsp)
{
    sio_server_t *io = nsp->server;

    sio__map_remove(&io->namespaces, &nsp->by_name);
    sio__list_remove(&nsp->link);
    if (nsp->parent) {
        sio__list_remove(&nsp->of_parent);
        io->dynamic.children--;
    }
    nsp->parent = NULL;
    sio__namespace_unref(nsp);
}

void sio__namespace_enter(sio_namespace_t *nsp)
{
    sio__namespace_ref(nsp);
    nsp->members++;
}

void sio__namespace_leave(sio_namespace_t *nsp)
{
    if (--nsp->members == 0 && nsp->parent)
        sio__child_deserted(nsp);
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

static sio_namespace_t *find_or_make(sio_server_t *io, const char *name)
{
    sio_namespace_t *nsp = sio__namespace_find(io, (sio__span_t){name, strlen(name)});

    return nsp ? nsp : sio__namespace_new(io, name, sio__parent_matching(io, name));
}

sio_namespace_t *sio_of(sio_server_t *io, const char *name)
{
    sio_namespace_t *nsp;
    char *full;

    SIO__LOOP_ONLY(io);
    if (*name == '/')
        return find_or_make(io, name);
    full = with_slash(name);
    if (!full)
        return NULL;
    nsp = find_or_make(io, full);
    sio__free(full);
    return nsp;
}

int sio_on_new_namespace(sio_server_t *io, sio_new_namespace_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    return sio__listeners_add(&io->listeners, SIO__ON_NEW_NAMESPACE, NULL, (sio__fn_t)fn, user, 0);
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
    nsp->server->counts.sockets += !socket->plain;
}

void sio__namespace_remove(sio_namespace_t *nsp, sio_socket_t *socket)
{
    sio__cursor_t *cursor;

    for (cursor = nsp->cursors; cursor; cursor = cursor->outer)
        if (cursor->next == &socket->of_namespace)
            cursor->next = socket->of_namespace.next;
    sio__list_remove(&socket->of_namespace);
    nsp->count--;
    nsp->server->counts.sockets -= !socket->plain;
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

int sio_namespace_on_drained(sio_namespace_t *nsp, sio_drained_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    return sio__listeners_add(&nsp->listeners, SIO__ON_DRAINED, NULL, (sio__fn_t)fn, user, 0);
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
