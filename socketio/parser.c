/* What is the same for all parsers but the default one: no packet of theirs is trusted more than a
 * packet of text. */
#include "socketio/parser.h"

enum { ANY_DEPTH = 65536 };

int sio__parser_encode(const sio_parser_t *parser, sio__span_t text, sio__attachments_t attachments,
                       sio__buf_t *out)
{
    sio__packet_t packet;
    const char *error;

    if (sio__packet_decode(text.data, text.len, UINT32_MAX, ANY_DEPTH, &packet, &error))
        return SIO_EINVAL;
    return parser->encode(&packet, attachments, out);
}

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

int sio__parser_decode(const sio_parser_t *parser, bool binary, sio__span_t message,
                       unsigned max_depth, sio__packet_t *packet, sio__args_t *args,
                       const char **error)
{
    begin(packet);
    *error = "not a message of this parser";
    if (binary != parser->binary)
        return -1;
    if (parser->decode(message.data, message.len, max_depth, packet, args, error))
        return -1;
    sio__args_finish(args);
    settle_type(packet, args->bytes_count);
    *error = "invalid payload";
    if (!sio__packet_check_data(packet, max_depth))
        return -1;
    *error = NULL;
    return 0;
}
