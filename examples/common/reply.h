/* How the examples' servers refuse a request: { ok: false, code, message }, the message fit to be
 * shown. */
#ifndef EXAMPLES_REPLY_H
#define EXAMPLES_REPLY_H

#include <socketio/socketio.h>

void refuse(sio_event_t *event, const char *code, const char *message);
void refuse_memory(sio_event_t *event);
void refuse_rate(sio_event_t *event);

#endif
