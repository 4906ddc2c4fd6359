/*
 * Packets: whatever decodes can be looked at, sent on, and decoded again to the same values.
 * Attachments are made up.
 */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "socketio/event.h"
#include "base/json_scan.h"

enum { MAX_ATTACHMENTS = 4, MAX_DEPTH = 200 };

sio_socket_t *sio_socket_ref(sio_socket_t *socket)
{
    return socket;
}

void sio_socket_unref(sio_socket_t *socket)
{
    (void)socket;
}

static int decode(const char *text, size_t len, sio__packet_t *packet)
{
    const char *error;
    int result = sio__packet_decode(text, len, MAX_ATTACHMENTS, MAX_DEPTH, packet, &error);

    REQUIRE(result == 0 || error);
    return result;
}

static bool is_named(const sio__packet_t *packet)
{
    return packet->type == SIO__EVENT || packet->type == SIO__BINARY_EVENT;
}

static bool carries_arguments(const sio__packet_t *packet)
{
    return packet->type == SIO__ACK || packet->type == SIO__BINARY_ACK || is_named(packet);
}

/* As an emit would: header, name, arguments, attachments. */
static void encode(const sio_event_t *event, const sio__packet_t *packet, sio__args_t *args,
                   sio__buf_t *out)
{
    char *nsp = strndup(packet->nsp.data, packet->nsp.len);
    bool binary;

    if (event->name)
        sio__json_append_string(&args->json, event->name, event->name_len);
    for (size_t i = 0; i < sio_event_count(event); i++) {
        const sio_value_t *value = sio_event_arg(event, i);

        REQUIRE(sio__args_append_value(args, value->text, &event->attachments) == 0);
    }
    sio__args_finish(args);
    binary = args->bytes_count > 0;
    sio__packet_encode_header(out,
                              is_named(packet) ? binary ? SIO__BINARY_EVENT : SIO__EVENT
                              : binary         ? SIO__BINARY_ACK
                                               : SIO__ACK,
                              (unsigned)args->bytes_count, nsp, event->has_id && event->id < 1e21,
                              event->id);
    sio__buf_append_char(out, '[');
    sio__buf_append(out, args->json.data, args->json.len);
    sio__buf_append_char(out, ']');
    free(nsp);
}

static void compare(const sio_event_t *event, const sio_event_t *again)
{
    REQUIRE(again->arg_count == event->arg_count);
    REQUIRE(again->name_len == event->name_len);
    REQUIRE(!event->name || memcmp(again->name, event->name, event->name_len) == 0);
    for (size_t i = 0; i < event->arg_count; i++) {
        const sio_value_t *value = sio_event_arg(event, i), *other = sio_event_arg(again, i);
        size_t len, other_len;
        const void *bytes = sio_value_bytes(value, &len);
        const void *other_bytes = sio_value_bytes(other, &other_len);

        REQUIRE(sio_value_type(value) == sio_value_type(other));
        REQUIRE(len == other_len && (!bytes || memcmp(bytes, other_bytes, len) == 0));
        if (!event->attachments.count)
            REQUIRE(sio__span_equal(value->text, other->text));
    }
}

static void send_on(const sio_event_t *event, const sio__packet_t *packet)
{
    sio__buf_t out = SIO__BUF_INIT;
    sio__args_t args;
    sio__packet_t decoded;
    sio_event_t again;
    const char *error;

    sio__args_init(&args);
    encode(event, packet, &args, &out);
    REQUIRE(decode(out.data, out.len, &decoded) == 0);
    REQUIRE(sio__event_init(&again, NULL, &decoded,
                            (sio__attachments_t){args.bytes, args.bytes_count}, MAX_DEPTH,
                            &error) == 0);
    compare(event, &again);
    sio__event_clear(&again);
    sio__args_free(&args);
    sio__buf_free(&out);
}

static void use(sio_event_t *event, const sio__packet_t *packet)
{
    sio_event_t *held = sio_event_hold(event);

    json_decref(sio_event_json(event));
    for (size_t i = 0; i < sio_event_count(event); i++)
        sio_value_json(sio_event_arg(event, i));
    if (packet->item_count)
        send_on(event, packet);
    compare(event, held);
    sio__event_clear(event);
    sio_event_release(held);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sio__span_t bytes[MAX_ATTACHMENTS] = {{"a", 1}, {"bc", 2}, {NULL, 0}, {"def", 3}};
    sio__packet_t packet;
    sio_event_t event;
    const char *error;

    if (!sio__utf8_valid(data, size) || decode((const char *)data, size, &packet))
        return 0;
    if (carries_arguments(&packet) &&
        sio__event_init(&event, NULL, &packet, (sio__attachments_t){bytes, packet.attachments},
                        MAX_DEPTH, &error) == 0)
        use(&event, &packet);
    return 0;
}
