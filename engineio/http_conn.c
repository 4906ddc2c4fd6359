#include "engineio/http_conn.h"

#include "base/alloc.h"
#include "engineio/http_answer.h"

#include <stdio.h>
#include <string.h>

enum {
    KEEP_ALIVE_MS = 5000,
    LINGER_MS = 2000, /* for a peer that still sends to see the answer before the reset */
    SEND_TIMEOUT_MS = 30000,
    /* Requests that wait for their answers, and the bytes of their heads, beyond which no more are
       read; and the bytes of those not read. */
    PIPELINE_COUNT = 256,
    PIPELINE_BYTES = 65536,
    PIPELINE_MAX = 32768
};

typedef enum conn_state {
    CONN_HEAD,   /* a request's head is awaited or partly there */
    CONN_BODY,   /* the head was handed on, its body arrives */
    CONN_LAST,   /* nothing is read behind the last request before it has its answer */
    CONN_LINGER, /* answered for the last time */
} conn_state_t;

struct eio_http_conn {
    eio_http_t *http;
    eio_stream_t *stream;
    sio__list_t requests;   /* those not answered, in the order in which they came */
    eio_request_t *reading; /* the one of them whose body arrives */
    unsigned count;         /* of them */
    size_t bytes;           /* of their heads */
    conn_state_t state;
    bool processing;
    bool close_after;
    bool held;    /* nobody takes the body yet */
    bool waiting; /* what has come in is read when an answer has left */
    eio_http_body_t body;
    sio__buf_t in; /* an incomplete head, or what can't be read yet */
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

static eio_request_t *first_request(const eio_http_conn_t *conn)
{
    if (sio__list_empty(&conn->requests))
        return NULL;
    return SIO__CONTAINER(conn->requests.next, eio_request_t, turn);
}

/* It is no longer the connection's. */
static void remove_request(eio_http_conn_t *conn, eio_request_t *request)
{
    sio__list_remove(&request->turn);
    conn->count--;
    conn->http->pending--;
    conn->bytes -= request->head_size;
    conn->waiting = false;
    if (conn->reading == request)
        conn->reading = NULL;
    request->conn = NULL;
}

static void drop_requests(eio_http_conn_t *conn)
{
    eio_request_t *request;

    while ((request = first_request(conn))) {
        remove_request(conn, request);
        if (!request->replied && request->handler && request->handler->on_aborted)
            request->handler->on_aborted(request);
        eio_request_unref(request);
    }
}

static void on_closed(void *user, int error)
{
    eio_http_conn_t *conn = user;

    (void)error;
    conn->stream = NULL;
    drop_requests(conn);
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
    drop_requests(conn);
    if (!conn->stream)
        return;
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

/* For what is no request. Behind requests that wait for their answers there is no place for it. */
static void respond_bare(eio_http_conn_t *conn, const char *status)
{
    const eio_request_t *first = first_request(conn);
    char text[128];
    int len = snprintf(text, sizeof(text), "HTTP/1.1 %s\r\nConnection: close\r\n\r\n", status);

    if (first && (first != conn->reading || first->replied))
        eio_stream_close(conn->stream);
    else if (eio_stream_write(conn->stream, text, (size_t)len) == 0)
        linger(conn);
}

static void on_timeout(sio__timer_t *timer)
{
    eio_http_conn_t *conn = SIO__CONTAINER(timer, eio_http_conn_t, timer);
    bool partial = conn->state == CONN_BODY || (conn->state == CONN_HEAD && conn->in.len);

    if (partial && !eio_stream_blocked(conn->stream))
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
    sio__list_init(&conn->requests);
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
    if (!conn->count && conn->state == CONN_HEAD)
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

/* What may come behind a request: nothing, when the connection changes or ends with it. */
static conn_state_t state_behind(const eio_request_t *request)
{
    return request->upgrade || !request->keep_alive ? CONN_LAST : CONN_HEAD;
}

static void enter_request(eio_http_conn_t *conn, eio_request_t *request,
                          const eio_http_head_t *head)
{
    eio_http_body_start(&conn->body, head);
    request->body_done = eio_http_body_done(&conn->body) || head->upgrade;
    request->secure = conn->stream->secure;
    memcpy(request->address, conn->address, sizeof(request->address));
    sio__list_append(&conn->requests, &request->turn);
    conn->count++;
    conn->http->pending++;
    conn->bytes += request->head_size;
    conn->reading = request->body_done ? NULL : request;
    conn->state = request->body_done ? state_behind(request) : CONN_BODY;
    set_timer(conn, request->body_done ? 0 : conn->http->timeout_ms);
}

static void begin_request(eio_http_conn_t *conn, const char *text, size_t len,
                          const eio_http_head_t *head)
{
    bool tunnel = sio__span_is(head->method, "CONNECT"); /* there is none, as upstream */
    eio_request_t *request = tunnel ? NULL : eio_request_new(conn, text, len, head);

    if (!request) {
        eio_stream_close(conn->stream);
        return;
    }
    enter_request(conn, request, head);
    if (head->expect_other && !head->upgrade) {
        eio_request_respond(request, 417, (sio__span_t){NULL, 0}, NULL, 0);
        return;
    }
    /* must_wait(): it is the only one. */
    if (head->expect_continue && !head->upgrade)
        eio_stream_write(conn->stream, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    conn->http->on_request(request, conn->http->user);
}

/* Upgrades give the connection away, so they wait until all before them have their answers. */
static bool must_wait(const eio_http_conn_t *conn, const eio_http_head_t *head)
{
    return conn->count && (head->upgrade || head->expect_continue);
}

/* Returns the bytes consumed; 0: more are needed, it has to wait, or the connection is at its end.
 */
static size_t take_head(eio_http_conn_t *conn, char *data, size_t len)
{
    eio_http_head_t head;
    int used;

    if (conn->count >= PIPELINE_COUNT || conn->bytes >= PIPELINE_BYTES) {
        conn->waiting = true;
        return 0;
    }
    used = eio_http_parse_head(data, len, &conn->scanned, &head);
    if (used < 0)
        head_failed(conn, -used);
    if (used <= 0)
        return 0;
    conn->scanned = 0;
    if (must_wait(conn, &head)) {
        conn->waiting = true;
        return 0;
    }
    begin_request(conn, data, (size_t)used, &head);
    return (size_t)used;
}

static void advance(eio_http_conn_t *conn);

static void body_complete(eio_http_conn_t *conn, eio_request_t *request)
{
    request->body_done = true;
    conn->reading = NULL;
    conn->state = state_behind(request);
    set_timer(conn, 0);
    if (request->replied)
        advance(conn);
    else if (request->handler && request->handler->on_body_end)
        request->handler->on_body_end(request);
}

static size_t take_body(eio_http_conn_t *conn, char *data, size_t len)
{
    eio_request_t *request = eio_request_ref(conn->reading);
    sio__span_t piece;
    long used = eio_http_body_feed(&conn->body, data, len, &piece);

    if (used < 0)
        respond_bare(conn, "400 Bad Request");
    else if (piece.len && !request->replied && request->handler && request->handler->on_body)
        request->handler->on_body(request, piece.data, piece.len);
    if (used >= 0 && conn->reading == request && conn->stream && !conn->stream->closing &&
        eio_http_body_done(&conn->body))
        body_complete(conn, request);
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

/* Whether input has to be kept for later. */
static bool backed_up(const eio_http_conn_t *conn)
{
    return conn->waiting || conn->state == CONN_LAST || conn->held;
}

static void keep_rest(eio_http_conn_t *conn, char *data, size_t len)
{
    if (conn->upgraded && len && conn->upgraded->handler)
        conn->upgraded->handler->on_data(conn->upgraded->user, (uint8_t *)data, len);
    if (!conn->stream || conn->stream->closing || conn->state == CONN_LINGER)
        return;
    if (len && conn->state == CONN_HEAD && !conn->waiting && !conn->in.len)
        set_timer(conn, conn->http->timeout_ms);
    sio__buf_append(&conn->in, data, len);
    if (conn->in.failed)
        eio_stream_close(conn->stream);
    else if (backed_up(conn) && conn->in.len > PIPELINE_MAX)
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
    if (conn->in.len == 0 && used == 0 && conn->stream && conn->state != CONN_LINGER) {
        conn->in = in; /* nothing happened but a look: keep the buffer */
        if (conn->state == CONN_HEAD && !conn->waiting && !sio__timer_active(&conn->timer))
            set_timer(conn, conn->http->timeout_ms);
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

static void read_on(eio_http_conn_t *conn)
{
    eio_stream_pause(conn->stream, false);
    if (conn->in.len && !conn->processing)
        eio_loop_defer(conn->http->loop, &conn->resume);
}

void eio_http_conn_hold(eio_request_t *request, bool held)
{
    eio_http_conn_t *conn = request->conn;

    if (!conn || conn->reading != request || conn->held == held)
        return;
    conn->held = held;
    if (!conn->stream)
        return;
    set_timer(conn, held ? 0 : conn->http->timeout_ms);
    if (!held)
        read_on(conn);
}

/* ---- output ---- */

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

static void write_early(eio_http_conn_t *conn, eio_request_t *request)
{
    if (request->early.len &&
        eio_stream_write(conn->stream, request->early.data, request->early.len) != 0)
        eio_stream_close(conn->stream);
    sio__buf_free(&request->early);
}

/* All is answered that has come. */
static void idle(eio_http_conn_t *conn)
{
    if (conn->close_after) {
        linger(conn);
        return;
    }
    if (conn->state == CONN_LAST)
        conn->state = CONN_HEAD;
    if (conn->state == CONN_HEAD && (!conn->in.len || !sio__timer_active(&conn->timer)))
        set_timer(conn, KEEP_ALIVE_MS);
}

/* Whether the first request is through; its answer has been written. */
static bool finish_first(eio_http_conn_t *conn, eio_request_t *request)
{
    bool last = request->last;

    if (!request->body_done && !last) {
        set_timer(conn, conn->http->timeout_ms);
        return false;
    }
    remove_request(conn, request);
    eio_request_unref(request);
    if (last)
        linger(conn);
    return !last;
}

/* Answers leave in the order of their requests: as far as they are there. */
static void advance(eio_http_conn_t *conn)
{
    eio_request_t *request;

    while ((request = first_request(conn)) && conn->stream && !conn->stream->closing) {
        if (!request->replied) {
            if (request->in_turn)
                break;
            request->in_turn = true;
            if (request->handler && request->handler->on_turn)
                request->handler->on_turn(request);
            continue;
        }
        write_early(conn, request);
        if (conn->stream->closing || !finish_first(conn, request))
            return;
    }
    if (!conn->stream || conn->stream->closing || conn->state == CONN_LINGER)
        return;
    if (!request)
        idle(conn);
    if (conn->stream)
        read_on(conn);
}

/* The connection ends with this answer: nothing has come behind its request, nor will. */
static bool is_last(const eio_http_conn_t *conn, const eio_request_t *request)
{
    return !request->keep_alive ||
           ((conn->close_after || conn->http->draining) && conn->requests.prev == &request->turn);
}

static bool is_first(const eio_http_conn_t *conn, const eio_request_t *request)
{
    return conn->requests.next == &request->turn;
}

static int append_answer(eio_http_conn_t *conn, const eio_request_t *request, sio__buf_t *out,
                         eio_http_answer_t answer, const void *body)
{
    answer.date = http_date(conn->http);
    answer.close = request->last;
    answer.headers[0] = (sio__span_t){request->reply_headers.data, request->reply_headers.len};
    eio_http_answer_append(out, &answer);
    if (!request->no_body)
        sio__buf_append(out, body, answer.body_len);
    return out->failed ? -1 : 0;
}

static int answer_first(eio_http_conn_t *conn, const eio_request_t *request,
                        eio_http_answer_t answer, const void *body)
{
    sio__buf_t *out = &conn->http->out;
    int error;

    sio__buf_clear(out);
    error = append_answer(conn, request, out, answer, body);
    if (!error)
        error = eio_stream_write(conn->stream, out->data, out->len);
    if (out->cap > 1 << 20)
        sio__buf_free(out);
    return error;
}

void eio_http_conn_respond(eio_request_t *request, int status, sio__span_t headers,
                           const void *body, size_t len)
{
    const eio_http_answer_t answer = {.status = status, .headers = {{0}, headers}, .body_len = len};
    eio_http_conn_t *conn = request->conn;
    bool first = is_first(conn, request);
    int error;

    if (!conn->stream)
        return;
    eio_http_conn_hold(request, false);
    request->last = is_last(conn, request);
    if (request->last && conn->state == CONN_HEAD)
        conn->state = CONN_LAST;
    error = first ? answer_first(conn, request, answer, body)
                  : append_answer(conn, request, &request->early, answer, body);
    if (error)
        eio_stream_close(conn->stream);
    else if (first)
        advance(conn);
}

void eio_http_conn_respond_raw(eio_request_t *request, const void *bytes, size_t len)
{
    eio_http_conn_t *conn = request->conn;

    if (!conn || !conn->stream)
        return;
    request->replied = request->last = true;
    sio__buf_append(&request->early, bytes, len);
    if (request->early.failed)
        eio_stream_close(conn->stream);
    else if (is_first(conn, request))
        advance(conn);
}

bool eio_http_conn_in_turn(const eio_request_t *request)
{
    return request->conn && is_first(request->conn, request);
}

static void on_writable(void *user)
{
    eio_http_conn_t *conn = user;

    if (conn->state == CONN_LINGER)
        linger(conn);
}

bool eio_http_conn_answered(const eio_request_t *request)
{
    return request->conn->stream->answered;
}

eio_stream_t *eio_http_conn_upgrade(eio_request_t *request, sio__buf_t *rest)
{
    eio_http_conn_t *conn = request->conn;
    eio_stream_t *stream = conn->stream;

    *rest = conn->in;
    conn->in = (sio__buf_t)SIO__BUF_INIT;
    eio_stream_detach(stream);
    eio_stream_pause(stream, false);
    request->replied = true;
    conn->upgraded = conn->processing ? stream : NULL;
    drop_requests(conn);
    conn_end(conn);
    return stream;
}
