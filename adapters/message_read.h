/*
 * Parts of messages between servers that their decoders share: of the ClusterAdapter's and of the
 * classic Redis adapter's. Tokens are valid JSON. Pure functions on bytes.
 */
#ifndef SIO_MESSAGE_READ_H
#define SIO_MESSAGE_READ_H

#include "adapters/cluster_message.h"

/* Before each message. */
void sio__decoder_begin(sio__cluster_decoder_t *decoder, sio__cluster_message_t *message);

/* JSON if it starts with a brace, else MessagePack: as JSON, and what its placeholders mean. */
bool sio__read_value(sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text,
                     sio__attachments_t *attachments);

bool sio__key_is(sio__span_t key, const char *name);
bool sio__is_string(sio__span_t token);
bool sio__is_array(sio__span_t token);

/* A text without NULs, or a number as JavaScript would print it as a name; `out` holds token.len
 * bytes, no NUL is added. The other one adds it. */
bool sio__copy_name(sio__span_t token, char *out, size_t *len);
bool sio__copy_id(sio__span_t token, char *out, size_t size);

/* Digits alone; beyond what numbers of JavaScript tell apart there are none. */
bool sio__copy_count(sio__span_t token, uint64_t *count);

/* Whether the object has it; empty otherwise. */
bool sio__find_member(sio__span_t object, const char *key, sio__span_t *value);

/* { rooms, except, flags }; `for_all`: rooms may be missing. Then, maybe, a list of rooms to join
 * or leave. The lists have their places in the message when they are settled. */
bool sio__read_audience(sio__cluster_decoder_t *decoder, sio__span_t opts, bool for_all,
                        sio__audience_t *audience);
bool sio__read_rooms(sio__cluster_decoder_t *decoder, sio__span_t list);
bool sio__settle_names(sio__cluster_decoder_t *decoder, sio__cluster_message_t *message);

#endif
