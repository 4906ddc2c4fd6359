/*
 * "/foo?token=abc": how clients of Socket.IO v2 name a namespace, with what later ones say in their
 * CONNECT packet. Pure functions on bytes.
 */
#ifndef SIO_NSP_QUERY_H
#define SIO_NSP_QUERY_H

#include "base/buf.h"
#include "base/span.h"

/* The name alone. */
sio__span_t sio__nsp_query_name(sio__span_t nsp);

/* Writes the parameters to an empty buffer as a JSON object: {"token":"abc"}. Nothing when there
 * are none. */
void sio__nsp_query_json(sio__span_t nsp, sio__buf_t *out);

#endif
