/* Outgoing arguments: format strings, jansson arrays, JSON texts, received values, attachments,
 * failing memory. */
#include "socketio/pack.h"
#include "socketio/event.h"
#include "socketio/socketio.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static sio__args_t args;

static void setup(void)
{
    sio__args_init(&args);
}

static void teardown(void)
{
    sio__args_free(&args);
}

static int pack(const char *format, ...)
{
    va_list va;
    int result;

    va_start(va, format);
    result = sio__args_pack(&args, format, va);
    va_end(va);
    return result;
}

static void expect(const char *json)
{
    ck_assert_uint_eq(args.json.len, strlen(json));
    ck_assert_msg(memcmp(args.json.data, json, args.json.len) == 0, "%.*s instead of %s",
                  (int)args.json.len, args.json.data, json);
    sio__args_clear(&args);
}

#define EXPECT_PACKED(json, ...)                \
    do {                                        \
        ck_assert_int_eq(pack(__VA_ARGS__), 0); \
        expect(json);                           \
    } while (0)

/* Nothing stays behind, and the text says where. */
#define EXPECT_REFUSED(message, ...)                      \
    do {                                                  \
        ck_assert_int_eq(pack(__VA_ARGS__), SIO_EFORMAT); \
        ck_assert_str_eq(sio_format_error(), message);    \
        ck_assert_uint_eq(args.json.len, 0);              \
        ck_assert_uint_eq(args.bytes_count, 0);           \
    } while (0)

START_TEST(test_nothing)
{
    ck_assert_int_eq(pack(NULL), 0);
    ck_assert_uint_eq(args.json.len, 0);
    ck_assert_int_eq(pack(""), 0);
    ck_assert_int_eq(pack(" , :\t\n"), 0);
    ck_assert_uint_eq(args.json.len, 0);
}
END_TEST

START_TEST(test_scalars)
{
    EXPECT_PACKED("\"a\\\"\xc3\xa9\"", "s", "a\"\xc3\xa9");
    EXPECT_PACKED("\"\",\"b\"", "ss", "", "b");
    EXPECT_PACKED("0,-1,2147483647,-2147483648", "i i,i:i", 0, -1, INT_MAX, INT_MIN);
    EXPECT_PACKED("-9223372036854775808,9223372036854775807", "II", (json_int_t)INT64_MIN,
                  (json_int_t)INT64_MAX);
    EXPECT_PACKED("0.1,5,null,null", "ffff", 0.1, 5.0, (double)NAN, (double)-INFINITY);
    EXPECT_PACKED("true,false,null", "bbn", 7, 0);
}
END_TEST

START_TEST(test_texts)
{
    EXPECT_PACKED("\"ab\"", "s#", "abc", 2);
    EXPECT_PACKED("\"a\\u0000c\",1", "s%i", "a\0c", (size_t)3, 1);
    EXPECT_PACKED("\"\"", "s%", NULL, (size_t)0);
    EXPECT_PACKED("\"abcdef\",1", "s+i", "abc", "def", 1);
    EXPECT_PACKED("\"abcxyz\"", "s#++%", "abzz", 2, "c", "xyzz", (size_t)3);
    EXPECT_PACKED("\"\xc3\xa9\"", "s+", "\xc3", "\xa9");
    EXPECT_PACKED("\"\"", "s+", "", "");
    EXPECT_PACKED("null,\"a\",null", "s?s?n", NULL, "a");
    EXPECT_PACKED("1", "s*i", NULL, 1);
    EXPECT_PACKED("\"a\",1", "s*i", "a", 1);
}
END_TEST

START_TEST(test_structure)
{
    EXPECT_PACKED("[],{}", "[]{}");
    EXPECT_PACKED("[1,[2,[]],{\"a\":[{\"b\":null}]}]", "[i[i[]]{s:[{s:n}]}]", 1, 2, "a", "b");
    EXPECT_PACKED("{\"a\":1,\"b\":{\"c\":\"d\"}},\"e\"", "{s:i, s:{s:s}} s", "a", 1, "b", "c", "d",
                  "e");
    EXPECT_PACKED("{\"ab\\n\":true}", "{s+b}", "ab", "\n", 1);
    EXPECT_PACKED("{\"a\":1}", "{s#i}", "abc", 1, 1);
    EXPECT_PACKED("{\"a\":null,\"c\":1}", "{s:s?,s:s*,s:i}", "a", NULL, "b", NULL, "c", 1);
    EXPECT_PACKED("{\"c\":[1]}", "{s:O*,s:[i,o*]}", "b", NULL, "c", 1, NULL);
    EXPECT_PACKED("{}", "{s:s*}", "a", NULL);
    EXPECT_PACKED("\"{\",\"[\",\":\"", "sss", "{", "[", ":");
}
END_TEST

START_TEST(test_deep_format)
{
    char format[200] = "";
    char json[200];

    memset(format, '[', 64);
    memset(format + 64, ']', 64);
    format[128] = '\0';
    strcpy(json, format);
    EXPECT_PACKED(json, format);
    memset(format, '[', 65);
    memset(format + 65, ']', 65);
    format[130] = '\0';
    EXPECT_REFUSED("position 65: nested too deep", format);
}
END_TEST

START_TEST(test_refused)
{
    EXPECT_REFUSED("position 1: not a format letter", "x");
    EXPECT_REFUSED("position 3: not a format letter", "i,%", 1);
    EXPECT_REFUSED("position 1: not a format letter", "#");
    EXPECT_REFUSED("position 1: not a format letter", "?");
    EXPECT_REFUSED("position 1: not a format letter", "|");
    EXPECT_REFUSED("position 1: unexpected ]", "]");
    EXPECT_REFUSED("position 1: unexpected }", "}");
    EXPECT_REFUSED("position 2: unexpected }", "[}");
    EXPECT_REFUSED("position 2: unexpected ]", "{]");
    EXPECT_REFUSED("position 2: unclosed bracket", "[i", 1);
    EXPECT_REFUSED("position 1: unclosed bracket", "{");
    EXPECT_REFUSED("position 2: expected s for a key, or }", "{i", 1);
    EXPECT_REFUSED("position 3: a key without a value", "{s}", "a");
    EXPECT_REFUSED("position 2: a key can't be optional", "{s?i}", "a", 1);
    EXPECT_REFUSED("position 1: NULL text", "s", NULL);
    EXPECT_REFUSED("position 2: NULL text", "s%", NULL, (size_t)1);
    EXPECT_REFUSED("position 2: NULL text", "{si}", NULL, 1);
    EXPECT_REFUSED("position 2: NULL text", "s+", "a", NULL);
    EXPECT_REFUSED("position 2: negative length", "s#", "a", -1);
    EXPECT_REFUSED("position 1: text is not UTF-8", "s", "a\xff");
    EXPECT_REFUSED("position 1: text is not UTF-8", "s", "\xed\xa0\x80");
    EXPECT_REFUSED("position 2: text is not UTF-8", "s%", "\xc3\xa9", (size_t)1);
    EXPECT_REFUSED("position 2: text is not UTF-8", "{s:i}", "\xff", 1);
    EXPECT_REFUSED("position 2: an optional text has no length and no next piece", "s?#", "a", 1);
    EXPECT_REFUSED("position 1: NULL bytes", "B", NULL, (size_t)1);
    EXPECT_REFUSED("position 1: NULL json_t", "O", NULL);
    EXPECT_REFUSED("position 1: NULL value", "V", NULL);
    EXPECT_REFUSED("position 1: NULL text", "sss", NULL, "a", NULL);
}
END_TEST

/* What was appended before stays. */
START_TEST(test_failure_takes_back_its_own)
{
    ck_assert_int_eq(pack("sB", "a", "b", (size_t)1), 0);
    ck_assert_int_eq(pack("i{s:B,s:", 1, "x", "c", (size_t)1, "y"), SIO_EFORMAT);
    ck_assert_uint_eq(args.bytes_count, 1);
    ck_assert_int_eq(pack("i", 5), 0);
    expect("\"a\",{\"_placeholder\":true,\"num\":0},5");
}
END_TEST

START_TEST(test_json_references)
{
    json_t *kept = json_pack("{s:f}", "x", 0.1), *given = json_array();

    json_incref(given);
    EXPECT_PACKED("{\"x\":0.1},[]", "Oo", kept, given);
    ck_assert_uint_eq(kept->refcount, 1);
    ck_assert_uint_eq(given->refcount, 1);
    EXPECT_PACKED("null,1,[]", "o?O*io*", NULL, NULL, 1, json_array());
    json_decref(kept);
    json_decref(given);
}
END_TEST

START_TEST(test_stolen_in_every_case)
{
    json_t *json = json_array();

    for (int i = 0; i < 4; i++)
        json_incref(json);
    EXPECT_REFUSED("position 2: NULL text", "osio", json, NULL, 1, json);
    EXPECT_REFUSED("position 5: unclosed bracket", "[oo]{", json, json);
    ck_assert_uint_eq(json->refcount, 1);
    json_decref(json);
}
END_TEST

START_TEST(test_circular)
{
    json_t *outer = json_array(), *inner = json_array();

    json_array_append(outer, inner);
    json_array_append(inner, outer);
    EXPECT_REFUSED("position 1: value contains itself", "O", outer);
    json_array_clear(inner);
    json_decref(inner);
    json_decref(outer);
}
END_TEST

START_TEST(test_bytes)
{
    ck_assert_int_eq(pack("B{s:[B,B]}", "abc", (size_t)3, "k", NULL, (size_t)0, "de", (size_t)2),
                     0);
    ck_assert_uint_eq(args.bytes_count, 3);
    ck_assert(sio__span_is(args.bytes[0], "abc"));
    ck_assert(sio__span_is(args.bytes[1], ""));
    ck_assert(sio__span_is(args.bytes[2], "de"));
    expect("{\"_placeholder\":true,\"num\":0},"
           "{\"k\":[{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":2}]}");
    ck_assert_uint_eq(args.bytes_count, 0);
}
END_TEST

/* ------------------------------------------------------------------------ received values */

static sio__span_t received[2] = {{"one", 3}, {"two", 3}};
static const sio__attachments_t attachments = {received, 2};

static int append(const char *json, const sio__attachments_t *from)
{
    return sio__args_append_value(&args, (sio__span_t){json, strlen(json)}, from);
}

START_TEST(test_value_as_it_came)
{
    static const char *const texts[] = {"1.0", "12345678901234567890", "\"\\ud800\"",
                                        "{ \"a\" : [ ] }", "1e400"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        sio_value_t value = {.text = {texts[i], strlen(texts[i])}};

        EXPECT_PACKED(texts[i], "V", &value);
    }
    EXPECT_PACKED("null,1", "V?V*i", NULL, NULL, 1);
}
END_TEST

START_TEST(test_value_renumbered)
{
    ck_assert_int_eq(pack("B", "own", (size_t)3), 0);
    ck_assert_int_eq(append("[{ \"num\" : 1, \"_placeholder\" :true}, 1.0]", &attachments), 0);
    ck_assert_int_eq(append("{\"_placeholder\":true,\"num\":0}", &attachments), 0);
    ck_assert_uint_eq(args.bytes_count, 3);
    ck_assert(sio__span_is(args.bytes[1], "two"));
    ck_assert(sio__span_is(args.bytes[2], "one"));
    expect("{\"_placeholder\":true,\"num\":0},[{\"_placeholder\":true,\"num\":1}, 1.0],"
           "{\"_placeholder\":true,\"num\":2}");
}
END_TEST

/* A small packet that names a large attachment often must not become a huge one. */
START_TEST(test_attachment_named_twice)
{
    ck_assert_int_eq(append("[{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":1},"
                            "{\"_placeholder\":true,\"num\":0}]",
                            &attachments),
                     0);
    ck_assert_int_eq(append("{\"_placeholder\":true,\"num\":1}", &attachments), 0);
    ck_assert_uint_eq(args.bytes_count, 2);
    expect("[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0},"
           "{\"_placeholder\":true,\"num\":1}],{\"_placeholder\":true,\"num\":0}");
}
END_TEST

/* Of a text packet: only looks like a placeholder, which matters once there are attachments. */
static const char fake[] =
    "{\"\\u005fplaceholder\": true,\"num\":5,\"a\":[{\"_placeholder\":true}]}";
static const char defused[] =
    "{\"\\u005fplaceholder\": null,\"num\":5,\"a\":[{\"_placeholder\":null}]}";

START_TEST(test_fake_alone)
{
    ck_assert_int_eq(append(fake, NULL), 0);
    sio__args_finish(&args);
    expect(fake);
}
END_TEST

START_TEST(test_fake_beside_attachment)
{
    char text[400];
    json_t *json = json_loads("{\"_placeholder\":true,\"num\":0}", 0, NULL);

    ck_assert_int_eq(append(fake, NULL), 0);
    snprintf(text, sizeof(text), "[1,%s]", fake);
    ck_assert_int_eq(sio__args_pack_text(&args, text, strlen(text), 100), 0);
    ck_assert_int_eq(pack("OB", json, "x", (size_t)1), 0);
    sio__args_finish(&args);
    snprintf(text, sizeof(text),
             "%s,1,%s,{\"_placeholder\":null,\"num\":0},{\"_placeholder\":true,\"num\":0}", defused,
             defused);
    expect(text);
    json_decref(json);
}
END_TEST

START_TEST(test_fake_taken_back)
{
    sio_value_t value = {.text = {fake, strlen(fake)}};

    ck_assert_int_eq(pack("Vs", &value, NULL), SIO_EFORMAT);
    ck_assert_int_eq(pack("sB", "................................", "x", (size_t)1), 0);
    sio__args_finish(&args);
    expect("\"................................\",{\"_placeholder\":true,\"num\":0}");
}
END_TEST

/* ----------------------------------------------------------------------- arrays and texts */

START_TEST(test_json_array)
{
    json_t *json = json_pack("[i,[f],s]", 1, 0.1, "x"), *object = json_object();

    ck_assert_int_eq(pack("s", "a"), 0);
    ck_assert_int_eq(sio__args_pack_json(&args, json), 0);
    expect("\"a\",1,[0.1],\"x\"");
    ck_assert_int_eq(sio__args_pack_json(&args, object), SIO_EINVAL);
    ck_assert_int_eq(sio__args_pack_json(&args, NULL), SIO_EINVAL);
    json_array_clear(json);
    ck_assert_int_eq(sio__args_pack_json(&args, json), 0);
    ck_assert_uint_eq(args.json.len, 0);
    json_decref(json);
    json_decref(object);
}
END_TEST

static int pack_text(const char *text, unsigned depth)
{
    return sio__args_pack_text(&args, text, strlen(text), depth);
}

START_TEST(test_text)
{
    ck_assert_int_eq(pack("i", 0), 0);
    ck_assert_int_eq(pack_text("[]", 9), 0);
    ck_assert_int_eq(pack_text(" [ ] ", 9), 0);
    ck_assert_int_eq(pack_text(" [1.0, [\"]\"]] ", 9), 0);
    expect("0,1.0, [\"]\"]");
    ck_assert_int_eq(pack_text("[[1]]", 1), SIO_EJSON);
    ck_assert_int_eq(pack_text("{}", 9), SIO_EJSON);
    ck_assert_int_eq(pack_text("", 9), SIO_EJSON);
    ck_assert_int_eq(pack_text("[1", 9), SIO_EJSON);
    ck_assert_int_eq(pack_text("[\"\xff\"]", 9), SIO_EJSON);
    ck_assert_int_eq(pack_text("[\"\xed\xa0\x80\"]", 9), SIO_EJSON);
    ck_assert_uint_eq(args.json.len, 0);
}
END_TEST

/* ----------------------------------------------------------------------------- no memory */

static int pack_everything(json_t *json)
{
    char long_text[300];
    sio_value_t value = {.text = {fake, strlen(fake)}};
    int result;

    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    json_incref(json);
    result = pack("s{s:[B,B,B,B,B]}s+Voi", long_text, "k", "1", (size_t)1, "2", (size_t)1, "3",
                  (size_t)1, "4", (size_t)1, "5", (size_t)1, long_text, long_text, &value, json, 7);
    if (!result)
        result = append("{\"_placeholder\":true,\"num\":0}", &attachments);
    if (!result)
        result = sio__args_append_bytes(&args, "x", 1);
    if (!result)
        result = sio__args_pack_json(&args, json);
    return result;
}

START_TEST(test_no_memory)
{
    json_t *json = json_pack("[s%]", "\"x", (size_t)2);
    int result = SIO_ENOMEM;

    for (long nth = 0; result; nth++) {
        fail_from_allocation(nth);
        result = pack_everything(json);
        stop_failing();
        ck_assert(result == 0 || (result == SIO_ENOMEM && nth < 50));
        ck_assert_uint_eq(json->refcount, 1);
        if (result) { /* what did fit is usable */
            ck_assert_int_eq(pack("i", 1), 0);
            sio__args_finish(&args);
            ck_assert(args.json.data[args.json.len - 1] == '1');
        }
        teardown();
    }
    json_decref(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("args");
    TCase *format = tcase_create("format");
    TCase *values = tcase_create("values");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(format, setup, teardown);
    tcase_add_test(format, test_nothing);
    tcase_add_test(format, test_scalars);
    tcase_add_test(format, test_texts);
    tcase_add_test(format, test_structure);
    tcase_add_test(format, test_deep_format);
    tcase_add_test(format, test_refused);
    tcase_add_test(format, test_failure_takes_back_its_own);
    tcase_add_test(format, test_json_references);
    tcase_add_test(format, test_stolen_in_every_case);
    tcase_add_test(format, test_circular);
    tcase_add_test(format, test_bytes);
    tcase_add_checked_fixture(values, setup, teardown);
    tcase_add_test(values, test_value_as_it_came);
    tcase_add_test(values, test_value_renumbered);
    tcase_add_test(values, test_attachment_named_twice);
    tcase_add_test(values, test_fake_alone);
    tcase_add_test(values, test_fake_beside_attachment);
    tcase_add_test(values, test_fake_taken_back);
    tcase_add_test(values, test_json_array);
    tcase_add_test(values, test_text);
    tcase_add_test(values, test_no_memory);
    suite_add_tcase(suite, format);
    suite_add_tcase(suite, values);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
