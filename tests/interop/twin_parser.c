/* Parsers of the program's own: npm's socket.io-json-parser, and one that makes several messages of
 * each packet (lib/split_parser.mjs). */
#include "tests/interop/twin.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- JSON, all of it
 */

struct json_decoder {
    json_t *packet;
    char *data;
};

static void *json_decoder_new(void *user)
{
    (void)user;
    return calloc(1, sizeof(struct json_decoder));
}

static void forget(struct json_decoder *decoder)
{
    json_decref(decoder->packet);
    free(decoder->data);
    decoder->packet = NULL;
    decoder->data = NULL;
}

static void json_decoder_free(void *user, void *shared)
{
    (void)shared;
    forget(user);
    free(user);
}

static int json_decode(void *user, bool binary, const void *data, size_t len, sio_packet_t *packet,
                       const char **error)
{
    struct json_decoder *decoder = user;
    const json_t *type, *nsp, *id, *payload;

    forget(decoder);
    decoder->packet = binary ? NULL : json_loadb(data, len, JSON_ALLOW_NUL, NULL);
    type = json_object_get(decoder->packet, "type");
    nsp = json_object_get(decoder->packet, "nsp");
    id = json_object_get(decoder->packet, "id");
    payload = json_object_get(decoder->packet, "data");
    if (!json_is_integer(type) || !json_is_string(nsp) || (id && !json_is_integer(id))) {
        *error = "not a packet";
        return -1;
    }
    packet->type = (enum sio_packet_type)json_integer_value(type);
    packet->nsp = json_string_value(nsp);
    packet->nsp_len = json_string_length(nsp);
    packet->has_id = id != NULL;
    packet->id = (double)json_integer_value(id);
    if (payload) {
        decoder->data = json_dumps(payload, JSON_COMPACT | JSON_ENCODE_ANY);
        packet->data = decoder->data;
        packet->data_len = strlen(decoder->data);
    }
    return 1;
}

static int json_encode(const sio_packet_t *packet, sio_messages_t *messages, void *user)
{
    json_t *whole =
        json_pack("{s:i, s:s%}", "type", (int)packet->type, "nsp", packet->nsp, packet->nsp_len);
    char *text;
    int error;

    (void)user;
    if (packet->has_id)
        json_object_set_new(whole, "id", json_integer((json_int_t)packet->id));
    if (packet->data_len)
        json_object_set_new(whole, "data",
                            json_loadb(packet->data, packet->data_len,
                                       JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL));
    text = json_dumps(whole, JSON_COMPACT);
    error = sio_messages_add(messages, false, text, strlen(text));
    free(text);
    json_decref(whole);
    return error;
}

/* ------------------------------------------------------- a head, the data, the bytes, each for
 * itself */

enum { SPLIT_MAX = 16 };

struct split_decoder {
    json_t *head;
    size_t expected, received; /* messages after the head */
    char *data;
    size_t data_len;
    sio_bytes_t attachments[SPLIT_MAX];
};

static void *split_decoder_new(void *user)
{
    (void)user;
    return calloc(1, sizeof(struct split_decoder));
}

static void forget_split(struct split_decoder *decoder)
{
    for (size_t i = 0; i + 1 < decoder->received; i++)
        free((void *)(uintptr_t)decoder->attachments[i].data);
    json_decref(decoder->head);
    free(decoder->data);
    memset(decoder, 0, sizeof(*decoder));
}

static void split_decoder_free(void *user, void *shared)
{
    (void)shared;
    forget_split(user);
    free(user);
}

static int begin_split(struct split_decoder *decoder, bool binary, const void *data, size_t len)
{
    json_int_t count = 0;

    forget_split(decoder);
    decoder->head = binary ? NULL : json_loadb(data, len, 0, NULL);
    if (json_unpack(decoder->head, "{s:I}", "count", &count) || count < 0 || count > SPLIT_MAX)
        return -1;
    decoder->expected = 1 + (size_t)count;
    return 0;
}

static void *copy(const void *data, size_t len)
{
    void *bytes = malloc(len + 1);

    memcpy(bytes, data, len);
    return bytes;
}

static void complete(const struct split_decoder *decoder, sio_packet_t *packet)
{
    const json_t *id = json_object_get(decoder->head, "id");
    const json_t *nsp = json_object_get(decoder->head, "nsp");

    packet->type = (enum sio_packet_type)json_integer_value(json_object_get(decoder->head, "type"));
    packet->nsp = json_string_value(nsp);
    packet->nsp_len = json_string_length(nsp);
    packet->has_id = id != NULL;
    packet->id = (double)json_integer_value(id);
    if (decoder->data_len != 1 || *decoder->data != '-') {
        packet->data = decoder->data;
        packet->data_len = decoder->data_len;
    }
    packet->attachments = decoder->attachments;
    packet->attachment_count = decoder->expected - 1;
}

static int split_decode(void *user, bool binary, const void *data, size_t len, sio_packet_t *packet,
                        const char **error)
{
    struct split_decoder *decoder = user;

    if (decoder->received == decoder->expected) { /* of the packet before */
        *error = "not a head";
        return begin_split(decoder, binary, data, len);
    }
    *error = "bytes for text, or text for bytes";
    if (binary != (decoder->received > 0))
        return -1;
    if (binary) {
        decoder->attachments[decoder->received - 1] = (sio_bytes_t){copy(data, len), len};
    } else {
        decoder->data = copy(data, len);
        decoder->data_len = len;
    }
    if (++decoder->received < decoder->expected)
        return 0;
    complete(decoder, packet);
    return 1;
}

static int split_encode(const sio_packet_t *packet, sio_messages_t *messages, void *user)
{
    json_t *head = json_pack("{s:i, s:s%, s:i}", "type", (int)packet->type, "nsp", packet->nsp,
                             packet->nsp_len, "count", (int)packet->attachment_count);
    char *text;
    int error;

    (void)user;
    if (packet->has_id)
        json_object_set_new(head, "id", json_integer((json_int_t)packet->id));
    text = json_dumps(head, JSON_COMPACT);
    error = sio_messages_add(messages, false, text, strlen(text));
    if (!error)
        error = sio_messages_add(messages, false, packet->data_len ? packet->data : "-",
                                 packet->data_len ? packet->data_len : 1);
    for (size_t i = 0; !error && i < packet->attachment_count; i++)
        error = sio_messages_add(messages, true, packet->attachments[i].data,
                                 packet->attachments[i].len);
    free(text);
    json_decref(head);
    return error;
}

/* ------------------------------------------------------------------------------------------ */

const sio_parser_t *twin_parser(const char *name, sio_parser_t **own)
{
    if (strcmp(name, "msgpack") == 0)
        return sio_msgpack_parser();
    if (strcmp(name, "json") == 0)
        *own = sio_parser_new(SIO_PARSER(.encode = json_encode, .decode = json_decode,
                                         .decoder_new = json_decoder_new,
                                         .decoder_free = json_decoder_free));
    else if (strcmp(name, "split") == 0)
        *own = sio_parser_new(SIO_PARSER(.encode = split_encode, .decode = split_decode,
                                         .decoder_new = split_decoder_new,
                                         .decoder_free = split_decoder_free));
    return *own;
}
