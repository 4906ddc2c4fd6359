#include "engineio/http_conn.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum {
    KEEP_ALIVE_MS = 5000,
    LINGER_MS = 2000,     /* for a peer that still sends to see the answer before the reset */
    PIPELINE_MAX = 32768, /* bytes of further requests held while one waits for its answer */
    SEND_TIMEOUT_MS = 30000
};

typedef enum conn_state {
    CONN_HEAD,   /* a request's head is awaited or partly there */
    CONN_BODY,   /* the head was handed on, its body arrives */
    CONN_ANSWER, /* the request is complete, its answer pending */
    CONN_LINGER, /* answered for the last time */
} conn_state_t;

struct eio_http_conn {
    eio_http_t *http;
    eio_stream_t *stream;
    eio_request_t *request; /* the current one, until it is answered */
    conn_state_t state;
    bool processing;
    bool close_after;
    bool held; /* nobody takes the body yet */
    eio_http_body_t body;
    sio__buf_t in; /* an incomplete head, or what came behind the current request */
    size_t scanned;
    char address[46]; /* of the peer, for its requests */
    sio__timer_t timer;
    eio_stream_t *upgraded; /* given away while input was being processed */
    eio_deferred_t resume;
    eio_deferred_t release;
};

static void process_input(eio_http_conn_t *conn);
static void on_data(void *user, uint8_t *data, size_t len);
static void on_writable(void *user);
static void on_closed(void *user, int error);

static const eio_stream_handler_t stream_handler = {on_data, on_writable, on_closed};

/* ---- life ---- */

static void set_timer(eio_http_conn_t *conn, unsigned ms)
{
    if (ms)
        eio_timer_start(conn->http->loop, &conn->timer, ms);
    else
        eio_timer_stop(conn->http->loop, &conn->timer);
}

static void release_conn(eio_deferred_t *deferred)
{
    eio_http_conn_t *conn = SIO__CONTAINER(deferred, eio_http_conn_t, release);

    sio__buf_free(&conn->in);
    sio__free(conn);
}

static void conn_end(eio_http_conn_t *conn)
{
    set_timer(conn, 0);
    eio_deferred_cancel(&conn->resume);
    conn->stream = NULL;
    conn->state = CONN_LINGER;
    eio_loop_release(conn->http->loop, &conn->release);
}

static void drop_request(eio_http_conn_t *conn)
{
    eio_request_t *request = conn->request;

    conn->request = NULL;
    if (!request)
        return;
    conn->http->pending--;
    request->conn = NULL;
    if (!request->replied && request->handler && request->handler->on_aborted)
        request->handler->on_aborted(request);
    eio_request_unref(request);
}

static void on_closed(void *user, int error)
{
    eio_http_conn_t *conn = user;

    (void)error;
    conn->stream = NULL;
    drop_request(conn);
    conn_end(conn);
}

void eio_http_conn_abort(eio_http_conn_t *conn)
{
    if (conn->stream)
        eio_stream_close(conn->stream);
}

/* The last answer has been written: let the peer read it, don't read what it still sends. */
static void linger(eio_http_conn_t *conn)
{
    conn->state = CONN_LINGER;
    sio__buf_free(&conn->in);
    if (eio_stream_blocked(conn->stream)) {
        set_timer(conn, SEND_TIMEOUT_MS);
        return;
    }
    eio_stream_finish(conn->stream);
    if (conn->stream->secure)
        eio_stream_close(conn->stream);
    else
        set_timer(conn, LINGER_MS);
}

static void on_resume(eio_deferred_t *deferred)
{
    process_input(SIO__CONTAINER(deferred, eio_http_conn_t, resume));
}

static void respond_bare(eio_http_conn_t *conn, const char *status)
{
    char text[128];
    int len = snprintf(text, sizeof(text), "HTTP/1.1 %s\r\nConnection: close\r\n\r\n", status);

    if (eio_stream_write(conn->stream, text, (size_t)len) == 0)
        linger(conn);
}

static void on_timeout(sio__timer_t *timer)
{
    eio_http_conn_t *conn = SIO__CONTAINER(timer, eio_http_conn_t, timer);
    bool partial = conn->state == CONN_BODY || (conn->state == CONN_HEAD && conn->in.len);

    if (partial && !(conn->request && conn->request->replied) && !eio_stream_blocked(conn->stream))
        respond_bare(conn, "408 Request Timeout");
    else
        eio_stream_close(conn->stream);
}

void eio_http_accept(eio_http_t *http, eio_stream_t *stream)
{
    eio_http_conn_t *conn = sio__calloc(1, sizeof(*conn));

    if (!conn) {
        eio_stream_close(stream);
        return;
    }
    conn->http = http;
    conn->stream = stream;
    eio_stream_address(stream, conn->address);
    sio__timer_init(&conn->timer, on_timeout);
    eio_deferred_init(&conn->release, release_conn);
    eio_deferred_init(&conn->resume, on_resume);
    stream->handler = &stream_handler;
    stream->user = conn;
    set_timer(conn, http->timeout_ms);
}

void eio_http_free(eio_http_t *http)
{
    sio__buf_free(&http->out);
}

bool eio_http_serves(const eio_stream_t *stream)
{
    return stream->handler == &stream_handler;
}

void eio_http_close_idle(eio_stream_t *stream)
{
    eio_http_conn_t *conn = stream->user;

    conn->close_after = true;
    if (!conn->request && conn->state == CONN_HEAD)
        eio_stream_close(stream);
}

/* ---- input ---- */

static void head_failed(eio_http_conn_t *conn, int status)
{
    const char *text = status == 431   ? "431 Request Header Fields Too Large"
                       : status == 501 ? "501 Not Implemented"
                       : status == 505 ? "505 HTTP Version Not Supported"
                                       : "400 Bad Request";

    SIO__LOG(conn->http->log, SIO__INFO, "engine", "malformed request: answered %s", text);
    respond_bare(conn, text);
}

static void begin_request(eio_http_conn_t *conn, const char *text, size_t len,
                          const eio_http_head_t *head)
{
    eio_request_t *request = eio_request_new(conn, text, len, head);

    if (!request) {
        eio_stream_close(conn->stream);
        return;
    }
    request->secure = conn->stream->secure;
    memcpy(request->address, conn->address, sizeof(request->address));
    conn->request = request;
    conn->http->pending++;
    eio_http_body_start(&conn->body, head);
    conn->state = eio_http_body_done(&conn->body) || head->upgrade ? CONN_ANSWER : CONN_BODY;
    set_timer(conn, conn->state == CONN_BODY ? conn->http->timeout_ms : 0);
    if (head->expect_continue && conn->state == CONN_BODY)
        eio_stream_write(conn->stream, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    conn->http->on_request(request, conn->http->user);
}

/* Returns the bytes consumed; 0: more are needed, or the connection is at its end. */
static size_t take_head(eio_http_conn_t *conn, char *data, size_t len)
{
    eio_http_head_t head;
    int used = eio_http_parse_head(data, len, &conn->scanned, &head);

    if (used < 0)
        head_failed(conn, -used);
    if (used <= 0)
        return 0;
    conn->scanned = 0;
    begin_request(conn, data, (size_t)used, &head);
    return (size_t)used;
}

static void answered(eio_http_conn_t *conn);

static size_t take_body(eio_http_conn_t *conn, char *data, size_t len)
{
    eio_request_t *request = eio_request_ref(conn->request);
    sio__span_t piece;
    long used = eio_http_body_feed(&conn->body, data, len, &piece);
    bool done = used >= 0 && eio_http_body_done(&conn->body);

    if (used < 0) {
        respond_bare(conn, "400 Bad Request");
    } else if (!request->replied) {
        if (piece.len && request->handler && request->handler->on_body)
            request->handler->on_body(request, piece.data, piece.len);
        if (done)
            conn->state = conn->state == CONN_BODY ? CONN_ANSWER : conn->state;
        if (done && conn->stream && request->handler && request->handler->on_body_end)
            request->handler->on_body_end(request);
    } else if (done && conn->state == CONN_BODY) {
        conn->state = CONN_ANSWER;
        answered(conn);
    }
    eio_request_unref(request);
    return used < 0 ? 0 : (size_t)used;
}

/* Takes requests out of `data` as far as they can be served now; returns what was consumed. */
static size_t consume(eio_http_conn_t *conn, char *data, size_t len)
{
    size_t at = 0;
    size_t used = 1;

    while (used && at < len && conn->stream && !conn->stream->closing) {
        if (conn->state == CONN_HEAD)
            used = take_head(conn, data + at, len - at);
        else if (conn->state == CONN_BODY && !conn->held)
            used = take_body(conn, data + at, len - at);
        else
            used = 0;
        at += used;
    }
    return at;
}

static void keep_rest(eio_http_conn_t *conn, char *data, size_t len)
{
    if (conn->upgraded && len && conn->upgraded->handler)
        conn->upgraded->handler->on_data(conn->upgraded->user, (uint8_t *)data, len);
    if (!conn->stream || conn->stream->closing || conn->state == CONN_LINGER)
        return;
    if (len && conn->state == CONN_HEAD && !conn->in.len)
        set_timer(conn, conn->http->timeout_ms);
    sio__buf_append(&conn->in, data, len);
    if (conn->in.failed)
        eio_stream_close(conn->stream);
    else if ((conn->state == CONN_ANSWER || conn->held) && conn->in.len > PIPELINE_MAX)
        eio_stream_pause(conn->stream, true);
}

static void process_input(eio_http_conn_t *conn)
{
    sio__buf_t in = conn->in;
    size_t used;

    if (!in.len || !conn->stream || conn->processing)
        return;
    conn->processing = true;
    conn->in = (sio__buf_t)SIO__BUF_INIT;
    used = consume(conn, in.data, in.len);
    conn->processing = false;
    if (conn->in.len == 0 && used == 0) {
        conn->in = in; /* nothing happened but a look: keep the buffer */
        return;
    }
    keep_rest(conn, in.data + used, in.len - used);
    sio__buf_free(&in);
}

static void on_data(void *user, uint8_t *data, size_t len)
{
    eio_http_conn_t *conn = user;
    size_t used;

    if (conn->state == CONN_LINGER)
        return;
    if (conn->in.len) {
        keep_rest(conn, (char *)data, len);
        process_input(conn);
        return;
    }
    conn->processing = true;
    used = consume(conn, (char *)data, len);
    conn->processing = false;
    if (used < len)
        keep_rest(conn, (char *)data + used, len - used);
}

void eio_http_conn_hold(eio_http_conn_t *conn, bool held)
{
    if (conn->held == held)
        return;
    conn->held = held;
    if (conn->state != CONN_BODY || !conn->stream)
        return;
    set_timer(conn, held ? 0 : conn->http->timeout_ms);
    if (held)
        return;
    eio_stream_pause(conn->stream, false);
    if (conn->in.len && !conn->processing)
        eio_loop_defer(conn->http->loop, &conn->resume);
}

/* ---- output ---- */

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {413, "Payload Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Entity"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    size_t i;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].status == status)
            return texts[i].text;
    }
    return "Unknown";
}

static const char *http_date(eio_http_t *http)
{
    time_t now = time(NULL);
    struct tm tm;

    if (now != http->date_time) {
        http->date_time = now;
        gmtime_r(&now, &tm);
        strftime(http->date, sizeof(http->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    }
    return http->date;
}

static void append_head(eio_http_conn_t *conn, sio__buf_t *out, int status, sio__span_t headers,
                        size_t body_len)
{
    eio_request_t *request = conn->request;

    sio__buf_append_str(out, "HTTP/1.1 ");
    sio__buf_append_uint(out, (uint64_t)status);
    sio__buf_append_char(out, ' ');
    sio__buf_append_str(out, status_text(status));
    sio__buf_append(out, "\r\n", 2);
    sio__buf_append(out, request->reply_headers.data, request->reply_headers.len);
    sio__buf_append(out, headers.data, headers.len);
    sio__buf_append_str(out, "Date: ");
    sio__buf_append_str(out, http_date(conn->http));
    sio__buf_append_str(out, conn->close_after
                                 ? "\r\nConnection: close\r\n"
                                 : "\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n");
    if (status != 304) {
        sio__buf_append_str(out, "Content-Length: ");
        sio__buf_append_uint(out, body_len);
        sio__buf_append(out, "\r\n", 2);
    }
    sio__buf_append(out, "\r\n", 2);
}

/* The current request has its answer, and its body has come: on to the next one. */
static void answered(eio_http_conn_t *conn)
{
    eio_request_t *request = conn->request;

    if (conn->state == CONN_BODY && !conn->close_after) {
        set_timer(conn, conn->http->timeout_ms);
        return;
    }
    conn->request = NULL;
    conn->http->pending--;
    request->conn = NULL;
    eio_request_unref(request);
    if (conn->close_after) {
        linger(conn);
        return;
    }
    conn->state = CONN_HEAD;
    set_timer(conn, KEEP_ALIVE_MS);
    eio_stream_pause(conn->stream, false);
    if (conn->in.len && !conn->processing)
        eio_loop_defer(conn->http->loop, &conn->resume);
}

void eio_http_conn_respond(eio_http_conn_t *conn, int status, sio__span_t headers, const void *body,
                           size_t len)
{
    sio__buf_t *out = &conn->http->out;
    int error;

    if (!conn->stream || !conn->request)
        return;
    eio_http_conn_hold(conn, false);
    conn->close_after = conn->close_after || !conn->request->keep_alive || conn->http->draining;
    sio__buf_clear(out);
    append_head(conn, out, status, headers, len);
    if (!conn->request->no_body)
        sio__buf_append(out, body, len);
    error = out->failed ? -1 : eio_stream_write(conn->stream, out->data, out->len);
    if (out->cap > 1 << 20)
        sio__buf_free(out);
    if (error)
        eio_stream_close(conn->stream);
    else
        answered(conn);
}

bool eio_http_conn_body_done(const eio_http_conn_t *conn)
{
    return eio_http_body_done(&conn->body);
}

void eio_http_conn_respond_raw(eio_http_conn_t *conn, const void *bytes, size_t len)
{
    if (!conn->stream || !conn->request)
        return;
    conn->close_after = true;
    conn->request->replied = true;
    if (eio_stream_write(conn->stream, bytes, len) == 0)
        answered(conn);
}

static void on_writable(void *user)
{
    eio_http_conn_t *conn = user;

    if (conn->state == CONN_LINGER)
        linger(conn);
}

eio_stream_t *eio_http_conn_upgrade(eio_http_conn_t *conn, sio__buf_t *rest)
{
    eio_stream_t *stream = conn->stream;

    *rest = conn->in;
    conn->in = (sio__buf_t)SIO__BUF_INIT;
    eio_stream_detach(stream);
    eio_stream_pause(stream, false);
    conn->request->replied = true;
    conn->upgraded = conn->processing ? stream : NULL;
    drop_request(conn);
    conn_end(conn);
    return stream;
}
