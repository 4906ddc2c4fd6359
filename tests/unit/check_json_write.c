/* JSON as it is written: strings and numbers equal to JSON.stringify's, jansson trees, failing
 * memory. */
#include "base/args.h"
#include "base/json_scan.h"
#include "socketio/socketio.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))

static void expect(sio__buf_t *buf, const char *text)
{
    ck_assert(!buf->failed);
    sio__buf_append_char(buf, '\0');
    ck_assert_str_eq(buf->data, text);
    sio__buf_free(buf);
}

static const struct {
    const char *text;
    size_t len;
    const char *json;
} strings[] = {
    {"", 0, "\"\""},
    {"abc", 3, "\"abc\""},
    {"\"\\/", 3, "\"\\\"\\\\/\""},
    {"\b\t\n\v\f\r", 6, "\"\\b\\t\\n\\u000b\\f\\r\""},
    {"\0\x01\x07\x0e\x1f\x20\x7f", 7, "\"\\u0000\\u0001\\u0007\\u000e\\u001f \x7f\""},
    {"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80", 9, "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\""},
    {"\xed\xa0\x80", 3, "\"\\ud800\""},
    {"a\xed\xbf\xbf\xed\xa0\xbd", 7, "\"a\\udfff\\ud83d\""},
    {"\xed\x95\x9c\xed\x9f\xbf", 6, "\"\xed\x95\x9c\xed\x9f\xbf\""},
    {"12345678\"12345678", 17, "\"12345678\\\"12345678\""},
};

START_TEST(test_string)
{
    sio__buf_t buf = SIO__BUF_INIT;

    sio__json_append_string(&buf, strings[_i].text, strings[_i].len);
    expect(&buf, strings[_i].json);
}
END_TEST

/* What Node prints. */
static const struct {
    double number;
    const char *text;
} numbers[] = {
    {0, "0"},
    {-0.0, "0"},
    {1, "1"},
    {-1, "-1"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {123.456, "123.456"},
    {5e-7, "5e-7"},
    {0.000001, "0.000001"},
    {0.00000123, "0.00000123"},
    {1.5e-7, "1.5e-7"},
    {1e21, "1e+21"},
    {1e20, "100000000000000000000"},
    {123456789012345680000.0, "123456789012345680000"},
    {1.2345678901234568e21, "1.2345678901234568e+21"},
    {9007199254740991, "9007199254740991"},
    {9007199254740992, "9007199254740992"},
    {18014398509481984, "18014398509481984"},
    {12345678901234567890.0, "12345678901234567000"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {5e-324, "5e-324"},
    {1.5e-323, "1.5e-323"},
    {0x1p-44, "5.684341886080802e-14"}, /* 5.684341886080801e-14 is nearer, but another double */
    {0x1p-1022, "2.2250738585072014e-308"},
    {4.35, "4.35"},
    {1e-10, "1e-10"},
    {-1234.5678e-100, "-1.2345678e-97"},
    {HUGE_VAL, "null"},
    {-HUGE_VAL, "null"},
};

START_TEST(test_number)
{
    sio__buf_t buf = SIO__BUF_INIT;

    sio__json_append_number(&buf, numbers[_i].number);
    expect(&buf, numbers[_i].text);
}
END_TEST

START_TEST(test_not_finite)
{
    char text[SIO__NUMBER_MAX];
    sio__buf_t buf = SIO__BUF_INIT;

    sio__json_append_number(&buf, NAN);
    expect(&buf, "null");
    ck_assert_uint_eq(sio__number_format(NAN, text), 3);
    ck_assert(memcmp(text, "NaN", 3) == 0);
    ck_assert_uint_eq(sio__number_format(-INFINITY, text), 9);
    ck_assert(memcmp(text, "-Infinity", 9) == 0);
}
END_TEST

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Any double comes back from its text, and no text is longer than promised. */
START_TEST(test_round_trip)
{
    uint64_t state = 88172645463325252u;

    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&state);
        char text[SIO__NUMBER_MAX];
        double number;
        size_t len;

        if (i % 4 == 0)
            bits &= UINT64_C(0xfff0000000000000); /* powers of two and their lopsided neighbours */
        memcpy(&number, &bits, sizeof(number));
        if (!isfinite(number))
            continue;
        len = sio__number_format(number, text);
        ck_assert_uint_le(len, 25);
        ck_assert_msg(sio__number_parse(text, len) == number, "%.17g: %.*s", number, (int)len,
                      text);
    }
}
END_TEST

static json_t *tree(void)
{
    json_t *json =
        json_pack("{s:[i,f,f,b,b,n], s:{s:s%}, s:[], s:{}, s:I}", "a", -5, 0.1, 5.0, 1, 0,
                  "\xc3\xa9\"", "", "x\0y", (size_t)3, "b", "c", "I", (json_int_t)INT64_MIN);

    ck_assert_ptr_nonnull(json);
    return json;
}

static const char tree_text[] =
    "{\"a\":[-5,0.1,5,true,false,null],\"\xc3\xa9\\\"\":{\"\":\"x\\u0000y\"},\"b\":[],\"c\":{},"
    "\"I\":-9223372036854775808}";

START_TEST(test_jansson)
{
    sio__buf_t buf = SIO__BUF_INIT;
    json_t *json = tree();

    ck_assert_int_eq(sio__json_append_jansson(&buf, json), 0);
    expect(&buf, tree_text);
    ck_assert_int_eq(sio__json_append_jansson(&buf, NULL), SIO_EINVAL);
    json_decref(json);
}
END_TEST

START_TEST(test_jansson_repairs_text)
{
    sio__buf_t buf = SIO__BUF_INIT;
    json_t *json = json_string_nocheck("a\xff\xed\xa0\x80");

    ck_assert_int_eq(sio__json_append_jansson(&buf, json), 0);
    expect(&buf, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    json_decref(json);
}
END_TEST

START_TEST(test_jansson_circular)
{
    sio__buf_t buf = SIO__BUF_INIT;
    json_t *outer = json_array(), *inner = json_array();

    json_array_append(outer, inner);
    json_array_append(inner, outer);
    ck_assert_int_eq(sio__json_append_jansson(&buf, outer), SIO_EINVAL);
    sio__buf_free(&buf);
    json_array_clear(inner);
    json_decref(inner);
    json_decref(outer);
}
END_TEST

START_TEST(test_no_memory)
{
    json_t *json = tree();
    int result = SIO_ENOMEM;

    json_object_set_new_nocheck(json, "z", json_string_nocheck("\xff"));
    for (long nth = 0; result; nth++) {
        sio__buf_t buf = SIO__BUF_INIT;

        fail_from_allocation(nth);
        result = sio__json_append_jansson(&buf, json);
        ck_assert(result == 0 || (result == SIO_ENOMEM && nth < 10));
        sio__buf_free(&buf);
        stop_failing();
    }
    json_decref(json);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_write");
    TCase *scalars = tcase_create("scalars");
    TCase *trees = tcase_create("trees");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(scalars, test_string, 0, COUNT(strings));
    tcase_add_loop_test(scalars, test_number, 0, COUNT(numbers));
    tcase_add_test(scalars, test_not_finite);
    tcase_add_test(scalars, test_round_trip);
    tcase_add_test(trees, test_jansson);
    tcase_add_test(trees, test_jansson_repairs_text);
    tcase_add_test(trees, test_jansson_circular);
    tcase_add_test(trees, test_no_memory);
    suite_add_tcase(suite, scalars);
    suite_add_tcase(suite, trees);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
