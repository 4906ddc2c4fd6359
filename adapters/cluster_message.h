/*
 * What the servers of a cluster say to each other, as upstream's ClusterAdapter says it: an object
 * { type, data, uid, nsp } in JSON or MessagePack. Pure functions on bytes.
 */
#ifndef SIO_CLUSTER_MESSAGE_H
#define SIO_CLUSTER_MESSAGE_H

#include "adapters/adapter.h"
#include "adapters/pending.h"
#include "base/args.h"

enum sio__cluster_type {
    SIO__INITIAL_HEARTBEAT = 1,
    SIO__HEARTBEAT,
    SIO__BROADCAST,
    SIO__SOCKETS_JOIN,
    SIO__SOCKETS_LEAVE,
    SIO__DISCONNECT_SOCKETS,
    SIO__FETCH_SOCKETS,
    SIO__FETCH_SOCKETS_RESPONSE,
    SIO__SERVER_SIDE_EMIT,
    SIO__SERVER_SIDE_EMIT_RESPONSE,
    SIO__BROADCAST_CLIENT_COUNT,
    SIO__BROADCAST_ACK,
    SIO__ADAPTER_CLOSE,
    /* Of the classic Redis adapter alone. */
    SIO__ALL_ROOMS,
    SIO__ALL_ROOMS_RESPONSE,
    /* This library's own, which upstream's servers ignore: a client comes back with the private id
       that stands where requests have theirs. */
    SIO__SESSION_WANTED = 100
};

/* Which fields mean something depends on the type. */
typedef struct sio__cluster_message {
    unsigned type;
    const char *uid, *nsp;    /* whose, and of which namespace */
    const char *request_id;   /* NULL: no answer is wanted */
    sio__audience_t audience; /* `opts` */
    const char *const *rooms; /* to join or leave */
    sio__span_t
        packet; /* of events the arguments, ["name",...]; of an answer its value, or empty */
    sio__attachments_t attachments;
    uint64_t client_count;
    bool close;
    sio__span_t sockets; /* descriptions, or names of rooms: a JSON array */
} sio__cluster_message_t;

/* Memory for messages that come in, used again for each. */
typedef struct sio__cluster_decoder {
    unsigned max_depth;
    sio__args_t args;
    sio__buf_t bytes;                    /* of base64 */
    sio__buf_t lists;                    /* of names: pointers */
    sio__buf_t names;                    /* and their bytes */
    size_t rooms_at, except_at, more_at; /* lists, by index */
    char uid[SIO__UID_SIZE], request_id[SIO__REQUEST_ID_SIZE];
} sio__cluster_decoder_t;

void sio__cluster_decoder_init(sio__cluster_decoder_t *decoder, unsigned max_depth);
void sio__cluster_decoder_free(sio__cluster_decoder_t *decoder);

/*
 * A whole message, JSON when it starts with a brace, else MessagePack. What the message points at
 * is valid until the next one is decoded, as long as the bytes are. Its texts are valid JSON and
 * UTF-8. False: malformed, or it lacks what its type needs.
 */
bool sio__cluster_decode(sio__cluster_decoder_t *decoder, sio__span_t bytes,
                         sio__cluster_message_t *message);

/* The fields of an entry of a stream; `data` is JSON or MessagePack in base64, or empty. */
typedef struct sio__cluster_entry {
    sio__span_t uid, nsp, type, data;
} sio__cluster_entry_t;

bool sio__cluster_decode_entry(sio__cluster_decoder_t *decoder, const sio__cluster_entry_t *entry,
                               sio__cluster_message_t *message);

/* Whether it holds binary values, so that JSON can't express it. */
bool sio__cluster_has_binary(const sio__cluster_message_t *message);

/* Appends `data` as JSON with placeholders. False: there is none. */
bool sio__cluster_encode_data(const sio__cluster_message_t *message, sio__buf_t *json);

typedef enum sio__cluster_form { SIO__JSON_IF_TEXT, SIO__ALWAYS_MSGPACK } sio__cluster_form_t;

/* Appends the whole message. 0, SIO__ENOMEM, SIO__EINVAL (too large). */
int sio__cluster_encode(const sio__cluster_message_t *message, sio__cluster_form_t form,
                        sio__buf_t *out);

/* Appends `data` as an entry has it. 0 (nothing when there is none), SIO__ENOMEM, SIO__EINVAL. */
int sio__cluster_encode_entry(const sio__cluster_message_t *message, sio__buf_t *out);

#endif
