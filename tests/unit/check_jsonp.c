/* JSONP: what a script gets, and what a form brings. */
#include "engineio/json_text.h"
#include "engineio/jsonp.h"
#include "engineio/ws_frame.h"

#include <check.h>
#include <string.h>

static sio__span_t span(const char *text)
{
    return (sio__span_t){text, strlen(text)};
}

START_TEST(test_wrap)
{
    sio__buf_t out = SIO__BUF_INIT;

    eio_jsonp_wrap(&out, span("a1b2"), "4\"\\\n\xe2\x80\xa8\xe2\x80\xa9\xe2\x82\xac", 13);
    sio__buf_append_char(&out, '\0');
    ck_assert_str_eq(out.data, "___eio[12](\"4\\\"\\\\\\n\\u2028\\u2029\xe2\x82\xac\");");
    sio__buf_free(&out);
}
END_TEST

static const struct form {
    const char *body, *payload; /* NULL: none */
} forms[] = {
    {"d=4hello", "4hello"},     {"d=4a%5Cnb", "4a\nb"},
    {"d=4a%5C%5Cnb", "4a\\nb"}, {"x=1&d=42%5B%22a%22%5D&y", "42[\"a\"]"},
    {"d=4+%2B", "4 +"},         {"d=", ""},
    {"4hello", NULL},           {"", NULL},
};

START_TEST(test_unwrap)
{
    const struct form *form = &forms[_i];
    sio__buf_t out = SIO__BUF_INIT;

    ck_assert_int_eq(eio_jsonp_unwrap(form->body, strlen(form->body), &out), form->payload != NULL);
    sio__buf_append_char(&out, '\0');
    if (form->payload)
        ck_assert_str_eq(out.data, form->payload);
    sio__buf_free(&out);
}
END_TEST

START_TEST(test_json_text)
{
    sio__buf_t out = SIO__BUF_INIT;

    eio_json_append_text(&out, (sio__span_t){"a\"\\/\b\t\n\v\f\r\x01\x1f\x7f\xc3\xa9", 15});
    sio__buf_append_char(&out, '\0');
    ck_assert_str_eq(out.data, "\"a\\\"\\\\/\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\x7f\xc3\xa9\"");
    sio__buf_free(&out);
}
END_TEST

static const struct offer {
    const char *header, *first; /* NULL: malformed */
} offers[] = {
    {"chat", "chat"}, {"a, b ,c", "a"}, {" a\t,b", "a"}, {"", NULL},
    {"a,", NULL},     {",a", NULL},     {"a b", NULL},   {"\"a\"", NULL},
    {"a, a", NULL},   {"a,b,a", NULL},  {"a,aa,A", "a"},
};

START_TEST(test_subprotocols)
{
    sio__span_t first;
    bool valid = eio_ws_first_subprotocol(span(offers[_i].header), &first);

    ck_assert_int_eq(valid, offers[_i].first != NULL);
    if (valid)
        ck_assert(sio__span_is(first, offers[_i].first));
}
END_TEST

static Suite *jsonp_suite(void)
{
    Suite *suite = suite_create("jsonp");
    TCase *tcase = tcase_create("jsonp");

    tcase_add_test(tcase, test_wrap);
    tcase_add_loop_test(tcase, test_unwrap, 0, sizeof(forms) / sizeof(forms[0]));
    tcase_add_test(tcase, test_json_text);
    tcase_add_loop_test(tcase, test_subprotocols, 0, sizeof(offers) / sizeof(offers[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(jsonp_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
