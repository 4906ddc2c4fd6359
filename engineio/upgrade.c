/*
 * A WebSocket that takes over a polling session: probe, noops that end pending polls, and the
 * switch. Packets go out on polling until the client says that it has stopped polling, so that none
 * is lost or overtaken.
 */
#include "base/alloc.h"
#include "engineio/server.h"
#include "engineio/session.h"

#include <string.h>

enum { CHECK_MS = 100 };

typedef struct eio_upgrade {
    eio_session_t *session;
    eio_transport_t *transport;
    sio__timer_t timeout;
    sio__timer_t check;
} eio_upgrade_t;

static void free_upgrade(eio_upgrade_t *upgrade)
{
    eio_loop_t *loop = upgrade->session->server->loop;

    eio_timer_stop(loop, &upgrade->timeout);
    eio_timer_stop(loop, &upgrade->check);
    upgrade->session->upgrade = NULL;
    sio__free(upgrade);
}

static void on_timeout(sio__timer_t *timer)
{
    eio_upgrade_t *upgrade = SIO__CONTAINER(timer, eio_upgrade_t, timeout);

    SIO__LOG(upgrade->session->server->options.log, SIO__DEBUG, "engine:socket",
             "session %s: upgrade not completed in time", upgrade->session->id);
    eio_upgrade_cancel(upgrade->session);
}

static void on_check(sio__timer_t *timer)
{
    eio_upgrade_t *upgrade = SIO__CONTAINER(timer, eio_upgrade_t, check);

    eio_timer_start(upgrade->session->server->loop, &upgrade->check, CHECK_MS);
    if (strcmp(eio_session_transport(upgrade->session), "polling") == 0)
        eio_polling_send_noop(upgrade->session->transport);
}

void eio_upgrade_cancel(eio_session_t *session)
{
    eio_upgrade_t *upgrade = session->upgrade;
    eio_transport_t *transport;

    if (!upgrade)
        return;
    transport = upgrade->transport;
    free_upgrade(upgrade);
    transport->ops->close(transport);
    transport->ops->release(transport);
}

bool eio_upgrade_owns(const eio_session_t *session, const eio_transport_t *transport)
{
    return session->upgrade && session->upgrade->transport == transport;
}

void eio_upgrade_begin(eio_session_t *session, eio_request_t *request)
{
    eio_server_t *server = session->server;
    eio_upgrade_t *upgrade = sio__calloc(1, sizeof(*upgrade));
    eio_transport_t *transport;

    if (!upgrade) {
        eio_http_conn_abort(request->conn);
        return;
    }
    upgrade->session = session;
    sio__timer_init(&upgrade->timeout, on_timeout);
    sio__timer_init(&upgrade->check, on_check);
    session->upgrade = upgrade;
    eio_timer_start(server->loop, &upgrade->timeout, server->options.upgrade_timeout_ms);
    transport = eio_websocket_new(session, request);
    if (!transport) {
        free_upgrade(upgrade);
        return;
    }
    upgrade->transport = transport;
}

static void complete(eio_upgrade_t *upgrade)
{
    eio_session_t *session = upgrade->session;
    eio_transport_t *transport = upgrade->transport;

    free_upgrade(upgrade);
    eio_session_switch(session, transport);
}

void eio_upgrade_on_packet(eio_session_t *session, const eio_packet_t *packet)
{
    const eio_options_t *options = &session->server->options;
    eio_upgrade_t *upgrade = session->upgrade;

    if (!upgrade)
        return;
    if (packet && packet->type == EIO_PACKET_PING && !packet->binary &&
        sio__span_is(packet->data, "probe")) {
        eio_websocket_send_now(upgrade->transport, "3probe", 6);
        eio_timer_start(session->server->loop, &upgrade->check, CHECK_MS);
        if (options->handlers.on_upgrading)
            options->handlers.on_upgrading(session, options->user);
    } else if (packet && packet->type == EIO_PACKET_UPGRADE && session->state != EIO_CLOSED) {
        complete(upgrade);
    } else {
        eio_upgrade_cancel(session);
    }
}
