/*
 * MessagePack packets: whatever decodes is valid JSON within its limits, can be sent on, and
 * decodes again to the same values; what a handler gets of it can be used.
 */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/msgpack.h"
#include "socketio/parser.h"

enum { MAX_DEPTH = 200 };

sio_socket_t *sio_socket_ref(sio_socket_t *socket)
{
    return socket;
}

void sio_socket_unref(sio_socket_t *socket)
{
    (void)socket;
}

static int decode(const char *message, size_t len, sio__packet_t *packet, sio__args_t *args)
{
    const char *error;
    int result = sio__parser_decode(sio_msgpack_parser(), NULL, true, (sio__span_t){message, len},
                                    MAX_DEPTH, packet, args, &error);

    REQUIRE((result == 0) == (error == NULL));
    return result;
}

static void check(const sio__packet_t *packet, const sio__args_t *args, const char *message,
                  size_t len)
{
    REQUIRE(within(packet->nsp.data, packet->nsp.len, message, len));
    REQUIRE(sio__utf8_valid(packet->data.data, packet->data.len));
    REQUIRE(!packet->data.len || sio__json_valid(packet->data.data, packet->data.len, MAX_DEPTH));
    for (size_t i = 0; i < args->bytes_count; i++)
        REQUIRE(within(args->bytes[i].data, args->bytes[i].len, message, len));
}

/* Twice, because the first time removes what MessagePack can say in several ways. */
static void send_on(const sio__packet_t *packet, const sio__args_t *args)
{
    sio__buf_t out = SIO__BUF_INIT, again = SIO__BUF_INIT;
    sio__packet_t decoded;
    sio__args_t decoded_args;

    sio__args_init(&decoded_args);
    REQUIRE(sio__msgpack_encode(packet, (sio__attachments_t){args->bytes, args->bytes_count},
                                &out) == 0);
    REQUIRE(decode(out.data, out.len, &decoded, &decoded_args) == 0);
    REQUIRE(decoded.type == packet->type && decoded.has_id == packet->has_id);
    REQUIRE(decoded.item_count == packet->item_count);
    REQUIRE(decoded_args.bytes_count == args->bytes_count);
    for (size_t i = 0; i < args->bytes_count; i++)
        REQUIRE(sio__span_equal(args->bytes[i], decoded_args.bytes[i]));
    REQUIRE(sio__msgpack_encode(&decoded,
                                (sio__attachments_t){decoded_args.bytes, decoded_args.bytes_count},
                                &again) == 0);
    REQUIRE(again.len == out.len && memcmp(again.data, out.data, out.len) == 0);
    sio__args_free(&decoded_args);
    sio__buf_free(&out);
    sio__buf_free(&again);
}

static void handle(const sio__packet_t *packet, const sio__args_t *args)
{
    const char *error;
    sio_event_t event;

    REQUIRE(sio__event_init(&event, NULL, packet,
                            (sio__attachments_t){args->bytes, args->bytes_count}, MAX_DEPTH,
                            &error) == 0);
    for (size_t i = 0; i < sio_event_count(&event); i++) {
        sio_value_bytes(sio_event_arg(&event, i), NULL);
        sio_value_json(sio_event_arg(&event, i));
    }
    sio__event_clear(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *message = exact_copy(data, size);
    sio__packet_t packet;
    sio__args_t args;

    sio__args_init(&args);
    if (decode(message, size, &packet, &args) == 0) {
        check(&packet, &args, message, size);
        send_on(&packet, &args);
        if (packet.type != SIO__CONNECT && packet.type != SIO__DISCONNECT &&
            packet.type != SIO__CONNECT_ERROR)
            handle(&packet, &args);
    }
    sio__args_free(&args);
    free(message);
    return 0;
}
