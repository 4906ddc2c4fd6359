#include "engineio/ws_conn.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "engineio/deflate.h"
#include "engineio/ws_frame.h"

#include <string.h>

enum {
    CLOSE_TIMEOUT_MS = 30000,
    LINGER_MS = 2000 /* for a peer that broke the protocol, or sends on behind its close frame, to
                        see ours before a reset */
};

/* Control frames that have to wait until the stream is writable: one of each kind, the newest. Made
 * when one has to. */
typedef struct waiting {
    bool set[3];
    uint8_t len[3];
    uint8_t payload[3][EIO_WS_CONTROL_MAX];
} waiting_t;

enum { PONG, PING, CLOSE }; /* in the order of sending, the close frame behind everything else */

struct eio_ws {
    eio_loop_t *loop;
    eio_stream_t *stream; /* NULL when closed */
    const eio_ws_handler_t *handler;
    void *user;
    waiting_t *waiting;
    bool close_sent; /* or waits */
    bool stopped;    /* nothing more is read: the peer broke the protocol or said goodbye */
    bool violated;
    size_t max_message;
    eio_ws_header_t header; /* of the frame being received */
    uint64_t received;      /* bytes of its payload so far */
    bool in_payload;        /* its header is complete */
    uint8_t message_opcode; /* of the fragmented message being received, or 0 */
    uint8_t partial_len;
    uint8_t partial[EIO_WS_MAX_CLIENT_HEADER]; /* a header that arrived in part */
    bool behind;                               /* more came with the frame that is being handled */
    bool compressed;                           /* the message being received */
    eio_deflate_params_t deflate;
    eio_inflater_t *inflater;
    sio__utf8_state_t utf8;
    sio__buf_t rx;    /* the message being received, when it came in more than one piece */
    uint8_t *control; /* payload of a control frame in pieces */
    sio__timer_t timer;
    sio__buf_t early;
    eio_deferred_t feed;
    eio_deferred_t release;
};

static void on_data(void *user, uint8_t *data, size_t len);
static void on_writable(void *user);
static void on_stream_closed(void *user, int error);
static void read_early(eio_deferred_t *deferred);

static const eio_stream_handler_t stream_handler = {on_data, on_writable, on_stream_closed};

/* ---- life ---- */

static void release_ws(eio_deferred_t *deferred)
{
    eio_ws_t *ws = SIO__CONTAINER(deferred, eio_ws_t, release);

    sio__buf_free(&ws->rx);
    sio__buf_free(&ws->early);
    sio__free(ws->control);
    sio__free(ws->waiting);
    eio_inflater_free(ws->inflater);
    sio__free(ws);
}

static void tell_closed(eio_ws_t *ws, unsigned code, bool violation, sio__span_t reason, int error)
{
    const eio_ws_handler_t *handler = ws->handler;

    ws->handler = NULL;
    if (handler)
        handler->on_closed(ws->user, code, violation, reason, error);
}

static void on_stream_closed(void *user, int error)
{
    eio_ws_t *ws = user;

    ws->stream = NULL;
    ws->stopped = true;
    eio_timer_stop(ws->loop, &ws->timer);
    eio_deferred_cancel(&ws->feed);
    tell_closed(ws, EIO_WS_CODE_ABNORMAL, false, (sio__span_t){"", 0}, error);
    eio_loop_release(ws->loop, &ws->release);
}

static void on_close_timeout(sio__timer_t *timer)
{
    eio_ws_abort(SIO__CONTAINER(timer, eio_ws_t, timer));
}

eio_ws_t *eio_ws_new(eio_loop_t *loop, eio_stream_t *stream, size_t max_message,
                     const eio_ws_handler_t *handler, void *user)
{
    eio_ws_t *ws = sio__calloc(1, sizeof(*ws));

    if (!ws) {
        eio_stream_close(stream);
        return NULL;
    }
    ws->loop = loop;
    ws->stream = stream;
    ws->max_message = max_message;
    ws->handler = handler;
    ws->user = user;
    sio__timer_init(&ws->timer, on_close_timeout);
    eio_deferred_init(&ws->release, release_ws);
    eio_deferred_init(&ws->feed, read_early);
    stream->handler = &stream_handler;
    stream->user = ws;
    return ws;
}

void eio_ws_allow_deflate(eio_ws_t *ws, const eio_deflate_params_t *params)
{
    ws->deflate = *params;
}

uint8_t eio_ws_deflate_bits(const eio_ws_t *ws)
{
    return ws->deflate.agreed ? ws->deflate.server_bits : 0;
}

void eio_ws_detach(eio_ws_t *ws)
{
    ws->handler = NULL;
}

void eio_ws_abort(eio_ws_t *ws)
{
    ws->stopped = true;
    if (ws->stream)
        eio_stream_close(ws->stream);
}

/* ---- output ---- */

bool eio_ws_blocked(const eio_ws_t *ws)
{
    return !ws->stream || eio_stream_blocked(ws->stream);
}

int eio_ws_write(eio_ws_t *ws, const void *frames, size_t len)
{
    if (!ws->stream || ws->close_sent)
        return -1;
    return eio_stream_write(ws->stream, frames, len);
}

static void write_control(eio_ws_t *ws, uint8_t opcode, const void *payload, size_t len)
{
    uint8_t frame[2 + EIO_WS_CONTROL_MAX];
    size_t header = eio_ws_header_write(frame, opcode, false, len);

    if (len)
        memcpy(frame + header, payload, len);
    if (ws->stream)
        eio_stream_write(ws->stream, frame, header + len);
}

/* False: out of memory. */
static bool let_wait(eio_ws_t *ws, int kind, const void *payload, size_t len)
{
    if (!ws->waiting)
        ws->waiting = sio__calloc(1, sizeof(*ws->waiting));
    if (!ws->waiting)
        return false;
    ws->waiting->set[kind] = true;
    ws->waiting->len[kind] = (uint8_t)len;
    if (len)
        memcpy(ws->waiting->payload[kind], payload, len);
    return true;
}

static void write_waiting(eio_ws_t *ws, int kind)
{
    static const uint8_t opcodes[] = {EIO_WS_PONG, EIO_WS_PING, EIO_WS_CLOSE};

    if (!ws->waiting || !ws->waiting->set[kind] || eio_ws_blocked(ws))
        return;
    ws->waiting->set[kind] = false;
    write_control(ws, opcodes[kind], ws->waiting->payload[kind], ws->waiting->len[kind]);
}

void eio_ws_ping(eio_ws_t *ws, const void *data, size_t len)
{
    if (!ws->stream || ws->close_sent)
        return;
    if (eio_stream_blocked(ws->stream))
        let_wait(ws, PING, data, len);
    else
        write_control(ws, EIO_WS_PING, data, len);
}

/* The payload of a close frame: code and reason, or nothing. */
static void send_close(eio_ws_t *ws, const void *payload, size_t len)
{
    if (ws->close_sent || !ws->stream)
        return;
    ws->close_sent = true;
    eio_timer_start(ws->loop, &ws->timer, CLOSE_TIMEOUT_MS);
    if (!eio_stream_blocked(ws->stream))
        write_control(ws, EIO_WS_CLOSE, payload, len);
    else if (!let_wait(ws, CLOSE, payload, len))
        eio_ws_abort(ws);
}

static void send_close_code(eio_ws_t *ws, unsigned code, sio__span_t reason)
{
    uint8_t payload[EIO_WS_CONTROL_MAX] = {(uint8_t)(code >> 8), (uint8_t)code};
    size_t len = reason.len < sizeof(payload) - 2 ? reason.len : sizeof(payload) - 2;

    if (len)
        memcpy(payload + 2, reason.data, len);
    send_close(ws, payload, code ? 2 + len : 0);
}

void eio_ws_close(eio_ws_t *ws, unsigned code, sio__span_t reason)
{
    eio_ws_detach(ws);
    eio_ws_pause(ws, false);
    send_close_code(ws, code, reason);
}

void eio_ws_pause(eio_ws_t *ws, bool paused)
{
    if (ws->stream)
        eio_stream_pause(ws->stream, paused);
}

/* Both close frames have been exchanged, or the peer broke the protocol: the server ends the
 * connection. */
static void end_when_written(eio_ws_t *ws)
{
    ws->stopped = true;
    if (eio_ws_blocked(ws))
        return;
    eio_stream_finish(ws->stream);
    if (ws->violated || ws->behind)
        eio_timer_start(ws->loop, &ws->timer, LINGER_MS);
    else
        eio_stream_close(ws->stream);
}

static void on_writable(void *user)
{
    eio_ws_t *ws = user;

    write_waiting(ws, PONG);
    write_waiting(ws, PING);
    if (ws->handler && !ws->stopped && !eio_ws_blocked(ws))
        ws->handler->on_writable(ws->user);
    write_waiting(ws, CLOSE);
    if (ws->stopped)
        end_when_written(ws);
}

/* ---- control frames in ---- */

/* What was queued before our close frame leaves before it. */
static void flush(eio_ws_t *ws)
{
    if (ws->handler && !ws->close_sent && !eio_ws_blocked(ws))
        ws->handler->on_writable(ws->user);
}

static void violation(eio_ws_t *ws, unsigned code)
{
    static const sio__span_t none = {"", 0};

    ws->stopped = ws->violated = true;
    flush(ws);
    send_close_code(ws, code, none);
    tell_closed(ws, code, true, none, 0);
    end_when_written(ws);
}

static void too_big(eio_ws_t *ws, size_t size)
{
    if (ws->handler)
        ws->handler->on_too_big(ws->user, size);
    violation(ws, EIO_WS_CODE_TOO_BIG);
}

/* The peer's code and reason go back as they came. */
static void got_close(eio_ws_t *ws, const uint8_t *payload, size_t len)
{
    unsigned code = len >= 2 ? (unsigned)(payload[0] << 8 | payload[1]) : EIO_WS_CODE_NO_STATUS;
    sio__span_t reason = {len > 2 ? (const char *)payload + 2 : "", len > 2 ? len - 2 : 0};

    if (len == 1 || (len >= 2 && !eio_ws_close_code_valid(code))) {
        violation(ws, EIO_WS_CODE_PROTOCOL_ERROR);
        return;
    }
    if (!sio__utf8_valid(reason.data, reason.len)) {
        violation(ws, EIO_WS_CODE_INVALID_TEXT);
        return;
    }
    ws->stopped = true;
    flush(ws);
    send_close(ws, payload, len);
    tell_closed(ws, code, false, reason, 0);
    end_when_written(ws);
}

static void got_ping(eio_ws_t *ws, const uint8_t *payload, size_t len)
{
    if (ws->close_sent)
        return;
    if (eio_ws_blocked(ws)) /* only the newest ping needs an answer (RFC 6455 5.5.3) */
        let_wait(ws, PONG, payload, len);
    else
        write_control(ws, EIO_WS_PONG, payload, len);
}

static void got_pong(eio_ws_t *ws, const uint8_t *payload, size_t len)
{
    if (ws->handler && ws->handler->on_pong)
        ws->handler->on_pong(ws->user, (const char *)payload, len);
}

static void got_control(eio_ws_t *ws, const uint8_t *payload, size_t len)
{
    if (ws->header.opcode == EIO_WS_CLOSE)
        got_close(ws, payload, len);
    else if (ws->header.opcode == EIO_WS_PING)
        got_ping(ws, payload, len);
    else
        got_pong(ws, payload, len);
}

/* ---- data frames in ---- */

static void deliver(eio_ws_t *ws, uint8_t opcode, uint8_t *data, size_t len)
{
    if (ws->handler)
        ws->handler->on_message(ws->user, opcode == EIO_WS_BINARY, (char *)data, len);
}

/* Inflates a message and gives it on. `message_opcode` is reset before: the handler may end us. */
static void deliver_compressed(eio_ws_t *ws, uint8_t opcode, const uint8_t *data, size_t len)
{
    sio__buf_t plain = SIO__BUF_INIT;
    int error = -1;

    if (!ws->inflater)
        ws->inflater = eio_inflater_new(&ws->deflate);
    if (ws->inflater)
        error = eio_inflate(ws->inflater, data, len, ws->max_message, &plain);
    if (error == -2)
        too_big(ws, ws->max_message + 1);
    else if (error || (opcode == EIO_WS_TEXT && !sio__utf8_valid(plain.data, plain.len)))
        violation(ws, EIO_WS_CODE_INVALID_TEXT);
    else
        deliver(ws, opcode, (uint8_t *)plain.data, plain.len);
    sio__buf_free(&plain);
}

static void deliver_assembled(eio_ws_t *ws)
{
    sio__buf_t rx = ws->rx;
    uint8_t opcode = ws->message_opcode;

    ws->rx = (sio__buf_t)SIO__BUF_INIT;
    ws->message_opcode = 0;
    if (ws->compressed)
        deliver_compressed(ws, opcode, (const uint8_t *)rx.data, rx.len);
    else
        deliver(ws, opcode, (uint8_t *)rx.data, rx.len);
    sio__buf_free(&rx);
}

/* What RFC 6455 says about a data frame's place in a message, and our size limit. Returns a close
 * code or 0. */
static unsigned check_data_header(const eio_ws_t *ws)
{
    const eio_ws_header_t *header = &ws->header;

    if (header->rsv1 && (!ws->deflate.agreed || header->opcode == EIO_WS_CONTINUATION))
        return EIO_WS_CODE_PROTOCOL_ERROR;
    if ((header->opcode == EIO_WS_CONTINUATION) != (ws->message_opcode != 0))
        return EIO_WS_CODE_PROTOCOL_ERROR;
    if (header->len > ws->max_message || ws->rx.len + header->len > ws->max_message)
        return EIO_WS_CODE_TOO_BIG;
    return 0;
}

static bool begin_frame(eio_ws_t *ws)
{
    unsigned code;

    ws->received = 0;
    ws->in_payload = true;
    if (ws->header.opcode >= EIO_WS_CLOSE) {
        if (ws->header.rsv1)
            violation(ws, EIO_WS_CODE_PROTOCOL_ERROR);
        return !ws->stopped;
    }
    code = check_data_header(ws);
    if (code == EIO_WS_CODE_TOO_BIG) {
        too_big(ws, ws->rx.len + ws->header.len);
    } else if (code) {
        violation(ws, code);
    } else if (ws->header.opcode != EIO_WS_CONTINUATION) {
        ws->utf8 = 0;
        ws->compressed = ws->header.rsv1;
    }
    return !code;
}

static void end_data_frame(eio_ws_t *ws)
{
    if (!ws->message_opcode)
        ws->message_opcode = ws->header.opcode;
    if (!ws->header.fin)
        return;
    if (ws->message_opcode == EIO_WS_TEXT && ws->utf8)
        violation(ws, EIO_WS_CODE_INVALID_TEXT);
    else
        deliver_assembled(ws);
}

static void take_data_piece(eio_ws_t *ws, uint8_t *data, size_t len)
{
    uint8_t opcode = ws->message_opcode ? ws->message_opcode : ws->header.opcode;
    bool whole = ws->header.fin && !ws->message_opcode && len == ws->header.len;

    eio_ws_unmask(data, len, ws->header.mask, ws->received);
    if (opcode == EIO_WS_TEXT && !ws->compressed &&
        (whole ? !sio__utf8_valid(data, len) : !sio__utf8_feed(&ws->utf8, data, len))) {
        violation(ws, EIO_WS_CODE_INVALID_TEXT);
        return;
    }
    if (whole) {
        ws->in_payload = false;
        if (ws->compressed)
            deliver_compressed(ws, opcode, data, len);
        else
            deliver(ws, opcode, data, len);
        return;
    }
    sio__buf_append(&ws->rx, data, len);
    if (ws->rx.failed) {
        eio_ws_abort(ws);
        return;
    }
    ws->received += len;
    if (ws->received == ws->header.len) {
        ws->in_payload = false;
        end_data_frame(ws);
    }
}

static void take_control_piece(eio_ws_t *ws, uint8_t *data, size_t len)
{
    eio_ws_unmask(data, len, ws->header.mask, ws->received);
    if (len < ws->header.len) {
        if (!ws->control)
            ws->control = sio__malloc(EIO_WS_CONTROL_MAX);
        if (!ws->control) {
            eio_ws_abort(ws);
            return;
        }
        memcpy(ws->control + ws->received, data, len);
        data = ws->control;
    }
    ws->received += len;
    if (ws->received == ws->header.len) {
        ws->in_payload = false;
        got_control(ws, data, (size_t)ws->header.len);
    }
}

/* Bytes of `data` that belong to the header; false when it isn't complete yet or the peer broke the
 * protocol. */
static bool take_header(eio_ws_t *ws, const uint8_t *data, size_t len, size_t *used)
{
    size_t have = ws->partial_len;
    size_t more = sizeof(ws->partial) - have < len ? sizeof(ws->partial) - have : len;
    int size;

    if (have) {
        memcpy(ws->partial + have, data, more);
        size = eio_ws_header_parse(ws->partial, have + more, &ws->header);
    } else {
        size = eio_ws_header_parse(data, len, &ws->header);
    }
    if (size < 0) {
        violation(ws, (unsigned)-size);
        return false;
    }
    if (size == 0) {
        if (!have)
            memcpy(ws->partial, data, more);
        ws->partial_len = (uint8_t)(have + more);
        *used = more;
        return false;
    }
    *used = (size_t)size - have;
    ws->partial_len = 0;
    return begin_frame(ws);
}

static void on_data(void *user, uint8_t *data, size_t len)
{
    eio_ws_t *ws = user;
    size_t used;

    while (!ws->stopped && (len || (ws->in_payload && ws->header.len == 0))) {
        if (!ws->in_payload) {
            used = 0;
            if (!take_header(ws, data, len, &used))
                return;
        } else {
            uint64_t left = ws->header.len - ws->received;
            used = left < len ? (size_t)left : len;
            ws->behind = used < len;
            if (ws->header.opcode >= EIO_WS_CLOSE)
                take_control_piece(ws, data, used);
            else
                take_data_piece(ws, data, used);
        }
        data += used;
        len -= used;
    }
}

static void read_early(eio_deferred_t *deferred)
{
    eio_ws_t *ws = SIO__CONTAINER(deferred, eio_ws_t, feed);
    sio__buf_t early = ws->early;

    ws->early = (sio__buf_t)SIO__BUF_INIT;
    on_data(ws, (uint8_t *)early.data, early.len);
    sio__buf_free(&early);
}

void eio_ws_feed_later(eio_ws_t *ws, sio__buf_t *early)
{
    ws->early = *early;
    *early = (sio__buf_t)SIO__BUF_INIT;
    eio_loop_defer(ws->loop, &ws->feed);
}
