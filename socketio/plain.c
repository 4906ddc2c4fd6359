/* Plain WebSocket connections: their life, and what the program asks of one. */
#include "socketio/plain.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "socketio/conn.h"

#include <string.h>

static const char area[] = "socket.io:ws";

enum { IDENTITY_MAX = 255 };

/* ---------------------------------------------------------------------------------------- life */

sio_ws_t *sio__ws_new(sio_ws_endpoint_t *endpoint, eio_request_t *request)
{
    sio_server_t *io = endpoint->server;
    sio_ws_t *ws = sio__calloc(1, sizeof(*ws));
    sio__client_t *client = ws ? sio__client_new(io, request) : NULL;

    if (!client) {
        sio__free(ws);
        return NULL;
    }
    ws->endpoint = endpoint;
    sio__list_init(&ws->of_endpoint);
    sio__list_init(&ws->held);
    ws->socket.plain = true;
    if (!sio__socket_init(&ws->socket, client, endpoint->nsp)) {
        sio__client_unref(client, true);
        sio__free(ws);
        return NULL;
    }
    sio__ws_auth_init(ws);
    if (sio__path_values(&endpoint->path, eio_request_path(request), &ws->params) == SIO_OK)
        return ws;
    sio__ws_drop(ws);
    return NULL;
}

void sio__ws_destroy(sio_ws_t *ws)
{
    sio__free(ws->params.texts);
    sio__free(ws->subprotocol);
    sio__free(ws->identity);
    sio__free(ws->close_reason);
    json_decref(ws->auth);
}

void sio__ws_drop(sio_ws_t *ws)
{
    sio__client_t *client = ws->socket.client;

    sio__socket_drop(&ws->socket);
    sio__client_unref(client, true);
}

/* False: over a limit. */
static bool count_address(sio_ws_t *ws)
{
    sio_ws_endpoint_t *endpoint = ws->endpoint;
    char address[EIO_ADDRESS_SIZE];
    bool refused;

    eio_client_address(endpoint->server->engine, ws->socket.client->request, address);
    ws->address_quota = sio__quota_enter(&endpoint->addresses, address, &refused);
    return !refused;
}

static bool count_user(sio_ws_t *ws)
{
    bool refused;

    ws->user_quota = sio__quota_enter(&ws->endpoint->users, sio_ws_identity(ws), &refused);
    return !refused;
}

void sio__ws_accepted(sio_ws_t *ws, eio_session_t *session)
{
    ws->socket.client->session = session;
    eio_session_set_user(session, ws);
    if (ws->close_code) {
        sio__ws_close_now(ws, ws->close_code, ws->close_reason);
    } else if (!count_address(ws)) {
        sio__ws_limit(ws, "too many connections of this address");
    } else if (sio__ws_hook(ws->endpoint, SIO__WS_AUTH)) {
        ws->stage = SIO__WS_UNAUTHENTICATED;
        sio__ws_await_first_message(ws);
    } else {
        sio__ws_open(ws);
    }
}

void sio__ws_open(sio_ws_t *ws)
{
    sio_socket_t *socket = &ws->socket;
    sio_ws_endpoint_t *endpoint = ws->endpoint;
    sio__adapter_t *adapter = socket->nsp->adapter;
    const sio__ws_hook_t *hook = &endpoint->hooks[SIO__WS_CONNECT];

    if (sio__socket_state(socket) != SIO__CONNECTING)
        return;
    if (!count_user(ws)) {
        sio__ws_limit(ws, "too many connections of this user");
        return;
    }
    if (adapter->ops->add(adapter, &socket->member, socket->id)) {
        sio__ws_close_now(ws, SIO_WS_INTERNAL_ERROR, "out of memory");
        return;
    }
    ws->stage = SIO__WS_OPEN;
    atomic_store_explicit(&socket->state, SIO__CONNECTED, memory_order_release);
    sio__namespace_add(socket->nsp, socket);
    sio__list_append(&endpoint->connections, &ws->of_endpoint);
    endpoint->count++;
    SIO__LOG(&endpoint->server->log, SIO__DEBUG, area, "%s connected to %s", socket->id,
             endpoint->path.pattern);
    if (hook->fn)
        ((sio_ws_fn)hook->fn)(ws, hook->user);
}

/* ---------------------------------------------------------------------------------------- end */

void sio__ws_close_now(sio_ws_t *ws, int code, const char *reason)
{
    eio_session_t *session = ws->socket.client->session;
    const char *text = reason ? reason : "";

    if (session) {
        eio_session_close_with(session, (unsigned)code, text, strlen(text));
        return;
    }
    if (ws->close_code || ws->stage != SIO__WS_ASKING)
        return;
    ws->close_code = code;
    ws->close_reason = sio__strdup(text);
}

static void call_close(sio_ws_t *ws, int hook, unsigned code, sio__span_t reason)
{
    const sio__ws_hook_t *to = &ws->endpoint->hooks[hook];
    char text[128];

    if (!to->fn)
        return;
    memcpy(text, reason.data, reason.len);
    text[reason.len] = '\0';
    ((sio_ws_close_fn)to->fn)(ws, (int)code, text, to->user);
}

void sio__ws_limit(sio_ws_t *ws, const char *reason)
{
    sio_server_t *io = ws->endpoint->server;

    io->counts.ws_limited++;
    SIO__LOG(&io->log, SIO__WARN, area, "%s of %s from %s: %s", ws->socket.id,
             ws->endpoint->path.pattern, eio_request_address(ws->socket.client->request), reason);
    if (ws->stage == SIO__WS_OPEN)
        call_close(ws, SIO__WS_ERROR, SIO_WS_LIMITED, (sio__span_t){reason, strlen(reason)});
    sio__ws_close_now(ws, SIO_WS_LIMITED, reason);
}

void sio__ws_tell_closed(sio_ws_t *ws)
{
    eio_session_t *session = ws->socket.client->session;
    sio__span_t reason = {"", 0};
    unsigned code = SIO_WS_ABNORMAL;

    sio__list_remove(&ws->of_endpoint);
    ws->endpoint->count--;
    if (session)
        code = eio_session_close_code(session, &reason);
    call_close(ws, SIO__WS_CLOSE, code, reason);
}

void sio__ws_session_closed(sio_ws_t *ws, eio_reason_t reason, const char *detail)
{
    sio__client_t *client = ws->socket.client;
    sio__span_t why;
    unsigned code = eio_session_close_code(client->session, &why);

    if (!why.len)
        why = (sio__span_t){detail, strlen(detail) < 124 ? strlen(detail) : 123};
    sio__ws_auth_end(ws);
    sio__quota_leave(ws->address_quota);
    sio__quota_leave(ws->user_quota);
    ws->address_quota = ws->user_quota = NULL;
    ws->endpoint->server->counts.ws_limited +=
        reason == EIO_REASON_TRANSPORT_ERROR && code == SIO_WS_LIMITED;
    if (ws->stage == SIO__WS_OPEN) {
        if (reason == EIO_REASON_TRANSPORT_ERROR)
            call_close(ws, SIO__WS_ERROR, code, why);
        sio__socket_close(&ws->socket, (enum sio_reason)reason, detail);
    } else {
        sio__socket_drop(&ws->socket);
    }
    client->last_transport = "websocket";
    eio_session_set_user(client->session, NULL);
    client->session = NULL;
    sio__client_unref(client, true);
}

/* ------------------------------------------------------------------- the same handle, two names */

sio_socket_t *sio_ws_socket(sio_ws_t *ws)
{
    return &ws->socket;
}

sio_ws_t *sio_ws_of_socket(sio_socket_t *socket)
{
    return socket->plain ? sio__ws_of(socket) : NULL;
}

sio_ws_t *sio_ws_ref(sio_ws_t *ws)
{
    sio_socket_ref(&ws->socket);
    return ws;
}

void sio_ws_unref(sio_ws_t *ws)
{
    if (ws)
        sio_socket_unref(&ws->socket);
}

const char *sio_ws_id(const sio_ws_t *ws)
{
    return ws->socket.id;
}

bool sio_ws_connected(const sio_ws_t *ws)
{
    return sio_connected(&ws->socket);
}

sio_server_t *sio_ws_server(const sio_ws_t *ws)
{
    return ws->endpoint->server;
}

int sio_ws_join(sio_ws_t *ws, const char *room)
{
    return sio_join(&ws->socket, room);
}

int sio_ws_leave(sio_ws_t *ws, const char *room)
{
    return sio_leave(&ws->socket, room);
}

bool sio_ws_in_room(const sio_ws_t *ws, const char *room)
{
    return sio_in_room(&ws->socket, room);
}

void sio_ws_rooms(const sio_ws_t *ws, void (*fn)(const char *room, void *user), void *user)
{
    sio_rooms(&ws->socket, fn, user);
}

void sio_ws_set_user(sio_ws_t *ws, void *user, void (*destructor)(void *user))
{
    sio_set_user(&ws->socket, user, destructor);
}

void *sio_ws_user(const sio_ws_t *ws)
{
    return sio_user(&ws->socket);
}

size_t sio_ws_queued_bytes(const sio_ws_t *ws)
{
    return sio_queued_bytes(&ws->socket);
}

sio_request_t *sio_ws_request(sio_ws_t *ws)
{
    return sio_conn_request(ws->socket.client);
}

/* ------------------------------------------------------------------------------------ its own */

sio_ws_endpoint_t *sio_ws_endpoint_of(const sio_ws_t *ws)
{
    return ws->endpoint;
}

const char *sio_ws_param(const sio_ws_t *ws, const char *name)
{
    return sio__path_value(&ws->endpoint->path, &ws->params, name);
}

json_t *sio_ws_auth(const sio_ws_t *ws)
{
    SIO__LOOP_ONLY(ws->endpoint->server);
    return ws->auth;
}

void sio_ws_set_auth(sio_ws_t *ws, json_t *auth)
{
    SIO__LOOP_ONLY(ws->endpoint->server);
    json_decref(ws->auth);
    ws->auth = auth;
}

static int set_text(char **to, const char *text)
{
    char *copy = sio__strdup(text);

    if (!copy)
        return SIO_ENOMEM;
    sio__free(*to);
    *to = copy;
    return SIO_OK;
}

const char *sio_ws_identity(const sio_ws_t *ws)
{
    SIO__LOOP_ONLY(ws->endpoint->server);
    return ws->identity ? ws->identity : "";
}

int sio_ws_set_identity(sio_ws_t *ws, const char *identity)
{
    SIO__LOOP_ONLY(ws->endpoint->server);
    if (!identity || strlen(identity) > IDENTITY_MAX)
        return SIO_EINVAL;
    return ws->stage == SIO__WS_OPEN ? SIO_ESTATE : set_text(&ws->identity, identity);
}

const char *sio_ws_subprotocol(const sio_ws_t *ws)
{
    SIO__LOOP_ONLY(ws->endpoint->server);
    return ws->subprotocol ? ws->subprotocol : "";
}

int sio_ws_set_subprotocol(sio_ws_t *ws, const char *name)
{
    SIO__LOOP_ONLY(ws->endpoint->server);
    if (ws->stage != SIO__WS_ASKING)
        return SIO_ESTATE;
    if (!name || !sio__ws_offers(ws->socket.client->request, name))
        return SIO_EINVAL;
    return set_text(&ws->subprotocol, name);
}
