/*
 * Received events and acknowledgements: a name, arguments as spans of the packet's text, attachments. Lives on the decoder's stack
 * for the length of a handler; hold() copies it to the heap.
 */
#ifndef SIO_EVENT_H
#define SIO_EVENT_H

#include "base/span.h"
#include "socketio/args.h"
#include "socketio/packet.h"
#include "socketio/socketio.h"

#include <stdatomic.h>

struct sio_value {
    sio__span_t text;
    json_t *json; /* parsed on first use, owned */
    bool unparsable;
    const sio_event_t *event; /* whose attachments its placeholders mean */
};

struct sio_event {
    atomic_uint refs; /* 0: on the stack, borrowed */
    sio_socket_t *socket;
    char *name; /* unescaped, NUL-terminated, or NULL; owned when name_owned, else within name_inline */
    size_t name_len;
    char name_inline[48];
    bool has_id;
    atomic_bool acked;
    double id;
    size_t arg_count;
    sio_value_t *args; /* inline_args, or the heap when there are more */
    sio_value_t inline_args[SIO__INLINE_ARGS];
    sio__attachments_t attachments;
    char *copy;          /* of a held event: text and attachments it points into */
    json_t *unpack_root; /* what sio_unpack parsed last: keeps its borrowed texts alive */
};

/*
 * Fills a stack event from a decoded EVENT or ACK packet and its attachments. 0; -1 out of memory or when a placeholder's number is out of
 * range ("illegal attachments", in *error).
 */
int sio__event_init(sio_event_t *event, sio_socket_t *socket, const sio__packet_t *packet, sio__attachments_t attachments,
                    unsigned max_depth, const char **error);

/* Frees what hangs on it (parsed JSON, heap arguments), not the event itself. */
void sio__event_clear(sio_event_t *event);

#endif
