/* A polling POST's body of protocol 3: the first byte chooses text or binary form; what came out is
 * encoded in both and read again. */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "engineio/packet_v3.h"

enum { MAX_PACKETS = 1000 };

typedef struct packets {
    eio_packet_t list[MAX_PACKETS];
    size_t count;
    bool failed;
} packets_t;

static void decode(char *body, size_t len, bool binary, packets_t *packets)
{
    bool (*next)(eio_payload_reader_t *, eio_packet_t *) =
        binary ? eio_payload_v3_binary_next : eio_payload_v3_next;
    eio_payload_reader_t reader;
    eio_packet_t packet;

    packets->count = 0;
    if (binary)
        eio_payload_v3_binary_reader_init(&reader, body, len);
    else
        eio_payload_v3_reader_init(&reader, body, len);
    while (packets->count < MAX_PACKETS && next(&reader, &packet)) {
        REQUIRE(within(packet.data.data, packet.data.len, body, len));
        REQUIRE(packet.type <= EIO_PACKET_NOOP);
        REQUIRE(packet.binary || sio__utf8_valid(packet.data.data, packet.data.len));
        packets->list[packets->count++] = packet;
    }
    packets->failed = reader.failed;
    if (reader.failed)
        REQUIRE(!next(&reader, &packet) && reader.failed);
}

/* As it stands in an outbox, with its type. */
static void append(sio__buf_t *payload, bool binary_form, const eio_packet_t *packet)
{
    sio__buf_t typed = SIO__BUF_INIT;

    sio__buf_append_char(&typed, (char)((packet->binary ? 0 : '0') + packet->type));
    sio__buf_append(&typed, packet->data.data, packet->data.len);
    REQUIRE(!typed.failed);
    (binary_form ? eio_payload_v3_binary_append : eio_payload_v3_append)(payload, packet->binary,
                                                                         typed.data, typed.len);
    sio__buf_free(&typed);
}

static void round_trip(const packets_t *first, bool binary_form)
{
    static packets_t second;
    sio__buf_t payload = SIO__BUF_INIT;

    for (size_t i = 0; i < first->count; i++)
        append(&payload, binary_form, &first->list[i]);
    REQUIRE(!payload.failed);
    decode(payload.data, payload.len, binary_form, &second);
    REQUIRE(first->count == 0 || (!second.failed && second.count == first->count));
    for (size_t i = 0; i < first->count; i++) {
        REQUIRE(first->list[i].type == second.list[i].type);
        REQUIRE(first->list[i].binary == second.list[i].binary);
        REQUIRE(sio__span_equal(first->list[i].data, second.list[i].data));
    }
    sio__buf_free(&payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static packets_t packets;
    bool binary = size && (data[0] & 1);
    size_t len;
    char *body;
    char *text;

    if (size == 0 || size > 40000)
        return 0;
    text = malloc(3 * size + 1);
    REQUIRE(text);
    len = size - 1;
    if (binary)
        memcpy(text, data + 1, len);
    else
        len = sio__utf8_repair(data + 1, len, text);
    body = exact_copy(text, len);
    free(text);
    decode(body, len, binary, &packets);
    round_trip(&packets, false);
    round_trip(&packets, true);
    free(body);
    return 0;
}
