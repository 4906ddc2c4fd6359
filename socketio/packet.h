/*
 * Socket.IO packets (protocol 5), text form: "<type>[<attachments>-][<namespace>,][<ack
 * id>][JSON]". Pure functions on bytes.
 */
#ifndef SIO_PACKET_H
#define SIO_PACKET_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

typedef enum sio__packet_type {
    SIO__CONNECT = 0,
    SIO__DISCONNECT = 1,
    SIO__EVENT = 2,
    SIO__ACK = 3,
    SIO__CONNECT_ERROR = 4,
    SIO__BINARY_EVENT = 5,
    SIO__BINARY_ACK = 6
} sio__packet_type_t;

enum { SIO__INLINE_ARGS = 8 };

typedef struct sio__packet {
    sio__packet_type_t type;
    unsigned attachments; /* binary messages that follow; of the BINARY types only */
    sio__span_t nsp;      /* "/" when the packet names none */
    bool has_id;
    double id;         /* a JavaScript number, as upstream reads it */
    sio__span_t data;  /* the JSON text, empty when there is none */
    size_t item_count; /* of the array that data is; 0 when it is none */
    /* the first of them: of an event, its name and arguments */
    sio__span_t items[SIO__INLINE_ARGS + 1];
} sio__packet_t;

/*
 * Decodes the header of a packet and checks that its data has the form its type asks for (CONNECT:
 * object or nothing; EVENT: array whose first item is a number or a string that isn't reserved, or
 * nothing at all; ACK: array or nothing...), as socket.io-parser 4.2.7 does. Text must be valid
 * UTF-8. An empty text is refused (Engine.IO has no message without data). Returns 0, or -1 with a
 * static English reason in *error.
 */
int sio__packet_decode(const char *text, size_t len, unsigned max_attachments, unsigned max_depth,
                       sio__packet_t *packet, const char **error);

/*
 * The same check of the data alone, for packets that came in another form: `data` is set, `items`
 * and `item_count` are filled in. Whether it is valid.
 */
bool sio__packet_check_data(sio__packet_t *packet, unsigned max_depth);

/* Appends the header of a packet to be sent: everything before its JSON. nsp "/" is not written; an
   id is written as JavaScript prints the number ("NaN" included: upstream reads "1 2" so, and sends
   it back so). */
void sio__packet_encode_header(sio__buf_t *out, sio__packet_type_t type, unsigned attachments,
                               const char *nsp, bool has_id, double id);

/* Whether an event name is reserved by upstream: connect, connect_error, disconnect, disconnecting,
 * newListener, removeListener. */
bool sio__event_name_reserved(const char *name, size_t len);

#endif
