/* The refusals of reply.h. */

#include "reply.h"

void refuse(sio_event_t *event, const char *code, const char *message)
{
    sio_ack(event, "{s:b,s:s,s:s}", "ok", 0, "code", code, "message", message);
}

void refuse_memory(sio_event_t *event)
{
    refuse(event, "memory", "The server is out of memory.");
}

void refuse_rate(sio_event_t *event)
{
    refuse(event, "rate", "Too fast. Wait a moment.");
}
