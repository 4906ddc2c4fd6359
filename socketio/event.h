/*
 * Received events and acknowledgements: a name, arguments as spans of the packet's text,
 * attachments. Lives on the decoder's stack for the length of a handler; hold() copies it to the
 * heap.
 */
#ifndef SIO_EVENT_H
#define SIO_EVENT_H

#include "base/span.h"
#include "base/args.h"
#include "socketio/packet.h"
#include "socketio/socketio.h"

#include <stdatomic.h>
#include <stddef.h>

struct sio_value {
    sio__span_t text;
    json_t *json; /* parsed on first use, owned */
    bool unparsable;
    const sio_event_t *event; /* whose attachments its placeholders mean */
    sio_value_t *next;        /* in the event's `nested` list */
};

struct sio__source;

/* Another server, which waits for the answer to its event: shared by that event and a held copy. */
typedef struct sio__caller {
    atomic_uint refs;
    /* 0, or what the arguments' form gives. Any thread. */
    int (*answer)(struct sio__caller *caller, const struct sio__source *source);
    void (*free)(struct sio__caller *caller); /* any thread */
} sio__caller_t;

static inline void sio__caller_unref(sio__caller_t *caller)
{
    if (caller && atomic_fetch_sub(&caller->refs, 1) == 1)
        caller->free(caller);
}

struct sio__event_chunk; /* of the memory that lives as long as the event */

struct sio_event {
    atomic_uint refs;      /* 0: on the stack, borrowed */
    sio_socket_t *socket;  /* a held event has a reference; NULL: it is no client's */
    sio__caller_t *caller; /* of another server's event that wants an answer; likewise */
    sio_event_t *held; /* of a stack event: its held copy (a reference); acknowledging acts on that,
                          see sio__event_answered */
    char *name;        /* unescaped, NUL-terminated (NULs within count in name_len), or NULL */
    size_t name_len;
    bool has_id;
    atomic_bool acked;
    double id;
    size_t arg_count;
    sio_value_t *args; /* inline_args, or elsewhere when there are more */
    sio_value_t inline_args[SIO__INLINE_ARGS];
    sio__attachments_t attachments;
    sio_value_t *nested; /* values within arguments that sio_unpack handed out */
    struct sio__event_chunk *chunks;
    size_t scratch_used;
    _Alignas(max_align_t) char scratch[256];
};

/* The event whose `acked` counts: a stack event that was held hands that over to its copy. */
static inline sio_event_t *sio__event_answered(sio_event_t *event)
{
    return event->held ? event->held : event;
}

/*
 * Fills a stack event from a decoded EVENT or ACK packet and its attachments. 0; -1 out of memory
 * or when a placeholder's number is out of range ("illegal attachments", in *error).
 */
int sio__event_init(sio_event_t *event, sio_socket_t *socket, const sio__packet_t *packet,
                    sio__attachments_t attachments, unsigned max_depth, const char **error);

/* An acknowledgement's first argument (no `data`: none) as an event of its own, without a socket.
 * sio_event_release(). NULL: out of memory. */
sio_event_t *sio__event_of_value(sio__span_t value, sio__attachments_t attachments);

/* Frees what hangs on it (parsed JSON, heap arguments), not the event itself. */
void sio__event_clear(sio_event_t *event);

/* Memory that lives as long as the event. NULL: out of memory. */
void *sio__event_alloc(sio_event_t *event, size_t size);

/* A value within an argument, as a value of its own (the same one each time), living as long as the
 * event. NULL: out of memory. */
sio_value_t *sio__event_nested(sio_event_t *event, sio__span_t text);

/* Whether a value of this event is an attachment's placeholder, and of which. */
bool sio__event_attachment(const sio_event_t *event, sio__span_t text, sio__span_t *bytes);

/* Parsed with the flags that lose least: integers from 2^63 on become reals. New; NULL when jansson
 * can't hold it. */
json_t *sio__json_parse(sio__span_t text);

#endif
