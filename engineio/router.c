/* From a request to what answers it: CORS, the owner's hook, upstream's checks in upstream's order,
 * the session or a handshake. */
#include "base/alloc.h"
#include "engineio/json_text.h"
#include "engineio/query.h"
#include "engineio/request.h"
#include "engineio/server.h"
#include "engineio/session.h"

#include <stdio.h>
#include <string.h>

#define LITERAL(text) ((sio__span_t){text, sizeof(text) - 1})
#define NOTHING       ((sio__span_t){NULL, 0})

/* ---- refusals ---- */

const char *eio_error_message(eio_error_t error)
{
    static const char *const messages[] = {
        "Transport unknown", "Session ID unknown", "Bad handshake method",
        "Bad request",       "Forbidden",          "Unsupported protocol version",
    };

    return messages[error];
}

/* Upstream refuses upgrades on the raw socket: always 400, the message alone. */
static void refuse_upgrade(eio_request_t *request, const char *message)
{
    sio__buf_t out = SIO__BUF_INIT;

    sio__buf_append_str(&out, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: "
                              "text/html\r\nContent-Length: ");
    sio__buf_append_uint(&out, strlen(message));
    sio__buf_append_str(&out, "\r\n\r\n");
    sio__buf_append_str(&out, message);
    if (out.failed)
        eio_http_conn_abort(request->conn);
    else
        eio_http_conn_respond_raw(request, out.data, out.len);
    sio__buf_free(&out);
}

static void refuse_request(eio_request_t *request, eio_error_t code, const char *message)
{
    sio__buf_t body = SIO__BUF_INIT;

    sio__buf_append_str(&body, "{\"code\":");
    sio__buf_append_uint(&body, code);
    sio__buf_append_str(&body, ",\"message\":");
    eio_json_append_text(&body, (sio__span_t){message, strlen(message)});
    sio__buf_append_char(&body, '}');
    if (body.failed)
        eio_http_conn_abort(request->conn);
    else
        eio_request_respond(request, code == EIO_ERROR_FORBIDDEN ? 403 : 400,
                            LITERAL("Content-Type: application/json\r\n"), body.data, body.len);
    sio__buf_free(&body);
}

void eio_refuse(eio_server_t *server, eio_request_t *request, eio_error_t code, const char *detail,
                const char *context)
{
    const eio_handlers_t *handlers = &server->options.handlers;
    const char *message = detail ? detail : eio_error_message(code);

    server->counters.handshakes_refused++;
    server->counters.refused[code]++;
    SIO__LOG(server->options.log, SIO__DEBUG, "engine", "request from %s refused: %s %s",
             request->address, message, context);
    if (handlers->on_connection_error)
        handlers->on_connection_error(request, code, eio_error_message(code), context,
                                      server->options.user);
    if (!request->conn)
        return;
    if (request->upgrade)
        refuse_upgrade(request, message);
    else
        refuse_request(request, code, message);
}

/* Refuses with a context of one member: {"name":"value"}. */
static void refuse_naming(eio_server_t *server, eio_request_t *request, eio_error_t code,
                          const char *name, const sio__span_t *value)
{
    sio__buf_t context = SIO__BUF_INIT;

    sio__buf_append_char(&context, '{');
    if (value) {
        eio_json_append_text(&context, (sio__span_t){name, strlen(name)});
        sio__buf_append_char(&context, ':');
        eio_json_append_text(&context, *value);
    }
    sio__buf_append(&context, "}", 2);
    eio_refuse(server, request, code, NULL, context.failed ? "{}" : context.data);
    sio__buf_free(&context);
}

static void refuse_origin(eio_server_t *server, eio_request_t *request, sio__span_t origin)
{
    sio__buf_t context = SIO__BUF_INIT;

    sio__buf_append_str(&context, "{\"name\":\"INVALID_ORIGIN\",\"origin\":");
    eio_json_append_text(&context, origin);
    sio__buf_append(&context, "}", 2);
    eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL, context.failed ? "{}" : context.data);
    sio__buf_free(&context);
}

/* ---- headers ---- */

struct eio_headers {
    sio__buf_t *lines;
};

int eio_headers_add(eio_headers_t *headers, const char *name, const char *value)
{
    return eio_header_line_append(headers->lines, name, value);
}

void eio_prepare_headers(eio_server_t *server, eio_session_t *session, eio_request_t *request,
                         bool initial)
{
    const eio_handlers_t *handlers = &server->options.handlers;
    eio_headers_t headers = {&request->reply_headers};

    if (initial && server->options.cookie && !request->upgrade) {
        sio__buf_append_str(&request->reply_headers, "Set-Cookie: ");
        eio_cookie_serialize(&request->reply_headers, server->options.cookie, session->id);
        sio__buf_append(&request->reply_headers, "\r\n", 2);
    }
    if (initial && handlers->on_initial_headers)
        handlers->on_initial_headers(request, &headers, server->options.user);
    if (handlers->on_headers)
        handlers->on_headers(request, &headers, server->options.user);
}

bool eio_request_apply_cors(eio_request_t *request, const eio_cors_t *cors)
{
    sio__span_t origin;
    sio__span_t asked;
    eio_cors_request_t about = {.method = request->method};

    if (!request->conn)
        return true;
    if (!cors || !cors->enabled)
        return false;
    about.origin = eio_request_header(request, "origin", &origin) ? &origin : NULL;
    about.request_headers =
        eio_request_header(request, "access-control-request-headers", &asked) ? &asked : NULL;
    if (!eio_cors_apply(cors, &about, &request->reply_headers))
        return false;
    eio_request_respond(request, cors->success_status ? cors->success_status : 204, NOTHING, NULL,
                        0);
    return true;
}

/* ---- upstream's checks ---- */

static bool transport_allowed(const eio_server_t *server, const sio__span_t *name)
{
    unsigned transports = server->options.transports;

    return name && (((transports & EIO_POLLING) && sio__span_is(*name, "polling")) ||
                    ((transports & EIO_WEBSOCKET) && sio__span_is(*name, "websocket")));
}

/* Characters that Node refuses in a header value: controls, but for the tab. */
static bool origin_valid(const eio_request_t *request, sio__span_t *origin)
{
    size_t i;

    if (!eio_request_header(request, "origin", origin))
        return true;
    for (i = 0; i < origin->len; i++) {
        unsigned char c = (unsigned char)origin->data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static eio_session_t *find_session(const eio_server_t *server, const sio__span_t *sid)
{
    sio__map_node_t *node = sio__map_find(&server->sessions, sid->data, sid->len);

    return node ? SIO__CONTAINER(node, eio_session_t, by_id) : NULL;
}

static void refuse_mismatch(eio_server_t *server, eio_request_t *request,
                            const sio__span_t *transport, const char *previous)
{
    char context[128];

    snprintf(
        context, sizeof(context),
        "{\"name\":\"TRANSPORT_MISMATCH\",\"transport\":\"%.*s\",\"previousTransport\":\"%s\"}",
        (int)transport->len, transport->data, previous);
    eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL, context);
}

static void refuse_protocol(eio_server_t *server, eio_request_t *request, unsigned previous)
{
    eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL,
               previous == 4
                   ? "{\"name\":\"PROTOCOL_MISMATCH\",\"protocol\":3,\"previousProtocol\":4}"
                   : "{\"name\":\"PROTOCOL_MISMATCH\",\"protocol\":4,\"previousProtocol\":3}");
}

/* A WebSocket for a session that exists: an upgrade, or one too many. */
static void route_upgrade(eio_server_t *server, eio_session_t *session, eio_request_t *request)
{
    if (!eio_websocket_check_handshake(&server->options.deflate, request))
        return;
    if (session->upgrade || session->upgraded)
        eio_websocket_accept_and_close(server, request);
    else
        eio_upgrade_begin(session, request);
}

static void route_session(eio_server_t *server, eio_request_t *request, const eio_query_t *query,
                          const sio__span_t *transport)
{
    const sio__span_t *sid = eio_query_get(query, "sid");
    const sio__span_t *version = eio_query_get(query, "EIO");
    eio_session_t *session = find_session(server, sid);

    if (!session) {
        refuse_naming(server, request, EIO_ERROR_UNKNOWN_SID, "sid", sid);
    } else if (!request->upgrade && !sio__span_is(*transport, eio_session_transport(session))) {
        refuse_mismatch(server, request, transport, eio_session_transport(session));
    } else if (eio_protocol_revision(version) != session->protocol) {
        refuse_protocol(server, request, session->protocol);
    } else if (!request->upgrade) {
        if (session->transport && session->transport->ops->on_request)
            session->transport->ops->on_request(session->transport, request);
        else
            refuse_mismatch(server, request, transport, eio_session_transport(session));
    } else if (sio__span_is(*transport, "websocket")) {
        route_upgrade(server, session, request);
    } else if (eio_websocket_check_handshake(&server->options.deflate, request)) {
        eio_websocket_accept_and_close(server, request);
    }
}

/* ---- handshakes, with allowRequest's answer in between ---- */

struct eio_verdict {
    eio_server_t *server;
    eio_request_t *request;
    bool websocket;
};

static void begin_session(eio_server_t *server, eio_request_t *request, bool websocket)
{
    if (!websocket && request->upgrade) {
        if (eio_websocket_check_handshake(&server->options.deflate, request))
            eio_websocket_accept_and_close(server, request);
        return;
    }
    eio_handshake(server, request, websocket);
}

static void free_verdict(eio_verdict_t *verdict)
{
    eio_request_unref(verdict->request);
    eio_server_unref(verdict->server);
    sio__free(verdict);
}

void eio_verdict_allow(eio_verdict_t *verdict)
{
    if (verdict->request->conn && !verdict->server->draining)
        begin_session(verdict->server, verdict->request, verdict->websocket);
    else if (verdict->request->conn)
        eio_http_conn_abort(verdict->request->conn);
    free_verdict(verdict);
}

void eio_verdict_refuse(eio_verdict_t *verdict, const char *message)
{
    sio__buf_t context = SIO__BUF_INIT;
    sio__span_t text = {message, message ? strlen(message) : 0};

    sio__buf_append_str(&context, "{\"message\":");
    eio_json_append_text(&context, text);
    sio__buf_append(&context, "}", 2);
    if (verdict->request->conn)
        eio_refuse(verdict->server, verdict->request, EIO_ERROR_FORBIDDEN, message,
                   context.failed || !message ? "{}" : context.data);
    sio__buf_free(&context);
    free_verdict(verdict);
}

static void ask_owner(eio_server_t *server, eio_request_t *request, bool websocket)
{
    eio_verdict_t *verdict = sio__malloc(sizeof(*verdict));

    if (!verdict) {
        eio_http_conn_abort(request->conn);
        return;
    }
    *verdict = (eio_verdict_t){server, eio_request_ref(request), websocket};
    server->refs++;
    server->options.handlers.on_handshake(request, verdict, server->options.user);
}

static void route_handshake(eio_server_t *server, eio_request_t *request,
                            const sio__span_t *transport)
{
    bool websocket = sio__span_is(*transport, "websocket");

    if (server->draining)
        eio_request_respond(request, 503, LITERAL("Retry-After: 1\r\n"), NULL, 0);
    else if (!eio_request_method_is(request, "GET"))
        refuse_naming(server, request, EIO_ERROR_BAD_HANDSHAKE_METHOD, "method", &request->method);
    else if (websocket && !request->upgrade)
        eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL,
                   "{\"name\":\"TRANSPORT_HANDSHAKE_ERROR\"}");
    else if (server->options.handlers.on_handshake)
        ask_owner(server, request, websocket);
    else
        begin_session(server, request, websocket);
}

static void route_engine(eio_server_t *server, eio_request_t *request)
{
    eio_query_t query;
    const sio__span_t *transport;
    const sio__span_t *sid;
    sio__span_t origin;

    if (eio_query_parse(&query, request->target.data, request->target.len)) {
        eio_http_conn_abort(request->conn);
        return;
    }
    transport = eio_query_get(&query, "transport");
    sid = eio_query_get(&query, "sid");
    if (!transport_allowed(server, transport))
        refuse_naming(server, request, EIO_ERROR_UNKNOWN_TRANSPORT, "transport", transport);
    else if (!origin_valid(request, &origin))
        refuse_origin(server, request, origin);
    else if (sid && sid->len)
        route_session(server, request, &query, transport);
    else
        route_handshake(server, request, transport);
    eio_query_free(&query);
}

/* ---- all requests ---- */

static bool inside_path(const eio_server_t *server, const eio_request_t *request)
{
    return request->target.len >= server->path_len &&
           memcmp(request->target.data, server->path, server->path_len) == 0;
}

static bool taken_by_owner(eio_server_t *server, eio_request_t *request, bool inside)
{
    const eio_handlers_t *handlers = &server->options.handlers;

    if (!handlers->on_request)
        return false;
    eio_request_ref(request);
    if (handlers->on_request(request, inside, server->options.user))
        return true; /* eio_request_reply() gives the reference back */
    eio_request_unref(request);
    return false;
}

void eio_server_route(eio_server_t *server, eio_request_t *request)
{
    if (request->conn) {
        eio_http_conn_hold(request, false);
        route_engine(server, request);
    }
    eio_request_unref(request);
}

void eio_server_fail(eio_server_t *server, eio_request_t *request)
{
    if (request->conn)
        eio_refuse(server, request, EIO_ERROR_BAD_REQUEST, NULL,
                   "{\"name\":\"MIDDLEWARE_FAILURE\"}");
    eio_request_unref(request);
}

void eio_server_on_request(eio_request_t *request, void *user)
{
    eio_server_t *server = user;
    bool inside = inside_path(server, request);

    if (inside && eio_request_apply_cors(request, &server->options.cors))
        return;
    if (taken_by_owner(server, request, inside))
        return;
    if (inside)
        route_engine(server, request);
    else if (request->upgrade)
        eio_http_conn_abort(request->conn);
    else
        eio_request_respond(request, 404, NOTHING, NULL, 0);
}
