#include "socketio/recovery.h"

#include "base/alloc.h"
#include "socketio/dynamic.h"
#include "socketio/emit.h"
#include "socketio/middleware.h"

#include <stdio.h>
#include <string.h>

static const char area[] = "socket.io:namespace";

/* How fine expiry is: a sweep takes all that has become too old since the last one. */
enum { SWEEP_MIN_MS = 20, SWEEP_MAX_MS = 5000, SWEEPS = 16 };

/* ----------------------------------------------------------------------------------- expiring */

void sio__recovery_count(const sio_namespace_t *nsp, sio__session_counts_t *counts)
{
    const sio__session_store_t *store = nsp->recovery->store;

    store->ops->count(store, counts);
}

bool sio__recovery_expects(const sio_namespace_t *nsp)
{
    sio__session_counts_t counts = {0, 0, 0};

    if (nsp->recovery)
        sio__recovery_count(nsp, &counts);
    return counts.sessions > 0;
}

static uint64_t now_of(const sio_namespace_t *nsp)
{
    return eio_loop_now(&nsp->server->loop);
}

static void sweep_at(struct sio__recovery *recovery, uint64_t due)
{
    sio_server_t *io = recovery->nsp->server;
    uint64_t now = eio_loop_now(&io->loop);
    uint64_t pause = io->recovery.limits.disconnection_ms / SWEEPS;

    if (due == UINT64_MAX)
        return;
    if (pause > SWEEP_MAX_MS)
        pause = SWEEP_MAX_MS;
    if (pause < SWEEP_MIN_MS)
        pause = SWEEP_MIN_MS;
    eio_timer_start(&io->loop, &recovery->expiry, due > now + pause ? due - now : pause);
}

static void on_expiry(sio__timer_t *timer)
{
    struct sio__recovery *recovery = SIO__CONTAINER(timer, struct sio__recovery, expiry);
    sio__session_store_t *store = recovery->store;
    sio_namespace_t *nsp = recovery->nsp;
    bool expected = sio__recovery_expects(nsp);

    sweep_at(recovery, store->ops->expire(store, now_of(nsp)));
    if (expected && !nsp->members && nsp->parent)
        sio__child_deserted(nsp); /* unless it still is */
}

/* Something is kept. */
static void expect_expiry(struct sio__recovery *recovery)
{
    if (!sio__timer_active(&recovery->expiry))
        on_expiry(&recovery->expiry);
}

/* --------------------------------------------------------------------------------------- life */

static void release_packet(void *packet)
{
    sio__bundle_free(packet);
}

int sio__recovery_open(sio_namespace_t *nsp)
{
    struct sio__recovery *recovery;

    if (!nsp->server->recovery.enabled)
        return SIO_OK;
    recovery = sio__calloc(1, sizeof(*recovery));
    if (!recovery)
        return SIO_ENOMEM;
    recovery->nsp = nsp;
    recovery->store = sio__session_memory_new(&nsp->server->recovery.limits, release_packet);
    if (!recovery->store) {
        sio__free(recovery);
        return SIO_ENOMEM;
    }
    sio__map_init(&recovery->live);
    sio__timer_init(&recovery->expiry, on_expiry);
    nsp->recovery = recovery;
    return SIO_OK;
}

void sio__recovery_close(sio_namespace_t *nsp)
{
    struct sio__recovery *recovery = nsp->recovery;

    if (!recovery)
        return;
    eio_timer_stop(&nsp->server->loop, &recovery->expiry);
    recovery->store->ops->free(recovery->store);
    sio__map_free(&recovery->live);
    sio__free(recovery);
    nsp->recovery = NULL;
}

void sio__recovery_keep_in(sio_namespace_t *nsp, sio__session_store_t *store)
{
    struct sio__recovery *recovery = nsp->recovery;

    recovery->store->ops->free(recovery->store);
    recovery->store = store;
}

bool sio__recovery_of_adapter(const sio_namespace_t *nsp)
{
    return nsp->recovery && !nsp->recovery->store->ops->next_offset;
}

/* -------------------------------------------------------------------------- private ids */

static void unlist(sio_socket_t *socket)
{
    struct sio__recoverable *part = socket->recoverable;

    if (!part->listed)
        return;
    sio__map_remove(&socket->nsp->recovery->live, &part->by_pid);
    part->listed = false;
}

/* Under a private id that is nobody else's. */
static int list(sio_socket_t *socket)
{
    struct sio__recoverable *part = socket->recoverable;

    if (sio__map_insert(&socket->nsp->recovery->live, &part->by_pid, part->pid, strlen(part->pid)))
        return SIO_ENOMEM;
    part->listed = true;
    return SIO_OK;
}

static struct sio__recoverable *live_part(const struct sio__recovery *recovery, const char *pid)
{
    sio__map_node_t *node = sio__map_find(&recovery->live, pid, strlen(pid));

    return node ? SIO__CONTAINER(node, struct sio__recoverable, by_pid) : NULL;
}

static bool new_part(sio_socket_t *socket)
{
    struct sio__recoverable *part = sio__calloc(1, sizeof(*part));

    if (!part)
        return false;
    socket->recoverable = part;
    part->socket = socket;
    sio__id_generate(&socket->nsp->server->id_counter, part->pid);
    return list(socket) == SIO_OK;
}

bool sio_recovered(const sio_socket_t *socket)
{
    return socket->recoverable && socket->recoverable->recovered;
}

/* ---------------------------------------------------------------------------------- restoring */

typedef struct replay {
    sio_socket_t *socket;
    size_t bytes;
    int error;
} replay_t;

static bool was_in_room(const char *room, void *user)
{
    const replay_t *replay = user;
    const sio_socket_t *socket = replay->socket;
    const sio__adapter_t *adapter = socket->nsp->adapter;

    return adapter->ops->in_room(adapter, &socket->member, room);
}

static void add_bytes(void *packet, void *user)
{
    const sio__bundle_t *bundle = packet;
    replay_t *replay = user;

    replay->bytes += bundle->bytes;
}

static void send_missed(void *packet, void *user)
{
    const sio__bundle_t *bundle = packet;
    replay_t *replay = user;

    if (!replay->error)
        replay->error = sio__send_bundle(replay->socket, bundle, 0);
}

/* False: not all of it is there, or it is more than a client's outbox takes at once. */
static bool missed_fits(sio_socket_t *socket)
{
    const sio__session_store_t *store = socket->nsp->recovery->store;
    replay_t replay = {.socket = socket};

    return store->ops->each_missed(store, socket->recoverable->pid, socket->recoverable->from,
                                   &(sio__missed_t){was_in_room, add_bytes, &replay}) &&
           socket->client->session &&
           eio_session_check(socket->client->session, replay.bytes) == SIO_OK;
}

static bool replay(sio_socket_t *socket)
{
    const sio__session_store_t *store = socket->nsp->recovery->store;
    replay_t replay = {.socket = socket};

    return missed_fits(socket) &&
           store->ops->each_missed(store, socket->recoverable->pid, socket->recoverable->from,
                                   &(sio__missed_t){was_in_room, send_missed, &replay}) &&
           !replay.error;
}

static void return_session(const sio_namespace_t *nsp, const char *pid)
{
    sio__session_store_t *store = nsp->recovery->store;

    if (store->ops->return_session)
        store->ops->return_session(store, pid);
}

static void forget_restored(sio_socket_t *socket)
{
    struct sio__recoverable *part = socket->recoverable;
    sio_namespace_t *nsp = socket->nsp;

    part->borrowed = false;
    unlist(socket);
    nsp->adapter->ops->del_all(nsp->adapter, &socket->member);
    sio__id_generate(&nsp->server->id_counter, socket->id);
    sio__id_generate(&nsp->server->id_counter, part->pid);
    sio__deadline_set(socket, 0);
    part->recovered = false;
    part->start[0] = part->from[0] = '\0';
}

/* Joining tells the program, which may do anything. */
static bool join_rooms(sio_socket_t *socket, const char *const *rooms)
{
    sio__adapter_t *adapter = socket->nsp->adapter;

    for (; *rooms; rooms++)
        if (adapter->ops->add(adapter, &socket->member, *rooms) || !sio__socket_live(socket))
            return false;
    return true;
}

static bool keep_data(sio_socket_t *socket, json_t *data)
{
    sio__extras_t *extras = data ? sio__socket_extras(socket) : NULL;

    if (extras && !extras->data)
        extras->data = json_incref(data);
    return !data || extras;
}

static bool is_id(const char *text)
{
    return strlen(text) == SIO__ID_LEN;
}

/* The socket becomes the session's. False: it can't, and is as it was but for its ids. */
static bool become(sio_socket_t *socket, const sio__session_t *session, const char *from)
{
    struct sio__recoverable *part = socket->recoverable;
    sio_namespace_t *nsp = socket->nsp;

    if (!is_id(session->sid) || !is_id(session->pid) || live_part(nsp->recovery, session->pid) ||
        nsp->adapter->ops->find(nsp->adapter, session->sid))
        return false;
    unlist(socket);
    memcpy(socket->id, session->sid, sizeof(socket->own_id));
    memcpy(part->pid, session->pid, sizeof(part->pid));
    snprintf(part->start, sizeof(part->start), "%s", session->start);
    snprintf(part->from, sizeof(part->from), "%s", from);
    part->recovered = part->borrowed = true;
    if (list(socket) == SIO_OK && join_rooms(socket, session->rooms) && missed_fits(socket) &&
        keep_data(socket, session->data) && sio__deadline_set(socket, session->deadline) == SIO_OK)
        return true;
    forget_restored(socket);
    return false;
}

/* ------------------------------------------------------------------------------- connecting */

static void go_on(sio_socket_t *socket)
{
    struct sio__recoverable *part = socket->recoverable;

    if (!part->listed && list(socket)) {
        sio__client_close(socket->client, "out of memory");
        return;
    }
    if (part->recovered && socket->nsp->server->recovery.skip_middlewares)
        sio__socket_connect(socket);
    else
        sio__middleware_connection(socket);
}

static void on_restored(const sio__session_t *session, const char *from, void *user)
{
    sio_socket_t *socket = user;
    const sio__log_t *log = &socket->nsp->server->log;

    if (session && sio__socket_state(socket) == SIO__CONNECTING && become(socket, session, from)) {
        SIO__LOG(log, SIO__DEBUG, area, "connection state recovered for %s", socket->id);
    } else if (session) {
        SIO__LOG(log, SIO__INFO, area, "the state of %s can't be recovered", session->sid);
        return_session(socket->nsp, session->pid);
    }
    if (sio__socket_state(socket) == SIO__CONNECTING)
        go_on(socket);
    sio_socket_unref(socket);
}

/*
 * The session's earlier connection may still seem alive, when its client noticed the end first. It
 * is over: its client has come back with what only that client knows.
 */
static void end_earlier(sio_socket_t *socket, const char *pid)
{
    const struct sio__recoverable *earlier = live_part(socket->nsp->recovery, pid);

    if (earlier && earlier->socket->client != socket->client)
        sio__client_supersede(earlier->socket->client);
}

void sio__recovery_supersede(sio_namespace_t *nsp, const char *pid)
{
    const struct sio__recoverable *part = nsp->recovery ? live_part(nsp->recovery, pid) : NULL;

    if (part)
        sio__client_supersede(part->socket->client);
}

/* What the client asks for: {"pid":"...","offset":"..."}. Without an event it has no offset. */
static const char *asked_session(sio_socket_t *socket, const char **offset)
{
    const json_t *auth =
        socket->extras && socket->extras->auth_text ? sio_handshake_auth(socket) : NULL;
    const json_t *offset_json = json_object_get(auth, "offset");

    *offset = json_string_value(offset_json);
    return *offset || !offset_json || json_is_null(offset_json)
               ? json_string_value(json_object_get(auth, "pid"))
               : NULL;
}

void sio__recovery_begin(sio_socket_t *socket)
{
    sio_namespace_t *nsp = socket->nsp;
    const char *pid, *offset;

    if (!new_part(socket)) {
        sio__client_close(socket->client, "out of memory");
        return;
    }
    pid = asked_session(socket, &offset);
    if (!pid) {
        go_on(socket);
        return;
    }
    sio_socket_ref(socket);
    end_earlier(socket, pid);
    nsp->recovery->store->ops->restore_session(nsp->recovery->store, now_of(nsp), pid, offset,
                                               on_restored, socket);
}

bool sio__recovery_connected(sio_socket_t *socket)
{
    struct sio__recoverable *part = socket->recoverable;
    sio__session_store_t *store = socket->nsp->recovery->store;

    if (!part) /* it never learns a private id */
        return true;
    part->connected_at = now_of(socket->nsp);
    if (!part->recovered) {
        store->ops->last_offset(store, part->start);
        return true;
    }
    if (!replay(socket))
        return false;
    part->borrowed = false;
    store->ops->forget_session(store, part->pid);
    return true;
}

/* ------------------------------------------------------------------------------------ leaving */

typedef struct rooms {
    const char **names;
    size_t count, cap;
    bool failed;
} rooms_t;

static void add_room(const char *room, void *user)
{
    rooms_t *rooms = user;

    if (rooms->count + 1 >= rooms->cap) {
        size_t cap = rooms->cap ? rooms->cap * 2 : 16;
        const char **grown = sio__realloc(rooms->names, cap * sizeof(*grown));

        if (!grown) {
            rooms->failed = true;
            return;
        }
        rooms->names = grown;
        rooms->cap = cap;
    }
    rooms->names[rooms->count++] = room;
    rooms->names[rooms->count] = NULL;
}

static bool is_recoverable(enum sio_reason reason)
{
    return reason != SIO_REASON_PARSE_ERROR && reason != SIO_REASON_CLIENT_NAMESPACE_DISCONNECT &&
           reason != SIO_REASON_SERVER_NAMESPACE_DISCONNECT;
}

static void save(sio_socket_t *socket, const char *const *rooms)
{
    struct sio__recoverable *part = socket->recoverable;
    struct sio__recovery *recovery = socket->nsp->recovery;
    uint64_t now = now_of(socket->nsp);
    const sio__session_t session = {
        .sid = socket->id,
        .pid = part->pid,
        .rooms = rooms,
        .data = socket->extras ? socket->extras->data : NULL,
        .deadline = sio__deadline_of(socket),
        .start = part->start,
        .connected_ms = now - part->connected_at,
    };

    recovery->store->ops->persist_session(recovery->store, now, &session);
    part->saved = true;
    part->saved_at = now;
    expect_expiry(recovery);
}

void sio__recovery_save(sio_socket_t *socket, enum sio_reason reason)
{
    const sio__adapter_t *adapter = socket->nsp->adapter;
    static const char *const none[] = {NULL};
    rooms_t rooms = {NULL, 0, 0, false};

    if (!socket->recoverable || !is_recoverable(reason))
        return;
    adapter->ops->each_room(adapter, &socket->member, add_room, &rooms);
    if (!rooms.failed)
        save(socket, rooms.names ? rooms.names : none);
    sio__free(rooms.names);
}

void sio__recovery_left(sio_socket_t *socket)
{
    struct sio__recoverable *part = socket->recoverable;

    if (!part)
        return;
    unlist(socket);
    if (part->borrowed)
        return_session(socket->nsp, part->pid);
    part->borrowed = false;
}

/* Gone, but to be recovered, or recovered already: by its id it is reached still. */
static bool comes_back(const sio_socket_t *socket)
{
    const struct sio__recoverable *part = socket->recoverable;
    const sio_namespace_t *nsp = socket->nsp;

    return part->saved &&
           (nsp->adapter->ops->find(nsp->adapter, socket->id) ||
            now_of(nsp) - part->saved_at <= nsp->server->recovery.limits.disconnection_ms);
}

bool sio__recovery_waits(const sio_socket_t *socket)
{
    const struct sio__recoverable *part = socket->recoverable;

    switch (part ? sio__socket_state(socket) : SIO__CONNECTED) {
    case SIO__CONNECTING:
        return part->recovered;
    case SIO__GONE:
        return comes_back(socket);
    default:
        return false;
    }
}

/* ---------------------------------------------------------------------------- packets going out */

static void keep(struct sio__recovery *recovery, const sio__audience_t *audience,
                 sio__bundle_t *bundle)
{
    sio__session_store_t *store = recovery->store;

    store->ops->keep(store, now_of(recovery->nsp), audience, sio__bundle_share(bundle),
                     sio__bundle_memory(bundle));
    expect_expiry(recovery);
}

/* One that the adapter doesn't see: to clients of this server alone. */
static int log_outside(sio__session_store_t *store, sio__bundle_t *bundle)
{
    char offset[SIO__OFFSET_SIZE];

    if (!sio__bundle_ends_with_string(bundle))
        return SIO_OK;
    store->ops->last_offset(store, offset);
    return *offset ? sio__bundle_append_string(bundle, offset) : SIO_OK;
}

/*
 * A client takes the last argument of any event for its offset when it is a string, and upstream
 * sends volatile ones without: a volatile "typing", "bob" ends its recovery there. They get an
 * offset where one would be read, which says the same as that of the packet before.
 */
int sio__recovery_log(sio_namespace_t *nsp, const sio__audience_t *audience, sio__bundle_t *bundle)
{
    sio__session_store_t *store = nsp->recovery->store;
    bool is_volatile = audience->flags & SIO_VOLATILE;
    char offset[SIO__OFFSET_SIZE];

    if (!store->ops->next_offset)
        return audience->flags & SIO_LOCAL ? log_outside(store, bundle) : SIO_OK;
    if (is_volatile && !sio__bundle_ends_with_string(bundle))
        return SIO_OK;
    store->ops->next_offset(store, (uint64_t)sio__unix_ms(), offset);
    if (sio__bundle_append_string(bundle, offset))
        return SIO_ENOMEM;
    if (!is_volatile)
        keep(nsp->recovery, audience, bundle);
    return SIO_OK;
}
