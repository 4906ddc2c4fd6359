/*
 * Long-polling: a GET that waits for packets, a POST that brings them. One of each at a time.
 */
#include "base/alloc.h"
#include "base/utf8.h"
#include "engineio/encoding.h"
#include "engineio/jsonp.h"
#include "engineio/packet_v3.h"
#include "engineio/request.h"
#include "engineio/server.h"
#include "engineio/session.h"

#include <string.h>

enum { CLOSE_TIMEOUT_MS = 30000 };

typedef struct polling {
    eio_transport_t base;
    eio_server_t *server;
    eio_request_t *poll; /* the pending GET */
    eio_request_t *post; /* the POST being received */
    bool post_received;  /* its body is complete */
    bool should_close;   /* the next GET gets the close packet */
    uint8_t protocol;    /* 3 or 4 */
    bool base64;         /* protocol 3: the client takes binary as text only */
    bool post_binary;    /* protocol 3: the POST's payload is of the binary form */
    bool jsonp;
    sio__buf_t jsonp_index;
    sio__buf_t body;
    sio__timer_t close_timer;
    eio_deferred_t release;
} polling_t;

#define LITERAL(text)    ((sio__span_t){text, sizeof(text) - 1})
#define OK_HEADERS(type) LITERAL("Content-Type: " type "\r\ncache-control: no-store\r\n")

static polling_t *polling_of(const eio_transport_t *transport)
{
    return SIO__CONTAINER(transport, polling_t, base);
}

/* ---- answering a poll ---- */

static bool polling_writable(const eio_transport_t *transport)
{
    const polling_t *polling = polling_of(transport);

    return polling->poll && eio_http_conn_in_turn(polling->poll);
}

/* How the packets of an answer are written. */
typedef enum form { FORM_V4, FORM_V3_TEXT, FORM_V3_BINARY } form_t;

/* NULL: without anything that is queued. */
static form_t form_of(const polling_t *polling, const eio_outbox_t *queued)
{
    if (polling->protocol != 3)
        return FORM_V4;
    return queued && queued->binary_count && !polling->base64 ? FORM_V3_BINARY : FORM_V3_TEXT;
}

static void append_packet(sio__buf_t *payload, form_t form, const eio_out_packet_t *packet)
{
    if (form == FORM_V3_TEXT)
        eio_payload_v3_append(payload, packet->binary, packet->data, packet->len);
    else if (form == FORM_V3_BINARY)
        eio_payload_v3_binary_append(payload, packet->binary, packet->data, packet->len);
    else if (packet->binary)
        eio_payload_append_binary(payload, packet->data, packet->len);
    else
        eio_payload_append(payload, (eio_packet_type_t)(packet->data[0] - '0'), packet->data + 1,
                           packet->len - 1);
}

static void append_control(sio__buf_t *payload, form_t form, eio_packet_type_t type)
{
    const uint8_t text = (uint8_t)('0' + type);

    append_packet(payload, form, &(eio_out_packet_t){.data = &text, .len = 1});
}

static void append_queued(sio__buf_t *payload, form_t form, eio_session_t *session,
                          eio_chunk_pool_t *chunks, unsigned *count, bool *compress)
{
    eio_out_packet_t packet;

    while (eio_outbox_peek(&session->outbox, &packet)) {
        append_packet(payload, form, &packet);
        *compress = *compress || !packet.no_compress;
        eio_outbox_pop(&session->outbox, chunks);
        (*count)++;
    }
}

/* Old versions of Internet Explorer warn of scripting in answers that contain parts of the request.
 */
static bool is_internet_explorer(const eio_request_t *request)
{
    sio__span_t agent;

    return eio_request_header(request, "user-agent", &agent) &&
           (memmem(agent.data, agent.len, ";MSIE", 5) ||
            memmem(agent.data, agent.len, "Trident/", 8));
}

/* The headers are those of the kind of answer, Cache-Control included. */
static void respond_ok(polling_t *polling, eio_request_t *request, sio__span_t headers,
                       const void *body, size_t len)
{
    eio_server_t *server = polling->server;
    bool initial = polling->base.session && polling->base.session->request == request;

    if (is_internet_explorer(request))
        sio__buf_append_str(&request->reply_headers, "X-XSS-Protection: 0\r\n");
    if (polling->base.session)
        eio_prepare_headers(server, polling->base.session, request, initial);
    eio_request_respond(request, 200, headers, body, len);
}

static eio_encoding_t choose_encoding(const polling_t *polling, const eio_request_t *request,
                                      size_t len)
{
    const eio_options_t *options = &polling->server->options;
    sio__span_t accepted;

    if (options->no_http_compression || len < options->http_compression_threshold ||
        !eio_request_header(request, "accept-encoding", &accepted))
        return EIO_IDENTITY;
    return eio_encoding_negotiate(accepted);
}

static void respond_payload(polling_t *polling, eio_request_t *request, const sio__buf_t *payload,
                            form_t form, bool compress)
{
    const sio__buf_t *body = payload;
    sio__buf_t compressed = SIO__BUF_INIT;
    sio__buf_t script = SIO__BUF_INIT;
    eio_encoding_t encoding;

    if (polling->jsonp) {
        sio__span_t index = {polling->jsonp_index.data, polling->jsonp_index.len};
        eio_jsonp_wrap(&script, index, payload->data, payload->len);
        payload = body = &script;
    }
    encoding = compress ? choose_encoding(polling, request, payload->len) : EIO_IDENTITY;
    if (encoding != EIO_IDENTITY &&
        eio_encoding_compress(encoding, payload->data, payload->len, &compressed)) {
        body = &compressed;
        sio__buf_append_str(&request->reply_headers, encoding == EIO_GZIP
                                                         ? "Content-Encoding: gzip\r\n"
                                                         : "Content-Encoding: deflate\r\n");
    }
    respond_ok(polling, request,
               form == FORM_V3_BINARY ? OK_HEADERS("application/octet-stream")
                                      : OK_HEADERS("text/plain; charset=UTF-8"),
               body->data, body->len);
    sio__buf_free(&compressed);
    sio__buf_free(&script);
}

static void transport_done(polling_t *polling)
{
    eio_timer_stop(polling->server->loop, &polling->close_timer);
    polling->should_close = false;
    if (polling->base.session)
        eio_session_on_transport_done(polling->base.session, &polling->base);
}

/* Answers the pending GET with what is queued, or with a packet of that type alone, and the close
 * packet when it is due. */
enum { QUEUED = -1, NOTHING = -2 };

static void answer_poll(polling_t *polling, int type)
{
    eio_session_t *session = polling->base.session;
    eio_request_t *request = polling->poll;
    sio__buf_t *payload = &polling->server->payload;
    form_t form = form_of(polling, type == QUEUED ? &session->outbox : NULL);
    size_t before = session->outbox.bytes;
    unsigned count = 0;
    bool close = polling->should_close;
    bool compress = false;

    polling->poll = NULL;
    request->handler = NULL;
    sio__buf_clear(payload);
    if (type == QUEUED)
        append_queued(payload, form, session, &polling->server->chunks, &count, &compress);
    else if (type >= 0)
        append_control(payload, form, (eio_packet_type_t)type);
    if (close)
        append_control(payload, form, EIO_PACKET_CLOSE);
    polling->server->counters.queued_bytes -= before - session->outbox.bytes;
    if (payload->failed)
        eio_http_conn_abort(request->conn);
    else
        respond_payload(polling, request, payload, form, compress);
    if (payload->cap > 1 << 20)
        sio__buf_free(payload);
    if (count)
        eio_session_on_sent(session, count);
    if (close)
        transport_done(polling);
}

static void polling_flush(eio_transport_t *transport)
{
    polling_t *polling = polling_of(transport);

    if (polling_writable(transport))
        answer_poll(polling, QUEUED);
}

void eio_polling_send_noop(eio_transport_t *transport)
{
    polling_t *polling = polling_of(transport);

    if (polling->poll)
        answer_poll(polling, EIO_PACKET_NOOP);
}

/* ---- GET ---- */

static void transport_error(polling_t *polling, const char *detail)
{
    if (polling->base.session)
        eio_session_on_transport_error(polling->base.session, &polling->base, detail);
}

static void on_poll_aborted(eio_request_t *request)
{
    polling_t *polling = request->user;

    polling->poll = NULL;
    transport_error(polling, "poll connection closed prematurely");
}

static void on_poll_turn(eio_request_t *request)
{
    polling_t *polling = request->user;

    if (polling->base.session)
        eio_session_on_ready(polling->base.session);
}

static const eio_request_handler_t poll_handler = {
    .on_aborted = on_poll_aborted,
    .on_turn = on_poll_turn,
};

static void respond_empty(eio_request_t *request, int status)
{
    eio_request_respond(request, status, (sio__span_t){NULL, 0}, NULL, 0);
}

static void on_poll(polling_t *polling, eio_request_t *request)
{
    if (polling->poll) {
        transport_error(polling, "overlap from client");
        respond_empty(request, 400);
        return;
    }
    polling->poll = request;
    request->handler = &poll_handler;
    request->user = polling;
    eio_session_on_ready(polling->base.session);
    if (polling->poll && polling->should_close)
        answer_poll(polling, EIO_PACKET_NOOP);
}

/* ---- POST ---- */

static void end_post(polling_t *polling)
{
    polling->post = NULL;
    polling->post_received = false;
    sio__buf_free(&polling->body);
}

/* Who is told of it may end the session, and that the request. */
static void refuse_post(polling_t *polling, eio_request_t *request, size_t size)
{
    eio_session_t *session = polling->base.session;

    request->handler = NULL;
    end_post(polling);
    respond_empty(request, 413);
    if (session)
        eio_session_on_oversize(session, &polling->base, size);
}

static void on_post_body(eio_request_t *request, const char *data, size_t len)
{
    polling_t *polling = request->user;

    if (polling->body.len + len > polling->server->options.max_http_buffer_size) {
        refuse_post(polling, request, polling->body.len + len);
        return;
    }
    sio__buf_append(&polling->body, data, len);
    if (polling->body.failed)
        eio_http_conn_abort(request->conn);
}

/* As Node decodes a request body: what isn't UTF-8 becomes U+FFFD. */
static bool repair_body(sio__buf_t *body)
{
    sio__buf_t repaired = SIO__BUF_INIT;

    if (sio__utf8_valid(body->data, body->len))
        return true;
    if (!sio__buf_reserve(&repaired, body->len * 3))
        return false;
    repaired.len = sio__utf8_repair(body->data, body->len, repaired.data);
    sio__buf_free(body);
    *body = repaired;
    return true;
}

/* A form without payload is none; upstream ignores it as well. */
static bool unwrap_body(sio__buf_t *body)
{
    sio__buf_t payload = SIO__BUF_INIT;
    bool found = eio_jsonp_unwrap(body->data, body->len, &payload);

    sio__buf_free(body);
    *body = payload;
    return found;
}

/* The client closes by packet: a pending GET is let go. */
static void on_close_packet(polling_t *polling)
{
    if (polling->poll)
        answer_poll(polling, EIO_PACKET_NOOP);
    if (polling->base.session)
        eio_session_on_transport_close(polling->base.session, &polling->base, "close packet");
}

typedef bool (*next_fn)(eio_payload_reader_t *reader, eio_packet_t *packet);

static next_fn begin_reading(const polling_t *polling, eio_payload_reader_t *reader,
                             sio__buf_t *body)
{
    if (polling->protocol != 3) {
        eio_payload_reader_init(reader, body->data, body->len);
        return eio_payload_next;
    }
    if (!polling->post_binary) {
        eio_payload_v3_reader_init(reader, body->data, body->len);
        return eio_payload_v3_next;
    }
    eio_payload_v3_binary_reader_init(reader, body->data, body->len);
    return eio_payload_v3_binary_next;
}

static void deliver_payload(polling_t *polling, sio__buf_t *body)
{
    eio_payload_reader_t reader;
    next_fn next = begin_reading(polling, &reader, body);
    eio_packet_t packet;

    while (polling->base.session && next(&reader, &packet)) {
        if (packet.type == EIO_PACKET_CLOSE)
            on_close_packet(polling);
        else
            eio_session_on_packet(polling->base.session, &polling->base, &packet);
    }
    if (polling->base.session && reader.failed)
        eio_session_on_packet(polling->base.session, &polling->base, NULL);
}

static void on_post_end(eio_request_t *request)
{
    polling_t *polling = request->user;
    sio__buf_t body = polling->body;

    polling->body = (sio__buf_t)SIO__BUF_INIT;
    polling->post_received = true;
    request->handler = NULL;
    if (!polling->post_binary && !repair_body(&body))
        eio_http_conn_abort(request->conn);
    else if (!polling->jsonp || unwrap_body(&body))
        deliver_payload(polling, &body);
    sio__buf_free(&body);
    end_post(polling);
    if (polling->base.over_limit) /* or a client in the middle of an upgrade hears nothing */
        respond_empty(request, 429);
    else
        respond_ok(polling, request, OK_HEADERS("text/html"), "ok", 2);
}

static void on_post_aborted(eio_request_t *request)
{
    polling_t *polling = request->user;

    end_post(polling);
    transport_error(polling, "data request connection closed prematurely");
}

static const eio_request_handler_t post_handler = {
    .on_body = on_post_body,
    .on_body_end = on_post_end,
    .on_aborted = on_post_aborted,
};

static void on_post(polling_t *polling, eio_request_t *request)
{
    sio__span_t type;

    if (polling->post) {
        transport_error(polling, "data request overlap from client");
        respond_empty(request, 400);
        return;
    }
    polling->post_binary = eio_request_header(request, "content-type", &type) &&
                           sio__span_is(type, "application/octet-stream");
    if (polling->post_binary && polling->protocol != 3) {
        transport_error(polling, "invalid content");
        respond_empty(request, 400);
        return;
    }
    polling->post = request;
    request->handler = &post_handler;
    request->user = polling;
    if (request->body_done)
        on_post_end(request);
}

static void polling_on_request(eio_transport_t *transport, eio_request_t *request)
{
    polling_t *polling = polling_of(transport);

    if (eio_request_method_is(request, "GET"))
        on_poll(polling, request);
    else if (eio_request_method_is(request, "POST"))
        on_post(polling, request);
    else
        respond_empty(request, 500);
}

/* ---- the end ---- */

static void on_close_timeout(sio__timer_t *timer)
{
    transport_done(SIO__CONTAINER(timer, polling_t, close_timer));
}

static void polling_close(eio_transport_t *transport)
{
    polling_t *polling = polling_of(transport);

    transport->closing = true;
    if (polling->post && !polling->post_received)
        eio_http_conn_abort(polling->post->conn);
    if (polling->poll) {
        polling->should_close = true;
        answer_poll(polling, transport->session->transport == transport ? QUEUED : NOTHING);
    } else if (transport->discarded) {
        transport_done(polling);
    } else {
        polling->should_close = true;
        eio_timer_start(polling->server->loop, &polling->close_timer, CLOSE_TIMEOUT_MS);
    }
}

static void free_polling(eio_deferred_t *deferred)
{
    polling_t *polling = SIO__CONTAINER(deferred, polling_t, release);

    sio__buf_free(&polling->body);
    sio__buf_free(&polling->jsonp_index);
    sio__free(polling);
}

static void polling_release(eio_transport_t *transport)
{
    polling_t *polling = polling_of(transport);

    transport->session = NULL;
    eio_timer_stop(polling->server->loop, &polling->close_timer);
    if (polling->poll) {
        polling->poll->handler = NULL;
        eio_http_conn_abort(polling->poll->conn);
        polling->poll = NULL;
    }
    if (polling->post && !polling->post_received) {
        polling->post->handler = NULL;
        eio_http_conn_abort(polling->post->conn);
        polling->post = NULL;
    }
    eio_loop_release(polling->server->loop, &polling->release);
}

static void polling_pause(eio_transport_t *transport, bool paused)
{
    /* A polling client that doesn't poll gets no answers either: its own requests are bounded by
     * that. */
    (void)transport;
    (void)paused;
}

static const eio_transport_ops_t polling_ops = {
    "polling",     polling_writable, polling_flush,   polling_on_request,
    polling_pause, polling_close,    polling_release,
};

static bool has_parameter(const eio_request_t *request, const char *name)
{
    sio__buf_t value = SIO__BUF_INIT;
    bool has = eio_request_query(request, name, &value) && value.len;

    sio__buf_free(&value);
    return has;
}

eio_transport_t *eio_polling_new(eio_session_t *session, eio_request_t *request)
{
    polling_t *polling = sio__calloc(1, sizeof(*polling));

    if (!polling)
        return NULL;
    polling->base.ops = &polling_ops;
    polling->base.session = session;
    polling->server = session->server;
    polling->protocol = session->protocol;
    polling->jsonp = eio_request_query(request, "j", &polling->jsonp_index);
    polling->base64 = polling->jsonp || has_parameter(request, "b64");
    sio__timer_init(&polling->close_timer, on_close_timeout);
    eio_deferred_init(&polling->release, free_polling);
    polling->poll = request;
    request->handler = &poll_handler;
    request->user = polling;
    return &polling->base;
}
