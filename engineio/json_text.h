/* A text as a JSON string, escaped as JSON.stringify does. */
#ifndef EIO_JSON_TEXT_H
#define EIO_JSON_TEXT_H

#include "base/buf.h"
#include "base/span.h"

void eio_json_append_text(sio__buf_t *out, sio__span_t text);

#endif
