/* The Set-Cookie value of a handshake, serialised as the npm package `cookie` does. Pure. */
#ifndef EIO_COOKIE_H
#define EIO_COOKIE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct eio_cookie {
    const char *name;
    const char *path;      /* NULL: no attribute */
    const char *domain;    /* NULL: none */
    const char *same_site; /* "lax", "strict", "none", NULL: none; written capitalised */
    const char *priority;  /* "low", "medium", "high", NULL: none; written capitalised */
    int64_t max_age;       /* seconds; < 0: none */
    int64_t expires;       /* Unix seconds; 0: none; written as an HTTP date */
    bool http_only;
    bool secure;
    bool partitioned;
} eio_cookie_t;

/*
 * Whether name, path, domain, dates and keywords may stand in a Set-Cookie field, by the rules of
 * that package. Asked once, when the options come in; the value needs no check.
 */
bool eio_cookie_valid(const eio_cookie_t *cookie);

/* Attribute order: Max-Age, Domain, Path, Expires, HttpOnly, Secure, Partitioned, Priority,
 * SameSite. The value is URL-encoded. Takes a valid cookie. */
void eio_cookie_serialize(sio__buf_t *out, const eio_cookie_t *cookie, const char *value);

#endif
