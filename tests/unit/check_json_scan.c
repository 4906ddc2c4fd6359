/* The JSON scanner: JSON.parse's grammar, depth limits, arrays' items, strings, numbers,
 * placeholders. */
#include "base/json_scan.h"
#include "base/json_walk.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))
#define ANY_DEPTH    10000

/* In a heap block of exactly the text's size, so that the sanitizers see a byte too far. */
static char *exact_copy(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);

    memcpy(copy, text, len);
    return copy;
}

static bool valid(const char *text, size_t len, unsigned depth)
{
    char *copy = exact_copy(text, len);
    bool result = sio__json_valid(copy, len, depth);

    free(copy);
    return result;
}

static const char *const good[] = {
    "0",
    "-0",
    "-12.50e+3",
    "1E5",
    "1e-400",
    "12345678901234567890123",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD800\"",
    "\"\x7f\xc3\xa9\xf0\x9f\x98\x80\"",
    "[]",
    "{}",
    "[ ]",
    "{ }",
    " \t\r\n[1 , 2\n]\r",
    "[[],{},[[]]]",
    "{\"a\":1,\"a\":{\"b\":[null,{}]}}",
    "{ \"a\" : [ { } , 1 ] , \"\" : \"\" }",
    "[1,[2,[3,{\"x\":[4]}]],5]",
};

START_TEST(test_good)
{
    const char *text = good[_i];
    size_t len = strlen(text);

    ck_assert_msg(valid(text, len, ANY_DEPTH), "%s", text);
    if (strchr("[{\"tfn", text[0]))
        for (size_t cut = 0; cut < len; cut++)
            ck_assert_msg(!valid(text, cut, ANY_DEPTH), "%.*s", (int)cut, text);
}
END_TEST

static const char *const bad[] = {
    "",
    " ",
    "+1",
    ".5",
    "5.",
    "01",
    "-",
    "-a",
    "1e",
    "1e+",
    "0x1",
    "1_0",
    "NaN",
    "Infinity",
    "tru",
    "truex",
    "True",
    "nul",
    "undefined",
    "'a'",
    "\"a",
    "\"\\\"",
    "\"\\x41\"",
    "\"\\u12g4\"",
    "\"\\u123\"",
    "\"\n\"",
    "\"\x01\"",
    "\"\x1f\"",
    "\"aaaaaaaaaaaa\t\"",
    "[",
    "]",
    "[1",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "{",
    "}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{1:2}",
    "{\"a\" 1}",
    "{\"a\":1]",
    "{a:1}",
    "[]]",
    "{}{}",
    "1 2",
    "\xef\xbb\xbf[]",
    "[1]\x0b",
    "\xc2\xa0[]",
    "/**/1",
    "[\"a\",\"b]",
    "[[[]]",
    "{\"a\":[}",
    "\"\\",
    "\"\\u",
    "{\"a\":1,\"b\"}",
    "[1]x",
};

START_TEST(test_bad)
{
    ck_assert_msg(!valid(bad[_i], strlen(bad[_i]), ANY_DEPTH), "%s", bad[_i]);
}
END_TEST

START_TEST(test_nul)
{
    ck_assert(!valid("1\0", 2, ANY_DEPTH));
    ck_assert(!valid("\"\0\"", 3, ANY_DEPTH));
    ck_assert(!valid("\0", 1, ANY_DEPTH));
}
END_TEST

/* Every position within the words that strings are read by. */
START_TEST(test_special_at_every_position)
{
    for (size_t len = 0; len < 40; len++) {
        for (size_t at = 0; at < len; at++) {
            char text[48];

            memset(text, 0xe4 /* the high bit is no control character */, sizeof(text));
            text[0] = '"';
            text[len + 1] = '"';
            ck_assert(valid(text, len + 2, 1));
            text[at + 1] = 0x1f;
            ck_assert(!valid(text, len + 2, 1));
            text[at + 1] = '"';
            ck_assert(!valid(text, len + 2, 1));
            text[at + 1] = '\\';
            ck_assert(!valid(text, len + 2, 1));
            text[at + 1] = ' ';
            ck_assert(valid(text, len + 2, 1));
        }
    }
}
END_TEST

static char *nested(size_t depth, bool objects, size_t *len)
{
    const char *open = objects ? "{\"\":" : "[";
    size_t unit = strlen(open);
    char *text = malloc(depth * (unit + 1) + 1);

    for (size_t i = 0; i < depth; i++)
        memcpy(text + i * unit, open, unit);
    text[depth * unit] = '1';
    memset(text + depth * unit + 1, objects ? '}' : ']', depth);
    *len = depth * (unit + 1) + 1;
    return text;
}

static const unsigned depths[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 2048, 10000, 65536};

START_TEST(test_depth)
{
    unsigned depth = depths[_i];

    for (int objects = 0; objects < 2; objects++) {
        size_t len;
        char *text = nested(depth, objects, &len);

        ck_assert(sio__json_valid(text, len, depth));
        ck_assert(sio__json_valid(text, len, depth + 1));
        if (depth)
            ck_assert(!sio__json_valid(text, len, depth - 1));
        ck_assert(!sio__json_valid(text, len - 1, depth + 1) || !depth);
        if (depth > 1) {
            text[len - 2] = objects ? ']' : '}';
            ck_assert(!sio__json_valid(text, len, depth));
        }
        free(text);
    }
}
END_TEST

START_TEST(test_depth_has_an_end)
{
    size_t len;
    char *text = nested(65537, false, &len);

    ck_assert(!sio__json_valid(text, len, 4000000000u));
    free(text);
}
END_TEST

/* Which bracket is open is remembered per level, deep ones too. */
START_TEST(test_mixed_brackets)
{
    char text[2 * 200 * 5 + 8];
    size_t len = 0;

    for (int i = 0; i < 200; i++)
        len += (size_t)sprintf(text + len, i % 3 ? "[" : "{\"k\":");
    len += (size_t)sprintf(text + len, "[]");
    for (int i = 199; i >= 0; i--)
        text[len++] = i % 3 ? ']' : '}';
    ck_assert(sio__json_valid(text, len, 201));
    text[len - 5] = text[len - 5] == ']' ? '}' : ']';
    ck_assert(!sio__json_valid(text, len, 201));
}
END_TEST

START_TEST(test_skip_value)
{
    static const char text[] = "[1,{\"a\":\"]\"}],2";

    ck_assert_ptr_eq(sio__json_skip_value(text, text + strlen(text), 2), text + 13);
    ck_assert_ptr_null(sio__json_skip_value(text, text + strlen(text), 1));
    ck_assert_ptr_null(sio__json_skip_value(text, text, 1));
    ck_assert_ptr_null(sio__json_skip_value(text + 13, text + strlen(text), 1));
}
END_TEST

START_TEST(test_array)
{
    static const char text[] = " [ \"a\" ,1,\t{\"b\":[2,3]} , [] ] ";
    sio__span_t items[5] = {{NULL, 0}};

    ck_assert_int_eq(sio__json_scan_array(text, strlen(text), 3, items, 5), 4);
    ck_assert(sio__span_is(items[0], "\"a\""));
    ck_assert(sio__span_is(items[1], "1"));
    ck_assert(sio__span_is(items[2], "{\"b\":[2,3]}"));
    ck_assert(sio__span_is(items[3], "[]"));
    ck_assert_ptr_null(items[4].data);
    ck_assert_int_eq(sio__json_scan_array(text, strlen(text), 2, items, 5), -1);
    items[1].len = 99;
    ck_assert_int_eq(sio__json_scan_array(text, strlen(text), 3, items, 1), 4);
    ck_assert_uint_eq(items[1].len, 99);
    ck_assert_int_eq(sio__json_scan_array(text, strlen(text), 3, NULL, 0), 4);
}
END_TEST

static const struct {
    const char *text;
    long count;
} arrays[] = {
    {"[]", 0},   {" [ ] ", 0}, {"[1]", 1},   {"[[]]", 1}, {"", -1},      {" ", -1},
    {"{}", -1},  {"1", -1},    {"[", -1},    {"[1", -1},  {"[1,", -1},   {"[1,]", -1},
    {"[,]", -1}, {"[] 1", -1}, {"[1]]", -1}, {"[1}", -1}, {"[1 2]", -1}, {"[a]", -1},
};

START_TEST(test_array_count)
{
    char *copy = exact_copy(arrays[_i].text, strlen(arrays[_i].text));

    ck_assert_int_eq(sio__json_scan_array(copy, strlen(arrays[_i].text), 9, NULL, 0),
                     arrays[_i].count);
    free(copy);
}
END_TEST

static const struct {
    const char *token, *text;
    size_t len;
} strings[] = {
    {"\"\"", "", 0},
    {"\"abc\"", "abc", 3},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
    {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6},
    {"\"a\\u0000b\"", "a\0b", 3},
    {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 4},
    {"\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf", 4},
    {"\"x\\ud800\"", "x\xed\xa0\x80", 4},
    {"\"\\ud800\\u0041\"", "\xed\xa0\x80\x41", 4},
    {"\"\\ud800\\ud800\\udc00\"", "\xed\xa0\x80\xf0\x90\x80\x80", 7},
    {"\"\\ud800\\ue000\"", "\xed\xa0\x80\xee\x80\x80", 6},
    {"\"\\udc00\\ud800\"", "\xed\xb0\x80\xed\xa0\x80", 6},
    {"\"\\ud800\\n\"", "\xed\xa0\x80\n", 4},
    {"\"\xc3\xa9\\u002f\"", "\xc3\xa9/", 3},
};

START_TEST(test_unescape)
{
    sio__span_t token = {strings[_i].token, strlen(strings[_i].token)};
    char *copy = exact_copy(token.data, token.len), *out = malloc(token.len);
    size_t len = strings[_i].len;

    token.data = copy;
    ck_assert_uint_eq(sio__json_unescape(token, out), len);
    ck_assert(memcmp(out, strings[_i].text, len) == 0);
    ck_assert(sio__json_string_is(token, strings[_i].text, len));
    ck_assert(!sio__json_string_is(token, "abcdefghijklm", len + 1));
    if (len) {
        ck_assert(!sio__json_string_is(token, strings[_i].text, len - 1));
        out[len - 1] ^= 1;
        ck_assert(!sio__json_string_is(token, out, len));
    }
    free(copy);
    free(out);
}
END_TEST

static const struct {
    const char *text;
    double number;
} numbers[] = {
    {"0", 0},
    {"-12", -12},
    {"0.1", 0.1},
    {"123456789012345", 123456789012345},
    {"9007199254740993", 9007199254740992.0},
    {"18446744073709551616", 18446744073709551616.0},
    {"1e22", 1e22},
    {"1e23", 1e23},
    {"1.7976931348623157e308", 1.7976931348623157e308},
    {"1e309", INFINITY},
    {"-1E+999999999999", -INFINITY},
    {"5e-324", 5e-324},
    {"2e-324", 0},
    {"1e-999999999999", 0},
    {"0e999999999999", 0},
    {"9514242627359937e4", 9.514242627359937e+19}, /* more digits than one exact product has */
    {"0.000001", 1e-6},
    {"00012", 12},
    {".5", .5},
    {"5.", 5},
    {"+5", 5},
    {"2.2250738585072011e-308", 2.2250738585072011e-308},
    {"100000000000000000000000000000000000000", 1e38},
};

START_TEST(test_number)
{
    double number = sio__number_parse(numbers[_i].text, strlen(numbers[_i].text));

    ck_assert_msg(number == numbers[_i].number, "%s gave %.17g", numbers[_i].text, number);
}
END_TEST

/* One digit far behind decides between two doubles. */
START_TEST(test_long_number)
{
    char text[1200];
    size_t len = (size_t)sprintf(text, "9007199254740993.");

    memset(text + len, '0', 1000);
    ck_assert(sio__number_parse(text, len + 1000) == 9007199254740992.0);
    text[len + 999] = '1';
    ck_assert(sio__number_parse(text, len + 1000) == 9007199254740994.0);
    memset(text, '9', 400);
    ck_assert(isinf(sio__number_parse(text, 400)));
}
END_TEST

typedef struct found {
    const char *object;
    double num;
} found_t;

static const struct {
    const char *text;
    found_t found[3];
} placeholders[] = {
    {"[1,\"_placeholder\",true]", {{NULL, 0}}},
    {"{\"_placeholder\":true,\"num\":0}", {{"{\"_placeholder\":true,\"num\":0}", 0}}},
    {"[{\"num\":2,\"_placeholder\":true},{ \"_placeholder\" : true , \"num\" : 1e0 }]",
     {{"{\"num\":2,\"_placeholder\":true}", 2},
      {"{ \"_placeholder\" : true , \"num\" : 1e0 }", 1}}},
    {"{\"\\u005fplaceholder\":true,\"n\\u0075m\":1}",
     {{"{\"\\u005fplaceholder\":true,\"n\\u0075m\":1}", 1}}},
    {"{\"_placeholder\":false,\"num\":0}", {{NULL, 0}}},
    {"{\"_placeholder\":1,\"num\":0}", {{NULL, 0}}},
    {"{\"_placeholder\":\"true\",\"num\":0}", {{NULL, 0}}},
    {"{\"_placeholder\":true}", {{"{\"_placeholder\":true}", -1}}},
    {"{\"_placeholder\":true,\"num\":-1}", {{"{\"_placeholder\":true,\"num\":-1}", -1}}},
    {"{\"_placeholder\":true,\"num\":0.5}", {{"{\"_placeholder\":true,\"num\":0.5}", -1}}},
    {"{\"_placeholder\":true,\"num\":\"0\"}", {{"{\"_placeholder\":true,\"num\":\"0\"}", -1}}},
    {"{\"_placeholder\":true,\"num\":0,\"num\":3}",
     {{"{\"_placeholder\":true,\"num\":0,\"num\":3}", 3}}},
    {"{\"a\":{\"b\":[{\"_placeholder\":true,\"num\":0}]},\"c\":[[{\"_placeholder\":true,\"num\":1}]"
     "]}",
     {{"{\"_placeholder\":true,\"num\":0}", 0}, {"{\"_placeholder\":true,\"num\":1}", 1}}},
    {"[{\"a\":[{\"_placeholder\":true,\"num\":1}]},{\"_placeholder\":true,\"num\":2}]",
     {{"{\"_placeholder\":true,\"num\":1}", 1}, {"{\"_placeholder\":true,\"num\":2}", 2}}},
    /* what is inside a placeholder counts as little as upstream */
    {"{\"_placeholder\":true,\"num\":0,\"x\":{\"_placeholder\":true,\"num\":9}}",
     {{"{\"_placeholder\":true,\"num\":0,\"x\":{\"_placeholder\":true,\"num\":9}}", 0}}},
    {"{\"x\":{\"num\":9},\"y\":[\"}\",\"\\\"{\"],\"_placeholder\":true,\"num\":0}",
     {{"{\"x\":{\"num\":9},\"y\":[\"}\",\"\\\"{\"],\"_placeholder\":true,\"num\":0}", 0}}},
    {"{\"x\":{\"_placeholder\":true,\"num\":0},\"_placeholder\":true,\"num\":1}",
     {{"{\"_placeholder\":true,\"num\":0}", 0}, {"", -1}}},
};

START_TEST(test_placeholders)
{
    size_t len = strlen(placeholders[_i].text);
    char *copy = exact_copy(placeholders[_i].text, len);
    const char *at = copy;
    sio__span_t object;
    double num;

    for (int i = 0; i < 3 && placeholders[_i].found[i].object; i++) {
        ck_assert(sio__json_next_placeholder(&at, copy + len, &object, &num));
        ck_assert(sio__span_is(object, placeholders[_i].found[i].object));
        ck_assert(num == placeholders[_i].found[i].num);
        ck_assert(sio__json_may_have_placeholder(copy, len));
    }
    ck_assert(!sio__json_next_placeholder(&at, copy + len, &object, &num));
    free(copy);
}
END_TEST

/* Objects within each other whose key comes last would cost a pass each if every one were looked
 * at. */
START_TEST(test_placeholders_take_linear_time)
{
    enum { DEPTH = 9000 };
    static char text[DEPTH * 40];
    const char *at = text;
    sio__span_t object;
    size_t len = 0, found = 0;
    double num;

    for (int i = 0; i < DEPTH; i++)
        len += (size_t)sprintf(text + len, "{\"a\":");
    len += (size_t)sprintf(text + len, "1");
    for (int i = 0; i < DEPTH; i++)
        len += (size_t)sprintf(text + len, ",\"_placeholder\":true}");
    while (sio__json_next_placeholder(&at, text + len, &object, &num))
        found++;
    ck_assert_uint_eq(found, DEPTH);
}
END_TEST

START_TEST(test_walk)
{
    static const char text[] = "{ \"a\" : 1 , \"b\":[2,3],\"a\":{\"x\":[]} }";
    sio__span_t object = {text, strlen(text)}, key, value = {NULL, 0};
    sio__json_walk_t walk = sio__json_walk_begin(object);
    int members = 0;

    while (sio__json_walk_member(&walk, &key, &value))
        members++;
    ck_assert_int_eq(members, 3);
    ck_assert(sio__json_find(object, "a", 1, &value));
    ck_assert(sio__span_is(value, "{\"x\":[]}"));
    ck_assert(!sio__json_find(object, "x", 1, &value));
    ck_assert(sio__json_find(object, "b", 1, &value));
    walk = sio__json_walk_begin(value);
    ck_assert(sio__json_walk_element(&walk, &value) && sio__span_is(value, "2"));
    ck_assert(sio__json_walk_element(&walk, &value) && sio__span_is(value, "3"));
    ck_assert(!sio__json_walk_element(&walk, &value));
    walk = sio__json_walk_begin((sio__span_t){"[ ]", 3});
    ck_assert(!sio__json_walk_element(&walk, &value));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_scan");
    TCase *grammar = tcase_create("grammar");
    TCase *parts = tcase_create("parts");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(grammar, test_good, 0, COUNT(good));
    tcase_add_loop_test(grammar, test_bad, 0, COUNT(bad));
    tcase_add_test(grammar, test_nul);
    tcase_add_test(grammar, test_special_at_every_position);
    tcase_add_loop_test(grammar, test_depth, 0, COUNT(depths));
    tcase_add_test(grammar, test_depth_has_an_end);
    tcase_add_test(grammar, test_mixed_brackets);
    tcase_add_test(parts, test_skip_value);
    tcase_add_test(parts, test_array);
    tcase_add_loop_test(parts, test_array_count, 0, COUNT(arrays));
    tcase_add_loop_test(parts, test_unescape, 0, COUNT(strings));
    tcase_add_loop_test(parts, test_number, 0, COUNT(numbers));
    tcase_add_test(parts, test_long_number);
    tcase_add_loop_test(parts, test_placeholders, 0, COUNT(placeholders));
    tcase_add_test(parts, test_placeholders_take_linear_time);
    tcase_add_test(parts, test_walk);
    suite_add_tcase(suite, grammar);
    suite_add_tcase(suite, parts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
