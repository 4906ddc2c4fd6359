/*
 * Messages of servers of a cluster, and entries of streams (a type and a line break in front of the
 * data): whatever decodes is valid JSON for clients, and can be said again in either form.
 */
#include "tests/fuzz/fuzz.h"

#include "adapters/cluster_message.h"
#include "base/json_scan.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 100 };

static void check_text(sio__span_t text)
{
    REQUIRE(sio__utf8_valid(text.data, text.len));
    REQUIRE(!text.len || sio__json_valid(text.data, text.len, MAX_DEPTH + 4));
}

static size_t count_names(const char *const *names)
{
    size_t count = 0;

    while (names && names[count])
        REQUIRE(sio__utf8_valid(names[count], 0) && strlen(names[count++]) < SIZE_MAX);
    return count;
}

static void check(const sio__cluster_message_t *message)
{
    REQUIRE((message->type >= 1 && message->type <= SIO__ADAPTER_CLOSE) ||
            message->type == SIO__SESSION_WANTED);
    REQUIRE(message->uid && message->nsp);
    check_text(message->packet);
    check_text(message->sockets);
}

static void check_same(const sio__cluster_message_t *message, sio__cluster_form_t form)
{
    size_t rooms = count_names(message->audience.rooms);
    sio__cluster_decoder_t decoder;
    sio__cluster_message_t again;
    sio__buf_t bytes = SIO__BUF_INIT;

    sio__cluster_decoder_init(&decoder, MAX_DEPTH + 2);
    REQUIRE(sio__cluster_encode(message, form, &bytes) == 0);
    REQUIRE(sio__cluster_decode(&decoder, (sio__span_t){bytes.data, bytes.len}, &again));
    REQUIRE(again.type == message->type && strcmp(again.uid, message->uid) == 0);
    REQUIRE(count_names(again.audience.rooms) == rooms);
    REQUIRE(!again.request_id == !message->request_id);
    check(&again);
    sio__buf_free(&bytes);
    sio__cluster_decoder_free(&decoder);
}

static void check_entry(const sio__cluster_message_t *message)
{
    sio__buf_t data = SIO__BUF_INIT;

    REQUIRE(sio__cluster_encode_entry(message, &data) == 0);
    sio__buf_free(&data);
}

static bool decode(sio__cluster_decoder_t *decoder, const char *bytes, size_t size,
                   sio__cluster_message_t *message)
{
    const char *line =
        size && bytes[0] >= '0' && bytes[0] <= '9' ? memchr(bytes, '\n', size) : NULL;
    sio__cluster_entry_t entry = {.uid = {"uid", 3}, .nsp = {"/", 1}};

    if (!line)
        return sio__cluster_decode(decoder, (sio__span_t){bytes, size}, message);
    entry.type = (sio__span_t){bytes, (size_t)(line - bytes)};
    entry.data = (sio__span_t){line + 1, size - entry.type.len - 1};
    return sio__cluster_decode_entry(decoder, &entry, message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = exact_copy(data, size);
    sio__cluster_decoder_t decoder;
    sio__cluster_message_t message;

    sio__cluster_decoder_init(&decoder, MAX_DEPTH);
    if (decode(&decoder, bytes, size, &message)) {
        check(&message);
        check_same(&message, SIO__JSON_IF_TEXT);
        check_same(&message, SIO__ALWAYS_MSGPACK);
        check_entry(&message);
    }
    sio__cluster_decoder_free(&decoder);
    free(bytes);
    return 0;
}
