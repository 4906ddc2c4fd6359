/* What servers with the classic Redis adapter say to each other: as Node's write it, what may come
 * beside that, and what is refused. */
#include "adapters/classic_channel.h"
#include "tests/unit/hex_bytes.h"

#include <check.h>
#include <stdio.h>

static sio__cluster_decoder_t decoder;
static sio__classic_request_t request;
static sio__buf_t out;

static void set_up(void)
{
    sio__cluster_decoder_init(&decoder, 100);
    out = (sio__buf_t)SIO__BUF_INIT;
}

static void tear_down(void)
{
    sio__cluster_decoder_free(&decoder);
    sio__buf_free(&out);
}

static bool decode(sio__classic_channel_t channel, const char *bytes, size_t len)
{
    return sio__classic_decode(&decoder, NULL, channel, "/", (sio__span_t){bytes, len}, &request);
}

static bool decode_text(sio__classic_channel_t channel, const char *text)
{
    return decode(channel, text, strlen(text));
}

static void expect(sio__span_t span, const char *text)
{
    ck_assert_msg(sio__span_is(span, text), "%.*s instead of %s", (int)span.len, span.data, text);
}

static void expect_out(const char *text)
{
    expect((sio__span_t){out.data, out.len}, text);
}

/* -------------------------------------------------------------------------------- broadcasts */

#define CAPTURED                                                                                \
    "93 a6 433365544e4f 83 a4 74797065 02 a4 64617461 92 a5 68656c6c6f c4 03 010203 a3 6e7370 " \
    "a1 2f 83 a5 726f6f6d73 90 a6 657863657074 90 a5 666c616773 80"

START_TEST(test_captured_broadcast)
{
    size_t len;
    char *bytes = bytes_of(CAPTURED, &len);
    sio__cluster_message_t again;

    ck_assert(decode(SIO__CLASSIC_BROADCASTS, bytes, len));
    ck_assert_uint_eq(request.message.type, SIO__BROADCAST);
    ck_assert_str_eq(request.message.uid, "C3eTNO");
    expect(request.message.packet, "[\"hello\",{\"_placeholder\":true,\"num\":0}]");
    ck_assert_uint_eq(request.message.attachments.count, 1);
    ck_assert_ptr_null(request.message.audience.rooms[0]);
    again = request.message;
    ck_assert_int_eq(sio__classic_encode(&again, NULL, &out), 0);
    expect_bytes(out.data, out.len, CAPTURED);
    free(bytes);
}
END_TEST

START_TEST(test_audience)
{
    sio__cluster_message_t message = {
        .type = SIO__BROADCAST,
        .uid = "me",
        .nsp = "/",
        .packet = {"[\"e\"]", 5},
        .audience = {.rooms = (const char *const[]){"a", "b", NULL},
                     .except = (const char *const[]){"c", NULL},
                     .except_id = "id",
                     .flags = SIO__VOLATILE | SIO__NO_COMPRESS},
    };

    ck_assert_int_eq(sio__classic_encode(&message, NULL, &out), 0);
    ck_assert(decode(SIO__CLASSIC_BROADCASTS, out.data, out.len));
    ck_assert_str_eq(request.message.audience.rooms[0], "a");
    ck_assert_str_eq(request.message.audience.rooms[1], "b");
    ck_assert_str_eq(request.message.audience.except[1], "id");
    ck_assert_uint_eq(request.message.audience.flags, SIO__VOLATILE | SIO__NO_COMPRESS);
}
END_TEST

START_TEST(test_plain)
{
    ck_assert(decode_text(SIO__CLASSIC_BROADCASTS,
                          "{\"type\":2,\"nsp\":\"/\",\"data\":[\"e\",1],\"rooms\":[\"r\",42]}"));
    expect(request.message.packet, "[\"e\",1]");
    ck_assert_str_eq(request.message.uid, "emitter");
    ck_assert_str_eq(request.message.audience.rooms[1], "42");
    ck_assert(decode_text(SIO__CLASSIC_BROADCASTS, "{\"data\":[\"e\"]}"));
    ck_assert_ptr_null(request.message.audience.rooms[0]);
}
END_TEST

static const struct {
    sio__classic_channel_t channel;
    const char *text;
} refused[] = {
    {SIO__CLASSIC_BROADCASTS, ""},
    {SIO__CLASSIC_BROADCASTS, "{"},
    {SIO__CLASSIC_BROADCASTS, "{}"},
    {SIO__CLASSIC_BROADCASTS, "{\"data\":{}}"},
    {SIO__CLASSIC_BROADCASTS, "{\"type\":3,\"data\":[\"e\"]}"},
    {SIO__CLASSIC_BROADCASTS, "{\"nsp\":\"/other\",\"data\":[\"e\"]}"},
    {SIO__CLASSIC_BROADCASTS, "{\"data\":[\"e\"],\"rooms\":\"r\"}"},
    {SIO__CLASSIC_BROADCASTS, "{\"data\":[\"e\"],\"rooms\":[{}]}"},
    {SIO__CLASSIC_BROADCASTS, "{\"data\":[\"\xff\"]}"},
    {SIO__CLASSIC_BROADCASTS, "garbage"},
    {SIO__CLASSIC_BROADCASTS, "\x93\x01\x02\x03"},
    {SIO__CLASSIC_BROADCASTS, "\x93\xa1x\x80\x80"},
    {SIO__CLASSIC_REQUESTS, "{}"},
    {SIO__CLASSIC_REQUESTS, "[]"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":99}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":\"1\",\"requestId\":\"r\"}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":1}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":5,\"requestId\":\"r\"}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":2,\"opts\":{\"rooms\":[]}}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":2,\"requestId\":\"r\",\"sid\":\"s\"}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":2,\"sid\":\"s\",\"room\":\"r\"}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":6,\"data\":1}"},
    {SIO__CLASSIC_REQUESTS, "{\"type\":7,\"requestId\":\"r\",\"packet\":{\"type\":2}}"},
    {SIO__CLASSIC_RESPONSES, "{}"},
    {SIO__CLASSIC_RESPONSES, "{\"requestId\":\"r\"}"},
    {SIO__CLASSIC_RESPONSES, "{\"requestId\":\"r\",\"type\":8}"},
    {SIO__CLASSIC_RESPONSES, "{\"requestId\":\"r\",\"type\":8,\"clientCount\":-1}"},
    {SIO__CLASSIC_RESPONSES, "{\"requestId\":\"r\",\"sockets\":{}}"},
};

START_TEST(test_refused)
{
    ck_assert_msg(!decode_text(refused[_i].channel, refused[_i].text), "%s", refused[_i].text);
}
END_TEST

START_TEST(test_cut_off)
{
    size_t len;
    char *bytes = bytes_of(CAPTURED, &len);

    for (size_t cut = 0; cut < len; cut++)
        ck_assert(!decode(SIO__CLASSIC_BROADCASTS, bytes, cut));
    free(bytes);
}
END_TEST

/* --------------------------------------------------------------------------------- requests */

/* As captured from Node's, both ways. */
static const struct {
    sio__classic_channel_t channel;
    const char *text;
    unsigned type;
} both_ways[] = {
    {SIO__CLASSIC_REQUESTS, "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":1}", SIO__ALL_ROOMS},
    {SIO__CLASSIC_REQUESTS,
     "{\"uid\":\"u\",\"type\":2,\"opts\":{\"rooms\":[\"a\"],\"except\":[],\"flags\":{}},"
     "\"rooms\":[\"b\",\"c\"]}",
     SIO__SOCKETS_JOIN},
    {SIO__CLASSIC_REQUESTS,
     "{\"uid\":\"u\",\"type\":3,\"opts\":{\"rooms\":[],\"except\":[\"a\"],\"flags\":{}},"
     "\"rooms\":[\"b\"]}",
     SIO__SOCKETS_LEAVE},
    {SIO__CLASSIC_REQUESTS,
     "{\"uid\":\"u\",\"type\":4,\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}},"
     "\"close\":true}",
     SIO__DISCONNECT_SOCKETS},
    {SIO__CLASSIC_REQUESTS,
     "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":5,"
     "\"opts\":{\"rooms\":[\"a\"],\"except\":[],\"flags\":{}}}",
     SIO__FETCH_SOCKETS},
    {SIO__CLASSIC_REQUESTS, "{\"uid\":\"u\",\"type\":6,\"data\":[\"evt\",1,{\"a\":1}]}",
     SIO__SERVER_SIDE_EMIT},
    {SIO__CLASSIC_REQUESTS, "{\"uid\":\"u\",\"requestId\":\"r\",\"type\":6,\"data\":[\"evt\"]}",
     SIO__SERVER_SIDE_EMIT},
    {SIO__CLASSIC_RESPONSES, "{\"requestId\":\"r\",\"sockets\":[{\"id\":\"x\"}]}",
     SIO__FETCH_SOCKETS_RESPONSE},
    {SIO__CLASSIC_RESPONSES, "{\"requestId\":\"r\",\"rooms\":[\"a\",\"b\"]}",
     SIO__ALL_ROOMS_RESPONSE},
    {SIO__CLASSIC_RESPONSES, "{\"type\":6,\"requestId\":\"r\",\"data\":{\"a\":1}}",
     SIO__SERVER_SIDE_EMIT_RESPONSE},
    {SIO__CLASSIC_RESPONSES, "{\"type\":8,\"requestId\":\"r\",\"clientCount\":3}",
     SIO__BROADCAST_CLIENT_COUNT},
};

START_TEST(test_both_ways)
{
    ck_assert_msg(decode_text(both_ways[_i].channel, both_ways[_i].text), "%s", both_ways[_i].text);
    ck_assert_uint_eq(request.message.type, both_ways[_i].type);
    ck_assert_int_eq(request.legacy, SIO__CLASSIC_NOT_LEGACY);
    ck_assert_int_eq(sio__classic_channel(&request.message), both_ways[_i].channel);
    ck_assert_int_eq(sio__classic_encode(&request.message, NULL, &out), 0);
    expect_out(both_ways[_i].text);
}
END_TEST

/* With acknowledgements, in MessagePack. */
START_TEST(test_ask)
{
    size_t len;
    char *bytes =
        bytes_of("85 a3'uid' a1'u' a9'requestId' a1'r' a4'type' 07 a6'packet' 83 a4'type' "
                 "02 a4'data' 91 a1'e' a3'nsp' a1'/' a4'opts' 83 a5'rooms' 90 a6'except' 90 "
                 "a5'flags' 81 a7'timeout' cd01f4",
                 &len);

    ck_assert(decode(SIO__CLASSIC_REQUESTS, bytes, len));
    ck_assert_uint_eq(request.message.type, SIO__BROADCAST);
    ck_assert_str_eq(request.message.request_id, "r");
    ck_assert_uint_eq(request.message.audience.timeout_ms, 500);
    ck_assert_int_eq(sio__classic_encode(&request.message, NULL, &out), 0);
    expect_bytes(out.data, out.len,
                 "85 a3'uid' a1'u' a9'requestId' a1'r' a4'type' 07 a6'packet' 83 a4'type' 02 "
                 "a4'data' 91 a1'e' a3'nsp' a1'/' a4'opts' 83 a5'rooms' 90 a6'except' 90 "
                 "a5'flags' 81 a7'timeout' cd01f4");
    free(bytes);
}
END_TEST

START_TEST(test_ack)
{
    size_t len;
    char *bytes = bytes_of("83 a4'type' 09 a9'requestId' a1'r' a6'packet' c40161", &len);

    ck_assert(decode(SIO__CLASSIC_RESPONSES, bytes, len));
    ck_assert_uint_eq(request.message.type, SIO__BROADCAST_ACK);
    ck_assert_int_eq(sio__classic_encode(&request.message, NULL, &out), 0);
    expect_bytes(out.data, out.len, "83 a4'type' 09 a9'requestId' a1'r' a6'packet' c40161");
    free(bytes);
}
END_TEST

START_TEST(test_bytes_in_json)
{
    sio__span_t bytes = {"\x01\xff", 2};
    sio__cluster_message_t message = {
        .type = SIO__SERVER_SIDE_EMIT,
        .uid = "u",
        .nsp = "/",
        .packet = {"[\"e\",{\"_placeholder\":true,\"num\":0},1]", 37},
        .attachments = {&bytes, 1},
    };

    ck_assert_int_eq(sio__classic_encode(&message, NULL, &out), 0);
    expect_out("{\"uid\":\"u\",\"type\":6,\"data\":[\"e\",{\"type\":\"Buffer\",\"data\":[1,255]},"
               "1]}");
}
END_TEST

/* ------------------------------------------------------------------------------ older servers */

START_TEST(test_legacy)
{
    ck_assert(decode_text(SIO__CLASSIC_REQUESTS,
                          "{\"requestId\":\"r\",\"type\":2,\"sid\":\"s\",\"room\":\"a b\"}"));
    ck_assert_int_eq(request.legacy, SIO__CLASSIC_JOIN);
    ck_assert_str_eq(request.sid, "s");
    ck_assert_str_eq(request.room, "a b");
    ck_assert(decode_text(SIO__CLASSIC_REQUESTS,
                          "{\"requestId\":\"r\",\"type\":3,\"sid\":\"s\",\"room\":\"a\"}"));
    ck_assert_int_eq(request.legacy, SIO__CLASSIC_LEAVE);
    ck_assert(decode_text(SIO__CLASSIC_REQUESTS,
                          "{\"requestId\":\"r\",\"type\":4,\"sid\":\"s\",\"close\":true}"));
    ck_assert_int_eq(request.legacy, SIO__CLASSIC_DISCONNECT);
    ck_assert(request.message.close);
    ck_assert(
        decode_text(SIO__CLASSIC_REQUESTS, "{\"requestId\":\"r\",\"type\":0,\"rooms\":[\"a\"]}"));
    ck_assert_int_eq(request.legacy, SIO__CLASSIC_SOCKETS);
    ck_assert_str_eq(request.message.audience.rooms[0], "a");
    sio__classic_encode_done("r", &out);
    expect_out("{\"requestId\":\"r\"}");
}
END_TEST

START_TEST(test_channels)
{
    sio__cluster_message_t message = {.type = SIO__BROADCAST, .nsp = "/chat"};

    sio__classic_put_channel(&out, "k", &message);
    expect_out("k#/chat#");
    out.len = 0;
    message.audience.rooms = (const char *const[]){"a#b", NULL};
    sio__classic_put_channel(&out, "k", &message);
    expect_out("k#/chat#a#b#");
    out.len = 0;
    message.audience.rooms = (const char *const[]){"a", "b", NULL};
    sio__classic_put_channel(&out, "k", &message);
    expect_out("k#/chat#");
    out.len = 0;
    message.type = SIO__SOCKETS_JOIN;
    sio__classic_put_channel(&out, "k", &message);
    expect_out("k-request#/chat#");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("classic_message");
    TCase *tcase = tcase_create("messages");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_captured_broadcast);
    tcase_add_test(tcase, test_audience);
    tcase_add_test(tcase, test_plain);
    tcase_add_loop_test(tcase, test_refused, 0, (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(tcase, test_cut_off);
    tcase_add_loop_test(tcase, test_both_ways, 0, (int)(sizeof(both_ways) / sizeof(both_ways[0])));
    tcase_add_test(tcase, test_ask);
    tcase_add_test(tcase, test_ack);
    tcase_add_test(tcase, test_bytes_in_json);
    tcase_add_test(tcase, test_legacy);
    tcase_add_test(tcase, test_channels);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
