/*
 * An HTTP request and the answer it waits for. It owns a copy of its head, so that it can outlive
 * the read buffer (a hook that answers later) and the connection (the first request of a session is
 * kept as the handshake).
 */
#ifndef EIO_REQUEST_H
#define EIO_REQUEST_H

#include "base/buf.h"
#include "base/list.h"
#include "engineio/engine.h"
#include "engineio/http_parser.h"

struct eio_http_conn;

/* What whoever takes a request wants to know of it afterwards. Each may be NULL. */
typedef struct eio_request_handler {
    void (*on_body)(eio_request_t *request, const char *data, size_t len);
    void (*on_body_end)(eio_request_t *request);
    void (*on_aborted)(eio_request_t *request); /* the connection went before the answer */
    void (*on_turn)(eio_request_t *request);    /* those before it have their answers now */
} eio_request_handler_t;

typedef struct eio_request_field {
    uint16_t name, name_len, value, value_len; /* offsets into text */
} eio_request_field_t;

struct eio_request {
    unsigned refs;
    struct eio_http_conn *conn; /* NULL once answered or aborted */
    sio__list_t turn;           /* in the connection's list */
    sio__buf_t early;           /* an answer that waits for those of earlier requests */
    const eio_request_handler_t *handler;
    void *user;
    void *data; /* of the program */
    void (*data_free)(void *data);
    sio__buf_t reply_headers; /* lines for the answer: CORS, hooks */
    sio__span_t method, target;
    char *text; /* the head as received, header names lower-case */
    eio_request_field_t *fields;
    uint32_t head_size;
    uint16_t field_count;
    uint8_t minor;
    bool body_done; /* it has come whole, or there is none: no on_body_end will follow */
    bool in_turn;
    bool last; /* the connection ends with its answer */
    bool keep_alive;
    bool upgrade;
    bool secure;
    bool no_body; /* HEAD: the answer has none */
    bool replied;
    char address[46];
};

/* A request with one reference, copied from a parsed head; NULL when out of memory. */
eio_request_t *eio_request_new(struct eio_http_conn *conn, const char *head_text, size_t head_len,
                               const eio_http_head_t *head);

bool eio_request_method_is(const eio_request_t *request, const char *method);

/* Appends "name: value\r\n"; -1 when either has a line break or there is no memory. */
int eio_header_line_append(sio__buf_t *out, const char *name, const char *value);

/*
 * Answers: status line, the request's reply_headers, `headers` (complete lines), Date, connection
 * headers, Content-Length, body. A request that was aborted takes it silently.
 */
void eio_request_respond(eio_request_t *request, int status, sio__span_t headers, const void *body,
                         size_t len);

#endif
