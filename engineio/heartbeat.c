/*
 * The heartbeat of protocol 4: a ping every pingInterval, its pong within pingTimeout. One timer
 * per session alternates between the two waits.
 */
#include "engineio/server.h"
#include "engineio/session.h"

#include <stdio.h>

static void end_by_timeout(eio_session_t *session)
{
    char detail[64];

    snprintf(detail, sizeof(detail), "no pong for %u ms", session->server->options.ping_timeout_ms);
    eio_session_end(session, EIO_REASON_PING_TIMEOUT, detail);
}

static void wait_for_pong(eio_session_t *session)
{
    session->awaiting_pong = true;
    eio_timer_start(session->server->loop, &session->heartbeat,
                    session->server->options.ping_timeout_ms);
}

static void on_heartbeat(sio__timer_t *timer)
{
    eio_session_t *session = SIO__CONTAINER(timer, eio_session_t, heartbeat);

    if (!session->awaiting_pong) {
        session->pong_extended = false;
        session->progress_pinged = session->progress;
        eio_session_send_packet(session, EIO_PACKET_PING, NULL, 0);
        wait_for_pong(session);
    } else if (session->paused && session->progress != session->progress_pinged) {
        /* We don't read a client that is behind, so its pong can't be seen; it does read. */
        session->progress_pinged = session->progress;
        wait_for_pong(session);
    } else {
        end_by_timeout(session);
    }
}

static void wait_for_interval(eio_session_t *session)
{
    session->awaiting_pong = false;
    eio_timer_start(session->server->loop, &session->heartbeat,
                    session->server->options.ping_interval_ms);
}

void eio_heartbeat_start(eio_session_t *session)
{
    sio__timer_init(&session->heartbeat, on_heartbeat);
    wait_for_interval(session);
}

void eio_heartbeat_on_pong(eio_session_t *session)
{
    const eio_options_t *options = &session->server->options;

    wait_for_interval(session);
    if (session->server->watching && options->handlers.on_heartbeat)
        options->handlers.on_heartbeat(session, options->user);
}

void eio_heartbeat_on_other(eio_session_t *session)
{
    if (!session->awaiting_pong || session->pong_extended)
        return;
    session->pong_extended = true;
    wait_for_pong(session);
}
