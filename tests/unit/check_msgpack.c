/* Values in MessagePack as notepack writes and reads them, both ways; what is refused. */
#include "base/json_scan.h"
#include "socketio/msgpack.h"
#include "socketio/socketio.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/hex_bytes.h"

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))
#define MAX_DEPTH    10000

static sio__args_t args;
static sio__buf_t out;
static const char *error;
static sio__msgpack_dialect_t dialect;

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

static int to_json(const char *hex, unsigned max_depth)
{
    size_t len;
    char *bytes = bytes_of(hex, &len);
    int result = sio__msgpack_to_json((sio__span_t){bytes, len}, dialect, max_depth, &args, &error);

    ck_assert((result == 0) == (error == NULL));
    /* What is attached lies within the message, which goes. */
    for (size_t i = 0; i < args.bytes_count; i++)
        sio__buf_append(&out, args.bytes[i].data, args.bytes[i].len);
    free(bytes);
    return result;
}

static void expect_json(const char *json)
{
    ck_assert_msg(args.json.len == strlen(json) && memcmp(args.json.data, json, args.json.len) == 0,
                  "%.*s instead of %s", (int)args.json.len, args.json.data, json);
}

/* ---------------------------------------------------------------------------- values, both ways */

#define PLACEHOLDER(num) "{\"_placeholder\":true,\"num\":" num "}"

static const struct {
    const char *msgpack;
    const char *json;
    const char *bytes; /* attached, one behind the other */
} both_ways[] = {
    {"c0", "null", ""},
    {"c2", "false", ""},
    {"c3", "true", ""},
    {"00", "0", ""},
    {"7f", "127", ""},
    {"cc80", "128", ""},
    {"ccff", "255", ""},
    {"cd0100", "256", ""},
    {"cdffff", "65535", ""},
    {"ce00010000", "65536", ""},
    {"ceffffffff", "4294967295", ""},
    {"cf0000000100000000", "4294967296", ""},
    {"cf001fffffffffffff", "9007199254740991", ""},
    {"cf0020000000000001", "9007199254740993", ""},
    {"cf8000000000000000", "9223372036854775808", ""},
    {"cfffffffffffffffff", "18446744073709551615", ""},
    {"ff", "-1", ""},
    {"e0", "-32", ""},
    {"d0df", "-33", ""},
    {"d080", "-128", ""},
    {"d1ff7f", "-129", ""},
    {"d18000", "-32768", ""},
    {"d2ffff7fff", "-32769", ""},
    {"d280000000", "-2147483648", ""},
    {"d3ffffffff7fffffff", "-2147483649", ""},
    {"d38000000000000000", "-9223372036854775808", ""},
    {"cb3fe0000000000000", "0.5", ""},
    {"cb3fb999999999999a", "0.1", ""},
    {"cbbff4000000000000", "-1.25", ""},
    {"cb0000000000000001", "5e-324", ""},
    {"cb444b1ae4d6e2ef50", "1e+21", ""},
    {"cb7fefffffffffffff", "1.7976931348623157e+308", ""},
    {"a0", "\"\"", ""},
    {"a3'abc'", "\"abc\"", ""},
    {"a2 c3a9", "\"\xc3\xa9\"", ""},
    {"a4 f09f9880", "\"\xf0\x9f\x98\x80\"", ""},
    {"a7'a\"\\/'0a0100", "\"a\\\"\\\\/\\n\\u0001\\u0000\"", ""},
    {"bf'0123456789012345678901234567890'", "\"0123456789012345678901234567890\"", ""},
    {"d920'01234567890123456789012345678901'", "\"01234567890123456789012345678901\"", ""},
    {"90", "[]", ""},
    {"80", "{}", ""},
    {"93 01a1'a'c0", "[1,\"a\",null]", ""},
    {"92 90 80", "[[],{}]", ""},
    {"91 91 91 01", "[[[1]]]", ""},
    {"82 a1'a' 01 a1'b' 82 a1'c' 90 a0 c3", "{\"a\":1,\"b\":{\"c\":[],\"\":true}}", ""},
    {"92 a2'[,' a2':}'", "[\"[,\",\":}\"]", ""},
    {"dc0010 00010203040506070809000102030405", "[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5]", ""},
    {"91 c403 010203", "[" PLACEHOLDER("0") "]", "010203"},
    {"92 c400 81 a1'b' c401 ff", "[" PLACEHOLDER("0") ",{\"b\":" PLACEHOLDER("1") "}]", "ff"},
    {"93 c40161 a1'x' c40162", "[" PLACEHOLDER("0") ",\"x\"," PLACEHOLDER("1") "]", "'ab'"},
};

START_TEST(test_to_json)
{
    ck_assert_msg(to_json(both_ways[_i].msgpack, MAX_DEPTH) == 0, "%s: %s", both_ways[_i].msgpack,
                  error);
    expect_json(both_ways[_i].json);
    expect_bytes(out.data, out.len, both_ways[_i].bytes);
}
END_TEST

/* Attachments of the table are one byte each, but for a few. */
START_TEST(test_from_json)
{
    const char *json = both_ways[_i].json;
    size_t len;
    char *message = bytes_of(both_ways[_i].msgpack, &len);

    ck_assert_int_eq(sio__msgpack_to_json((sio__span_t){message, len}, dialect, MAX_DEPTH, &args,
                                          &error),
                     0);
    ck_assert_int_eq(sio__msgpack_from_json((sio__span_t){json, strlen(json)},
                                            (sio__attachments_t){args.bytes, args.bytes_count},
                                            &out),
                     0);
    expect_bytes(out.data, out.len, both_ways[_i].msgpack);
    free(message);
}
END_TEST

/* Other spellings of the same, and what JSON doesn't have. */
static const struct {
    const char *msgpack;
    const char *json;
} only_in[] = {
    {"cc05", "5"},
    {"cd0005", "5"},
    {"ce00000005", "5"},
    {"cf0000000000000005", "5"},
    {"d005", "5"},
    {"d0fb", "-5"},
    {"d1fffb", "-5"},
    {"d2fffffffb", "-5"},
    {"d3fffffffffffffffb", "-5"},
    {"d37fffffffffffffff", "9223372036854775807"},
    {"ca3fc00000", "1.5"},
    {"ca3dcccccd", "0.10000000149011612"},
    {"cb4014000000000000", "5"},
    {"cb8000000000000000", "0"},
    {"cb7ff8000000000000", "null"},
    {"cb7ff0000000000000", "null"},
    {"cbfff0000000000000", "null"},
    {"d901'a'", "\"a\""},
    {"da0001'a'", "\"a\""},
    {"db00000001'a'", "\"a\""},
    {"a1ff", "\"\xef\xbf\xbd\""},
    {"a3eda080", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"a3'a'c3'b'", "\"a\xef\xbf\xbd\x62\""},
    {"dc000101", "[1]"},
    {"dd0000000101", "[1]"},
    {"de0001a1'a'01", "{\"a\":1}"},
    {"df00000001a1'a'01", "{\"a\":1}"},
    {"93 d40000 01 d400ff", "[null,1,null]"},
    {"d40000", "null"},
    {"83 a1'a'd40000 a1'b'01 a1'c'd40000", "{\"b\":1}"},
    {"81 a1'a'd40000", "{}"},
    {"d700 0000000000000000", "\"1970-01-01T00:00:00.000Z\""},
    {"d700 000000e8d4a51000", "\"2001-09-09T01:46:40.000Z\""},
    {"d700 ffffffffffffffff", "\"1969-12-31T23:59:59.999Z\""},
    {"d700 fffffffffffffc17", "\"1969-12-31T23:59:58.999Z\""},
    {"d700 001eb208c2dc0000", "\"+275760-09-13T00:00:00.000Z\""},
    {"d700 ffe14df73d240000", "\"-271821-04-20T00:00:00.000Z\""},
    {"d700 001eb208c2dc0001", "null"},
    {"d700 8000000000000000", "null"},
    {"d700 ffffc76f2cbe2280", "\"-000001-02-17T06:34:04.800Z\""},
    {"81 05 01", "{\"5\":1}"},
    {"81 ff 01", "{\"-1\":1}"},
    {"81 cb3fe0000000000000 01", "{\"0.5\":1}"},
    {"84 c001 c202 c303 d4000004", "{\"null\":1,\"false\":2,\"true\":3,\"undefined\":4}"},
    {"82 a1'a'01 a1'a'02", "{\"a\":1,\"a\":2}"},
};

START_TEST(test_only_in)
{
    ck_assert_msg(to_json(only_in[_i].msgpack, MAX_DEPTH) == 0, "%s: %s", only_in[_i].msgpack,
                  error);
    expect_json(only_in[_i].json);
    ck_assert_uint_eq(args.bytes_count, 0);
    ck_assert(sio__json_valid(args.json.data, args.json.len, MAX_DEPTH));
}
END_TEST

/* Times of type -1, which notepack 3 has. */
static const struct {
    const char *msgpack;
    const char *json;
} times[] = {
    {"d6ff 00000000", "\"1970-01-01T00:00:00.000Z\""},
    {"d6ff ffffffff", "\"2106-02-07T06:28:15.000Z\""},
    {"d7ff 1dcd650000000001", "\"1970-01-01T00:00:01.125Z\""},
    {"d7ff 0000000300000000", "\"2378-04-22T19:24:48.000Z\""},
    {"c70cff 00000000 ffffffffffffffff", "\"1969-12-31T23:59:59.000Z\""},
    {"c70cff 1dcd6500 fffffffffffffffe", "\"1969-12-31T23:59:58.500Z\""},
    {"c70cff 00000000 7fffffffffffffff", "null"},
    {"92 01 d6ff00000001", "[1,\"1970-01-01T00:00:01.000Z\"]"},
    {"81 a1'a' d6ff00000001", "{\"a\":\"1970-01-01T00:00:01.000Z\"}"},
    {"c704ff 00000001", "\"1970-01-01T00:00:01.000Z\""},
    {"d4ff61", "[-1," PLACEHOLDER("0") "]"},
};

START_TEST(test_times)
{
    dialect = SIO__NOTEPACK_3;
    ck_assert_int_eq(to_json(times[_i].msgpack, MAX_DEPTH), 0);
    expect_json(times[_i].json);
    dialect = SIO__NOTEPACK_2;
}
END_TEST

static const struct {
    const char *msgpack;
    const char *json;
    const char *bytes;
} attached[] = {
    {"c50001ff", PLACEHOLDER("0"), "ff"},
    {"c600000001ff", PLACEHOLDER("0"), "ff"},
    {"c70200 0102", PLACEHOLDER("0"), "0102"},
    {"c8000200 0102", PLACEHOLDER("0"), "0102"},
    {"c90000000200 0102", PLACEHOLDER("0"), "0102"},
    {"c70305 010203", "[5," PLACEHOLDER("0") "]", "010203"},
    {"d4ff61", "[-1," PLACEHOLDER("0") "]", "'a'"},
    {"d5000102", "[0," PLACEHOLDER("0") "]", "0102"},
    {"d67f01020304", "[127," PLACEHOLDER("0") "]", "01020304"},
    {"d701 0102030405060708", "[1," PLACEHOLDER("0") "]", "0102030405060708"},
    {"d880 01020304050607080102030405060708", "[-128," PLACEHOLDER("0") "]",
     "01020304050607080102030405060708"},
    {"92 01 d50301ff", "[1,[3," PLACEHOLDER("0") "]]", "01ff"},
    {"d6ff 00000001", "[-1," PLACEHOLDER("0") "]", "00000001"},
};

START_TEST(test_attached)
{
    ck_assert_int_eq(to_json(attached[_i].msgpack, MAX_DEPTH), 0);
    expect_json(attached[_i].json);
    expect_bytes(out.data, out.len, attached[_i].bytes);
}
END_TEST

static const struct {
    const char *json;
    const char *msgpack;
} only_out[] = {
    {" [ 1 , { \"a\" : [ ] } ] ", "92 01 81 a1'a' 90"},
    {"-0", "00"},
    {"1.0", "01"},
    {"1e3", "cd03e8"},
    {"1E2", "64"},
    {"-1.28e2", "d080"},
    {"18446744073709551616", "cb43f0000000000000"},
    {"1e19", "cf8ac7230489e80000"},
    {"-9223372036854775809", "d38000000000000000"},
    {"-1e19", "cbc3e158e460913d00"},
    {"1e400", "cb7ff0000000000000"},
    {"\"\\u0041\\/\\ud83d\\ude00\"", "a6 'A/' f09f9880"},
    {"\"\\ud800\"", "a3 efbfbd"},
    {"\"\\udc00x\\ud800\"", "a7 efbfbd 'x' efbfbd"},
    {"{\"\\u0061\":\"\\\"\"}", "81 a1'a' a1'\"'"},
    {"{\"_placeholder\":true,\"num\":0}", "82 ac'_placeholder'c3 a3'num'00"},
};

START_TEST(test_only_out)
{
    const char *json = only_out[_i].json;

    ck_assert_int_eq(sio__msgpack_from_json((sio__span_t){json, strlen(json)},
                                            (sio__attachments_t){NULL, 0}, &out),
                     0);
    expect_bytes(out.data, out.len, only_out[_i].msgpack);
}
END_TEST

START_TEST(test_placeholders_out)
{
    static sio__span_t bytes[] = {{"ab", 2}, {NULL, 0}};
    const char *json = "[{\"num\":1,\"_placeholder\":true},{\"_placeholder\":null,\"num\":0},"
                       "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":2}]";

    ck_assert_int_eq(sio__msgpack_from_json((sio__span_t){json, strlen(json)},
                                            (sio__attachments_t){bytes, 2}, &out),
                     0);
    expect_bytes(
        out.data, out.len,
        "94 c400 82 ac'_placeholder'c0 a3'num'00 c402'ab' 82 ac'_placeholder'c3 a3'num'02");
}
END_TEST

static void check_sizes(size_t count, const char *head)
{
    sio__buf_t json = SIO__BUF_INIT;

    sio__buf_append_str(&json, "[1");
    for (size_t i = 1; i < count; i++)
        sio__buf_append_str(&json, ",1");
    sio__buf_append_char(&json, ']');
    ck_assert_int_eq(sio__msgpack_from_json((sio__span_t){json.data, json.len},
                                            (sio__attachments_t){NULL, 0}, &out),
                     0);
    expect_bytes(out.data, out.len - count, head);
    ck_assert_int_eq(sio__msgpack_to_json((sio__span_t){out.data, out.len}, dialect, MAX_DEPTH,
                                          &args, &error),
                     0);
    ck_assert_uint_eq(args.json.len, json.len);
    ck_assert(memcmp(args.json.data, json.data, json.len) == 0);
    sio__buf_free(&json);
    teardown();
}

START_TEST(test_array_sizes)
{
    check_sizes(15, "9f");
    check_sizes(16, "dc0010");
    check_sizes(65535, "dcffff");
    check_sizes(65536, "dd00010000");
}
END_TEST

static void check_text(size_t len, const char *head, size_t head_len)
{
    char *json = malloc(len + 2);

    memset(json, 'x', len + 2);
    json[0] = json[len + 1] = '"';
    ck_assert_int_eq(sio__msgpack_from_json((sio__span_t){json, len + 2},
                                            (sio__attachments_t){NULL, 0}, &out),
                     0);
    ck_assert_uint_eq(out.len, len + head_len);
    expect_bytes(out.data, head_len, head);
    ck_assert_int_eq(sio__msgpack_to_json((sio__span_t){out.data, out.len}, dialect, MAX_DEPTH,
                                          &args, &error),
                     0);
    ck_assert_uint_eq(args.json.len, len + 2);
    free(json);
    teardown();
}

START_TEST(test_text_sizes)
{
    check_text(31, "bf", 1);
    check_text(32, "d920", 2);
    check_text(255, "d9ff", 2);
    check_text(256, "da0100", 3);
    check_text(65535, "daffff", 3);
    check_text(65536, "db00010000", 5);
}
END_TEST

/* Neither the stack nor a count that lies costs anything. */
START_TEST(test_depth)
{
    static const char deep[] = "91919191 c0";

    ck_assert_int_eq(to_json(deep, 4), 0);
    sio__args_clear(&args);
    ck_assert_int_eq(to_json(deep, 3), -1);
    sio__args_clear(&args);
    ck_assert_int_eq(to_json("8181 a1'a' c0", 1), -1);
}
END_TEST

START_TEST(test_very_deep)
{
    enum { DEEP = 1000000 };
    char *message = malloc(DEEP + 1);

    memset(message, 0x91, DEEP);
    message[DEEP] = 0;
    ck_assert_int_eq(sio__msgpack_to_json((sio__span_t){message, DEEP + 1}, dialect, DEEP, &args,
                                          &error),
                     0);
    ck_assert_uint_eq(args.json.len, 2 * DEEP + 1);
    sio__args_clear(&args);
    ck_assert_int_eq(sio__msgpack_to_json((sio__span_t){message, DEEP + 1}, dialect, DEEP - 1,
                                          &args, &error),
                     -1);
    ck_assert_ptr_eq(sio__msgpack_skip(message, message + DEEP + 1), message + DEEP + 1);
    ck_assert_ptr_null(sio__msgpack_skip(message, message + DEEP));
    free(message);
}
END_TEST

/* ------------------------------------------------------------------------------------- refused */

static const char *const malformed[] = {
    "",
    "c1",
    "91",
    "91c1",
    "81",
    "81a1'a'",
    "8101",
    "81 90 01",
    "81 80 01",
    "81 c40161 01",
    "81 d7000000000000000000 01",
    "81 d7000000000000000000",
    "a1",
    "bf'short'",
    "cc",
    "cd00",
    "ce000000",
    "cf00000000000000",
    "ca000000",
    "cb00000000000000",
    "d0",
    "d100",
    "d2000000",
    "d300000000000000",
    "d4",
    "d400",
    "d50000",
    "d6000000",
    "d700000000000000",
    "d700 0000000000000000 00",
    "d8000000000000000000000000000000",
    "c4",
    "c401",
    "c5",
    "c50001",
    "c6ffffffff61",
    "c7",
    "c700",
    "c70100",
    "c8000100",
    "c9ffffffff0061",
    "d9",
    "d901",
    "da0001",
    "dbffffffff61",
    "dc",
    "dc0002 01",
    "ddffffffff",
    "ddffffffff 01",
    "de0001 a1'a'",
    "dfffffffff a1'a'01",
    "01 01",
    "90 c0",
};

START_TEST(test_malformed)
{
    ck_assert_msg(to_json(malformed[_i], MAX_DEPTH) == -1, "%s", malformed[_i]);
}
END_TEST

/* Cut anywhere, a value is refused, and read no further than its end. */
START_TEST(test_cut)
{
    size_t len;
    char *message = bytes_of(both_ways[_i].msgpack, &len);

    for (size_t cut = 0; cut < len; cut++) {
        char *part = malloc(cut ? cut : 1);

        memcpy(part, message, cut);
        ck_assert_int_eq(sio__msgpack_to_json((sio__span_t){part, cut}, dialect, MAX_DEPTH, &args,
                                              &error),
                         -1);
        ck_assert_ptr_null(sio__msgpack_skip(part, part + cut));
        sio__args_clear(&args);
        free(part);
    }
    free(message);
}
END_TEST

START_TEST(test_no_memory_out)
{
    static sio__span_t bytes[] = {{"xy", 2}};
    const char *json = "[\"\\u0061\",[[{}]]," PLACEHOLDER("0") "]";

    for (long nth = 0;; nth++) {
        int result;

        fail_from_allocation(nth);
        result = sio__msgpack_from_json((sio__span_t){json, strlen(json)},
                                        (sio__attachments_t){bytes, 1}, &out);
        sio__buf_free(&out);
        stop_failing();
        if (result == 0) {
            ck_assert_int_gt(nth, 2);
            break;
        }
        ck_assert_int_eq(result, SIO_ENOMEM);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("msgpack");
    TCase *tests = tcase_create("values");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_to_json, 0, COUNT(both_ways));
    tcase_add_loop_test(tests, test_from_json, 0, COUNT(both_ways));
    tcase_add_loop_test(tests, test_only_in, 0, COUNT(only_in));
    tcase_add_loop_test(tests, test_times, 0, COUNT(times));
    tcase_add_loop_test(tests, test_attached, 0, COUNT(attached));
    tcase_add_loop_test(tests, test_only_out, 0, COUNT(only_out));
    tcase_add_test(tests, test_placeholders_out);
    tcase_add_test(tests, test_array_sizes);
    tcase_add_test(tests, test_text_sizes);
    tcase_add_test(tests, test_depth);
    tcase_add_test(tests, test_very_deep);
    tcase_add_loop_test(tests, test_malformed, 0, COUNT(malformed));
    tcase_add_loop_test(tests, test_cut, 0, COUNT(both_ways));
    tcase_add_test(tests, test_no_memory_out);
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
