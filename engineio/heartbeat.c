/*
 * The heartbeat. Protocol 4: a ping every pingInterval, its pong within pingTimeout; one timer per
 * session alternates between the two waits. Protocol 3: the client pings, and the same timer waits
 * for that as long as both together.
 */
#include "engineio/plain.h"
#include "engineio/server.h"
#include "engineio/session.h"

#include <stdio.h>

static unsigned ping_interval(const eio_session_t *session)
{
    return session->plain ? session->plain->endpoint->options.ping_interval_ms
                          : session->server->options.ping_interval_ms;
}

static unsigned ping_timeout(const eio_session_t *session)
{
    return session->plain ? session->plain->endpoint->options.ping_timeout_ms
                          : session->server->options.ping_timeout_ms;
}

static void send_ping(eio_session_t *session)
{
    if (session->plain)
        eio_session_ping(session, NULL, 0);
    else
        eio_session_send_packet(session, EIO_PACKET_PING, NULL, 0);
}

static void end_by_timeout(eio_session_t *session, const char *missing, unsigned ms)
{
    char detail[64];
    int len = snprintf(detail, sizeof(detail), "no %s for %u ms", missing, ms);

    if (session->plain)
        eio_plain_set_code(session, EIO_WS_CODE_ABNORMAL, detail, (size_t)len);
    eio_session_end(session, EIO_REASON_PING_TIMEOUT, detail);
}

/* We don't read a client that is behind, so its packets can't be seen; but it does read. */
static bool alive_though_paused(eio_session_t *session)
{
    bool alive = session->paused && session->progress != session->progress_pinged;

    session->progress_pinged = session->progress;
    return alive;
}

/* ---- protocol 4 ---- */

static void wait_for_pong(eio_session_t *session)
{
    session->awaiting_pong = true;
    eio_timer_start(session->server->loop, &session->heartbeat, ping_timeout(session));
}

static const char over[] = "its lifetime is over";

/* Looked at with each ping, so that it costs no timer. */
static bool lived_long_enough(const eio_session_t *session)
{
    return session->ends_at && eio_loop_now(session->server->loop) >= session->ends_at;
}

static void on_heartbeat(sio__timer_t *timer)
{
    eio_session_t *session = SIO__CONTAINER(timer, eio_session_t, heartbeat);

    if (!session->awaiting_pong && lived_long_enough(session)) {
        eio_session_close(session, EIO_REASON_FORCED_CLOSE, over, false);
    } else if (!session->awaiting_pong) {
        session->pong_extended = false;
        session->progress_pinged = session->progress;
        send_ping(session);
        wait_for_pong(session);
    } else if (alive_though_paused(session)) {
        wait_for_pong(session);
    } else {
        end_by_timeout(session, "pong", ping_timeout(session));
    }
}

static void wait_for_interval(eio_session_t *session)
{
    session->awaiting_pong = false;
    eio_timer_start(session->server->loop, &session->heartbeat, ping_interval(session));
}

static void tell_heartbeat(eio_session_t *session)
{
    const eio_options_t *options = &session->server->options;

    if (session->server->watching && options->handlers.on_heartbeat && !session->plain)
        options->handlers.on_heartbeat(session, options->user);
}

void eio_heartbeat_on_pong(eio_session_t *session)
{
    wait_for_interval(session);
    tell_heartbeat(session);
}

void eio_heartbeat_on_other(eio_session_t *session)
{
    if (!session->awaiting_pong || session->pong_extended)
        return; /* which protocol 3 never awaits */
    session->pong_extended = true;
    wait_for_pong(session);
}

/* ---- protocol 3 ---- */

static unsigned patience_ms(const eio_session_t *session)
{
    const eio_options_t *options = &session->server->options;

    return options->ping_interval_ms + options->ping_timeout_ms;
}

static void wait_for_ping(eio_session_t *session)
{
    session->progress_pinged = session->progress;
    eio_timer_start(session->server->loop, &session->heartbeat, patience_ms(session));
}

static void on_no_ping(sio__timer_t *timer)
{
    eio_session_t *session = SIO__CONTAINER(timer, eio_session_t, heartbeat);

    if (alive_though_paused(session))
        wait_for_ping(session);
    else
        end_by_timeout(session, "ping", patience_ms(session));
}

void eio_heartbeat_on_ping(eio_session_t *session)
{
    if (lived_long_enough(session)) {
        eio_session_close(session, EIO_REASON_FORCED_CLOSE, over, false);
        return;
    }
    wait_for_ping(session);
    eio_session_send_packet(session, EIO_PACKET_PONG, NULL, 0);
    tell_heartbeat(session);
}

/* ---- both ---- */

void eio_heartbeat_start(eio_session_t *session)
{
    sio__timer_init(&session->heartbeat, session->protocol == 3 ? on_no_ping : on_heartbeat);
    if (session->protocol == 3)
        wait_for_ping(session);
    else
        wait_for_interval(session);
}
