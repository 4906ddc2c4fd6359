#include "socketio/socket.h"

#include "base/alloc.h"
#include "socketio/ack.h"
#include "base/json_scan.h"
#include "socketio/plain.h"
#include "socketio/recovery.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char area[] = "socket.io:socket";

static const char *const reason_texts[] = {
    [SIO_REASON_TRANSPORT_CLOSE] = "transport close",
    [SIO_REASON_TRANSPORT_ERROR] = "transport error",
    [SIO_REASON_PING_TIMEOUT] = "ping timeout",
    [SIO_REASON_PARSE_ERROR] = "parse error",
    [SIO_REASON_FORCED_CLOSE] = "forced close",
    [SIO_REASON_FORCED_SERVER_CLOSE] = "forced server close",
    [SIO_REASON_SERVER_SHUTTING_DOWN] = "server shutting down",
    [SIO_REASON_CLIENT_NAMESPACE_DISCONNECT] = "client namespace disconnect",
    [SIO_REASON_SERVER_NAMESPACE_DISCONNECT] = "server namespace disconnect",
};

/* ---------------------------------------------------------------------------------------- life */

sio__extras_t *sio__socket_extras(sio_socket_t *socket)
{
    if (socket->extras)
        return socket->extras;
    socket->extras = sio__calloc(1, sizeof(*socket->extras));
    if (socket->extras)
        sio__list_init(&socket->extras->acks);
    return socket->extras;
}

static void free_extras(sio__extras_t *extras)
{
    if (!extras)
        return;
    if (extras->user_free)
        extras->user_free(extras->user);
    json_decref(extras->data);
    json_decref(extras->auth);
    sio__free(extras->auth_text);
    sio__texts_free(&extras->texts);
    sio__free(extras->deadline);
    sio__free(extras);
}

static void destroy(sio_socket_t *socket, bool on_loop)
{
    sio_server_t *io = socket->nsp->server;

    sio__listeners_free(socket->listeners);
    free_extras(socket->extras);
    sio__free(socket->recoverable);
    if (socket->id != socket->own_id)
        sio__free(socket->id);
    sio__namespace_unref(socket->nsp);
    sio__client_unref(socket->client, on_loop);
    atomic_fetch_sub(&io->sockets_allocated, 1);
    if (socket->plain)
        sio__ws_destroy(sio__ws_of(socket));
    sio__free(socket);
    sio__server_unref(io);
}

static void on_destroy(eio_task_t *task)
{
    destroy(SIO__CONTAINER(task, sio_socket_t, destroy), true);
}

sio_socket_t *sio_socket_ref(sio_socket_t *socket)
{
    atomic_fetch_add_explicit(&socket->refs, 1, memory_order_relaxed);
    return socket;
}

/* What hangs on a socket belongs to the loop thread, as long as there is one. */
void sio_socket_unref(sio_socket_t *socket)
{
    sio_server_t *io;
    bool on_loop;

    if (!socket || atomic_fetch_sub_explicit(&socket->refs, 1, memory_order_acq_rel) != 1)
        return;
    io = socket->nsp->server;
    on_loop = sio__on_loop(io);
    if (!on_loop) {
        socket->destroy.fn = on_destroy;
        if (sio__post(io, &socket->destroy) == SIO_OK)
            return;
    }
    destroy(socket, on_loop);
}

static void on_release(eio_deferred_t *deferred)
{
    sio_socket_unref(SIO__CONTAINER(deferred, sio_socket_t, release));
}

int64_t sio__unix_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Copied only when there is something in it. */
static bool keep_auth(sio_socket_t *socket, sio__span_t auth)
{
    sio__extras_t *extras;

    if (auth.len == 0 || (auth.len == 2 && memcmp(auth.data, "{}", 2) == 0))
        return true;
    extras = sio__socket_extras(socket);
    if (!extras)
        return false;
    extras->auth_text = sio__strndup(auth.data, auth.len);
    extras->auth_len = auth.len;
    return extras->auth_text != NULL;
}

/* Clients of Socket.IO v2 know theirs without being told: the connection's in "/", with the
 * namespace's name before it elsewhere. */
static bool make_id(sio_socket_t *socket, const sio__client_t *client, const sio_namespace_t *nsp)
{
    bool root = nsp->name_len == 1;
    const char *sid;
    size_t size;

    socket->id = socket->own_id;
    if (client->protocol != 3) {
        sio__id_generate(&nsp->server->id_counter, socket->id);
        return true;
    }
    sid = client->session ? eio_session_id(client->session) : "";
    size = strlen(sid) + (root ? 0 : nsp->name_len + 1) + 1;
    if (size > sizeof(socket->own_id))
        socket->id = sio__malloc(size);
    if (socket->id)
        snprintf(socket->id, size, "%s%s%s", root ? "" : nsp->name, root ? "" : "#", sid);
    return socket->id != NULL;
}

bool sio__socket_init(sio_socket_t *socket, sio__client_t *client, sio_namespace_t *nsp)
{
    sio_server_t *io = nsp->server;

    if (!make_id(socket, client, nsp))
        return false;
    atomic_init(&socket->refs, 1);
    atomic_init(&socket->state, SIO__CONNECTING);
    sio__member_init(&socket->member, socket->id);
    sio__list_init(&socket->of_client);
    sio__list_init(&socket->of_namespace);
    eio_deferred_init(&socket->release, on_release);
    socket->nsp = nsp;
    socket->issued = sio__unix_ms();
    socket->client = client;
    atomic_fetch_add(&client->refs, 1);
    sio__list_append(&client->sockets, &socket->of_client);
    sio__namespace_enter(nsp);
    sio__server_ref(io);
    atomic_fetch_add(&io->sockets_allocated, 1);
    return true;
}

sio_socket_t *sio__socket_new(sio__client_t *client, sio_namespace_t *nsp, sio__span_t auth)
{
    sio_socket_t *socket = sio__calloc(1, sizeof(*socket));

    if (!socket)
        return NULL;
    if (keep_auth(socket, auth) && sio__socket_init(socket, client, nsp))
        return socket;
    free_extras(socket->extras);
    sio__free(socket);
    return NULL;
}

/* ------------------------------------------------------------------------------- connecting */

static bool answer_connect(sio_socket_t *socket)
{
    char text[sizeof("{\"sid\":\"\",\"pid\":\"\"}") + 2 * SIO__ID_LEN];
    sio__buf_t json = {text, 0, sizeof(text), false};

    if (socket->client->protocol == 3)
        return sio__client_send(socket->client, SIO__CONNECT, socket->nsp->name, NULL) == SIO_OK;
    sio__buf_append(&json, "{\"sid\":\"", 8);
    sio__buf_append(&json, socket->id, SIO__ID_LEN);
    if (socket->recoverable) {
        sio__buf_append(&json, "\",\"pid\":\"", 9);
        sio__buf_append(&json, socket->recoverable->pid, SIO__ID_LEN);
    }
    sio__buf_append(&json, "\"}", 2);
    return sio__client_send(socket->client, SIO__CONNECT, socket->nsp->name, &json) == SIO_OK;
}

static void call_connection_handlers(sio_socket_t *socket)
{
    sio__calling_t calling =
        sio__listeners_call(socket->nsp->listeners, SIO__ON_CONNECTION, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_connection_fn)fn)(socket, user);
}

void sio__socket_connect(sio_socket_t *socket)
{
    sio_namespace_t *nsp = socket->nsp;
    sio__client_t *client = socket->client;

    if (sio__socket_state(socket) != SIO__CONNECTING)
        return;
    if (nsp->adapter->ops->add(nsp->adapter, &socket->member, socket->id)) {
        sio__socket_drop(socket);
        sio__client_close(client, "out of memory");
        return;
    }
    atomic_store_explicit(&socket->state, SIO__CONNECTED, memory_order_release);
    sio__namespace_add(nsp, socket);
    eio_timer_stop(&nsp->server->loop, &client->connect_timer);
    SIO__LOG(&nsp->server->log, SIO__DEBUG, area, "%s connected to %s", socket->id, nsp->name);
    if (nsp->recovery && !sio__recovery_connected(socket))
        sio__client_close(client, "what it missed can't be sent");
    else if (!answer_connect(socket))
        sio__client_close(client, "no room for the CONNECT packet");
    else
        call_connection_handlers(socket);
    sio__deadline_connected(socket);
}

/* ------------------------------------------------------------------------------------- leaving */

/* The connection's reference goes when nothing on the stack can be using the socket. */
static void leave(sio_socket_t *socket)
{
    sio_namespace_t *nsp = socket->nsp;

    nsp->adapter->ops->del_all(nsp->adapter, &socket->member);
    sio__client_forget(socket);
    sio__deadline_end(socket);
    sio__recovery_left(socket);
    atomic_store_explicit(&socket->state, SIO__GONE, memory_order_release);
    sio__server_release(nsp->server, &socket->release);
    sio__ack_end_all(socket);
    sio__namespace_leave(nsp);
}

void sio__socket_drop(sio_socket_t *socket)
{
    if (sio__socket_state(socket) == SIO__CONNECTING)
        leave(socket);
}

const char *sio__reason_text(enum sio_reason reason)
{
    return reason_texts[reason];
}

static void call_disconnect(sio__listeners_t *table, int kind, sio_socket_t *socket,
                            const sio_disconnect_t *why)
{
    sio__calling_t calling = sio__listeners_call(table, kind, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_disconnect_fn)fn)(socket, why, user);
}

/* The program hears of a plain WebSocket's end from its endpoint. */
static void tell_disconnecting(sio_socket_t *socket, const sio_disconnect_t *why)
{
    if (socket->plain)
        sio__ws_tell_closed(sio__ws_of(socket));
    else
        call_disconnect(socket->nsp->listeners, SIO__ON_DISCONNECTING, socket, why);
    call_disconnect(socket->listeners, SIO__ON_DISCONNECTING, socket, why);
}

void sio__socket_close(sio_socket_t *socket, enum sio_reason reason, const char *detail)
{
    sio_disconnect_t why = {reason, sio__reason_text(reason), detail};
    sio_namespace_t *nsp = socket->nsp;

    if (sio__socket_state(socket) != SIO__CONNECTED || socket->closing)
        return;
    socket->closing = true;
    nsp->server->counts.disconnects[reason]++;
    SIO__LOG(&nsp->server->log, SIO__DEBUG, area, "%s leaves %s: %s%s%s", socket->id, nsp->name,
             why.text, *detail ? ", " : "", detail);
    tell_disconnecting(socket, &why);
    if (nsp->recovery && !socket->plain)
        sio__recovery_save(socket, reason);
    sio__namespace_remove(nsp, socket);
    leave(socket);
    if (!socket->plain)
        call_disconnect(nsp->listeners, SIO__ON_DISCONNECT, socket, &why);
    call_disconnect(socket->listeners, SIO__ON_DISCONNECT, socket, &why);
}

void sio__socket_error(sio_socket_t *socket, const char *message, const json_t *data)
{
    sio__calling_t calling = sio__listeners_call(socket->listeners, SIO__ON_ERROR, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_socket_error_fn)fn)(socket, message, data, user);
}

void sio__socket_disconnect(sio_socket_t *socket, const char *detail)
{
    if (sio__socket_state(socket) != SIO__CONNECTED || socket->closing)
        return;
    if (socket->plain) {
        sio__ws_close_now(sio__ws_of(socket), SIO_WS_NORMAL, "");
        return;
    }
    sio__client_send(socket->client, SIO__DISCONNECT, socket->nsp->name, NULL);
    sio__socket_close(socket, SIO_REASON_SERVER_NAMESPACE_DISCONNECT, detail);
}

static void disconnect_now(sio_socket_t *socket, bool close)
{
    if (!close)
        sio__socket_disconnect(socket, "disconnected by the program");
    else if (socket->plain)
        sio__socket_disconnect(socket, "");
    else if (sio__socket_state(socket) == SIO__CONNECTED)
        sio__client_disconnect(socket->client);
}

/* ---------------------------------------------------------------- joining and leaving, any thread
 */

typedef enum action { JOIN, LEAVE, DISCONNECT, DISCONNECT_AND_CLOSE, SET_DEADLINE } action_t;

static bool may_join(const sio_socket_t *socket, const char *room)
{
    sio_server_t *io = socket->nsp->server;
    const sio__adapter_t *adapter = socket->nsp->adapter;

    if (!io->max_rooms || socket->member.room_count < io->max_rooms ||
        strcmp(room, socket->id) == 0 || adapter->ops->in_room(adapter, &socket->member, room))
        return true;
    io->counts.limited_rooms++;
    SIO__LOG(&io->log, SIO__WARN, area, "%s is in rooms_per_socket (%u) rooms: not joined: %.64s",
             socket->id, io->max_rooms, room);
    return false;
}

static int join(sio_socket_t *socket, const char *room)
{
    sio__adapter_t *adapter = socket->nsp->adapter;

    if (!may_join(socket, room))
        return SIO_ELIMIT;
    return adapter->ops->add(adapter, &socket->member, room) ? SIO_ENOMEM : SIO_OK;
}

static int64_t number_in(const void *argument)
{
    int64_t number;

    memcpy(&number, argument, sizeof(number));
    return number;
}

/* The argument: a room's name, or a time. */
static int act(sio_socket_t *socket, action_t action, const void *argument)
{
    sio__adapter_t *adapter = socket->nsp->adapter;

    if (!sio__socket_live(socket))
        return SIO_EDISCONNECTED;
    switch (action) {
    case JOIN:
        return join(socket, argument);
    case LEAVE:
        adapter->ops->del(adapter, &socket->member, argument);
        return SIO_OK;
    case SET_DEADLINE:
        return sio__deadline_set(socket, number_in(argument));
    default:
        disconnect_now(socket, action == DISCONNECT_AND_CLOSE);
        return SIO_OK;
    }
}

typedef struct posted_action {
    eio_task_t task;
    sio_socket_t *socket;
    action_t action;
    char argument[];
} posted_action_t;

static void on_posted_action(eio_task_t *task)
{
    posted_action_t *posted = SIO__CONTAINER(task, posted_action_t, task);

    act(posted->socket, posted->action, posted->argument);
    sio_socket_unref(posted->socket);
    sio__free(posted);
}

static int post_action(sio_socket_t *socket, action_t action, const void *argument, size_t size)
{
    posted_action_t *posted;

    if (!sio__socket_live(socket))
        return SIO_EDISCONNECTED;
    posted = sio__malloc(sizeof(*posted) + size);
    if (!posted)
        return SIO_ENOMEM;
    posted->task.fn = on_posted_action;
    posted->socket = sio_socket_ref(socket);
    posted->action = action;
    memcpy(posted->argument, argument, size);
    if (sio__post(socket->nsp->server, &posted->task) == SIO_OK)
        return SIO_OK;
    sio_socket_unref(socket);
    sio__free(posted);
    return SIO_EDISCONNECTED;
}

static int act_anywhere(sio_socket_t *socket, action_t action, const void *argument, size_t size)
{
    if (sio__on_loop(socket->nsp->server))
        return act(socket, action, argument);
    return post_action(socket, action, argument, size);
}

int sio_join(sio_socket_t *socket, const char *room)
{
    return room ? act_anywhere(socket, JOIN, room, strlen(room) + 1) : SIO_EINVAL;
}

int sio_leave(sio_socket_t *socket, const char *room)
{
    return room ? act_anywhere(socket, LEAVE, room, strlen(room) + 1) : SIO_EINVAL;
}

int sio_disconnect(sio_socket_t *socket, bool close)
{
    return act_anywhere(socket, close ? DISCONNECT_AND_CLOSE : DISCONNECT, "", 1);
}

int sio_set_deadline(sio_socket_t *socket, int64_t unix_ms)
{
    if (unix_ms < 0)
        return SIO_EINVAL;
    return act_anywhere(socket, SET_DEADLINE, &unix_ms, sizeof(unix_ms));
}

bool sio_in_room(const sio_socket_t *socket, const char *room)
{
    const sio__adapter_t *adapter = socket->nsp->adapter;

    SIO__LOOP_ONLY(socket->nsp->server);
    return adapter->ops->in_room(adapter, &socket->member, room);
}

void sio_rooms(const sio_socket_t *socket, void (*fn)(const char *room, void *user), void *user)
{
    const sio__adapter_t *adapter = socket->nsp->adapter;

    SIO__LOOP_ONLY(socket->nsp->server);
    adapter->ops->each_room(adapter, &socket->member, fn, user);
}

/* -------------------------------------------------------------------------- what it knows of
 * itself */

const char *sio_id(const sio_socket_t *socket)
{
    return socket->id;
}

bool sio_connected(const sio_socket_t *socket)
{
    return sio__socket_state(socket) == SIO__CONNECTED;
}

sio_namespace_t *sio_socket_namespace(const sio_socket_t *socket)
{
    return socket->nsp;
}

sio_server_t *sio_socket_server(const sio_socket_t *socket)
{
    return socket->nsp->server;
}

const char *sio_transport(const sio_socket_t *socket)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    if (socket->client->session)
        return eio_session_transport(socket->client->session);
    return socket->client->last_transport;
}

size_t sio_queued_bytes(const sio_socket_t *socket)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    return socket->client->session ? eio_session_queued_bytes(socket->client->session) : 0;
}

json_t *sio_data(sio_socket_t *socket)
{
    sio__extras_t *extras;

    SIO__LOOP_ONLY(socket->nsp->server);
    extras = sio__socket_extras(socket);
    if (extras && !extras->data)
        extras->data = json_object();
    return extras ? extras->data : NULL;
}

void sio_set_user(sio_socket_t *socket, void *user, void (*destructor)(void *user))
{
    sio__extras_t *extras;

    SIO__LOOP_ONLY(socket->nsp->server);
    extras = sio__socket_extras(socket);
    if (!extras)
        return;
    if (extras->user_free && extras->user != user)
        extras->user_free(extras->user);
    extras->user = user;
    extras->user_free = destructor;
}

void *sio_user(const sio_socket_t *socket)
{
    SIO__LOOP_ONLY(socket->nsp->server);
    return socket->extras ? socket->extras->user : NULL;
}
