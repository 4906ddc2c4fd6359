#include "socketio/conn.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "socketio/request.h"
#include "socketio/socket.h"

#include <string.h>

/* ------------------------------------------------------------------------------------- handles */

sio_conn_t *sio_conn(const sio_socket_t *socket)
{
    return socket->client;
}

sio_conn_t *sio_conn_ref(sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    sio__server_ref(conn->server);
    atomic_fetch_add(&conn->refs, 1);
    return conn;
}

void sio_conn_unref(sio_conn_t *conn)
{
    sio_server_t *io;

    if (!conn)
        return;
    io = conn->server;
    SIO__LOOP_ONLY(io);
    sio__client_unref(conn, true);
    sio__server_unref(io);
}

void sio__conn_free(sio__client_t *client)
{
    sio__listeners_free(client->listeners);
    if (client->asked)
        sio__texts_free(&client->asked->texts);
    sio__free(client->asked);
}

/* ----------------------------------------------------------------------------------- listening */

_Static_assert((int)SIO_CONN_DRAIN < (int)SIO__ON_EVENT, "a kind of listeners");

static bool valid_event(enum sio_conn_event event, enum sio_conn_event first)
{
    return event >= first && event <= SIO_CONN_DRAIN;
}

/* What happens with every packet is told once somebody listens. */
static void watch(sio_server_t *io, enum sio_conn_event event)
{
    bool rare = event == SIO_CONN_CONNECTION || event == SIO_CONN_UPGRADING ||
                event == SIO_CONN_UPGRADE || event == SIO_CONN_CLOSE;

    if (io->engine && !rare)
        eio_server_watch(io->engine);
}

int sio_conn_on(sio_conn_t *conn, enum sio_conn_event event, sio_conn_fn fn, void *user)
{
    SIO__LOOP_ONLY(conn->server);
    if (!valid_event(event, SIO_CONN_PACKET))
        return SIO_EINVAL;
    if (!conn->session)
        return SIO_EDISCONNECTED;
    watch(conn->server, event);
    return sio__listeners_add(&conn->listeners, (int)event, NULL, (sio__fn_t)fn, user, 0);
}

int sio_conn_off(sio_conn_t *conn, enum sio_conn_event event, sio_conn_fn fn, void *user)
{
    SIO__LOOP_ONLY(conn->server);
    if (!valid_event(event, SIO_CONN_PACKET))
        return SIO_EINVAL;
    sio__listeners_remove(conn->listeners, (int)event, NULL, (sio__fn_t)fn, user);
    return SIO_OK;
}

int sio_engine_on(sio_server_t *io, enum sio_conn_event event, sio_conn_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    if (!valid_event(event, SIO_CONN_CONNECTION))
        return SIO_EINVAL;
    watch(io, event);
    return sio__listeners_add(&io->conn_listeners, (int)event, NULL, (sio__fn_t)fn, user, 0);
}

static void call(sio__listeners_t *table, sio__client_t *client, const sio_conn_info_t *info)
{
    sio__calling_t calling = sio__listeners_call(table, (int)info->event, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_conn_fn)fn)(client, info, user);
}

void sio__conn_tell(sio__client_t *client, const sio_conn_info_t *info)
{
    call(client->server->conn_listeners, client, info);
    call(client->listeners, client, info);
}

static void tell(eio_session_t *session, const sio_conn_info_t *info)
{
    sio__client_t *client = eio_session_user(session);

    if (client)
        sio__conn_tell(client, info);
}

void sio__conn_on_packet(eio_session_t *session, bool created, const char *type, bool binary,
                         const char *data, size_t len, void *server)
{
    sio_conn_info_t info = {
        .size = sizeof(info),
        .event = created ? SIO_CONN_PACKET_CREATE : SIO_CONN_PACKET,
        .packet = type,
        .binary = binary,
        .data = data,
        .len = len,
    };

    (void)server;
    tell(session, &info);
    if (created || strcmp(type, "message") != 0)
        return;
    info.event = SIO_CONN_MESSAGE;
    tell(session, &info);
}

void sio__conn_on_flush(eio_session_t *session, size_t packets, void *server)
{
    (void)server;
    tell(session, &(sio_conn_info_t){
                      .size = sizeof(sio_conn_info_t),
                      .event = SIO_CONN_FLUSH,
                      .packets = packets,
                  });
}

static void tell_plainly(eio_session_t *session, enum sio_conn_event event)
{
    tell(session, &(sio_conn_info_t){.size = sizeof(sio_conn_info_t), .event = event});
}

void sio__conn_on_heartbeat(eio_session_t *session, void *server)
{
    (void)server;
    tell_plainly(session, SIO_CONN_HEARTBEAT);
}

void sio__conn_on_drain(eio_session_t *session, void *server)
{
    (void)server;
    tell_plainly(session, SIO_CONN_DRAIN);
}

void sio__conn_on_upgrading(eio_session_t *session, void *server)
{
    (void)server;
    tell_plainly(session, SIO_CONN_UPGRADING);
}

void sio__conn_on_upgrade(eio_session_t *session, void *server)
{
    (void)server;
    tell_plainly(session, SIO_CONN_UPGRADE);
}

void sio__conn_on_oversize(eio_session_t *session, const char *transport, size_t size, void *server)
{
    sio_server_t *io = server;

    if (io->hooks.oversize)
        io->hooks.oversize(
            &(sio_oversize_t){
                .size = sizeof(sio_oversize_t),
                .transport = transport,
                .limit = io->max_http_buffer_size,
                .received = size,
                .address = eio_request_address(eio_session_request(session)),
                .conn = eio_session_user(session),
            },
            io->hooks.oversize_user);
}

int sio_on_oversize(sio_server_t *io, sio_oversize_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.oversize = fn;
    io->hooks.oversize_user = user;
    return SIO_OK;
}

/* ------------------------------------------------------------------------------- what it tells */

size_t sio_conn_queued(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->session ? eio_session_queued_packets(conn->session) : 0;
}

void sio_conn_each_socket(sio_conn_t *conn, bool (*fn)(sio_socket_t *socket, void *user),
                          void *user)
{
    SIO__LOOP_ONLY(conn->server);
    sio__client_each(conn, fn, user);
}

sio_server_t *sio_conn_server(const sio_conn_t *conn)
{
    return conn->server;
}

const char *sio_conn_id(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->session ? eio_session_id(conn->session) : "";
}

const char *sio_conn_ready_state(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->session ? eio_session_state_text(conn->session) : "closed";
}

const char *sio_conn_transport(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->session ? eio_session_transport(conn->session) : conn->last_transport;
}

bool sio_conn_upgrading(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->session && eio_session_upgrading(conn->session);
}

bool sio_conn_upgraded(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->session && eio_session_upgraded(conn->session);
}

int sio_conn_protocol(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return conn->protocol;
}

const char *sio_conn_address(const sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    return eio_request_address(conn->request);
}

sio_request_t *sio_conn_request(sio_conn_t *conn)
{
    SIO__LOOP_ONLY(conn->server);
    if (!conn->asked)
        conn->asked = sio__calloc(1, sizeof(*conn->asked));
    if (conn->asked)
        conn->asked->request = conn->request;
    return conn->asked;
}

/* ----------------------------------------------------------------------------- what it is told */

int sio_conn_send(sio_conn_t *conn, bool binary, const void *data, size_t len)
{
    SIO__LOOP_ONLY(conn->server);
    if (!conn->session)
        return SIO_EDISCONNECTED;
    if (!binary && !sio__utf8_valid(data, len))
        return SIO_EINVAL;
    return eio_session_send(conn->session, binary, data, len, false);
}

int sio_conn_close(sio_conn_t *conn, bool discard)
{
    SIO__LOOP_ONLY(conn->server);
    if (!conn->session)
        return SIO_EDISCONNECTED;
    eio_session_close(conn->session, EIO_REASON_FORCED_CLOSE, "closed by the program", discard);
    return SIO_OK;
}
