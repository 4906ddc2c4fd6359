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

void eio_handshake(eio_server_t *server, eio_request_t *request, bool websocket)
{
    eio_session_t *session;
    eio_transport_t *transport;

    if (!version_supported(request)) {
        eio_refuse(server, request, EIO_ERROR_UNSUPPORTED_PROTOCOL_VERSION, NULL,
                   "{\"protocol\":3}");
        return;
    }
    if (websocket && !eio_websocket_check_handshake(server, request))
        return;
    session = eio_session_new(server, request);
    if (!session) {
        eio_http_conn_abort(request->conn);
        return;
    }
    transport = websocket ? eio_websocket_new(session, request) : eio_polling_new(session, request);
    if (!transport) {
        if (request->conn)
            eio_http_conn_abort(request->conn);
        eio_session_abandon(session);
        return;
    }
    eio_session_open(session, transport);
}
