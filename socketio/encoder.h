/*
 * A packet with arguments on its way to its text. On the loop thread it is written into the
 * server's scratch memory, so that an emit allocates nothing; elsewhere, or when the scratch memory
 * is in use, into memory of its own.
 */
#ifndef SIO_ENCODER_H
#define SIO_ENCODER_H

#include "adapters/adapter.h"
#include "engineio/message.h"
#include "base/args.h"
#include "socketio/messages.h"
#include "socketio/packet.h"
#include "socketio/socketio.h"

typedef struct sio__encoder {
    sio_server_t *server;
    sio__args_t *args; /* the caller appends the arguments here */
    sio__args_t own;
    sio__packet_t packet;     /* its header */
    size_t data_at;           /* where the JSON begins in args */
    sio__span_t text;         /* once finished */
    sio_messages_t *messages; /* once finished, with a parser but the default: sent instead */
    sio_messages_t own_messages;
} sio__encoder_t;

typedef struct sio__ack_id {
    bool present;
    double number;
} sio__ack_id_t;

#define SIO__NO_ACK ((sio__ack_id_t){false, 0})

/* An event. 0, or SIO_EINVAL, SIO_ERESERVED: then there is nothing to end. */
int sio__encoder_event(sio__encoder_t *encoder, const sio_namespace_t *nsp, const char *name,
                       sio__ack_id_t id);
void sio__encoder_ack(sio__encoder_t *encoder, const sio_namespace_t *nsp, double id);

/* Not a packet: what is appended to `args`, and no more. Needs no finishing. */
void sio__encoder_value(sio__encoder_t *encoder, sio_server_t *io);

/* After the arguments. 0, SIO_ENOMEM. */
int sio__encoder_finish(sio__encoder_t *encoder);
void sio__encoder_end(sio__encoder_t *encoder);

/* The bytes of all its messages. */
size_t sio__encoder_bytes(const sio__encoder_t *encoder);

/* Where arguments come from: one of the four forms. */
typedef struct sio__source {
    enum { SIO__FROM_FORMAT, SIO__FROM_JSON, SIO__FROM_TEXT } form;
    const char *format; /* or the text */
    size_t len;
    const json_t *json;
    va_list *va;
} sio__source_t;

/* Appends them. 0, SIO_EFORMAT, SIO_EINVAL, SIO_EJSON, SIO_ENOMEM. */
int sio__encoder_append(sio__encoder_t *encoder, const sio__source_t *source);

/* Gives back what the arguments of a format were to hand over, when nothing is to be sent. */
void sio__source_drop(const sio__source_t *source);

/* A packet as messages that outboxes share. */
typedef struct sio__bundle {
    size_t count;
    size_t bytes; /* of what is sent */
    const sio_parser_t *parser;
    bool has_offset; /* the last argument is recovery's */
    /* What plain WebSockets receive for it, when one of them is to; those of that endpoint, or
       (NULL) all. */
    eio_message_t *plain;
    const sio_ws_endpoint_t *plain_for;
    /* With a parser but the default, sent instead of the others: the first of them, and (of parsers
       that make several) the rest. */
    eio_message_t *parsed;
    eio_message_t **more;
    size_t more_count;
    eio_message_t *messages[]; /* the text, then its attachments */
} sio__bundle_t;

sio__bundle_t *sio__bundle_new(const sio__encoder_t *encoder,
                               unsigned flags); /* NULL: out of memory */

/* The same of an event that another server sent. NULL: out of memory, or the parser can't say it.
 */
sio__bundle_t *sio__bundle_of_event(const sio_namespace_t *nsp, const sio__server_side_t *event,
                                    sio__ack_id_t id, unsigned flags);

/* The arguments in a bundle's text: ["name",...]. */
sio__span_t sio__bundle_args(const sio__bundle_t *bundle, const sio_namespace_t *nsp);

/* A reference to what another one has of that; false: out of memory. And its return. */
bool sio__bundle_share_parsed(sio__bundle_t *bundle, const sio__bundle_t *from);
void sio__bundle_drop_parsed(sio__bundle_t *bundle);

/* Adds what is sent with that parser to messages of the default one. False: out of memory. */
bool sio__bundle_parse(sio__bundle_t *bundle, const sio_parser_t *parser);

/* The same packet for another namespace; `from_len` is the length of the name in it, which isn't
 * "/". NULL: out of memory. */
sio__bundle_t *sio__bundle_rename(const sio__bundle_t *bundle, size_t from_len, const char *to);

void sio__bundle_free(sio__bundle_t *bundle);

#endif
