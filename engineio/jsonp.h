/* JSONP polling: answers as calls of a script function, payloads out of form fields. Pure functions
 * on bytes. */
#ifndef EIO_JSONP_H
#define EIO_JSONP_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

/* Appends ___eio[<digits of index>]("<payload>"); */
void eio_jsonp_wrap(sio__buf_t *out, sio__span_t index, const char *payload, size_t len);

/*
 * The payload in the field "d" of a form-encoded body, into `out`; false when there is none. A line
 * break in a payload travels as \n, a backslash before an n as two.
 */
bool eio_jsonp_unwrap(const char *body, size_t len, sio__buf_t *out);

#endif
