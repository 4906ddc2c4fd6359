#include "socketio/encoder.h"

#include "base/alloc.h"
#include "base/json_scan.h"
#include "socketio/pack.h"
#include "socketio/parser.h"
#include "socketio/server.h"
#include "socketio/namespace.h"

#include <string.h>

enum {
    HEADROOM = 12,           /* for "<type><attachments>" in front of a text packet's type */
    SCRATCH_KEPT = 256 << 10 /* a larger scratch memory is given back */
};

/* A binary packet's type is known only when its arguments are: it is written over the headroom. */
static void begin(sio__encoder_t *encoder, const sio_namespace_t *nsp, sio__packet_type_t type,
                  sio__ack_id_t id)
{
    encoder->packet.type = type;
    encoder->packet.nsp = (sio__span_t){nsp->name, nsp->name_len};
    encoder->packet.has_id = id.present;
    encoder->packet.id = id.number;
    sio__encoder_value(encoder, nsp->server);
    sio__buf_append(&encoder->args->json, "            ", HEADROOM);
    sio__packet_encode_header(&encoder->args->json, type, 0, nsp->name, id.present, id.number);
    encoder->data_at = encoder->args->json.len;
    sio__buf_append_char(&encoder->args->json, '[');
}

void sio__encoder_value(sio__encoder_t *encoder, sio_server_t *io)
{
    encoder->server = io;
    if (sio__on_loop(io) && !io->scratch_busy) {
        io->scratch_busy = true;
        encoder->args = &io->scratch;
        encoder->messages = &io->scratch_messages;
    } else {
        sio__args_init(&encoder->own);
        encoder->args = &encoder->own;
        encoder->own_messages = (sio_messages_t)SIO__MESSAGES_INIT;
        encoder->messages = &encoder->own_messages;
    }
    encoder->args->distinct = io->parser != NULL;
}

int sio__encoder_event(sio__encoder_t *encoder, const sio_namespace_t *nsp, const char *name,
                       sio__ack_id_t id)
{
    size_t len = name ? strlen(name) : 0;

    if (!name)
        return SIO_EINVAL;
    if (sio__event_name_reserved(name, len))
        return SIO_ERESERVED;
    begin(encoder, nsp, SIO__EVENT, id);
    sio__json_append_string(&encoder->args->json, name, len);
    return SIO_OK;
}

void sio__encoder_ack(sio__encoder_t *encoder, const sio_namespace_t *nsp, double id)
{
    begin(encoder, nsp, SIO__ACK, (sio__ack_id_t){true, id});
}

/* "2..." becomes "5<attachments>-...", "3..." becomes "6<attachments>-...". */
static size_t make_binary(sio__args_t *args)
{
    char *type = args->json.data + HEADROOM;
    size_t count = args->bytes_count, at = HEADROOM;
    char binary = *type == '2' ? '5' : '6';

    *type = '-';
    do {
        args->json.data[--at] = (char)('0' + count % 10);
        count /= 10;
    } while (count && at > 1);
    args->json.data[--at] = binary;
    return at;
}

static int encode_messages(sio__encoder_t *encoder)
{
    const sio__args_t *args = encoder->args;
    sio__packet_t *packet = &encoder->packet;

    packet->data =
        (sio__span_t){args->json.data + encoder->data_at, args->json.len - encoder->data_at};
    return sio__parser_write(encoder->server->parser, packet,
                             (sio__attachments_t){args->bytes, args->bytes_count},
                             encoder->messages);
}

int sio__encoder_finish(sio__encoder_t *encoder)
{
    sio__args_t *args = encoder->args;
    size_t start = HEADROOM;

    sio__buf_append_char(&args->json, ']');
    if (args->bytes_count)
        sio__args_finish(args);
    if (args->json.failed || args->bytes_failed || args->fakes.failed)
        return SIO_ENOMEM;
    if (args->bytes_count)
        start = make_binary(args);
    encoder->text = (sio__span_t){args->json.data + start, args->json.len - start};
    return encoder->server->parser ? encode_messages(encoder) : SIO_OK;
}

/* Memory that is used again, unless it has grown too large. */
static void keep_messages(sio_messages_t *messages)
{
    if (messages->bytes.cap > SCRATCH_KEPT)
        sio__messages_free(messages);
    else
        sio__messages_clear(messages);
}

void sio__encoder_end(sio__encoder_t *encoder)
{
    if (encoder->args == &encoder->own) {
        sio__args_free(&encoder->own);
        sio__messages_free(&encoder->own_messages);
        return;
    }
    if (encoder->server->parser)
        keep_messages(encoder->messages);
    if (encoder->args->json.cap > SCRATCH_KEPT)
        sio__args_free(encoder->args);
    else
        sio__args_clear(encoder->args);
    encoder->server->scratch_busy = false;
}

size_t sio__encoder_bytes(const sio__encoder_t *encoder)
{
    size_t bytes = encoder->text.len;

    for (size_t i = 0; i < encoder->args->bytes_count; i++)
        bytes += encoder->args->bytes[i].len;
    return bytes;
}

int sio__encoder_append(sio__encoder_t *encoder, const sio__source_t *source)
{
    switch (source->form) {
    case SIO__FROM_FORMAT:
        return sio__args_pack(encoder->args, source->format, *source->va);
    case SIO__FROM_JSON:
        return source->json ? sio__args_pack_json(encoder->args, source->json) : SIO_OK;
    default:
        return source->format ? sio__args_pack_text(encoder->args, source->format, source->len,
                                                    encoder->server->max_json_depth)
                              : SIO_OK;
    }
}

void sio__source_drop(const sio__source_t *source)
{
    sio__args_t args;

    if (source->form != SIO__FROM_FORMAT)
        return;
    sio__args_init(&args);
    sio__args_pack(&args, source->format, *source->va);
    sio__args_free(&args);
}

/* ------------------------------------------------------------------------------------ bundles */

static eio_message_t *new_message(bool binary, sio__span_t payload, unsigned flags)
{
    eio_message_t *message = eio_message_copy(binary, payload.data, payload.len);

    if (message)
        message->no_compress = flags & SIO_NO_COMPRESS;
    return message;
}

/* The others stay: catch-all listeners and adapters look at them. */
static bool add_parsed(sio__bundle_t *bundle, const sio_parser_t *parser,
                       const sio_messages_t *messages, unsigned flags)
{
    size_t count = parser ? sio__messages_count(messages) : 0;

    if (!parser)
        return true;
    bundle->parser = parser;
    bundle->bytes = 0;
    if (count > 1 && !(bundle->more = sio__malloc((count - 1) * sizeof(*bundle->more))))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool binary;
        sio__span_t payload = sio__messages_get(messages, i, &binary);
        eio_message_t *message = new_message(binary, payload, flags);

        if (!message)
            return false;
        bundle->bytes += message->len;
        if (i == 0)
            bundle->parsed = message;
        else
            bundle->more[bundle->more_count++] = message;
    }
    return true;
}

bool sio__bundle_share_parsed(sio__bundle_t *bundle, const sio__bundle_t *from)
{
    size_t size = from->more_count * sizeof(*bundle->more);

    bundle->parsed = from->parsed ? eio_message_ref(from->parsed) : NULL;
    bundle->more = NULL;
    bundle->more_count = 0;
    if (!size)
        return true;
    bundle->more = sio__malloc(size);
    if (!bundle->more)
        return false;
    for (; bundle->more_count < from->more_count; bundle->more_count++)
        bundle->more[bundle->more_count] = eio_message_ref(from->more[bundle->more_count]);
    return true;
}

void sio__bundle_drop_parsed(sio__bundle_t *bundle)
{
    for (size_t i = 0; i < bundle->more_count; i++)
        eio_message_unref(bundle->more[i]);
    sio__free(bundle->more);
    bundle->more = NULL;
    bundle->more_count = 0;
    eio_message_unref(bundle->parsed);
    bundle->parsed = NULL;
}

static bool add_message(sio__bundle_t *bundle, bool binary, sio__span_t payload, unsigned flags)
{
    eio_message_t *message = new_message(binary, payload, flags);

    if (!message)
        return false;
    bundle->messages[bundle->count++] = message;
    bundle->bytes += message->len;
    return true;
}

sio__bundle_t *sio__bundle_new(const sio__encoder_t *encoder, unsigned flags)
{
    const sio__args_t *args = encoder->args;
    size_t count = 1 + args->bytes_count;
    sio__bundle_t *bundle = sio__malloc(sizeof(*bundle) + count * sizeof(bundle->messages[0]));
    bool ok;

    if (!bundle)
        return NULL;
    *bundle = (sio__bundle_t){.count = 0};
    ok = add_message(bundle, false, encoder->text, flags);
    for (size_t i = 0; ok && i < args->bytes_count; i++)
        ok = add_message(bundle, true, args->bytes[i], flags);
    if (ok && add_parsed(bundle, encoder->server->parser, encoder->messages, flags))
        return bundle;
    sio__bundle_free(bundle);
    return NULL;
}

static eio_message_t *event_text(const sio_namespace_t *nsp, const sio__server_side_t *event,
                                 sio__ack_id_t id, unsigned flags)
{
    size_t count = event->attachment_count;
    sio__buf_t text = SIO__BUF_INIT;
    eio_message_t *message = NULL;

    sio__packet_encode_header(&text, count ? SIO__BINARY_EVENT : SIO__EVENT, (unsigned)count,
                              nsp->name, id.present, id.number);
    sio__buf_append(&text, event->text.data, event->text.len);
    if (!text.failed)
        message = new_message(false, (sio__span_t){text.data, text.len}, flags);
    sio__buf_free(&text);
    return message;
}

sio__bundle_t *sio__bundle_of_event(const sio_namespace_t *nsp, const sio__server_side_t *event,
                                    sio__ack_id_t id, unsigned flags)
{
    size_t count = 1 + event->attachment_count;
    const sio_parser_t *parser = nsp->server->parser;
    sio__bundle_t *bundle = sio__malloc(sizeof(*bundle) + count * sizeof(bundle->messages[0]));
    bool ok;

    if (!bundle)
        return NULL;
    *bundle = (sio__bundle_t){.count = 1};
    bundle->messages[0] = event_text(nsp, event, id, flags);
    ok = bundle->messages[0] != NULL;
    bundle->bytes = ok ? bundle->messages[0]->len : 0;
    for (size_t i = 0; ok && i < event->attachment_count; i++)
        ok = add_message(bundle, true, event->attachments[i], flags);
    if (ok && (!parser || sio__bundle_parse(bundle, parser)))
        return bundle;
    sio__bundle_free(bundle);
    return NULL;
}

/* Between the namespace's name and the array there is an acknowledgement's id at most. */
sio__span_t sio__bundle_args(const sio__bundle_t *bundle, const sio_namespace_t *nsp)
{
    const char *text = (const char *)bundle->messages[0]->packet + 1, *at = text;
    size_t len = bundle->messages[0]->len - 1;

    if (strcmp(nsp->name, "/") != 0)
        at = (const char *)memchr(at, '/', len) + nsp->name_len;
    at = memchr(at, '[', len - (size_t)(at - text));
    return (sio__span_t){at, len - (size_t)(at - text)};
}

static bool encode_parsed(const sio__bundle_t *bundle, const sio_parser_t *parser,
                          sio_messages_t *out)
{
    const eio_message_t *text = bundle->messages[0];
    sio__attachments_t attachments = {NULL, bundle->count - 1};
    int error;

    attachments.items = sio__malloc(bundle->count * sizeof(*attachments.items));
    if (!attachments.items)
        return false;
    for (size_t i = 1; i < bundle->count; i++)
        attachments.items[i - 1] =
            (sio__span_t){(const char *)bundle->messages[i]->packet, bundle->messages[i]->len};
    error = sio__parser_encode(parser, (sio__span_t){(const char *)text->packet + 1, text->len - 1},
                               attachments, out);
    sio__free(attachments.items);
    return error == SIO_OK;
}

bool sio__bundle_parse(sio__bundle_t *bundle, const sio_parser_t *parser)
{
    unsigned flags = bundle->messages[0]->no_compress ? SIO_NO_COMPRESS : 0;
    sio_messages_t messages = SIO__MESSAGES_INIT;
    bool done =
        encode_parsed(bundle, parser, &messages) && add_parsed(bundle, parser, &messages, flags);

    sio__messages_free(&messages);
    return done;
}

/* "2/_0,[...]" or "51-/_0,[...]": nothing before the name has a slash. */
static eio_message_t *rename_text(const eio_message_t *text, size_t from_len, const char *to)
{
    const char *packet = (const char *)text->packet + 1, *end = packet + text->len - 1;
    const char *name = memchr(packet, '/', text->len - 1), *rest;
    size_t before, to_len = strlen(to);
    eio_message_t *message;
    uint8_t *payload;

    if (!name)
        return NULL;
    before = (size_t)(name - packet);
    rest = name + from_len;
    message = eio_message_new(false, before + to_len + (size_t)(end - rest));
    if (!message)
        return NULL;
    message->no_compress = text->no_compress;
    payload = eio_message_payload(message);
    memcpy(payload, packet, before);
    memcpy(payload + before, to, to_len);
    memcpy(payload + before + to_len, rest, (size_t)(end - rest));
    return message;
}

sio__bundle_t *sio__bundle_rename(const sio__bundle_t *bundle, size_t from_len, const char *to)
{
    sio__bundle_t *renamed =
        sio__malloc(sizeof(*renamed) + bundle->count * sizeof(bundle->messages[0]));

    if (!renamed)
        return NULL;
    *renamed = (sio__bundle_t){.has_offset = bundle->has_offset};
    renamed->messages[0] = rename_text(bundle->messages[0], from_len, to);
    if (!renamed->messages[0]) {
        sio__free(renamed);
        return NULL;
    }
    for (size_t i = 1; i < bundle->count; i++)
        renamed->messages[i] = eio_message_ref(bundle->messages[i]);
    renamed->count = bundle->count;
    renamed->bytes = bundle->bytes - bundle->messages[0]->len + renamed->messages[0]->len;
    if (!bundle->parsed || sio__bundle_parse(renamed, bundle->parser))
        return renamed;
    sio__bundle_free(renamed);
    return NULL;
}

void sio__bundle_free(sio__bundle_t *bundle)
{
    if (!bundle)
        return;
    for (size_t i = 0; i < bundle->count; i++)
        eio_message_unref(bundle->messages[i]);
    sio__bundle_drop_parsed(bundle);
    eio_message_unref(bundle->plain);
    sio__free(bundle);
}
