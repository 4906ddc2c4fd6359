/*
 * Cross-origin resource sharing with the semantics of the npm package `cors` (upstream-features:
 * strings are sent whatever the request's Origin, lists reflect it, Vary is merged). Pure: reads a
 * request's fields, appends response fields.
 */
#ifndef EIO_CORS_H
#define EIO_CORS_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

typedef struct eio_cors {
    bool enabled;
    bool reflect_any;   /* origin: true */
    const char *origin; /* origin: one string ("*" included), sent always; "": no CORS; NULL: see
                           the others */
    const char *const *origins; /* origin: a list, reflected when it matches; NULL-terminated */
    /* patterns in that list */
    bool (*origin_matches)(void *user, const char *origin, size_t len);
    /* origin: a function, asked about an Origin that isn't in the list, "" when the request has
       none; with its refusal there is no CORS */
    bool (*origin_allowed)(void *user, const char *origin, size_t len);
    void *user;
    const char *methods;         /* NULL: GET,HEAD,PUT,PATCH,POST,DELETE */
    const char *allowed_headers; /* comma-separated; NULL: reflect Access-Control-Request-Headers */
    const char *exposed_headers; /* NULL: none */
    bool credentials;
    bool preflight_continue;
    int max_age;        /* seconds; < 0: none */
    int success_status; /* 0: 204 */
} eio_cors_t;

typedef struct eio_cors_request {
    sio__span_t method;
    const sio__span_t *origin;          /* NULL when absent */
    const sio__span_t *request_headers; /* Access-Control-Request-Headers; NULL when absent */
} eio_cors_request_t;

/*
 * With none of reflect_any, origin, origins, origin_matches and origin_allowed set, any origin is
 * allowed ("*"). An Origin that isn't in the list gets a response without
 * Access-Control-Allow-Origin, but with Vary.
 *
 * Appends the response's header lines ("Name: value\r\n"...) to `out`. Returns true when the
 * request is a preflight that is to be answered now, with success_status and Content-Length: 0;
 * false when the request goes on.
 */
bool eio_cors_apply(const eio_cors_t *cors, const eio_cors_request_t *request, sio__buf_t *out);

#endif
