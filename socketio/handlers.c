/* The listeners of one socket. */
#include "socketio/socket.h"

static int add(sio_socket_t *socket, int kind, const char *name, sio__fn_t fn, void *user,
               unsigned how)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    if (!sio__socket_live(socket))
        return SIO_EDISCONNECTED;
    return sio__listeners_add(&socket->listeners, kind, name, fn, user, how);
}

static int off(sio_socket_t *socket, int kind, const char *name, sio__fn_t fn, void *user)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    sio__listeners_remove(socket->listeners, kind, name, fn, user);
    return SIO_OK;
}

int sio_on(sio_socket_t *socket, const char *name, sio_event_fn fn, void *user)
{
    return add(socket, SIO__ON_EVENT, name, (sio__fn_t)fn, user, 0);
}

int sio_once(sio_socket_t *socket, const char *name, sio_event_fn fn, void *user)
{
    return add(socket, SIO__ON_EVENT, name, (sio__fn_t)fn, user, SIO__ONCE);
}

int sio_off(sio_socket_t *socket, const char *name, sio_event_fn fn, void *user)
{
    return off(socket, SIO__ON_EVENT, name, name ? (sio__fn_t)fn : NULL, user);
}

int sio_on_any(sio_socket_t *socket, sio_event_fn fn, void *user)
{
    return add(socket, SIO__ON_ANY, NULL, (sio__fn_t)fn, user, 0);
}

int sio_prepend_any(sio_socket_t *socket, sio_event_fn fn, void *user)
{
    return add(socket, SIO__ON_ANY, NULL, (sio__fn_t)fn, user, SIO__PREPEND);
}

int sio_off_any(sio_socket_t *socket, sio_event_fn fn, void *user)
{
    return off(socket, SIO__ON_ANY, NULL, (sio__fn_t)fn, user);
}

int sio_on_any_outgoing(sio_socket_t *socket, sio_event_fn fn, void *user)
{
    return add(socket, SIO__ON_ANY_OUTGOING, NULL, (sio__fn_t)fn, user, 0);
}

int sio_prepend_any_outgoing(sio_socket_t *socket, sio_event_fn fn, void *user)
{
    return add(socket, SIO__ON_ANY_OUTGOING, NULL, (sio__fn_t)fn, user, SIO__PREPEND);
}

int sio_off_any_outgoing(sio_socket_t *socket, sio_event_fn fn, void *user)
{
    return off(socket, SIO__ON_ANY_OUTGOING, NULL, (sio__fn_t)fn, user);
}

int sio_socket_use(sio_socket_t *socket, sio_event_middleware_fn fn, void *user)
{
    return add(socket, SIO__MIDDLEWARE, NULL, (sio__fn_t)fn, user, 0);
}

int sio_on_error(sio_socket_t *socket, sio_socket_error_fn fn, void *user)
{
    return add(socket, SIO__ON_ERROR, NULL, (sio__fn_t)fn, user, 0);
}

int sio_on_drained(sio_socket_t *socket, sio_drained_fn fn, void *user)
{
    return add(socket, SIO__ON_DRAINED, NULL, (sio__fn_t)fn, user, 0);
}

static size_t count(const sio_socket_t *socket, int kind)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    return sio__listeners_count(socket->listeners, kind, NULL);
}

size_t sio_count_any(const sio_socket_t *socket)
{
    return count(socket, SIO__ON_ANY);
}

size_t sio_count_any_outgoing(const sio_socket_t *socket)
{
    return count(socket, SIO__ON_ANY_OUTGOING);
}

size_t sio_count(const sio_socket_t *socket, const char *name)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    return sio__listeners_count(socket->listeners, SIO__ON_EVENT, name);
}

int sio_on_disconnecting(sio_socket_t *socket, sio_disconnect_fn fn, void *user)
{
    return add(socket, SIO__ON_DISCONNECTING, NULL, (sio__fn_t)fn, user, 0);
}

int sio_on_disconnect(sio_socket_t *socket, sio_disconnect_fn fn, void *user)
{
    return add(socket, SIO__ON_DISCONNECT, NULL, (sio__fn_t)fn, user, 0);
}
