#include "engineio/plain.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "engineio/request.h"
#include "engineio/server.h"
#include "engineio/session.h"

#include <string.h>

/* ---- endpoints ---- */

eio_plain_t *eio_plain_new(eio_server_t *server, const eio_plain_options_t *options)
{
    eio_plain_t *endpoint = sio__calloc(1, sizeof(*endpoint));
    eio_plain_options_t *filled;

    if (!endpoint)
        return NULL;
    endpoint->server = server;
    endpoint->options = *options;
    filled = &endpoint->options;
    if (!filled->max_message)
        filled->max_message = server->options.max_http_buffer_size;
    if (!filled->ping_interval_ms)
        filled->ping_interval_ms = server->options.ping_interval_ms;
    if (!filled->ping_timeout_ms)
        filled->ping_timeout_ms = server->options.ping_timeout_ms;
    endpoint->deflate = options->deflate ? *options->deflate : server->options.deflate;
    filled->deflate = &endpoint->deflate;
    if (!endpoint->deflate.threshold)
        endpoint->deflate.threshold = server->options.deflate.threshold;
    eio_compressor_init(&endpoint->compressor, &endpoint->deflate);
    return endpoint;
}

void eio_plain_free(eio_plain_t *endpoint)
{
    if (!endpoint)
        return;
    eio_compressor_free(&endpoint->compressor);
    sio__free(endpoint);
}

/* ---- the handshake ---- */

bool eio_plain_check(eio_plain_t *endpoint, eio_request_t *request)
{
    static const char retry[] = "Retry-After: 1\r\n";

    if (!request->conn)
        return false;
    if (!endpoint->server->draining)
        return eio_websocket_check_handshake(&endpoint->deflate, request);
    eio_request_respond(request, 503, (sio__span_t){retry, sizeof(retry) - 1}, NULL, 0);
    return false;
}

static eio_session_t *open_session(eio_plain_t *endpoint, eio_request_t *request,
                                   eio_address_t *address, const char *subprotocol)
{
    eio_session_t *session = eio_session_new_plain(endpoint, request);
    eio_transport_t *transport;

    if (!session) {
        eio_limits_close(&endpoint->server->limits, address);
        return NULL;
    }
    session->address = address;
    transport =
        eio_websocket_new_plain(session, request, (sio__span_t){subprotocol, strlen(subprotocol)});
    if (transport) {
        eio_session_open_plain(session, transport);
        return session;
    }
    eio_session_abandon(session);
    return NULL;
}

eio_session_t *eio_plain_accept(eio_plain_t *endpoint, eio_request_t *request,
                                const char *subprotocol)
{
    eio_session_t *session;
    eio_address_t *address;

    if (!request->conn || !eio_address_may_open(endpoint->server, request, &address))
        return NULL;
    session = open_session(endpoint, request, address, subprotocol ? subprotocol : "");
    if (!session && request->conn)
        eio_http_conn_abort(request->conn);
    return session;
}

/* ---- closing ---- */

/* As much of it as a close frame takes: whole characters. */
static size_t reason_len(const char *reason, size_t len)
{
    size_t taken = len < EIO_WS_REASON_MAX ? len : EIO_WS_REASON_MAX;

    while (taken && !sio__utf8_valid(reason, taken))
        taken--;
    return taken;
}

void eio_plain_set_code(eio_session_t *session, unsigned code, const char *reason, size_t len)
{
    eio_plain_session_t *plain = session->plain;

    if (plain->code)
        return;
    plain->code = (uint16_t)code;
    plain->reason_len = (uint8_t)reason_len(reason, len);
    if (plain->reason_len)
        memcpy(plain->reason, reason, plain->reason_len);
}

void eio_plain_closed(eio_session_t *session, unsigned code, bool violation, sio__span_t reason)
{
    session->plain->received = !violation;
    eio_plain_set_code(session, code, reason.data, reason.len);
}

unsigned eio_plain_code_to_send(const eio_session_t *session, sio__span_t *reason)
{
    const eio_plain_session_t *plain = session->plain;

    *reason = (sio__span_t){plain->reason, plain->reason_len};
    if (!plain->code || plain->received)
        return EIO_WS_CODE_NORMAL;
    /* Nobody hears a connection's silent end but who waits for it. */
    return plain->code == EIO_WS_CODE_ABNORMAL ? EIO_WS_CODE_INTERNAL_ERROR : plain->code;
}

void eio_session_close_with(eio_session_t *session, unsigned code, const char *reason, size_t len)
{
    eio_plain_set_code(session, code, reason, len);
    eio_session_close(session, EIO_REASON_FORCED_CLOSE, "", false);
}

unsigned eio_session_close_code(const eio_session_t *session, sio__span_t *reason)
{
    const eio_plain_session_t *plain = session->plain;

    *reason = (sio__span_t){plain->reason, plain->reason_len};
    return plain->code ? plain->code : EIO_WS_CODE_NORMAL;
}

/* ---- pings ---- */

int eio_session_ping(eio_session_t *session, const void *data, size_t len)
{
    if (session->state != EIO_OPEN)
        return EIO_ECLOSED;
    eio_websocket_ping(session->transport, data, len);
    return 0;
}

void eio_plain_on_pong(eio_session_t *session, const char *data, size_t len)
{
    const eio_plain_options_t *options = &session->plain->endpoint->options;

    if (session->state != EIO_OPEN)
        return;
    eio_heartbeat_on_pong(session);
    if (options->handlers.on_pong)
        options->handlers.on_pong(session, data, len, options->user);
}
