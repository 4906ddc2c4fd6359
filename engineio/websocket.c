/*
 * The WebSocket transport: one packet per message. Everything that waits for a connection is
 * gathered into one write.
 */
#include "base/alloc.h"
#include "base/base64.h"
#include "engineio/packet_v3.h"
#include "engineio/plain.h"
#include "engineio/request.h"
#include "engineio/server.h"
#include "engineio/session.h"
#include "engineio/ws_conn.h"
#include "engineio/ws_frame.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    DIRECT_MIN = EIO_SCRATCH / 4, /* messages from this size on are written from where they are */
    /* Between the 101 answer and the open packet. Clients that begin to listen when they hear
     * "open" (with promises, say) miss what comes in the same segment. */
    OPENING_MS = 2
};

typedef struct websocket {
    eio_transport_t base;
    eio_server_t *server;
    eio_ws_t *ws;     /* NULL when it is gone */
    uint8_t protocol; /* 3 or 4 */
    bool base64;      /* the client takes binary as text only */
    sio__timer_t opened;
    uint8_t deflate_bits; /* the window for what we compress; 0: nothing is compressed */
    size_t threshold;     /* of what is compressed */
    eio_compressor_t *compressor;
    eio_deferred_t release;
} websocket_t;

static websocket_t *websocket_of(const eio_transport_t *transport)
{
    return SIO__CONTAINER(transport, websocket_t, base);
}

/* ---- output ---- */

static bool websocket_writable(const eio_transport_t *transport)
{
    const websocket_t *websocket = websocket_of(transport);

    return websocket->ws && !websocket->base.opening && !eio_ws_blocked(websocket->ws);
}

static bool to_be_compressed(const websocket_t *websocket, const eio_out_packet_t *packet)
{
    return websocket->deflate_bits && !packet->no_compress && packet->len >= websocket->threshold &&
           !(packet->binary && websocket->base64);
}

/* A compressed frame at `out`, which has room for it; 0 when compression failed. */
static size_t put_compressed(websocket_t *websocket, uint8_t *out, size_t room,
                             const eio_out_packet_t *packet)
{
    uint8_t header[EIO_WS_MAX_HEADER];
    size_t len = eio_compress(websocket->compressor, websocket->deflate_bits, packet->data,
                              packet->len, out + EIO_WS_MAX_HEADER, room - EIO_WS_MAX_HEADER);
    size_t size;

    if (!len)
        return 0;
    size = eio_ws_header_write(header, packet->binary ? EIO_WS_BINARY : EIO_WS_TEXT, true, len);
    memmove(out + size, out + EIO_WS_MAX_HEADER, len);
    memcpy(out, header, size);
    return size + len;
}

/* The compressed frame of a message, made once for all its receivers; NULL: send it as it is. */
static const uint8_t *deflated_frame(websocket_t *websocket, const eio_out_packet_t *packet)
{
    eio_message_t *message = packet->message;
    size_t room = EIO_WS_MAX_HEADER + eio_compress_bound(packet->len);

    if (message->deflated && message->deflated_bits == websocket->deflate_bits)
        return message->deflated;
    sio__free(message->deflated);
    message->deflated = sio__malloc(room);
    if (!message->deflated)
        return NULL;
    message->deflated_bits = websocket->deflate_bits;
    message->deflated_size = put_compressed(websocket, message->deflated, room, packet);
    if (!message->deflated_size) {
        sio__free(message->deflated);
        message->deflated = NULL;
    }
    return message->deflated;
}

static size_t put_frame(uint8_t *out, const eio_out_packet_t *packet)
{
    size_t header;

    if (packet->message) {
        header = packet->message->header_size;
        memcpy(out, packet->data - header, header + packet->len);
        return header + packet->len;
    }
    header =
        eio_ws_header_write(out, packet->binary ? EIO_WS_BINARY : EIO_WS_TEXT, false, packet->len);

    memcpy(out + header, packet->data, packet->len);
    return header + packet->len;
}

/* "b" and base64; of protocol 3, the type stands in between. */
static int write_base64(websocket_t *websocket, const eio_out_packet_t *packet)
{
    size_t typed = websocket->protocol == 3;
    size_t len = 1 + typed + SIO__BASE64_ENCODED_LEN(packet->len - typed);
    uint8_t *frame = sio__malloc(EIO_WS_MAX_HEADER + len);
    size_t header;
    int error;

    if (!frame)
        return -1;
    header = eio_ws_header_write(frame, EIO_WS_TEXT, false, len);
    frame[header] = 'b';
    if (typed)
        frame[header + 1] = (uint8_t)('0' + packet->data[0]);
    sio__base64_encode(packet->data + typed, packet->len - typed,
                       (char *)frame + header + 1 + typed);
    error = eio_ws_write(websocket->ws, frame, header + len);
    sio__free(frame);
    return error;
}

/* A frame at `out`, which has room for it uncompressed. */
static size_t put_packet(websocket_t *websocket, uint8_t *out, size_t room,
                         const eio_out_packet_t *packet)
{
    size_t size = 0;

    if (!to_be_compressed(websocket, packet))
        return put_frame(out, packet);
    if (!packet->message)
        size = put_compressed(websocket, out, room, packet);
    else if (deflated_frame(websocket, packet) && packet->message->deflated_size <= room) {
        size = packet->message->deflated_size;
        memcpy(out, packet->message->deflated, size);
    }
    return size ? size : put_frame(out, packet);
}

/* A packet too large to gather, or one that needs another form. */
static int write_alone(websocket_t *websocket, const eio_out_packet_t *packet)
{
    if (packet->binary && websocket->base64)
        return write_base64(websocket, packet);
    if (to_be_compressed(websocket, packet) && deflated_frame(websocket, packet))
        return eio_ws_write(websocket->ws, packet->message->deflated,
                            packet->message->deflated_size);
    return eio_ws_write(websocket->ws, packet->message->packet - packet->message->header_size,
                        packet->message->header_size + packet->len);
}

/* Fills `out` with frames; returns their size. Stops at a packet that has to go alone or doesn't
 * fit. */
static size_t gather(websocket_t *websocket, eio_outbox_t *outbox, uint8_t *out, unsigned *count)
{
    eio_out_packet_t packet;
    size_t size = 0;

    while (eio_outbox_peek(outbox, &packet)) {
        if ((packet.message && packet.len >= DIRECT_MIN) || (packet.binary && websocket->base64) ||
            EIO_SCRATCH - size < packet.len + EIO_WS_MAX_HEADER)
            break;
        size += put_packet(websocket, out + size, EIO_SCRATCH - size, &packet);
        eio_outbox_pop(outbox, &websocket->server->chunks);
        (*count)++;
    }
    return size;
}

static int write_some(websocket_t *websocket, eio_outbox_t *outbox, unsigned *count)
{
    size_t size = gather(websocket, outbox, websocket->server->scratch, count);
    eio_out_packet_t packet;
    int error;

    if (size)
        return eio_ws_write(websocket->ws, websocket->server->scratch, size);
    eio_outbox_peek(outbox, &packet);
    error = write_alone(websocket, &packet);
    eio_outbox_pop(outbox, &websocket->server->chunks);
    (*count)++;
    return error;
}

static void websocket_flush(eio_transport_t *transport)
{
    websocket_t *websocket = websocket_of(transport);
    eio_session_t *session = transport->session;
    size_t before = session->outbox.bytes;
    unsigned count = 0;
    int error = 0;

    while (!error && websocket_writable(transport) && !eio_outbox_empty(&session->outbox))
        error = write_some(websocket, &session->outbox, &count);
    websocket->server->counters.queued_bytes -= before - session->outbox.bytes;
    if (count)
        eio_session_on_sent(session, count);
}

void eio_websocket_send_now(eio_transport_t *transport, const char *packet, size_t len)
{
    websocket_t *websocket = websocket_of(transport);
    eio_out_packet_t out = {.data = (const uint8_t *)packet, .len = len};

    if (websocket->ws && !eio_ws_blocked(websocket->ws))
        eio_ws_write(websocket->ws, websocket->server->scratch,
                     put_frame(websocket->server->scratch, &out));
}

/* ---- input ---- */

static bool decode(unsigned protocol, bool binary, char *data, size_t len, eio_packet_t *packet)
{
    if (!binary)
        return (protocol == 3 ? eio_packet_v3_decode_text(data, len, packet)
                              : eio_packet_decode_text(data, len, packet)) == 0;
    if (protocol == 3)
        eio_packet_v3_decode_binary(data, len, packet);
    else
        *packet = (eio_packet_t){EIO_PACKET_MESSAGE, true, {data, len}};
    return true;
}

static void on_message(void *user, bool binary, char *data, size_t len)
{
    websocket_t *websocket = user;
    eio_session_t *session = websocket->base.session;
    eio_packet_t packet = {EIO_PACKET_MESSAGE, binary, {data, len}};
    bool ok = session->plain || decode(websocket->protocol, binary, data, len, &packet);

    eio_session_on_packet(session, &websocket->base, ok ? &packet : NULL);
}

static void on_pong(void *user, const char *data, size_t len)
{
    websocket_t *websocket = user;

    if (websocket->base.session->plain)
        eio_plain_on_pong(websocket->base.session, data, len);
}

static void on_writable(void *user)
{
    websocket_t *websocket = user;
    eio_session_t *session = websocket->base.session;

    if (session && session->transport == &websocket->base)
        eio_session_on_ready(session);
}

static void on_opened(sio__timer_t *timer)
{
    websocket_t *websocket = SIO__CONTAINER(timer, websocket_t, opened);

    websocket->base.opening = false;
    on_writable(websocket);
}

static void on_too_big(void *user, size_t size)
{
    const websocket_t *websocket = user;

    if (websocket->base.session)
        eio_session_on_oversize(websocket->base.session, &websocket->base, size);
}

/* The one that we found when the client broke the protocol, or the client's own. */
static void describe_close(unsigned code, bool violation, char *detail, size_t size)
{
    const char *what = "";

    if (violation && code == EIO_WS_CODE_PROTOCOL_ERROR)
        what = ": the client broke the WebSocket protocol";
    else if (violation && code == EIO_WS_CODE_INVALID_TEXT)
        what = ": a message that is not UTF-8, or not what it was compressed from";
    else if (violation && code == EIO_WS_CODE_TOO_BIG)
        what = ": a message over max_http_buffer_size";
    snprintf(detail, size, "close code %u%s", code, what);
}

static void on_closed(void *user, unsigned code, bool violation, sio__span_t reason, int error)
{
    websocket_t *websocket = user;
    eio_session_t *session = websocket->base.session;
    char detail[128];

    websocket->ws = NULL;
    if (!session)
        return;
    if (session->plain)
        eio_plain_closed(session, code, violation, reason);
    if (code == EIO_WS_CODE_ABNORMAL)
        snprintf(detail, sizeof(detail), "connection lost%s%s", error ? ": " : "",
                 error ? strerror(error) : "");
    else
        describe_close(code, violation, detail, sizeof(detail));
    if (violation)
        eio_session_on_transport_error(session, &websocket->base, detail);
    else
        eio_session_on_transport_close(session, &websocket->base, detail);
}

static const eio_ws_handler_t ws_handler = {on_message, on_writable, on_too_big, on_closed,
                                            on_pong};

/* ---- the end ---- */

static void close_ws(eio_ws_t *ws, const eio_session_t *session)
{
    sio__span_t reason = {"", 0};
    unsigned code = 0;

    if (session && session->plain)
        code = eio_plain_code_to_send(session, &reason);
    eio_ws_close(ws, code, reason);
}

static void websocket_close(eio_transport_t *transport)
{
    websocket_t *websocket = websocket_of(transport);

    transport->closing = true;
    websocket->base.opening = false;
    eio_timer_stop(websocket->server->loop, &websocket->opened);
    if (transport->session && transport->session->transport == transport)
        websocket_flush(transport);
    if (websocket->ws)
        close_ws(websocket->ws, transport->session);
    websocket->ws = NULL;
    if (transport->session)
        eio_session_on_transport_done(transport->session, transport);
}

static void free_websocket(eio_deferred_t *deferred)
{
    sio__free(SIO__CONTAINER(deferred, websocket_t, release));
}

static void websocket_release(eio_transport_t *transport)
{
    websocket_t *websocket = websocket_of(transport);

    transport->session = NULL;
    eio_timer_stop(websocket->server->loop, &websocket->opened);
    if (websocket->ws) {
        eio_ws_detach(websocket->ws);
        eio_ws_abort(websocket->ws);
        websocket->ws = NULL;
    }
    eio_loop_release(websocket->server->loop, &websocket->release);
}

static void websocket_pause(eio_transport_t *transport, bool paused)
{
    websocket_t *websocket = websocket_of(transport);

    if (websocket->ws)
        eio_ws_pause(websocket->ws, paused);
}

static const eio_transport_ops_t websocket_ops = {
    "websocket",     websocket_writable, websocket_flush,   NULL,
    websocket_pause, websocket_close,    websocket_release,
};

/* ---- the handshake ---- */

static int negotiate_deflate(const eio_deflate_options_t *options, const eio_request_t *request,
                             eio_deflate_params_t *params, sio__buf_t *line)
{
    sio__span_t offered;

    memset(params, 0, sizeof(*params));
    if (!options->enabled || !eio_request_header(request, "sec-websocket-extensions", &offered))
        return 0;
    return eio_deflate_negotiate(options, offered, params, line);
}

static bool extensions_valid(const eio_deflate_options_t *options, const eio_request_t *request)
{
    sio__buf_t line = SIO__BUF_INIT;
    eio_deflate_params_t params;
    bool valid = negotiate_deflate(options, request, &params, &line) == 0;

    sio__buf_free(&line);
    return valid;
}

static bool subprotocols_valid(const eio_request_t *request)
{
    sio__span_t offered;
    sio__span_t first;

    return !eio_request_header(request, "sec-websocket-protocol", &offered) ||
           eio_ws_first_subprotocol(offered, &first);
}

static void refuse_handshake(eio_request_t *request, const char *status, const char *header,
                             const char *message)
{
    char text[512];
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: "
                       "text/html\r\nContent-Length: %zu\r\n%s\r\n%s",
                       status, strlen(message), header, message);

    eio_http_conn_respond_raw(request, text, (size_t)len);
}

/* Given twice it counts as none, for the other might be meant. */
static bool sole_header(const eio_request_t *request, const char *name, sio__span_t *value)
{
    unsigned count = 0;
    sio__span_t field, content;

    for (size_t i = 0; i < request->field_count; i++) {
        eio_request_header_at(request, i, &field, &content);
        if (sio__span_is(field, name)) {
            *value = content;
            count++;
        }
    }
    return count == 1;
}

bool eio_websocket_check_handshake(const eio_deflate_options_t *deflate, eio_request_t *request)
{
    const char *bad = "400 Bad Request";
    sio__span_t value;

    if (!eio_request_method_is(request, "GET"))
        refuse_handshake(request, "405 Method Not Allowed", "", "Invalid HTTP method");
    else if (!sole_header(request, "upgrade", &value) || value.len != 9 ||
             strncasecmp(value.data, "websocket", 9) != 0)
        refuse_handshake(request, bad, "", "Invalid Upgrade header");
    else if (!sole_header(request, "sec-websocket-key", &value) ||
             !eio_ws_key_valid(value.data, value.len))
        refuse_handshake(request, bad, "", "Missing or invalid Sec-WebSocket-Key header");
    else if (!sole_header(request, "sec-websocket-version", &value) ||
             !(sio__span_is(value, "13") || sio__span_is(value, "8")))
        refuse_handshake(request, bad, "Sec-WebSocket-Version: 13, 8\r\n",
                         "Missing or invalid Sec-WebSocket-Version header");
    else if (!subprotocols_valid(request))
        refuse_handshake(request, bad, "", "Invalid Sec-WebSocket-Protocol header");
    else if (!extensions_valid(deflate, request))
        refuse_handshake(request, bad, "",
                         "Invalid or unacceptable Sec-WebSocket-Extensions header");
    else
        return true;
    return false;
}

static void append_subprotocol(sio__buf_t *out, sio__span_t name)
{
    if (!name.len)
        return;
    sio__buf_append_str(out, "Sec-WebSocket-Protocol: ");
    sio__buf_append(out, name.data, name.len);
    sio__buf_append(out, "\r\n", 2);
}

/* How one kind of WebSocket is accepted. */
typedef struct acceptance {
    const eio_deflate_options_t *deflate;
    size_t max_message;
    sio__span_t subprotocol; /* empty: none */
} acceptance_t;

/* As `ws` does: the first one offered. */
static acceptance_t engine_acceptance(const eio_server_t *server, const eio_request_t *request)
{
    acceptance_t how = {&server->options.deflate, server->options.max_http_buffer_size, {"", 0}};
    sio__span_t offered;

    if (eio_request_header(request, "sec-websocket-protocol", &offered) &&
        !eio_ws_first_subprotocol(offered, &how.subprotocol))
        how.subprotocol.len = 0;
    return how;
}

/* Writes the 101 answer and makes the connection a WebSocket. NULL when it has gone meanwhile or
 * there is no memory. */
static eio_ws_t *accept_handshake(eio_server_t *server, eio_request_t *request,
                                  const acceptance_t *how, const eio_ws_handler_t *handler,
                                  void *user)
{
    char accept[EIO_WS_ACCEPT_LEN];
    sio__buf_t head = SIO__BUF_INIT;
    sio__buf_t rest = SIO__BUF_INIT;
    eio_stream_t *stream = NULL;
    eio_ws_t *ws = NULL;
    eio_deflate_params_t deflate = {.agreed = false};
    sio__span_t key;

    if (!request->conn || !eio_request_header(request, "sec-websocket-key", &key))
        return NULL;
    eio_ws_accept(key.data, key.len, accept);
    sio__buf_append_str(
        &head, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: ");
    sio__buf_append(&head, accept, sizeof(accept));
    sio__buf_append(&head, "\r\n", 2);
    append_subprotocol(&head, how->subprotocol);
    if (!eio_http_conn_answered(request))
        negotiate_deflate(how->deflate, request, &deflate, &head);
    sio__buf_append(&head, request->reply_headers.data, request->reply_headers.len);
    sio__buf_append(&head, "\r\n", 2);
    if (head.failed) {
        eio_http_conn_abort(request->conn);
        goto out;
    }
    stream = eio_http_conn_upgrade(request, &rest);
    ws = eio_ws_new(server->loop, stream, how->max_message, handler, user);
    if (ws)
        eio_ws_allow_deflate(ws, &deflate);
    if (ws && eio_stream_write(stream, head.data, head.len) == 0 && rest.len)
        eio_ws_feed_later(ws, &rest);
out:
    sio__buf_free(&head);
    sio__buf_free(&rest);
    return ws;
}

static websocket_t *websocket_new(eio_session_t *session, eio_request_t *request,
                                  const acceptance_t *how)
{
    websocket_t *websocket = sio__calloc(1, sizeof(*websocket));

    if (!websocket)
        return NULL;
    websocket->base.ops = &websocket_ops;
    websocket->base.session = session;
    websocket->server = session->server;
    websocket->protocol = session->protocol;
    websocket->compressor = &session->server->compressor;
    websocket->threshold = how->deflate->threshold;
    eio_deferred_init(&websocket->release, free_websocket);
    sio__timer_init(&websocket->opened, on_opened);
    websocket->ws = accept_handshake(session->server, request, how, &ws_handler, websocket);
    if (!websocket->ws) {
        sio__free(websocket);
        return NULL;
    }
    websocket->deflate_bits = eio_ws_deflate_bits(websocket->ws);
    return websocket;
}

eio_transport_t *eio_websocket_new(eio_session_t *session, eio_request_t *request)
{
    eio_server_t *server = session->server;
    acceptance_t how = engine_acceptance(server, request);
    sio__buf_t b64 = SIO__BUF_INIT;
    bool base64 = eio_request_query(request, "b64", &b64) && b64.len;
    websocket_t *websocket;

    sio__buf_free(&b64);
    eio_prepare_headers(server, session, request, session->request == request);
    websocket = websocket_new(session, request, &how); /* the request may be gone behind it */
    if (!websocket)
        return NULL;
    websocket->base64 = base64;
    websocket->base.opening = !session->upgrade;
    if (websocket->base.opening)
        eio_timer_start(server->loop, &websocket->opened, OPENING_MS);
    return &websocket->base;
}

eio_transport_t *eio_websocket_new_plain(eio_session_t *session, eio_request_t *request,
                                         sio__span_t subprotocol)
{
    eio_plain_t *endpoint = session->plain->endpoint;
    acceptance_t how = {&endpoint->deflate, endpoint->options.max_message, subprotocol};
    websocket_t *websocket = websocket_new(session, request, &how);

    if (!websocket)
        return NULL;
    websocket->compressor = &endpoint->compressor;
    return &websocket->base;
}

void eio_websocket_ping(eio_transport_t *transport, const void *data, size_t len)
{
    websocket_t *websocket = websocket_of(transport);

    if (websocket->ws)
        eio_ws_ping(websocket->ws, data, len);
}

void eio_websocket_accept_and_close(eio_server_t *server, eio_request_t *request)
{
    acceptance_t how = engine_acceptance(server, request);
    eio_ws_t *ws = accept_handshake(server, request, &how, NULL, NULL);

    if (ws)
        eio_ws_close(ws, 0, (sio__span_t){"", 0});
}
