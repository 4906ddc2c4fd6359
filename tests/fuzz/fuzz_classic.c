/*
 * Messages of the classic Redis adapter: the first byte says on which channel. Whatever decodes is
 * valid JSON for clients, and what it means can be said again.
 */
#include "tests/fuzz/fuzz.h"

#include "adapters/classic_message.h"
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
        REQUIRE(strlen(names[count++]) < SIZE_MAX);
    return count;
}

static void check(const sio__classic_request_t *request)
{
    const sio__cluster_message_t *message = &request->message;

    REQUIRE(message->uid && message->nsp);
    check_text(message->packet);
    check_text(message->sockets);
    count_names(message->audience.rooms);
    count_names(message->audience.except);
    count_names(message->rooms);
    REQUIRE(request->legacy == SIO__CLASSIC_NOT_LEGACY || message->request_id);
    if (request->legacy > SIO__CLASSIC_SOCKETS)
        REQUIRE(request->sid && strlen(request->sid) < SIZE_MAX);
    if (request->legacy == SIO__CLASSIC_JOIN || request->legacy == SIO__CLASSIC_LEAVE)
        REQUIRE(request->room && strlen(request->room) < SIZE_MAX);
}

static void check_same(const sio__cluster_message_t *message)
{
    size_t rooms = count_names(message->audience.rooms), more = count_names(message->rooms);
    sio__cluster_decoder_t decoder;
    sio__classic_request_t again;
    sio__buf_t bytes = SIO__BUF_INIT;

    sio__cluster_decoder_init(&decoder, MAX_DEPTH + 4);
    REQUIRE(sio__classic_encode(message, NULL, &bytes) == 0);
    REQUIRE(sio__classic_decode(&decoder, NULL, sio__classic_channel(message), message->nsp,
                                (sio__span_t){bytes.data, bytes.len}, &again));
    REQUIRE(again.legacy == SIO__CLASSIC_NOT_LEGACY && again.message.type == message->type);
    REQUIRE(sio__classic_channel(message) == SIO__CLASSIC_RESPONSES ||
            strcmp(again.message.uid, message->uid) == 0);
    REQUIRE(count_names(again.message.audience.rooms) == rooms);
    if (message->type == SIO__SOCKETS_JOIN || message->type == SIO__SOCKETS_LEAVE)
        REQUIRE(count_names(again.message.rooms) == more);
    check(&again);
    sio__buf_free(&bytes);
    sio__cluster_decoder_free(&decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sio__classic_channel_t channel =
        size ? (sio__classic_channel_t)(data[0] % 3) : SIO__CLASSIC_BROADCASTS;
    char *bytes = exact_copy(data + (size > 0), size - (size > 0));
    sio__cluster_decoder_t decoder;
    sio__classic_request_t request;

    sio__cluster_decoder_init(&decoder, MAX_DEPTH);
    if (sio__classic_decode(&decoder, NULL, channel, "/", (sio__span_t){bytes, size - (size > 0)},
                            &request)) {
        check(&request);
        if (request.legacy == SIO__CLASSIC_NOT_LEGACY)
            check_same(&request.message);
    }
    sio__cluster_decoder_free(&decoder);
    free(bytes);
    return 0;
}
