/* The opening of a session: version, id, transport, open packet. */
#include "engineio/request.h"
#include "engineio/server.h"
#include "engineio/session.h"

static bool version_supported(const eio_request_t *request)
{
    sio__buf_t version = SIO__BUF_INIT;
    bool supported;

    eio_request_query(request, "EIO", &version);
    supported = version.len == 1 && version.data[0] == '4';
    sio__buf_free(&version);
    return supported;
}

/* The address whose sessions are counted: the peer's, or what trusted proxies say. */
static eio_address_t *count_session(eio_server_t *server, const eio_request_t *request,
                                    bool *refused)
{
    unsigned proxies = server->options.limits.trusted_proxies;
    char forwarded[46] = "";
    sio__span_t header;

    if (proxies && eio_request_header(request, "x-forwarded-for", &header))
        eio_forwarded_address(header.data, header.len, proxies, forwarded);
    return eio_limits_open(&server->limits, *forwarded ? forwarded : request->address, refused);
}

static void refuse_too_many(eio_server_t *server, eio_request_t *request)
{
    static const char body[] = "{\"code\":4,\"message\":\"Too many requests\"}";
    static const char raw[] = "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n"
                              "Retry-After: 1\r\nContent-Length: 0\r\n\r\n";
    static const char headers[] = "Content-Type: application/json\r\nRetry-After: 1\r\n";

    server->counters.handshakes_refused++;
    SIO__LOG(server->options.log, SIO__WARN, "engine",
             "handshake from %s refused: its address is over a limit", request->address);
    if (request->upgrade)
        eio_http_conn_respond_raw(request->conn, raw, sizeof(raw) - 1);
    else
        eio_request_respond(request, 429, (sio__span_t){headers, sizeof(headers) - 1}, body,
                            sizeof(body) - 1);
}

void eio_handshake(eio_server_t *server, eio_request_t *request, bool websocket)
{
    eio_session_t *session;
    eio_transport_t *transport;
    eio_address_t *address;
    bool refused;

    if (!version_supported(request)) {
        eio_refuse(server, request, EIO_ERROR_UNSUPPORTED_PROTOCOL_VERSION, NULL,
                   "{\"protocol\":3}");
        return;
    }
    if (websocket && !eio_websocket_check_handshake(server, request))
        return;
    address = count_session(server, request, &refused);
    if (refused) {
        refuse_too_many(server, request);
        return;
    }
    session = eio_session_new(server, request);
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
