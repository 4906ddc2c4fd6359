/* Socket.IO packets in MessagePack, as the npm parser writes and reads them; what is refused. */
#include "socketio/msgpack.h"
#include "socketio/parser.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/hex_bytes.h"

#include <stdio.h>

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))
#define MAX_DEPTH    10000

static sio__args_t args;
static sio__buf_t out;
static sio__packet_t packet;
static const char *error;

static void setup(void)
{
    sio__args_init(&args);
    out = (sio__buf_t)SIO__BUF_INIT;
}

static void teardown(void)
{
    sio__args_free(&args);
    sio__buf_free(&out);
}
#define PLACEHOLDER(num) "{\"_placeholder\":true,\"num\":" num "}"

#define TYPE  "a4'type'"
#define DATA  "a4'data'"
#define NSP   "a3'nsp'"
#define ID    "a2'id'"
#define SLASH NSP "a1'/'"

static int decode(const char *hex, bool binary, char **message)
{
    size_t len;

    *message = bytes_of(hex, &len);
    return sio__parser_decode(sio_msgpack_parser(), NULL, binary, (sio__span_t){*message, len},
                              MAX_DEPTH, &packet, &args, &error);
}

static const struct {
    const char *message;
    sio__packet_type_t type;
    const char *nsp;
    bool has_id;
    double id;
    const char *data;
} packets[] = {
    {"83" TYPE "00" DATA "d40000" SLASH, SIO__CONNECT, "/", false, 0, ""},
    {"82" TYPE "00" SLASH, SIO__CONNECT, "/", false, 0, ""},
    {"83" TYPE "00" DATA "81a1't'01" NSP "a6'/admin'", SIO__CONNECT, "/admin", false, 0,
     "{\"t\":1}"},
    {"82" TYPE "00" NSP "a0", SIO__CONNECT, "", false, 0, ""},
    {"82" TYPE "01" SLASH, SIO__DISCONNECT, "/", false, 0, ""},
    {"83" TYPE "02" DATA "92a1'a'01" SLASH, SIO__EVENT, "/", false, 0, "[\"a\",1]"},
    {"84" TYPE "02" DATA "91a1'a'" ID "05" SLASH, SIO__EVENT, "/", true, 5, "[\"a\"]"},
    {"84" TYPE "02" DATA "91a1'a'" ID "d40000" SLASH, SIO__EVENT, "/", false, 0, "[\"a\"]"},
    {"84" TYPE "02" DATA "91a1'a'" ID "cb4014000000000000" SLASH, SIO__EVENT, "/", true, 5,
     "[\"a\"]"},
    {"84" TYPE "02" DATA "91a1'a'" ID "ff" SLASH, SIO__EVENT, "/", true, -1, "[\"a\"]"},
    {"84 a7'options' 81a8'compress'c3" TYPE "02" DATA "91a1'a'" SLASH, SIO__EVENT, "/", false, 0,
     "[\"a\"]"},
    {"84" TYPE "05" DATA "91a1'a'" TYPE "cb4000000000000000" SLASH, SIO__EVENT, "/", false, 0,
     "[\"a\"]"},
    {"83" TYPE "02" DATA "9107" SLASH, SIO__EVENT, "/", false, 0, "[7]"},
    {"84" ID "00" TYPE "03" DATA "90" SLASH, SIO__ACK, "/", true, 0, "[]"},
    {"84" ID "00" TYPE "03" DATA "92 01c0" SLASH, SIO__ACK, "/", true, 0, "[1,null]"},
    {"83" TYPE "04" DATA "a3'why'" SLASH, SIO__CONNECT_ERROR, "/", false, 0, "\"why\""},
    {"83" TYPE "04" DATA "80" SLASH, SIO__CONNECT_ERROR, "/", false, 0, "{}"},
    {"83" TYPE "02" DATA "92a1'a'c400" SLASH, SIO__BINARY_EVENT, "/", false, 0,
     "[\"a\"," PLACEHOLDER("0") "]"},
    {"83" TYPE "03" DATA "91c700 00" SLASH, SIO__BINARY_ACK, "/", false, 0,
     "[" PLACEHOLDER("0") "]"},
};

START_TEST(test_packet)
{
    char *message;

    ck_assert_msg(decode(packets[_i].message, true, &message) == 0, "%s: %s", packets[_i].message,
                  error);
    ck_assert_int_eq(packet.type, packets[_i].type);
    ck_assert(sio__span_is(packet.nsp, packets[_i].nsp));
    ck_assert_int_eq(packet.has_id, packets[_i].has_id);
    ck_assert(packet.id == packets[_i].id);
    ck_assert(sio__span_is(packet.data, packets[_i].data));
    free(message);
}
END_TEST

#define BAD_TYPE    "invalid packet type"
#define BAD_NSP     "invalid namespace"
#define BAD_PAYLOAD "invalid payload"
#define BAD_ID      "invalid packet id"
#define BAD_BYTES   "Could not parse"

static const struct {
    const char *message;
    const char *error;
} bad[] = {
    {"", BAD_BYTES},
    {"c1", BAD_BYTES},
    {"02", BAD_TYPE},
    {"90", BAD_TYPE},
    {"80", BAD_TYPE},
    {"82" DATA "90" SLASH, BAD_TYPE},
    {"83" TYPE "05" DATA "90" SLASH, BAD_TYPE},
    {"83" TYPE "ff" DATA "90" SLASH, BAD_TYPE},
    {"83" TYPE "a1'2'" DATA "90" SLASH, BAD_TYPE},
    {"83" TYPE "cb3ff8000000000000" DATA "90" SLASH, BAD_TYPE},
    {"83" TYPE "cb7ff8000000000000" DATA "90" SLASH, BAD_TYPE},
    {"82" TYPE "02" DATA "91a1'a'", BAD_NSP},
    {"83" TYPE "02" DATA "91a1'a'" NSP "c0", BAD_NSP},
    {"83" TYPE "02" DATA "91a1'a'" NSP "c4012f", BAD_NSP},
    {"83" TYPE "02" DATA "91a1'a'" NSP "a1ff", BAD_NSP},
    {"82" TYPE "02" SLASH, BAD_PAYLOAD},
    {"83" TYPE "02" DATA "80" SLASH, BAD_PAYLOAD},
    {"83" TYPE "02" DATA "90" SLASH, BAD_PAYLOAD},
    {"83" TYPE "02" DATA "91c0" SLASH, BAD_PAYLOAD},
    {"83" TYPE "02" DATA "91aa'disconnect'" SLASH, BAD_PAYLOAD},
    {"83" TYPE "03" DATA "80" SLASH, BAD_PAYLOAD},
    {"82" TYPE "03" SLASH, BAD_PAYLOAD},
    {"83" TYPE "00" DATA "90" SLASH, BAD_PAYLOAD},
    {"83" TYPE "00" DATA "c0" SLASH, BAD_PAYLOAD},
    {"83" TYPE "01" DATA "c0" SLASH, BAD_PAYLOAD},
    {"83" TYPE "04" DATA "c0" SLASH, BAD_PAYLOAD},
    {"82" TYPE "04" SLASH, BAD_PAYLOAD},
    {"84" TYPE "02" DATA "91a1'a'" ID "c0" SLASH, BAD_ID},
    {"84" TYPE "02" DATA "91a1'a'" ID "a1'1'" SLASH, BAD_ID},
    {"84" TYPE "02" DATA "91a1'a'" ID "cb3ff8000000000000" SLASH, BAD_ID},
    {"83" TYPE "02" DATA "91a1'a'" SLASH "c0", "trailing bytes"},
    {"84" TYPE "02" DATA "91a1'a'" SLASH, BAD_BYTES},
    {"83" TYPE "02" DATA "91a1'a'" NSP "a2'/'", BAD_BYTES},
    {"84 90 01" TYPE "02" DATA "91a1'a'" SLASH, BAD_BYTES},
};

START_TEST(test_bad)
{
    char *message;

    ck_assert_msg(decode(bad[_i].message, true, &message) == -1, "%s", bad[_i].message);
    ck_assert_str_eq(error, bad[_i].error);
    free(message);
}
END_TEST

START_TEST(test_text_message)
{
    char *message;

    ck_assert_int_eq(decode("83" TYPE "02" DATA "91a1'a'" SLASH, false, &message), -1);
    ck_assert_str_eq(error, "not a message of this parser");
    free(message);
}
END_TEST

/* What a client calls a placeholder is its own business, until there are attachments. */
START_TEST(test_fakes)
{
    static const char fake[] = "82ac'_placeholder'c3 a3'num'00";
    char hex[300], *message;

    snprintf(hex, sizeof(hex), "83" TYPE "02" DATA "92a1'a'%s" SLASH, fake);
    ck_assert_int_eq(decode(hex, true, &message), 0);
    ck_assert_int_eq(packet.type, SIO__EVENT);
    ck_assert(sio__span_is(packet.data, "[\"a\"," PLACEHOLDER("0") "]"));
    free(message);
    sio__args_clear(&args);
    snprintf(hex, sizeof(hex), "83" TYPE "02" DATA "94a1'a'%s c40101 c3" SLASH, fake);
    ck_assert_int_eq(decode(hex, true, &message), 0);
    ck_assert_int_eq(packet.type, SIO__BINARY_EVENT);
    ck_assert(sio__span_is(packet.data,
                           "[\"a\",{\"_placeholder\":null,\"num\":0}," PLACEHOLDER("0") ",true]"));
    free(message);
}
END_TEST

static const struct {
    sio__packet_type_t type;
    const char *nsp;
    bool has_id;
    double id;
    const char *data;
    const char *message;
} sent[] = {
    {SIO__CONNECT, "/", false, 0, "{\"sid\":\"x\"}",
     "83" TYPE "00" DATA "82a3'sid'a1'x'a3'pid'd40000" SLASH},
    {SIO__CONNECT, "/", false, 0, "{\"sid\":\"x\",\"pid\":\"y\"}",
     "83" TYPE "00" DATA "82a3'sid'a1'x'a3'pid'a1'y'" SLASH},
    {SIO__DISCONNECT, "/a", false, 0, "", "82" TYPE "01" NSP "a2'/a'"},
    {SIO__CONNECT_ERROR, "/", false, 0, "{\"message\":\"m\"}",
     "83" TYPE "04" DATA "81a7'message'a1'm'" SLASH},
    {SIO__EVENT, "/", false, 0, "[\"a\",1]", "83" TYPE "02" DATA "92a1'a'01" SLASH},
    {SIO__EVENT, "/", true, 300, "[\"a\"]", "84" TYPE "02" DATA "91a1'a'" ID "cd012c" SLASH},
    {SIO__ACK, "/", true, 0, "[]", "84" ID "00" TYPE "03" DATA "90" SLASH},
    {SIO__ACK, "/", true, -3, "[]", "84" ID "fd" TYPE "03" DATA "90" SLASH},
    {SIO__BINARY_EVENT, "/", false, 0, "[\"a\"," PLACEHOLDER("0") "]",
     "83" TYPE "02" DATA "92a1'a'c402'xy'" SLASH},
    {SIO__BINARY_ACK, "/", true, 1, "[" PLACEHOLDER("0") "]",
     "84" ID "01" TYPE "03" DATA "91c402'xy'" SLASH},
};

START_TEST(test_sent)
{
    static sio__span_t bytes[] = {{"xy", 2}};

    packet = (sio__packet_t){
        .type = sent[_i].type,
        .nsp = {sent[_i].nsp, strlen(sent[_i].nsp)},
        .has_id = sent[_i].has_id,
        .id = sent[_i].id,
        .data = {sent[_i].data, strlen(sent[_i].data)},
    };
    ck_assert_int_eq(sio__msgpack_encode(&packet, (sio__attachments_t){bytes, 1}, &out), 0);
    expect_bytes(out.data, out.len, sent[_i].message);
}
END_TEST

START_TEST(test_text_to_message)
{
    static sio__span_t bytes[] = {{"xy", 2}};
    sio_messages_t messages = SIO__MESSAGES_INIT;
    const char *text = "51-/a,7[\"a\"," PLACEHOLDER("0") "]";

    ck_assert_int_eq(sio__parser_encode(sio_msgpack_parser(), (sio__span_t){text, strlen(text)},
                                        (sio__attachments_t){bytes, 1}, &messages),
                     0);
    expect_bytes(messages.bytes.data, messages.bytes.len,
                 "84" TYPE "02" DATA "92a1'a'c402'xy'" ID "07" NSP "a2'/a'");
    ck_assert_int_eq(sio__parser_encode(sio_msgpack_parser(), (sio__span_t){"2[", 2},
                                        (sio__attachments_t){NULL, 0}, &messages),
                     SIO_EINVAL);
    ck_assert_uint_eq(sio__messages_count(&messages), 1);
    sio__messages_free(&messages);
}
END_TEST

/* With it, as many attachments as fit into a message are handed on in one pass. */
START_TEST(test_distinct)
{
    enum { MANY = 200000 };
    sio__span_t json = {"[" PLACEHOLDER("0") "," PLACEHOLDER("0") "]",
                        3 + 2 * strlen(PLACEHOLDER("0"))};
    sio__span_t *bytes = calloc(MANY, sizeof(*bytes));
    const sio__attachments_t attachments = {bytes, MANY};

    sio__args_append_value(&args, json, &attachments);
    ck_assert_uint_eq(args.bytes_count, 1);
    sio__args_clear(&args);
    args.distinct = true;
    sio__args_append_value(&args, json, &attachments);
    ck_assert_uint_eq(args.bytes_count, 2);
    for (size_t i = 0; i < MANY; i++)
        ck_assert_int_eq(sio__args_append_value(&args, json, &attachments), 0);
    ck_assert_uint_eq(args.bytes_count, 2 * MANY + 2);
    free(bytes);
}
END_TEST

static int decode_long(void)
{
    static char *message;
    char text[1000];
    int result;

    snprintf(text, sizeof(text),
             "83" TYPE "02" DATA
             "95a1'a' c40101 82ac'_placeholder'c3 a1ff a1ff c40102 9191919180" SLASH);
    result = decode(text, true, &message);
    free(message);
    return result;
}

START_TEST(test_no_memory_in)
{
    for (long nth = 0;; nth++) {
        int result;

        fail_from_allocation(nth);
        result = decode_long();
        sio__args_free(&args);
        stop_failing();
        if (result == 0) {
            ck_assert_int_gt(nth, 3);
            break;
        }
        ck_assert_str_eq(error, "out of memory");
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("msgpack packets");
    TCase *tests = tcase_create("packets");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_packet, 0, COUNT(packets));
    tcase_add_loop_test(tests, test_bad, 0, COUNT(bad));
    tcase_add_test(tests, test_text_message);
    tcase_add_test(tests, test_fakes);
    tcase_add_loop_test(tests, test_sent, 0, COUNT(sent));
    tcase_add_test(tests, test_text_to_message);
    tcase_add_test(tests, test_distinct);
    tcase_add_test(tests, test_no_memory_in);
    suite_add_tcase(all, tests);
    return all;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
