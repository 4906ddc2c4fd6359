/* The opening of a session: version, id, transport, open packet. */
#include "engineio/request.h"
#include "engineio/server.h"
#include "engineio/session.h"

#include <string.h>

/* As upstream, everything but a 4 asks for 3. */
unsigned eio_protocol_revision(const sio__span_t *version)
{
    return version && sio__span_is(*version, "4") ? 4 : 3;
}

static unsigned protocol_of(const eio_request_t *request)
{
    sio__buf_t version = SIO__BUF_INIT;
    unsigned protocol;

    eio_request_query(request, "EIO", &version);
    protocol = eio_protocol_revision(&(sio__span_t){version.data, version.len});
    sio__buf_free(&version);
    return protocol;
}

void eio_client_address(const eio_server_t *server, const eio_request_t *request,
                        char out[EIO_ADDRESS_SIZE])
{
    unsigned proxies = server->options.limits.trusted_proxies;
    sio__span_t header;

    *out = '\0';
    if (proxies && eio_request_header(request, "x-forwarded-for", &header))
        eio_forwarded_address(header.data, header.len, proxies, out);
    if (!*out)
        memcpy(out, request->address, sizeof(request->address));
}

/* The address whose sessions are counted. */
static eio_address_t *count_session(eio_server_t *server, const eio_request_t *request,
                                    bool *refused)
{
    char address[EIO_ADDRESS_SIZE];

    eio_client_address(server, request, address);
    return eio_limits_open(&server->limits, address, refused);
}

static void refuse_too_many(eio_server_t *server, eio_request_t *request)
{
    static const char body[] = "{\"code\":4,\"message\":\"Too many requests\"}";
    static const char raw[] = "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n"
                              "Retry-After: 1\r\nContent-Length: 0\r\n\r\n";
    static const char headers[] = "Content-Type: application/json\r\nRetry-After: 1\r\n";

    server->counters.handshakes_refused++;
    server->counters.limited_handshakes++;
    SIO__LOG(server->options.log, SIO__WARN, "engine",
             "handshake from %s refused: its address is over a limit", request->address);
    if (request->upgrade)
        eio_http_conn_respond_raw(request, raw, sizeof(raw) - 1);
    else
        eio_request_respond(request, 429, (sio__span_t){headers, sizeof(headers) - 1}, body,
                            sizeof(body) - 1);
}

bool eio_address_may_open(eio_server_t *server, eio_request_t *request, eio_address_t **address)
{
    bool refused;

    *address = count_session(server, request, &refused);
    if (refused)
        refuse_too_many(server, request);
    return !refused;
}

/* A session id that the program makes up goes into URLs, JSON and a cookie, and must be new. */
static bool id_usable(const eio_server_t *server, const char *id)
{
    size_t len = strnlen(id, EIO_ID_MAX + 1);

    if (len == 0 || len > EIO_ID_MAX || sio__map_find(&server->sessions, id, len))
        return false;
    return strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") == len;
}

/* `id` stays empty when the session makes its own. False: the request has been refused. */
static bool generate_id(eio_server_t *server, eio_request_t *request, char id[EIO_ID_MAX + 2])
{
    const eio_handlers_t *handlers = &server->options.handlers;

    id[0] = id[EIO_ID_MAX + 1] = '\0';
    if (!handlers->on_generate_id)
        return true;
    if (!handlers->on_generate_id(request, id, EIO_ID_MAX + 1, server->options.user)) {
        eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL,
                   "{\"name\":\"ID_GENERATION_ERROR\",\"error\":{}}");
        return false;
    }
    if (!*id || id_usable(server, id))
        return true;
    SIO__LOG(server->options.log, SIO__WARN, "engine",
             "session id refused: in use, too long, or with characters that URLs escape");
    eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL,
               "{\"name\":\"ID_GENERATION_ERROR\",\"error\":{}}");
    return false;
}

void eio_handshake(eio_server_t *server, eio_request_t *request, bool websocket)
{
    unsigned protocol = protocol_of(request);
    char id[EIO_ID_MAX + 2];
    eio_session_t *session;
    eio_transport_t *transport;
    eio_address_t *address;

    if (protocol != 4 && !server->options.allow_eio3) {
        eio_refuse(server, request, EIO_ERROR_UNSUPPORTED_PROTOCOL_VERSION, NULL,
                   "{\"protocol\":3}");
        return;
    }
    if (websocket && !eio_websocket_check_handshake(&server->options.deflate, request))
        return;
    if (!generate_id(server, request, id))
        return;
    if (!eio_address_may_open(server, request, &address))
        return;
    session = eio_session_new(server, request, protocol, *id ? id : NULL);
    if (!session) {
        eio_limits_close(&server->limits, address);
        eio_http_conn_abort(request->conn);
        return;
    }
    session->address = address;
    transport = websocket ? eio_websocket_new(session, request) : eio_polling_new(session, request);
    if (!transport) {
        if (request->conn)
            eio_http_conn_abort(request->conn);
        eio_session_abandon(session);
        return;
    }
    eio_session_open(session, transport);
}
