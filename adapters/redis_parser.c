#include "adapters/redis_parser.h"

#include "base/error.h"

/* Where a parser of the program's writes: `args` has the JSON and its attachments. */
struct sio_redis_output {
    sio__buf_t *bytes;
    sio__args_t *args; /* NULL: bytes alone */
    sio__span_t message;
    bool failed; /* an attachment lies elsewhere, or there is no memory for it */
};

void sio_redis_write(sio_redis_output_t *output, const void *bytes, size_t len)
{
    sio__buf_append(output->bytes, bytes, len);
}

void sio_redis_write_binary(sio_redis_output_t *output, const void *bytes, size_t len)
{
    const char *at = bytes, *start = output->message.data;

    if (!output->args || at < start || at + len > start + output->message.len ||
        sio__args_insert_bytes(output->args, bytes, len))
        output->failed = true;
}

_Static_assert(sizeof(sio_redis_bytes_t) == sizeof(sio__span_t) &&
                   offsetof(sio_redis_bytes_t, len) == offsetof(sio__span_t, len),
               "what the program sees of attachments");

static int encode(sio__span_t json, sio__attachments_t attachments, sio__buf_t *out, void *user)
{
    const sio_redis_parser_t *parser = user;
    sio_redis_output_t output = {.bytes = out};

    if (parser->encode(json.data, json.len,
                       (const sio_redis_bytes_t *)(const void *)attachments.items,
                       attachments.count, &output, parser->user) ||
        output.failed)
        return SIO__EINVAL;
    return out->failed ? SIO__ENOMEM : SIO__OK;
}

static int decode(sio__span_t message, sio__args_t *args, void *user)
{
    const sio_redis_parser_t *parser = user;
    sio_redis_output_t output = {.bytes = &args->json, .args = args, .message = message};

    return parser->decode(message.data, message.len, &output, parser->user) || output.failed ? -1
                                                                                             : 0;
}

sio__classic_parser_t sio__redis_codec(const sio_redis_parser_t *parser)
{
    return (sio__classic_parser_t){encode, decode, (void *)(uintptr_t)parser};
}
