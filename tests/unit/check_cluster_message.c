/* What servers of a cluster say to each other, as Node's servers write it. */
#include "adapters/cluster_message.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/hex_bytes.h"

#include <check.h>
#include <stdio.h>

static sio__cluster_decoder_t decoder;
static sio__cluster_message_t message;
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

static bool decode(const char *text)
{
    return sio__cluster_decode(&decoder, (sio__span_t){text, strlen(text)}, &message);
}

static void expect_packet(const char *text)
{
    ck_assert_msg(sio__span_is(message.packet, text), "%.*s", (int)message.packet.len,
                  message.packet.data);
}

static void expect_names(const char *const *names, const char *joined)
{
    char text[256] = "";

    for (; *names; names++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s;", *names);
    ck_assert_str_eq(text, joined);
}

/* ------------------------------------------------------------------- messages of Node's servers */

START_TEST(test_broadcast)
{
    ck_assert(decode("{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"hello\",1,\"2\"]},"
                     "\"opts\":{\"rooms\":[\"r1\",\"r\\u00e9\"],\"except\":[\"x\"],\"flags\":{"
                     "\"volatile\":true,\"compress\":false,\"timeout\":500}}},"
                     "\"uid\":\"6d387717edfab828\",\"nsp\":\"/chat\"}"));
    ck_assert_uint_eq(message.type, SIO__BROADCAST);
    ck_assert_str_eq(message.uid, "6d387717edfab828");
    ck_assert_str_eq(message.nsp, "/chat");
    ck_assert_ptr_null(message.request_id);
    expect_packet("[\"hello\",1,\"2\"]");
    expect_names(message.audience.rooms, "r1;r\xc3\xa9;");
    expect_names(message.audience.except, "x;");
    ck_assert_uint_eq(message.audience.flags, SIO__VOLATILE | SIO__NO_COMPRESS);
    ck_assert_uint_eq(message.audience.timeout_ms, 500);
}
END_TEST

START_TEST(test_binary_broadcast)
{
    size_t len;
    char *bytes = bytes_of("84 a4'type' 03 a4'data' 82 a6'packet' 82 a4'type' 02 a4'data' 92 "
                           "a5'hello' c403010203 a4'opts' 83 a5'rooms' 90 a6'except' 90 a5'flags' "
                           "80 a3'uid' b0'6d387717edfab828' a3'nsp' a1'/'",
                           &len);

    ck_assert(sio__cluster_decode(&decoder, (sio__span_t){bytes, len}, &message));
    expect_packet("[\"hello\",{\"_placeholder\":true,\"num\":0}]");
    ck_assert_uint_eq(message.attachments.count, 1);
    ck_assert(sio__span_is(message.attachments.items[0], "\1\2\3"));
    expect_names(message.audience.rooms, "");
    ck_assert_int_eq(sio__cluster_encode(&message, SIO__JSON_IF_TEXT, &out), 0);
    expect_bytes(out.data, out.len,
                 "84 a4'type' 03 a4'data' 82 a6'packet' 82 a4'type' 02 a4'data' 92 a5'hello' "
                 "c403010203 a4'opts' 83 a5'rooms' 90 a6'except' 90 a5'flags' 80 a3'uid' "
                 "b0'6d387717edfab828' a3'nsp' a1'/'");
    free(bytes);
}
END_TEST

/* Each comes out of the encoder as it went into the decoder. */
static const char *const messages[] = {
    "{\"type\":1,\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":2,\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"hello\"]},\"opts\":{\"rooms\":["
    "\"room1\"],\"except\":[],\"flags\":{}}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"ask\",\"q?\"]},\"requestId\":"
    "\"efdd064529c3c392\",\"opts\":{\"rooms\":[],\"except\":[\"a\",\"b\"],\"flags\":{\"volatile\":"
    "true,\"compress\":false,\"timeout\":500}}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":4,\"data\":{\"opts\":{\"rooms\":[\"room1\"],\"except\":[],\"flags\":{}},\"rooms\":["
    "\"r2\",\"r3\"]},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":5,\"data\":{\"opts\":{\"rooms\":[],\"except\":[],\"flags\":{}},\"rooms\":[\"r2\"]},"
    "\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":6,\"data\":{\"opts\":{\"rooms\":[\"s\"],\"except\":[],\"flags\":{}},\"close\":true},"
    "\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":7,\"data\":{\"requestId\":\"68c7c940791bc924\",\"opts\":{\"rooms\":[\"room1\"],"
    "\"except\":[],\"flags\":{}}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":8,\"data\":{\"requestId\":\"1\",\"sockets\":[{\"id\":\"s\",\"handshake\":{},"
    "\"rooms\":[\"s\"],\"data\":{\"x\":1.5}}]},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":9,\"data\":{\"packet\":[\"evt\",1,{\"a\":1}]},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":9,\"data\":{\"requestId\":\"1\",\"packet\":[\"ping2\",\"x\"]},\"uid\":\"u\",\"nsp\":"
    "\"/\"}",
    "{\"type\":10,\"data\":{\"requestId\":\"1\",\"packet\":\"pong "
    "x\"},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":10,\"data\":{\"requestId\":\"1\"},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":11,\"data\":{\"requestId\":\"1\",\"clientCount\":12},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":12,\"data\":{\"requestId\":\"1\",\"packet\":null},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":13,\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":100,\"data\":{\"requestId\":\"1\"},\"uid\":\"u\",\"nsp\":\"/\"}",
};

START_TEST(test_there_and_back)
{
    sio__buf_t packed = SIO__BUF_INIT;

    ck_assert(decode(messages[_i]));
    ck_assert_int_eq(sio__cluster_encode(&message, SIO__JSON_IF_TEXT, &out), 0);
    ck_assert_str_eq((sio__buf_append_char(&out, '\0'), out.data), messages[_i]);
    ck_assert_int_eq(sio__cluster_encode(&message, SIO__ALWAYS_MSGPACK, &packed), 0);
    ck_assert_int_ne(packed.data[0], '{');
    ck_assert(sio__cluster_decode(&decoder, (sio__span_t){packed.data, packed.len}, &message));
    sio__buf_clear(&out);
    ck_assert_int_eq(sio__cluster_encode(&message, SIO__JSON_IF_TEXT, &out), 0);
    ck_assert_str_eq((sio__buf_append_char(&out, '\0'), out.data), messages[_i]);
    sio__buf_free(&packed);
}
END_TEST

static const char *const refused[] = {
    "",
    "{",
    "[]",
    "\xc0",
    "{\"type\":3}",
    "{\"type\":99,\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":-1,\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":1.5,\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":2,\"uid\":\"u\"}",
    "{\"type\":2,\"uid\":\"u\",\"nsp\":5}",
    "{\"type\":2,\"uid\":\"u\\u0000\",\"nsp\":\"/\"}",
    "{\"type\":2,\"uid\":\"\xff\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":[],\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"a\"]}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":1,\"data\":[\"a\"]},\"opts\":{\"rooms\":[],"
    "\"except\":[]}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":\"a\"},\"opts\":{\"rooms\":[],"
    "\"except\":[]}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"a\"]},\"opts\":{\"rooms\":[{}]}},"
    "\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"a\"]},\"opts\":{\"rooms\":["
    "\"a\\u0000b\"]"
    "}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":4,\"data\":{\"opts\":{\"rooms\":[]}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":7,\"data\":{\"opts\":{\"rooms\":[]}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":8,\"data\":{\"requestId\":\"1\",\"sockets\":{}},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":11,\"data\":{\"requestId\":\"1\",\"clientCount\":-1},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":11,\"data\":{\"clientCount\":1},\"uid\":\"u\",\"nsp\":\"/\"}",
    "{\"type\":12,\"data\":{\"requestId\":"
    "\"0123456789012345678901234567890123456789012345678901234567"
    "89012345\"},\"uid\":\"u\",\"nsp\":\"/\"}",
};

START_TEST(test_refused)
{
    ck_assert_msg(!decode(refused[_i]), "%s", refused[_i]);
}
END_TEST

START_TEST(test_what_else_is_accepted)
{
    ck_assert(decode(" {\"type\":2,\"uid\":\"u\",\"nsp\":\"/\"}") == false);
    ck_assert(decode("{\"nsp\":\"/\",\"more\":{\"packet\":1},\"uid\":7,\"type\":3,\"data\":{"
                     "\"opts\":{\"rooms\":[5,\"\\ud83d\\ude00\"]},\"packet\":{\"nsp\":\"/\","
                     "\"data\":[\"a\"],\"type\":2}}}"));
    ck_assert_str_eq(message.uid, "7");
    expect_names(message.audience.rooms, "5;\xf0\x9f\x98\x80;");
    expect_names(message.audience.except, "");
}
END_TEST

/* ------------------------------------------------------------------------- entries of streams */

static bool decode_entry(const char *type, const char *data)
{
    sio__cluster_entry_t entry = {
        .uid = {"d58565941845f139", 16},
        .nsp = {"/", 1},
        .type = {type, strlen(type)},
        .data = {data, strlen(data)},
    };

    return sio__cluster_decode_entry(&decoder, &entry, &message);
}

START_TEST(test_text_entry)
{
    const char *data =
        "{\"packet\":{\"type\":2,\"data\":[\"hello\",1,\"2\"]},\"opts\":{\"rooms\":[],"
        "\"except\":[],\"flags\":{}}}";

    ck_assert(decode_entry("3", data));
    ck_assert_str_eq(message.uid, "d58565941845f139");
    ck_assert_str_eq(message.nsp, "/");
    expect_packet("[\"hello\",1,\"2\"]");
    ck_assert_int_eq(sio__cluster_encode_entry(&message, &out), 0);
    ck_assert(sio__span_is((sio__span_t){out.data, out.len}, data));
    ck_assert(decode_entry("1", ""));
    ck_assert(!decode_entry("3", ""));
    ck_assert(!decode_entry("", ""));
    ck_assert(!decode_entry("3x", data));
    ck_assert(!decode_entry("3", "{\"packet\""));
    ck_assert(!decode_entry("3", "====!"));
}
END_TEST

START_TEST(test_binary_entry)
{
    const char *data =
        "gqZwYWNrZXSCpHR5cGUCpGRhdGGSpWhlbGxvxAMBAgOkb3B0c4Olcm9vbXOQpmV4Y2VwdJClZmxhZ"
        "3OA";

    ck_assert(decode_entry("3", data));
    expect_packet("[\"hello\",{\"_placeholder\":true,\"num\":0}]");
    ck_assert(sio__span_is(message.attachments.items[0], "\1\2\3"));
    ck_assert_int_eq(sio__cluster_encode_entry(&message, &out), 0);
    ck_assert(sio__span_is((sio__span_t){out.data, out.len}, data));
}
END_TEST

/* ------------------------------------------------------------------------- without memory */

START_TEST(test_out_of_memory)
{
    bool done = false;

    for (int n = 0; !done; n++) {
        sio__cluster_decoder_t fresh;
        size_t len;
        char *bytes = bytes_of("84 a4'type' 03 a4'data' 82 a6'packet' 82 a4'type' 02 a4'data' 92 "
                               "a5'hello' c403010203 a4'opts' 83 a5'rooms' 91 a1'a' a6'except' 90 "
                               "a5'flags' 80 a3'uid' b0'6d387717edfab828' a3'nsp' a1'/'",
                               &len);

        sio__cluster_decoder_init(&fresh, 100);
        fail_from_allocation(n);
        done = sio__cluster_decode(&fresh, (sio__span_t){bytes, len}, &message) &&
               sio__cluster_encode(&message, SIO__JSON_IF_TEXT, &out) == 0;
        stop_failing();
        sio__buf_free(&out);
        sio__cluster_decoder_free(&fresh);
        free(bytes);
        ck_assert_int_lt(n, 100);
    }
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("cluster_message");
    TCase *tcase = tcase_create("cluster_message");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_broadcast);
    tcase_add_test(tcase, test_binary_broadcast);
    tcase_add_loop_test(tcase, test_there_and_back, 0, COUNT(messages));
    tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
    tcase_add_test(tcase, test_what_else_is_accepted);
    tcase_add_test(tcase, test_text_entry);
    tcase_add_test(tcase, test_binary_entry);
    tcase_add_test(tcase, test_out_of_memory);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
