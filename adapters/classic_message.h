/*
 * What servers with the classic Redis adapter say to each other, from and to the messages of
 * cluster_message.h. Pure functions on bytes.
 */
#ifndef SIO_CLASSIC_MESSAGE_H
#define SIO_CLASSIC_MESSAGE_H

#include "adapters/cluster_message.h"

/* What stands in for MessagePack: where upstream has options.parser. */
typedef struct sio__classic_parser {
    /* Appends a message in JSON with placeholders. 0, or an error. */
    int (*encode)(sio__span_t json, sio__attachments_t attachments, sio__buf_t *out, void *user);
    /* Appends its JSON, and attachments, which lie within it. 0, or -1. */
    int (*decode)(sio__span_t message, sio__args_t *args, void *user);
    void *user;
} sio__classic_parser_t;

/* What older servers ask, of one socket; and its answer is only that it was done. */
typedef enum sio__classic_legacy {
    SIO__CLASSIC_NOT_LEGACY,
    SIO__CLASSIC_SOCKETS, /* ids of an audience */
    SIO__CLASSIC_JOIN,
    SIO__CLASSIC_LEAVE,
    SIO__CLASSIC_DISCONNECT
} sio__classic_legacy_t;

typedef struct sio__classic_request {
    sio__cluster_message_t message;
    sio__classic_legacy_t legacy;
    const char *sid, *room; /* of one socket's */
} sio__classic_request_t;

/* In which of the channels a message travels. */
typedef enum sio__classic_channel {
    SIO__CLASSIC_BROADCASTS,
    SIO__CLASSIC_REQUESTS,
    SIO__CLASSIC_RESPONSES
} sio__classic_channel_t;

sio__classic_channel_t sio__classic_channel(const sio__cluster_message_t *message);

/* Appends it. 0, SIO__ENOMEM, SIO__EINVAL (too large, or the parser can't), and then anything may
 * have been appended. `parser` NULL: MessagePack. */
int sio__classic_encode(const sio__cluster_message_t *message, const sio__classic_parser_t *parser,
                        sio__buf_t *out);

/* The answer to a request of one socket. */
void sio__classic_encode_done(const char *request_id, sio__buf_t *out);

/* A message of that channel and namespace; see sio__cluster_decode(). What says of no server has
 * the uid "emitter". */
bool sio__classic_decode(sio__cluster_decoder_t *decoder, const sio__classic_parser_t *parser,
                         sio__classic_channel_t channel, const char *nsp, sio__span_t bytes,
                         sio__classic_request_t *request);

#endif
