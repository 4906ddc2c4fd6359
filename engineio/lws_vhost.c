/*
 * Streams in vhosts of the program's. libwebsockets parses HTTP and WebSocket frames there, our own
 * connections want bytes: so requests and messages are put into bytes again on their way in, and
 * what the connection writes is a complete answer or complete frames, which pass through as they
 * are. A WebSocket without TLS is taken from libwebsockets once it has answered the upgrade: the
 * stream goes on with the socket itself. Everything happens on the loop thread.
 */
#include "engineio/lws_vhost.h"

#include "base/alloc.h"
#include "engineio/engine.h"
#include "engineio/server.h"
#include "engineio/ws_frame.h"

#include <fcntl.h>
#include <libwebsockets.h>
#include <string.h>
#include <strings.h>

enum {
    RX_BUFFER = 8192,    /* per WebSocket; a larger message comes in pieces */
    WRITE_MAX = 1 << 24, /* per system call */
    SEND_TIMEOUT_S = 60, /* for a client to take an answer */
    CODE_REFUSED = 1008  /* close code for a WebSocket that allowRequest refused after the 101 */
};

struct eio_vhost {
    unsigned refs;        /* the server's, and one per vhost that has the protocol */
    eio_server_t *server; /* NULL when it is gone */
    sio__list_t streams;
    size_t count;
    uint64_t bytes_in, bytes_out;
};

typedef struct vhost_stream vhost_stream_t;

/* libwebsockets' session memory: it frees that when it likes, the stream's memory is our own. */
typedef struct slot {
    vhost_stream_t *stream;
} slot_t;

struct vhost_stream {
    eio_stream_t base;
    struct lws *wsi;      /* NULL when it is gone */
    slot_t *slot;         /* likewise */
    eio_stream_t *socket; /* what carries it instead of libwebsockets; NULL: nothing */
    eio_deferred_t take;
    eio_vhost_t *vhost;
    sio__list_t link;
    eio_deferred_t kill;
    eio_deferred_t release;
    sio__buf_t out; /* the answer, behind LWS_PRE bytes; in a WebSocket's handshake, fields for
                       libwebsockets' 101 */
    bool body_complete;
    bool answered;    /* `out` was sent; it may still be in libwebsockets' buffers */
    bool close_after; /* the answer is the last one on its connection */
    bool accepted;    /* the handshake's answer was 101 */
    bool in_message;  /* the next piece continues a message */
    bool wanted; /* its socket is to be taken from libwebsockets, which reads no more meanwhile */
};

static const eio_stream_ops_t http_ops;

static void take_socket(eio_deferred_t *deferred);

static vhost_stream_t *stream_of(eio_stream_t *base)
{
    return SIO__CONTAINER(base, vhost_stream_t, base);
}

/* ---- life ---- */

static void release_stream(eio_deferred_t *deferred)
{
    vhost_stream_t *stream = SIO__CONTAINER(deferred, vhost_stream_t, release);

    sio__buf_free(&stream->out);
    sio__free(stream);
}

/*
 * libwebsockets would keep a WebSocket for the output it still holds, and 4.1 then never leaves its
 * read function when TLS has input for it. On a socket that takes nothing any more it gives up.
 */
static void drop_output(vhost_stream_t *stream)
{
    unsigned char none[1] = {0};

    if (stream->base.ops == &http_ops || !lws_partial_buffered(stream->wsi))
        return;
    shutdown(lws_get_socket_fd(stream->wsi), SHUT_RDWR);
    lws_write(stream->wsi, none, sizeof(none), LWS_WRITE_HTTP);
}

static void kill_stream(eio_deferred_t *deferred)
{
    vhost_stream_t *stream = SIO__CONTAINER(deferred, vhost_stream_t, kill);

    if (!stream->wsi)
        return;
    drop_output(stream);
    lws_set_timeout(stream->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
}

static vhost_stream_t *new_stream(eio_vhost_t *vhost, struct lws *wsi, slot_t *slot,
                                  const eio_stream_ops_t *ops)
{
    vhost_stream_t *stream = sio__calloc(1, sizeof(*stream));
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(peer);

    if (!stream)
        return NULL;
    stream->base.ops = ops;
    stream->base.secure = lws_is_ssl(wsi);
    stream->wsi = wsi;
    stream->slot = slot;
    stream->vhost = vhost;
    eio_deferred_init(&stream->kill, kill_stream);
    eio_deferred_init(&stream->take, take_socket);
    eio_deferred_init(&stream->release, release_stream);
    if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&peer, &len) == 0)
        eio_stream_set_address(&stream->base, (struct sockaddr *)&peer);
    sio__list_append(&vhost->streams, &stream->link);
    vhost->count++;
    slot->stream = stream;
    eio_http_accept(&vhost->server->http, &stream->base);
    return stream;
}

/* For whoever is served by the stream it ends here. */
static void tell_closed(vhost_stream_t *stream, int error)
{
    const eio_stream_handler_t *handler = stream->base.handler;
    void *user = stream->base.user;

    stream->base.closing = true;
    eio_stream_detach(&stream->base);
    if (handler)
        handler->on_closed(user, error);
}

/* The connection has gone, or goes on with other requests. */
static void leave_libwebsockets(vhost_stream_t *stream)
{
    stream->slot->stream = NULL;
    stream->slot = NULL;
    stream->wsi = NULL;
    stream->vhost->count--;
}

static void end_stream(vhost_stream_t *stream, int error)
{
    eio_vhost_t *vhost = stream->vhost;

    if (stream->wsi)
        leave_libwebsockets(stream);
    eio_deferred_cancel(&stream->kill);
    eio_deferred_cancel(&stream->take);
    sio__list_remove(&stream->link);
    eio_loop_release(vhost->server->loop, &stream->release);
    tell_closed(stream, error);
    eio_server_stream_gone(vhost->server);
}

/* ---- what all kinds of streams do alike ---- */

static void vhost_pause(eio_stream_t *base, bool paused)
{
    vhost_stream_t *stream = stream_of(base);

    if (stream->socket)
        eio_stream_pause(stream->socket, paused);
    else if (stream->wsi)
        lws_rx_flow_control(stream->wsi, paused || stream->wanted ? 0 : 1);
}

static void vhost_finish(eio_stream_t *base)
{
    vhost_stream_t *stream = stream_of(base);

    if (stream->socket)
        eio_stream_finish(stream->socket);
}

static void vhost_close(eio_stream_t *base)
{
    vhost_stream_t *stream = stream_of(base);

    if (stream->socket)
        eio_stream_close(stream->socket);
    else if (stream->wsi)
        eio_loop_defer(stream->vhost->server->loop, &stream->kill);
}

static void feed(vhost_stream_t *stream, void *data, size_t len)
{
    stream->vhost->bytes_in += len;
    if (!stream->base.closing && stream->base.handler)
        stream->base.handler->on_data(stream->base.user, data, len);
}

/* Feeds the request; false when out of memory. */
static bool feed_request(vhost_stream_t *stream)
{
    const struct lws_protocols *protocol = lws_get_protocol(stream->wsi);
    const struct lws_protocol_vhost_options **options =
        lws_protocol_vh_priv_get(lws_get_vhost(stream->wsi), protocol);
    sio__buf_t text = SIO__BUF_INIT;
    bool reusable = false;
    bool ok = eio_lws_request_text(stream->wsi, options ? *options : NULL, &text, &reusable);

    stream->close_after = !reusable;
    if (ok)
        feed(stream, text.data, text.len);
    sio__buf_free(&text);
    return ok;
}

/* Sends bytes as they are: past libwebsockets' framing and extensions. */
static int pass_through(vhost_stream_t *stream, const void *data, size_t len)
{
    if (lws_write(stream->wsi, (unsigned char *)(uintptr_t)data, len, LWS_WRITE_HTTP) < 0)
        return -1;
    stream->vhost->bytes_out += len;
    return 0;
}

static bool starts_with(const char *text, size_t len, const char *start)
{
    return len >= strlen(start) && memcmp(text, start, strlen(start)) == 0;
}

/* ---- HTTP: one stream per request ---- */

static int http_write(eio_stream_t *base, const void *data, size_t len)
{
    vhost_stream_t *stream = stream_of(base);

    if (!stream->wsi)
        return -1;
    if (base->blocked)
        return 0; /* there is an answer already */
    if (starts_with(data, len, "HTTP/1.1 100 "))
        return pass_through(stream, data, len);
    if (sio__buf_reserve(&stream->out, LWS_PRE + len))
        stream->out.len = LWS_PRE;
    sio__buf_append(&stream->out, data, len);
    if (stream->out.failed)
        return -1;
    base->blocked = true;
    lws_set_timeout(stream->wsi, PENDING_TIMEOUT_HTTP_CONTENT, SEND_TIMEOUT_S);
    return lws_callback_on_writable(stream->wsi) < 0 ? -1 : 0;
}

static void http_close(eio_stream_t *base)
{
    vhost_stream_t *stream = stream_of(base);

    if (stream->out.len)
        stream->close_after = true; /* once it has gone */
    else
        vhost_close(base);
}

static const eio_stream_ops_t http_ops = {http_write, vhost_pause, vhost_finish, http_close};

/* What the program set up in a way that can't work; it is told in the log. */
static bool set_up_wrongly(const eio_vhost_t *vhost, const char *what)
{
    SIO__LOG(vhost->server->options.log, SIO__ERROR, "engine",
             "request in the program's vhost refused: %s", what);
    return true;
}

static bool is_http2(const eio_vhost_t *vhost, struct lws *wsi)
{
    return lws_get_network_wsi(wsi) != wsi &&
           set_up_wrongly(vhost, "HTTP/2; set the vhost's alpn to \"http/1.1\"");
}

/*
 * A mount can name its protocol in two ways. In one of them libwebsockets doesn't see a client go
 * that waits for its answer, and spins; it calls back with what follows the mount point then.
 */
static bool is_deaf(const eio_vhost_t *vhost, struct lws *wsi, size_t len)
{
    char *path;
    int path_len = 0;
    int method = lws_http_get_uri_and_method(wsi, &path, &path_len);

    return method != LWSHUMETH_POST && len != (size_t)path_len &&
           set_up_wrongly(
               vhost,
               "the mount must name the protocol as its origin, and have no protocol besides");
}

static int http_unavailable(struct lws *wsi)
{
    return lws_return_http_status(wsi, HTTP_STATUS_SERVICE_UNAVAILABLE, NULL) ||
                   lws_http_transaction_completed(wsi)
               ? -1
               : 0;
}

static int http_requested(eio_vhost_t *vhost, struct lws *wsi, slot_t *slot, size_t path_len)
{
    vhost_stream_t *stream;

    if (!vhost->server)
        return http_unavailable(wsi);
    if (slot->stream) /* the next request before the answer to the last one */
        return -1;
    if (is_http2(vhost, wsi) || is_deaf(vhost, wsi, path_len))
        return -1;
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    stream = new_stream(vhost, wsi, slot, &http_ops);
    return stream && feed_request(stream) ? 0 : -1;
}

/* Says so a second time when the next request came before the answer. */
static int body_complete(vhost_stream_t *stream)
{
    if (stream->body_complete)
        return -1;
    stream->body_complete = true;
    return 0;
}

static bool says_close(const sio__buf_t *answer)
{
    static const char field[] = "\r\nConnection: close\r\n";
    const char *end = memmem(answer->data + LWS_PRE, answer->len - LWS_PRE, "\r\n\r\n", 4);

    return end && memmem(answer->data + LWS_PRE, (size_t)(end - answer->data) - LWS_PRE + 2, field,
                         sizeof(field) - 1);
}

/* Our part ends with the answer: libwebsockets reads the connection's next request. */
static int send_answer(vhost_stream_t *stream)
{
    stream->answered = true;
    stream->close_after = stream->close_after || says_close(&stream->out);
    tell_closed(stream, 0);
    return pass_through(stream, stream->out.data + LWS_PRE, stream->out.len - LWS_PRE);
}

static bool answer_waits(const vhost_stream_t *stream)
{
    return stream->base.ops == &http_ops && stream->out.len && !stream->answered;
}

static int http_writable(struct lws *wsi, vhost_stream_t *stream)
{
    bool close;

    if (answer_waits(stream) && send_answer(stream))
        return -1;
    if (!stream->answered || lws_partial_buffered(wsi))
        return 0;
    close = stream->close_after;
    end_stream(stream, 0);
    return close || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* ---- WebSocket: the handshake ---- */

/* Keeps the fields of our 101 that libwebsockets' own doesn't have. */
static void keep_fields(vhost_stream_t *stream, const char *answer, size_t len)
{
    static const char *const theirs[] = {"Upgrade:", "Connection:", "Sec-WebSocket-Accept:",
                                         "Sec-WebSocket-Protocol:"};
    const char *line = memmem(answer, len, "\r\n", 2);
    const char *next;
    size_t i;

    while (line &&
           (next = memmem(line + 2, len - (size_t)(line + 2 - answer), "\r\n", 2)) != NULL) {
        size_t size = (size_t)(next - line);
        bool wanted = size > 2;

        for (i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
            wanted = wanted && strncasecmp(line + 2, theirs[i], strlen(theirs[i])) != 0;
        if (wanted)
            sio__buf_append(&stream->out, line + 2, size);
        line = next;
    }
}

/* The answer to the upgrade: a 101 lets libwebsockets write its own, anything else goes out instead
 * of it. */
static int handshake_write(eio_stream_t *base, const void *data, size_t len)
{
    vhost_stream_t *stream = stream_of(base);

    if (!stream->wsi || stream->answered)
        return -1;
    stream->answered = true;
    base->blocked = true;
    if (!starts_with(data, len, "HTTP/1.1 101 "))
        return pass_through(stream, data, len);
    stream->accepted = true;
    keep_fields(stream, data, len);
    return stream->out.failed ? -1 : 0;
}

static const eio_stream_ops_t handshake_ops = {handshake_write, vhost_pause, vhost_finish,
                                               vhost_close};

static int upgrade_requested(eio_vhost_t *vhost, struct lws *wsi, slot_t *slot)
{
    vhost_stream_t *stream;

    if (!vhost->server || slot->stream || is_http2(vhost, wsi))
        return -1;
    stream = new_stream(vhost, wsi, slot, &handshake_ops);
    if (!stream)
        return -1;
    if (feed_request(stream) && !stream->base.closing && stream->accepted == stream->answered)
        return 0; /* accepted, or not decided yet */
    end_stream(stream, 0);
    return -1;
}

static int add_fields(vhost_stream_t *stream, struct lws_process_html_args *args)
{
    if (stream->out.len > (size_t)args->max_len)
        return -1;
    if (stream->out.len)
        memcpy(args->p, stream->out.data, stream->out.len);
    args->p += stream->out.len;
    sio__buf_free(&stream->out);
    return 0;
}

/* ---- WebSocket: frames ---- */

static int socket_write(vhost_stream_t *stream, const void *data, size_t len)
{
    int error = eio_stream_write(stream->socket, data, len);

    stream->base.blocked = eio_stream_blocked(stream->socket);
    return error;
}

static int frames_write(eio_stream_t *base, const void *data, size_t len)
{
    vhost_stream_t *stream = stream_of(base);

    if (stream->socket)
        return socket_write(stream, data, len);
    if (!stream->wsi)
        return -1;
    if (pass_through(stream, data, len)) {
        eio_stream_close(base);
        return -1;
    }
    base->blocked = lws_partial_buffered(stream->wsi);
    return 0;
}

static const eio_stream_ops_t frames_ops = {frames_write, vhost_pause, vhost_finish, vhost_close};

/* A verdict that came when libwebsockets had sent its 101: ours goes nowhere, a refusal becomes a
 * close code. */
static int late_write(eio_stream_t *base, const void *data, size_t len)
{
    uint8_t close[] = {0x80 | EIO_WS_CLOSE, 2, CODE_REFUSED >> 8, CODE_REFUSED & 0xff};

    base->ops = &frames_ops;
    if (starts_with(data, len, "HTTP/1.1 101 "))
        return 0;
    frames_write(base, close, sizeof(close));
    eio_stream_close(base);
    return 0;
}

static const eio_stream_ops_t late_ops = {late_write, vhost_pause, vhost_finish, vhost_close};

static void unblocked(vhost_stream_t *stream)
{
    stream->base.blocked = false;
    if (!stream->base.closing && stream->base.handler)
        stream->base.handler->on_writable(stream->base.user);
}

static int frames_writable(struct lws *wsi, vhost_stream_t *stream)
{
    if (lws_partial_buffered(wsi))
        return 0;
    if (stream->wanted)
        eio_loop_defer(stream->vhost->server->loop, &stream->take);
    if (stream->base.blocked)
        unblocked(stream);
    return 0;
}

static int established(struct lws *wsi, vhost_stream_t *stream)
{
    stream->base.ops = stream->accepted ? &frames_ops : &late_ops;
    stream->base.answered = true;
    if (!stream->base.secure) {
        stream->wanted = true;
        lws_rx_flow_control(wsi, 0);
    }
    return frames_writable(wsi, stream);
}

/* ---- WebSocket: without libwebsockets ---- */

static void on_socket_data(void *user, uint8_t *data, size_t len)
{
    vhost_stream_t *stream = user;

    if (!stream->base.closing && stream->base.handler)
        stream->base.handler->on_data(stream->base.user, data, len);
}

static void on_socket_writable(void *user)
{
    unblocked(user);
}

static void on_socket_closed(void *user, int error)
{
    end_stream(user, error);
}

static const eio_stream_handler_t socket_handler = {on_socket_data, on_socket_writable,
                                                    on_socket_closed};

/* Whether libwebsockets has bytes of this client that it hasn't looked at: it tells only of all
 * connections together that aren't paused. */
static bool holds_input(vhost_stream_t *stream)
{
    struct lws *wsi = stream->wsi;
    bool holds;

    lws_rx_flow_control(wsi, 1);
    holds = !lws_service_adjust_timeout(lws_get_context(wsi), 1, lws_get_tsi(wsi));
    lws_rx_flow_control(wsi, 0);
    return holds;
}

/* As another descriptor: libwebsockets closes its own. */
static bool adopt_socket(vhost_stream_t *stream)
{
    static const struct sockaddr known = {.sa_family = AF_UNSPEC}; /* to the stream above it */
    int fd = fcntl(lws_get_socket_fd(stream->wsi), F_DUPFD_CLOEXEC, 0);

    if (fd >= 0)
        stream->socket = eio_stream_adopt(stream->vhost->server->layer, NULL, fd, &known);
    if (!stream->socket)
        return false;
    stream->socket->handler = &socket_handler;
    stream->socket->user = stream;
    eio_stream_pause(stream->socket, stream->base.paused);
    return true;
}

/*
 * A client that sent something before it had the answer, which RFC 6455 forbids, stays with
 * libwebsockets, for what that has read already can't be had from it. When it ends a connection
 * by a timeout, it doesn't shut the socket down.
 */
static void take_socket(eio_deferred_t *deferred)
{
    vhost_stream_t *stream = SIO__CONTAINER(deferred, vhost_stream_t, take);
    struct lws *wsi = stream->wsi;

    if (stream->base.closing || lws_partial_buffered(wsi))
        return;
    if (!lws_service_adjust_timeout(lws_get_context(wsi), 1, lws_get_tsi(wsi))) {
        lws_callback_on_writable(wsi); /* others have input: asked again when that is through */
        return;
    }
    stream->wanted = false;
    if (holds_input(stream)) {
        vhost_pause(&stream->base, stream->base.paused);
    } else if (adopt_socket(stream)) {
        leave_libwebsockets(stream);
        lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    } else {
        vhost_close(&stream->base);
    }
}

/* ---- WebSocket: with libwebsockets ---- */

/* As the frame of a client, under a mask of zeros. */
static int feed_frame(vhost_stream_t *stream, uint8_t opcode, bool fin, void *data, size_t len)
{
    uint8_t header[EIO_WS_MAX_CLIENT_HEADER] = {0};
    size_t size = eio_ws_header_write(header, opcode, false, len);

    if (!fin)
        header[0] &= 0x7f;
    header[1] |= 0x80;
    feed(stream, header, size + 4);
    if (len)
        feed(stream, data, len);
    return 0;
}

static int received(struct lws *wsi, vhost_stream_t *stream, void *data, size_t len)
{
    uint8_t opcode = lws_frame_is_binary(wsi) ? EIO_WS_BINARY : EIO_WS_TEXT;
    bool fin = lws_is_final_fragment(wsi);

    if (stream->in_message)
        opcode = EIO_WS_CONTINUATION;
    stream->in_message = !fin;
    return feed_frame(stream, opcode, fin, data, len);
}

/* Our connection answers the close frame, so that libwebsockets has but to close. */
static int peer_closes(vhost_stream_t *stream, void *payload, size_t len)
{
    feed_frame(stream, EIO_WS_CLOSE, true, payload, len);
    drop_output(stream);
    return -1;
}

/* ---- the protocol ---- */

static void unref(eio_vhost_t *vhost)
{
    if (--vhost->refs == 0)
        sio__free(vhost);
}

/* A vhost has the protocol now: its options for it name header fields to be taken. */
static int begin_vhost(eio_vhost_t *vhost, struct lws *wsi, const void *options)
{
    const struct lws_protocols *protocol = lws_get_protocol(wsi);
    const void **kept = lws_protocol_vh_priv_zalloc(lws_get_vhost(wsi), protocol, sizeof(*kept));

    if (!kept)
        return -1;
    *kept = options;
    vhost->refs++;
    return 0;
}

static int on_stream_event(struct lws *wsi, enum lws_callback_reasons reason,
                           vhost_stream_t *stream, void *in, size_t len)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP_BODY:
        if (len)
            feed(stream, in, len);
        return 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return body_complete(stream);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return http_writable(wsi, stream);
    case LWS_CALLBACK_ADD_HEADERS:
        return stream->accepted ? add_fields(stream, in) : 0;
    case LWS_CALLBACK_ESTABLISHED:
        return established(wsi, stream);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return frames_writable(wsi, stream);
    case LWS_CALLBACK_RECEIVE:
        return received(wsi, stream, in, len);
    case LWS_CALLBACK_RECEIVE_PONG:
        return feed_frame(stream, EIO_WS_PONG, true, in, len);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return peer_closes(stream, in, len);
    default: /* the others below: it is over */
        end_stream(stream, 0);
        return 0;
    }
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in,
                    size_t len)
{
    const struct lws_protocols *protocol = lws_get_protocol(wsi);
    eio_vhost_t *vhost = protocol ? protocol->user : NULL;
    slot_t *slot = session;

    if (!vhost) /* something about the vhost's certificate, which the first of its protocols gets */
        return 0;
    switch (reason) {
    case LWS_CALLBACK_PROTOCOL_INIT:
        return begin_vhost(vhost, wsi, in);
    case LWS_CALLBACK_PROTOCOL_DESTROY:
        unref(vhost);
        return 0;
    case LWS_CALLBACK_HTTP:
        return slot ? http_requested(vhost, wsi, slot, len) : -1;
    case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
        return 1; /* libwebsockets 4.1 on libuv stops in the midst of larger compressed messages */
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return slot ? upgrade_requested(vhost, wsi, slot) : -1;
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_ADD_HEADERS:
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_RECEIVE_PONG:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
        return slot && slot->stream ? on_stream_event(wsi, reason, slot->stream, in, len) : 0;
    default: /* may be about a connection of another protocol, with that one's session memory */
        return 0;
    }
}

/* ---- what the server asks ---- */

int eio_server_lws_protocol(eio_server_t *server, struct lws_protocols *protocol)
{
    eio_vhost_t *vhost = server->vhost;

    if (server->closing)
        return EIO_ECLOSED;
    if (!vhost) {
        vhost = server->vhost = sio__calloc(1, sizeof(*vhost));
        if (!vhost)
            return EIO_ENOMEM;
        vhost->refs = 1;
        vhost->server = server;
        sio__list_init(&vhost->streams);
    }
    *protocol = (struct lws_protocols){"socket.io", on_event, sizeof(slot_t), RX_BUFFER,
                                       0,           vhost,    WRITE_MAX};
    return 0;
}

size_t eio_vhost_count(const eio_vhost_t *vhost)
{
    return vhost ? vhost->count : 0;
}

void eio_vhost_bytes(const eio_vhost_t *vhost, uint64_t *in, uint64_t *out)
{
    *in += vhost ? vhost->bytes_in : 0;
    *out += vhost ? vhost->bytes_out : 0;
}

void eio_vhost_each(eio_vhost_t *vhost, void (*fn)(eio_stream_t *stream))
{
    sio__list_t *node = vhost ? vhost->streams.next : NULL;

    while (vhost && node != &vhost->streams) {
        sio__list_t *next = node->next;
        fn(&SIO__CONTAINER(node, vhost_stream_t, link)->base);
        node = next;
    }
}

void eio_vhost_end(eio_vhost_t *vhost)
{
    if (!vhost)
        return;
    while (!sio__list_empty(&vhost->streams)) {
        vhost_stream_t *stream = SIO__CONTAINER(vhost->streams.next, vhost_stream_t, link);
        struct lws *wsi = stream->wsi;

        if (stream->socket)
            eio_stream_detach(stream->socket); /* closed with all of the server's own */
        else if (answer_waits(stream))
            send_answer(stream);
        if (wsi)
            drop_output(stream);
        end_stream(stream, 0);
        if (wsi)
            lws_set_timeout(wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
    }
    vhost->server = NULL;
    unref(vhost);
}
