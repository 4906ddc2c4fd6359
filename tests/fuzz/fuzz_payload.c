/* A polling POST's body: repaired, split and decoded as the transport does it; what came out is
 * encoded and read again. */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "engineio/packet.h"

enum { MAX_PACKETS = 1000 };

typedef struct packets {
    eio_packet_t list[MAX_PACKETS];
    size_t count;
    bool failed;
} packets_t;

static void decode(char *body, size_t len, packets_t *packets)
{
    eio_payload_reader_t reader;
    eio_packet_t packet;
    const char *last = body;

    packets->count = 0;
    eio_payload_reader_init(&reader, body, len);
    while (packets->count < MAX_PACKETS && eio_payload_next(&reader, &packet)) {
        REQUIRE(packet.data.data > last && within(packet.data.data, packet.data.len, body, len));
        REQUIRE(packet.type <= EIO_PACKET_NOOP);
        REQUIRE(!packet.binary || packet.type == EIO_PACKET_MESSAGE);
        REQUIRE(packet.binary || !packet.data.len ||
                !memchr(packet.data.data, 0x1e, packet.data.len));
        last = packet.data.data + packet.data.len - (packet.data.len ? 1 : 0);
        packets->list[packets->count++] = packet;
    }
    packets->failed = reader.failed;
    if (!reader.failed)
        return;
    REQUIRE(reader.at == body || reader.at[-1] == 0x1e);
    REQUIRE(reader.at == reader.end || !strchr("0123456b", *reader.at) || !*reader.at);
    REQUIRE(!eio_payload_next(&reader, &packet) && reader.failed);
}

static void encode(const packets_t *packets, sio__buf_t *payload)
{
    for (size_t i = 0; i < packets->count; i++) {
        const eio_packet_t *packet = &packets->list[i];

        if (packet->binary)
            eio_payload_append_binary(payload, packet->data.data, packet->data.len);
        else
            eio_payload_append(payload, packet->type, packet->data.data, packet->data.len);
    }
    REQUIRE(!payload->failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static packets_t first;
    static packets_t second;
    sio__buf_t payload = SIO__BUF_INIT;
    char *body;
    char *text;
    size_t len;

    if (size > 40000)
        return 0;
    text = malloc(3 * size + 1);
    REQUIRE(text);
    len = sio__utf8_repair(data, size, text);
    body = exact_copy(text, len);
    free(text);
    decode(body, len, &first);
    REQUIRE(first.failed || first.count > 0);
    encode(&first, &payload);
    decode(payload.data, payload.len, &second);
    REQUIRE(first.count == 0 || (!second.failed && second.count == first.count));
    for (size_t i = 0; i < first.count; i++) {
        REQUIRE(first.list[i].type == second.list[i].type);
        REQUIRE(first.list[i].binary == second.list[i].binary);
        REQUIRE(sio__span_equal(first.list[i].data, second.list[i].data));
    }
    sio__buf_free(&payload);
    free(body);
    return 0;
}
