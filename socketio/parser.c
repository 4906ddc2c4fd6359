/* What is the same for all parsers but the default one: no packet of theirs is trusted more than a
 * packet of text. */
#include "socketio/parser.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

enum { ANY_DEPTH = 65536, FEW = 16 };

_Static_assert((int)SIO_PACKET_CONNECT == SIO__CONNECT &&
                   (int)SIO_PACKET_DISCONNECT == SIO__DISCONNECT &&
                   (int)SIO_PACKET_EVENT == SIO__EVENT && (int)SIO_PACKET_ACK == SIO__ACK &&
                   (int)SIO_PACKET_CONNECT_ERROR == SIO__CONNECT_ERROR,
               "types of packets");

/* --------------------------------------------------------------------------------- writing */

static int type_of(const sio__packet_t *packet)
{
    switch (packet->type) {
    case SIO__BINARY_EVENT:
        return SIO__EVENT;
    case SIO__BINARY_ACK:
        return SIO__ACK;
    default:
        return packet->type;
    }
}

static int call_encode(const sio_parser_functions_t *own, const sio__packet_t *packet,
                       const sio_bytes_t *attachments, size_t count, sio_messages_t *out)
{
    const sio_packet_t said = {
        .size = sizeof(said),
        .type = (enum sio_packet_type)type_of(packet),
        .nsp = packet->nsp.data,
        .nsp_len = packet->nsp.len,
        .has_id = packet->has_id,
        .id = packet->id,
        .data = packet->data.data,
        .data_len = packet->data.len,
        .attachments = attachments,
        .attachment_count = count,
    };
    int error = own->encode(&said, out, own->user);

    if (error)
        return error;
    if (sio__messages_failed(out))
        return SIO_ENOMEM;
    return sio__messages_count(out) ? SIO_OK : SIO_EINVAL;
}

static int write_own(const sio_parser_functions_t *own, const sio__packet_t *packet,
                     sio__attachments_t attachments, sio_messages_t *out)
{
    sio_bytes_t few[FEW], *bytes = few;
    int error;

    if (attachments.count > FEW)
        bytes = sio__malloc(attachments.count * sizeof(*bytes));
    if (!bytes)
        return SIO_ENOMEM;
    for (size_t i = 0; i < attachments.count; i++)
        bytes[i] = (sio_bytes_t){attachments.items[i].data, attachments.items[i].len};
    error = call_encode(own, packet, bytes, attachments.count, out);
    if (bytes != few)
        sio__free(bytes);
    return error;
}

int sio__parser_write(const sio_parser_t *parser, const sio__packet_t *packet,
                      sio__attachments_t attachments, sio_messages_t *out)
{
    int error;

    if (parser->own)
        return write_own(parser->own, packet, attachments, out);
    error = parser->encode(packet, attachments, &out->bytes);
    if (error)
        return error;
    sio__messages_end(out, parser->binary);
    return sio__messages_failed(out) ? SIO_ENOMEM : SIO_OK;
}

int sio__parser_encode(const sio_parser_t *parser, sio__span_t text, sio__attachments_t attachments,
                       sio_messages_t *out)
{
    sio__packet_t packet;
    const char *error;

    if (sio__packet_decode(text.data, text.len, UINT32_MAX, ANY_DEPTH, &packet, &error))
        return SIO_EINVAL;
    return sio__parser_write(parser, &packet, attachments, out);
}

/* --------------------------------------------------------------------------------- reading */

static void begin(sio__packet_t *packet)
{
    packet->attachments = 0;
    packet->nsp = (sio__span_t){"/", 1};
    packet->has_id = false;
    packet->id = 0;
    packet->data = (sio__span_t){"", 0};
    packet->item_count = 0;
}

static void settle_type(sio__packet_t *packet, size_t attachments)
{
    if (!attachments)
        return;
    packet->attachments = (unsigned)attachments;
    if (packet->type == SIO__EVENT)
        packet->type = SIO__BINARY_EVENT;
    else if (packet->type == SIO__ACK)
        packet->type = SIO__BINARY_ACK;
}

static bool keep_attachments(const sio_packet_t *said, sio__args_t *args)
{
    if (!said->attachment_count)
        return true;
    args->bytes = sio__calloc(said->attachment_count, sizeof(*args->bytes));
    if (!args->bytes)
        return false;
    args->bytes_cap = args->bytes_count = said->attachment_count;
    for (size_t i = 0; i < said->attachment_count; i++)
        args->bytes[i] = (sio__span_t){said->attachments[i].data, said->attachments[i].len};
    return true;
}

/* What is wrong with it that the check of its data won't find; NULL: nothing. */
static const char *complaint(const sio_packet_t *said)
{
    if ((int)said->type < SIO_PACKET_CONNECT || said->type > SIO_PACKET_CONNECT_ERROR)
        return "invalid packet type";
    if (said->nsp_len && !sio__utf8_valid(said->nsp, said->nsp_len))
        return "invalid namespace";
    if (said->has_id && !(isfinite(said->id) && said->id == floor(said->id)))
        return "invalid packet id";
    if (said->data_len && !sio__utf8_valid(said->data, said->data_len))
        return "invalid payload";
    if (said->attachment_count && said->type != SIO_PACKET_EVENT && said->type != SIO_PACKET_ACK)
        return "illegal attachments";
    return NULL;
}

static int decode_own(const sio_parser_functions_t *own, void *decoder, bool binary,
                      sio__span_t message, sio__packet_t *packet, sio__args_t *args,
                      const char **error)
{
    sio_packet_t said = {.size = sizeof(said)};
    int done = own->decode(decoder, binary, message.data, message.len, &said, error);

    if (done <= 0)
        return done < 0 ? -1 : 1;
    *error = complaint(&said);
    if (!*error && !keep_attachments(&said, args))
        *error = "out of memory";
    if (*error)
        return -1;
    packet->type = (sio__packet_type_t)said.type;
    if (said.nsp_len)
        packet->nsp = (sio__span_t){said.nsp, said.nsp_len};
    packet->has_id = said.has_id;
    packet->id = said.has_id ? said.id : 0;
    if (said.data_len)
        packet->data = (sio__span_t){said.data, said.data_len};
    return 0;
}

static int decode_ours(const sio_parser_t *parser, bool binary, sio__span_t message,
                       unsigned max_depth, sio__packet_t *packet, sio__args_t *args,
                       const char **error)
{
    if (binary != parser->binary ||
        parser->decode(message.data, message.len, max_depth, packet, args, error))
        return -1;
    sio__args_finish(args);
    return 0;
}

int sio__parser_decode(const sio_parser_t *parser, void *decoder, bool binary, sio__span_t message,
                       unsigned max_depth, sio__packet_t *packet, sio__args_t *args,
                       const char **error)
{
    int result;

    begin(packet);
    *error = "not a message of this parser";
    if (parser->own)
        result = decode_own(parser->own, decoder, binary, message, packet, args, error);
    else
        result = decode_ours(parser, binary, message, max_depth, packet, args, error);
    if (result)
        return result;
    settle_type(packet, args->bytes_count);
    *error = "invalid payload";
    if (!sio__packet_check_data(packet, max_depth))
        return -1;
    *error = NULL;
    return 0;
}

bool sio__parser_decoder_new(const sio_parser_t *parser, void **decoder)
{
    const sio_parser_functions_t *own = parser ? parser->own : NULL;

    *decoder = own ? own->user : NULL;
    if (!own || !own->decoder_new)
        return true;
    *decoder = own->decoder_new(own->user);
    return *decoder != NULL;
}

void sio__parser_decoder_free(const sio_parser_t *parser, void *decoder)
{
    const sio_parser_functions_t *own = parser ? parser->own : NULL;

    if (own && own->decoder_new && own->decoder_free && decoder)
        own->decoder_free(decoder, own->user);
}

/* ------------------------------------------------------------------------------------- life */

sio_parser_t *sio_parser_new(const sio_parser_functions_t *functions)
{
    sio_parser_functions_t known = {.size = sizeof(known)};
    sio_parser_t *parser;

    memcpy(&known, functions, functions->size < sizeof(known) ? functions->size : sizeof(known));
    if (!known.encode || !known.decode)
        return NULL;
    parser = sio__calloc(1, sizeof(*parser) + sizeof(known));
    if (!parser)
        return NULL;
    parser->own = (sio_parser_functions_t *)(parser + 1);
    *parser->own = known;
    return parser;
}

void sio_parser_free(sio_parser_t *parser)
{
    if (parser && parser->own)
        sio__free(parser);
}
