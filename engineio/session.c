#include "engineio/session.h"

#include "base/alloc.h"
#include "engineio/plain.h"
#include "engineio/request.h"
#include "engineio/server.h"

#include <stdio.h>
#include <string.h>

enum { PAUSE_BYTES = 1 << 20 }; /* queued for a client that keeps sending: it is read no further */

static void on_flush(eio_deferred_t *deferred);
static void on_release(eio_deferred_t *deferred);
static void on_stall(sio__timer_t *timer);

/* ---- rates ---- */

typedef struct eio_rate {
    uint64_t packets_per_second, bytes_per_second; /* 0: no limit */
    eio_bucket_t packets, bytes;
} eio_rate_t;

static eio_rate_t *rate_new(const eio_server_t *server, const eio_plain_options_t *plain)
{
    const eio_limit_options_t *limits = &server->options.limits;
    uint64_t now = eio_loop_now(server->loop);
    eio_rate_t rate = {.packets_per_second = limits->packets_per_second,
                       .bytes_per_second = limits->bytes_per_second};
    eio_rate_t *kept;

    if (plain && plain->packets_per_second)
        rate.packets_per_second = plain->packets_per_second;
    if (plain && plain->bytes_per_second)
        rate.bytes_per_second = plain->bytes_per_second;
    if (!rate.packets_per_second && !rate.bytes_per_second)
        return NULL;
    eio_bucket_fill(&rate.packets, rate.packets_per_second, now);
    eio_bucket_fill(&rate.bytes, rate.bytes_per_second, now);
    kept = sio__malloc(sizeof(*kept));
    if (kept)
        *kept = rate;
    return kept;
}

/* A plain WebSocket is told why in its close frame. */
static void end_over_rate(eio_session_t *session, const char *what)
{
    const eio_plain_options_t *plain = session->plain ? &session->plain->endpoint->options : NULL;

    if (plain)
        eio_plain_set_code(session, plain->rate_code ? plain->rate_code : EIO_WS_CODE_POLICY, what,
                           strlen(what));
    eio_session_end(session, EIO_REASON_TRANSPORT_ERROR, what);
}

static bool within_rate(eio_session_t *session, size_t bytes)
{
    eio_counters_t *counters = &session->server->counters;
    uint64_t now = eio_loop_now(session->server->loop);
    eio_rate_t *rate = session->rate;
    const char *what;

    if (rate->packets_per_second &&
        !eio_bucket_take(&rate->packets, rate->packets_per_second, 1, now)) {
        what = "more packets than packets_per_second";
        counters->limited_packets++;
    } else if (rate->bytes_per_second &&
               !eio_bucket_take(&rate->bytes, rate->bytes_per_second, bytes, now)) {
        what = "more bytes than bytes_per_second";
        counters->limited_bytes++;
    } else {
        return true;
    }
    SIO__LOG(session->server->options.log, SIO__WARN, "engine:socket", "session %s from %s: %s",
             session->id, session->request->address, what);
    session->transport->over_limit = true;
    end_over_rate(session, what);
    return false;
}

/* ---- life ---- */

static void free_session(eio_session_t *session)
{
    sio__free(session->plain);
    if (session->id != session->own_id)
        sio__free(session->id);
    sio__free(session);
}

/* The id is in the server's table afterwards. */
static bool take_id(eio_session_t *session, eio_server_t *server, const char *id)
{
    session->id = session->own_id;
    if (id)
        session->id = sio__strdup(id);
    else
        sio__id_generate(&server->id_counter, session->own_id);
    return session->id && sio__map_insert(&server->sessions, &session->by_id, session->id,
                                          strlen(session->id)) == 0;
}

static void enter_server(eio_session_t *session, eio_server_t *server, eio_request_t *request,
                         unsigned protocol)
{
    const eio_plain_session_t *plain = session->plain;

    sio__list_append(&server->session_list, &session->link);
    session->server = server;
    session->protocol = (uint8_t)protocol;
    session->outbox.typed_binary = protocol == 3;
    session->request = eio_request_ref(request);
    session->rate = rate_new(server, plain ? &plain->endpoint->options : NULL);
    sio__timer_init(&session->stall, on_stall);
    eio_deferred_init(&session->flush, on_flush);
    eio_deferred_init(&session->release, on_release);
    if (plain)
        server->counters.plain++;
    else
        server->counters.sessions++;
}

eio_session_t *eio_session_new(eio_server_t *server, eio_request_t *request, unsigned protocol,
                               const char *id)
{
    eio_session_t *session = sio__calloc(1, sizeof(*session));

    if (!session)
        return NULL;
    if (!take_id(session, server, id)) {
        free_session(session);
        return NULL;
    }
    enter_server(session, server, request, protocol);
    return session;
}

eio_session_t *eio_session_new_plain(eio_plain_t *endpoint, eio_request_t *request)
{
    eio_server_t *server = endpoint->server;
    eio_session_t *session = sio__calloc(1, sizeof(*session));

    if (!session)
        return NULL;
    session->plain = sio__calloc(1, sizeof(*session->plain));
    if (!session->plain) {
        sio__free(session);
        return NULL;
    }
    session->plain->endpoint = endpoint;
    session->id = session->own_id;
    sio__id_generate(&server->id_counter, session->own_id);
    enter_server(session, server, request, 4);
    return session;
}

static void append_open_packet(eio_session_t *session, sio__buf_t *out)
{
    const eio_options_t *options = &session->server->options;
    bool polling = strcmp(session->transport->ops->name, "polling") == 0;
    bool upgrades = polling && !options->no_upgrades && (options->transports & EIO_WEBSOCKET);

    sio__buf_append_str(out, "{\"sid\":\"");
    sio__buf_append_str(out, session->id);
    sio__buf_append_str(out, upgrades ? "\",\"upgrades\":[\"websocket\"]" : "\",\"upgrades\":[]");
    sio__buf_append_str(out, ",\"pingInterval\":");
    sio__buf_append_uint(out, options->ping_interval_ms);
    sio__buf_append_str(out, ",\"pingTimeout\":");
    sio__buf_append_uint(out, options->ping_timeout_ms);
    sio__buf_append_str(out, ",\"maxPayload\":");
    sio__buf_append_uint(out, options->max_http_buffer_size);
    sio__buf_append_char(out, '}');
}

static void set_transport(eio_session_t *session, eio_transport_t *transport)
{
    session->transport = transport;
    if (strcmp(transport->ops->name, "polling") == 0)
        session->server->counters.sessions_polling++;
}

static void release_transport(eio_session_t *session, eio_transport_t *transport)
{
    if (strcmp(transport->ops->name, "polling") == 0)
        session->server->counters.sessions_polling--;
    transport->ops->release(transport);
}

/* Not at the same time for those who came at the same time. */
static uint64_t end_of_life(const eio_server_t *server)
{
    uint64_t lifetime = server->options.max_lifetime_ms;
    uint32_t jitter = (uint32_t)server->counters.handshakes * UINT32_C(2654435761) >> 16;

    return lifetime ? eio_loop_now(server->loop) + lifetime - jitter % (lifetime / 10 + 1) : 0;
}

void eio_session_open(eio_session_t *session, eio_transport_t *transport)
{
    eio_server_t *server = session->server;
    const eio_handlers_t *handlers = &server->options.handlers;

    set_transport(session, transport);
    session->state = EIO_OPEN;
    server->counters.handshakes++;
    sio__buf_clear(&server->payload);
    append_open_packet(session, &server->payload);
    eio_session_send_packet(session, EIO_PACKET_OPEN, server->payload.data, server->payload.len);
    if (server->initial_packet)
        eio_session_send_packet(session, EIO_PACKET_MESSAGE, server->initial_packet,
                                strlen(server->initial_packet));
    session->ends_at = end_of_life(server);
    eio_heartbeat_start(session);
    SIO__LOG(server->options.log, SIO__DEBUG, "engine", "session %s opened over %s from %s",
             session->id, transport->ops->name, session->request->address);
    if (handlers->on_connection)
        handlers->on_connection(session, server->options.user);
}

void eio_session_open_plain(eio_session_t *session, eio_transport_t *transport)
{
    set_transport(session, transport);
    session->state = EIO_OPEN;
    session->server->counters.plain_accepted++;
    eio_heartbeat_start(session);
    SIO__LOG(session->server->options.log, SIO__DEBUG, "engine", "plain WebSocket %s from %s",
             session->id, session->request->address);
}

static void on_release(eio_deferred_t *deferred)
{
    free_session(SIO__CONTAINER(deferred, eio_session_t, release));
}

static void leave_server(eio_session_t *session)
{
    eio_server_t *server = session->server;

    server->counters.queued_bytes -= session->outbox.bytes;
    eio_outbox_clear(&session->outbox, &server->chunks);
    sio__list_remove(&session->link);
    if (session->plain) {
        server->counters.plain--;
    } else {
        sio__map_remove(&server->sessions, &session->by_id);
        server->counters.sessions--;
    }
    eio_request_unref(session->request);
    session->request = NULL;
    eio_limits_close(&server->limits, session->address);
    sio__free(session->rate);
    eio_deferred_cancel(&session->flush);
    eio_loop_release(server->loop, &session->release);
}

void eio_session_abandon(eio_session_t *session)
{
    session->state = EIO_CLOSED;
    eio_timer_stop(session->server->loop, &session->stall);
    leave_server(session);
}

/* Those who watch are told of Engine.IO sessions. */
static bool watched(const eio_session_t *session)
{
    return session->server->watching && !session->plain;
}

/* What watches may do anything, even end the session. */
static void flush(eio_session_t *session)
{
    const eio_options_t *options = &session->server->options;

    if (watched(session) && options->handlers.on_flush)
        options->handlers.on_flush(session, session->outbox.count, options->user);
    if (session->state != EIO_CLOSED && session->transport)
        session->transport->ops->flush(session->transport);
}

/* Upstream writes each packet as it is emitted; here it waits for the end of the iteration, unless
 * the session ends before. */
static void flush_before_close(eio_session_t *session)
{
    if (session->transport && !eio_outbox_empty(&session->outbox) &&
        session->transport->ops->writable(session->transport))
        flush(session);
}

void eio_session_end(eio_session_t *session, eio_reason_t reason, const char *detail)
{
    eio_server_t *server = session->server;
    void *user;
    const eio_handlers_t *handlers = eio_session_handlers(session, &user);

    if (session->state == EIO_CLOSED)
        return;
    session->state = EIO_CLOSED;
    server->counters.closed[reason]++;
    eio_timer_stop(server->loop, &session->heartbeat);
    eio_timer_stop(server->loop, &session->stall);
    eio_upgrade_cancel(session);
    if (session->transport && !session->transport->closing)
        session->transport->ops->close(session->transport);
    if (session->transport)
        release_transport(session, session->transport);
    session->transport = NULL;
    SIO__LOG(server->options.log, SIO__DEBUG, "engine:socket", "session %s closed: %s%s%s",
             session->id, eio_reason_text(reason), *detail ? ", " : "", detail);
    if (handlers->on_close)
        handlers->on_close(session, reason, detail, user);
    leave_server(session);
}

static void close_transport(eio_session_t *session)
{
    if (!session->transport->closing)
        session->transport->ops->close(session->transport);
}

void eio_session_close(eio_session_t *session, eio_reason_t reason, const char *detail,
                       bool discard)
{
    if (session->state == EIO_CLOSED || (session->state == EIO_CLOSING && !discard))
        return;
    session->state = EIO_CLOSING;
    session->reason = (uint8_t)reason;
    session->detail = detail;
    flush_before_close(session);
    if (session->state == EIO_CLOSED)
        return;
    session->transport->discarded = session->transport->discarded || discard;
    if (discard && session->transport->closing)
        eio_session_end(session, reason, detail);
    else if (discard || eio_outbox_empty(&session->outbox))
        close_transport(session);
}

/* ---- from the transport ---- */

static void on_message(eio_session_t *session, const eio_packet_t *packet)
{
    void *user;
    const eio_handlers_t *handlers = eio_session_handlers(session, &user);

    if (handlers->on_message)
        handlers->on_message(session, packet->binary, packet->data.data, packet->data.len, user);
}

static const char *type_name(int type)
{
    static const char *const names[] = {"open",    "close",   "ping", "pong",
                                        "message", "upgrade", "noop"};

    return type < 0 ? "error" : names[type];
}

static void watch(eio_session_t *session, bool created, int type, bool binary, sio__span_t data)
{
    const eio_options_t *options = &session->server->options;

    if (options->handlers.on_packet)
        options->handlers.on_packet(session, created, type_name(type), binary, data.data, data.len,
                                    options->user);
}

/* False: who watched closed the session. */
static bool watch_received(eio_session_t *session, int type, bool binary, sio__span_t data)
{
    watch(session, false, type, binary, data);
    return session->state == EIO_OPEN;
}

static void handle_packet(eio_session_t *session, const eio_packet_t *packet)
{
    if (!packet) {
        if (watched(session) &&
            !watch_received(session, -1, false, (sio__span_t){"parser error", 12}))
            return;
        eio_session_end(session, EIO_REASON_PARSE_ERROR, "not an Engine.IO packet");
        return;
    }
    if (session->plain)
        session->server->counters.plain_in++;
    else
        session->server->counters.packets_in++;
    if (session->rate && !within_rate(session, packet->data.len))
        return;
    if (watched(session) && !watch_received(session, packet->type, packet->binary, packet->data))
        return;
    if (packet->type != EIO_PACKET_PING && packet->type != EIO_PACKET_PONG) {
        eio_heartbeat_on_other(session);
        if (packet->type == EIO_PACKET_MESSAGE)
            on_message(session, packet);
    } else if ((packet->type == EIO_PACKET_PING) != (session->protocol == 3)) {
        eio_session_end(session, EIO_REASON_TRANSPORT_ERROR, "invalid heartbeat direction");
    } else if (session->protocol == 3) {
        eio_heartbeat_on_ping(session);
    } else {
        eio_heartbeat_on_pong(session);
    }
}

void eio_session_on_packet(eio_session_t *session, eio_transport_t *transport,
                           const eio_packet_t *packet)
{
    if (transport != session->transport)
        eio_upgrade_on_packet(session, packet);
    else if (session->state == EIO_OPEN)
        handle_packet(session, packet);
}

void eio_session_on_oversize(eio_session_t *session, const eio_transport_t *transport, size_t size)
{
    const char *name = transport->ops->name;
    void *user;
    const eio_handlers_t *handlers = eio_session_handlers(session, &user);

    session->server->counters.oversize++;
    SIO__LOG(session->server->options.log, SIO__WARN,
             strcmp(name, "polling") == 0 ? "engine:polling" : "engine:ws",
             "session %s from %s: a message of %zu bytes or more over %s: %s is %zu", session->id,
             session->request->address, size, name,
             session->plain ? "max_message" : "max_http_buffer_size",
             eio_session_max_message(session));
    if (handlers->on_oversize)
        handlers->on_oversize(session, name, size, user);
}

void eio_session_on_transport_error(eio_session_t *session, eio_transport_t *transport,
                                    const char *detail)
{
    if (transport != session->transport)
        eio_upgrade_cancel(session);
    else
        eio_session_end(session, EIO_REASON_TRANSPORT_ERROR, detail);
}

void eio_session_on_transport_close(eio_session_t *session, eio_transport_t *transport,
                                    const char *detail)
{
    if (transport != session->transport)
        eio_upgrade_cancel(session);
    else
        eio_session_end(session, EIO_REASON_TRANSPORT_CLOSE, detail);
}

void eio_session_on_transport_done(eio_session_t *session, eio_transport_t *transport)
{
    if (transport == session->transport)
        eio_session_end(session, session->reason ? session->reason : EIO_REASON_FORCED_CLOSE,
                        session->detail ? session->detail : "");
}

void eio_session_on_ready(eio_session_t *session)
{
    if (!eio_outbox_empty(&session->outbox) &&
        session->transport->ops->writable(session->transport))
        flush(session);
}

static void emptied(eio_session_t *session)
{
    void *user;
    const eio_handlers_t *handlers = eio_session_handlers(session, &user);

    if (session->state == EIO_CLOSING) {
        close_transport(session);
        return;
    }
    if (session->state != EIO_OPEN)
        return;
    if (session->waited && handlers->on_drained) {
        session->drained = true;
        eio_timer_start(session->server->loop, &session->stall, 0);
    }
    session->waited = false;
    if (watched(session) && handlers->on_drain)
        handlers->on_drain(session, user);
}

void eio_session_on_sent(eio_session_t *session, unsigned packets)
{
    session->progress++;
    if (session->plain)
        session->server->counters.plain_out += packets;
    else
        session->server->counters.packets_out += packets;
    if (session->paused && session->outbox.bytes < PAUSE_BYTES / 2) {
        session->paused = false;
        session->transport->ops->pause(session->transport, false);
    }
    if (eio_outbox_empty(&session->outbox))
        emptied(session);
    else
        session->waited = true;
}

void eio_session_switch(eio_session_t *session, eio_transport_t *transport)
{
    const eio_options_t *options = &session->server->options;
    eio_transport_t *polling = session->transport;

    set_transport(session, transport);
    polling->discarded = true;
    if (!polling->closing)
        polling->ops->close(polling);
    release_transport(session, polling);
    session->upgraded = true;
    session->server->counters.upgrades++;
    if (options->handlers.on_upgrade)
        options->handlers.on_upgrade(session, options->user);
    if (session->state == EIO_CLOSED)
        return;
    if (!eio_outbox_empty(&session->outbox))
        flush(session);
    else if (session->state == EIO_CLOSING)
        close_transport(session);
}

/* ---- the outbox ---- */

static void on_flush(eio_deferred_t *deferred)
{
    eio_session_t *session = SIO__CONTAINER(deferred, eio_session_t, flush);

    if (session->state == EIO_CLOSED || !session->transport || eio_outbox_empty(&session->outbox))
        return;
    if (session->transport->ops->writable(session->transport))
        flush(session);
    else if (!session->transport->opening)
        session->waited = true;
}

/* From now on the client has outbox_stall_ms to take something. */
static void watch_progress(eio_session_t *session)
{
    session->progress_seen = session->progress;
    eio_timer_start(session->server->loop, &session->stall,
                    session->server->options.outbox_stall_ms);
}

static void tell_drained(eio_session_t *session)
{
    void *user;
    const eio_handlers_t *handlers = eio_session_handlers(session, &user);

    session->drained = false;
    if (session->state != EIO_OPEN)
        return;
    if (eio_outbox_empty(&session->outbox)) {
        handlers->on_drained(session, user);
        return;
    }
    session->waited = true; /* filled again meanwhile */
    if (session->outbox.bytes >= session->server->options.outbox_limit / 2)
        watch_progress(session);
}

static void on_stall(sio__timer_t *timer)
{
    eio_session_t *session = SIO__CONTAINER(timer, eio_session_t, stall);
    const eio_options_t *options = &session->server->options;
    char detail[128];

    if (session->drained) {
        tell_drained(session);
        return;
    }
    if (session->outbox.bytes < options->outbox_limit / 2)
        return;
    if (session->progress == session->progress_seen) {
        snprintf(detail, sizeof(detail), "%zu bytes queued and nothing taken for %u ms",
                 session->outbox.bytes, options->outbox_stall_ms);
        SIO__LOG(options->log, SIO__WARN, "engine:socket", "session %s: %s", session->id, detail);
        session->server->counters.stalled++;
        if (session->plain)
            eio_plain_set_code(session, EIO_WS_CODE_POLICY, detail, strlen(detail));
        eio_session_end(session, EIO_REASON_TRANSPORT_ERROR, detail);
        return;
    }
    watch_progress(session);
}

static int refuse_backpressure(eio_session_t *session)
{
    session->server->counters.backpressure_refused++;
    session->waited = true;
    if (!sio__timer_active(&session->stall))
        watch_progress(session);
    return EIO_EBACKPRESSURE;
}

int eio_session_check(eio_session_t *session, size_t bytes)
{
    if (session->state != EIO_OPEN)
        return EIO_ECLOSED;
    if (session->outbox.bytes + bytes > session->server->options.outbox_limit &&
        session->outbox.bytes)
        return refuse_backpressure(session);
    return 0;
}

static int queued(eio_session_t *session, size_t bytes_before)
{
    eio_counters_t *counters = &session->server->counters;

    counters->queued_bytes += session->outbox.bytes - bytes_before;
    if (session->outbox.bytes > counters->outbox_peak)
        counters->outbox_peak = session->outbox.bytes;
    eio_loop_defer(session->server->loop, &session->flush);
    if (session->outbox.bytes > PAUSE_BYTES && !session->paused) {
        session->paused = true;
        session->transport->ops->pause(session->transport, true);
    }
    return 0;
}

int eio_session_send(eio_session_t *session, bool binary, const void *data, size_t len,
                     bool no_compress)
{
    int error = eio_session_check(session, len);

    return error ? error : eio_session_send_allowed(session, binary, data, len, no_compress);
}

int eio_session_send_allowed(eio_session_t *session, bool binary, const void *data, size_t len,
                             bool no_compress)
{
    size_t before = session->outbox.bytes;

    if (session->state != EIO_OPEN)
        return EIO_ECLOSED;
    if (eio_outbox_push(&session->outbox, &session->server->chunks, binary,
                        session->plain ? EIO_PACKET_PLAIN : EIO_PACKET_MESSAGE, data, len,
                        no_compress))
        return EIO_ENOMEM;
    if (watched(session))
        watch(session, true, EIO_PACKET_MESSAGE, binary, (sio__span_t){data, len});
    return queued(session, before);
}

static void watch_message(eio_session_t *session, const eio_message_t *message)
{
    size_t type = message->binary ? 0 : 1;

    watch(session, true, EIO_PACKET_MESSAGE, message->binary,
          (sio__span_t){(const char *)message->packet + type, message->len - type});
}

int eio_session_send_shared(eio_session_t *session, eio_message_t *message)
{
    int error = eio_session_check(session, message->len);

    return error ? error : eio_session_send_shared_allowed(session, message);
}

int eio_session_send_shared_allowed(eio_session_t *session, eio_message_t *message)
{
    size_t before = session->outbox.bytes;

    if (session->state != EIO_OPEN)
        return EIO_ECLOSED;
    if (eio_outbox_push_message(&session->outbox, &session->server->chunks, message))
        return EIO_ENOMEM;
    if (watched(session))
        watch_message(session, message);
    return queued(session, before);
}

void eio_session_send_packet(eio_session_t *session, eio_packet_type_t type, const char *data,
                             size_t len)
{
    size_t before = session->outbox.bytes;

    if (session->state == EIO_OPEN && eio_outbox_push(&session->outbox, &session->server->chunks,
                                                      false, type, data, len, false) == 0) {
        queued(session, before);
        if (session->server->watching)
            watch(session, true, (int)type, false, (sio__span_t){data ? data : "", len});
    }
}

bool eio_session_writable(const eio_session_t *session)
{
    return session->state == EIO_OPEN && eio_outbox_empty(&session->outbox) &&
           session->transport->ops->writable(session->transport);
}

/* ---- what others ask ---- */

const eio_handlers_t *eio_session_handlers(const eio_session_t *session, void **user)
{
    if (session->plain) {
        *user = session->plain->endpoint->options.user;
        return &session->plain->endpoint->options.handlers;
    }
    *user = session->server->options.user;
    return &session->server->options.handlers;
}

size_t eio_session_max_message(const eio_session_t *session)
{
    return session->plain ? session->plain->endpoint->options.max_message
                          : session->server->options.max_http_buffer_size;
}

size_t eio_session_queued_bytes(const eio_session_t *session)
{
    return session->outbox.bytes;
}

size_t eio_session_queued_packets(const eio_session_t *session)
{
    return session->outbox.count;
}

const char *eio_session_id(const eio_session_t *session)
{
    return session->id;
}

void eio_session_set_user(eio_session_t *session, void *user)
{
    session->user = user;
}

void *eio_session_user(const eio_session_t *session)
{
    return session->user;
}

unsigned eio_session_protocol(const eio_session_t *session)
{
    return session->protocol;
}

const char *eio_session_transport(const eio_session_t *session)
{
    return session->transport  ? session->transport->ops->name
           : session->upgraded ? "websocket"
                               : "polling";
}

const char *eio_session_state_text(const eio_session_t *session)
{
    static const char *const texts[] = {"opening", "open", "closing", "closed"};

    return texts[session->state];
}

bool eio_session_upgrading(const eio_session_t *session)
{
    return session->upgrade != NULL;
}

bool eio_session_upgraded(const eio_session_t *session)
{
    return session->upgraded;
}

eio_request_t *eio_session_request(const eio_session_t *session)
{
    return session->request;
}

const char *eio_reason_text(eio_reason_t reason)
{
    static const char *const texts[] = {
        "",
        "transport close",
        "transport error",
        "ping timeout",
        "parse error",
        "forced close",
        "forced server close",
    };

    return texts[reason];
}
