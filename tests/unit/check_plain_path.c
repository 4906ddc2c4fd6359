/* Paths of plain WebSockets: what matches, and what the parameters stand for. */
#include "base/alloc.h"
#include "socketio/plain_path.h"
#include "socketio/socketio.h"

#include <check.h>
#include <string.h>

static sio__path_t path;
static sio__path_values_t values;

static bool matches(const char *pattern, const char *text)
{
    bool matching;

    ck_assert_int_eq(sio__path_compile(&path, pattern), SIO_OK);
    matching = sio__path_match(&path, (sio__span_t){text, strlen(text)});
    sio__path_free(&path);
    return matching;
}

static void open_values(const char *pattern, const char *text)
{
    sio__span_t span = {text, strlen(text)};

    ck_assert_int_eq(sio__path_compile(&path, pattern), SIO_OK);
    ck_assert(sio__path_match(&path, span));
    ck_assert_int_eq(sio__path_values(&path, span, &values), SIO_OK);
}

static void close_values(void)
{
    sio__free(values.texts);
    sio__path_free(&path);
}

static const char *value(const char *name)
{
    return sio__path_value(&path, &values, name);
}

START_TEST(test_fixed_paths)
{
    ck_assert(matches("/", "/"));
    ck_assert(matches("/ws/chat", "/ws/chat"));
    ck_assert(!matches("/ws/chat", "/ws/chat/"));
    ck_assert(!matches("/ws/chat", "/ws/cha"));
    ck_assert(!matches("/ws/chat", "/ws"));
    ck_assert(!matches("/ws/chat", "/ws/chat/more"));
    ck_assert(!matches("/ws/chat", "ws/chat"));
    ck_assert(!matches("/ws/chat", ""));
    ck_assert(!matches("/ws/chat", "http://host/ws/chat"));
    ck_assert(matches("/ws/", "/ws/"));
    ck_assert(!matches("/ws/", "/ws"));
}
END_TEST

START_TEST(test_parameters_match_one_segment)
{
    ck_assert(matches("/docs/:id", "/docs/7"));
    ck_assert(!matches("/docs/:id", "/docs/"));
    ck_assert(!matches("/docs/:id", "/docs"));
    ck_assert(!matches("/docs/:id", "/docs/7/edit"));
    ck_assert(matches("/docs/:id/edit", "/docs/7/edit"));
    ck_assert(matches("/:a/:b", "/x/y"));
}
END_TEST

START_TEST(test_values_are_decoded)
{
    open_values("/docs/:id/:part", "/docs/a%20b%2Fc/%e2%82%ac%");
    ck_assert_str_eq(value("id"), "a b/c");
    ck_assert_str_eq(value("part"), "\xe2\x82\xac%");
    ck_assert_ptr_null(value("i"));
    ck_assert_ptr_null(value("ids"));
    close_values();
    open_values("/x", "/x");
    ck_assert_ptr_null(value("id"));
    close_values();
}
END_TEST

START_TEST(test_what_is_no_text_matches_nothing)
{
    ck_assert(!matches("/:a", "/%00"));
    ck_assert(!matches("/:a", "/a%00b"));
    ck_assert(!matches("/:a", "/%ff"));
    ck_assert(!matches("/:a", "/\xc3"));
    ck_assert(!matches("/:a", "/%ed%a0%80"));
}
END_TEST

START_TEST(test_bad_patterns)
{
    static const char *const bad[] = {"",      "ws",
                                      "/a?b",  "/a#b",
                                      "/:",    "/:a/:a",
                                      "/a b",  "/a,b",
                                      "/\xff", "/:a/:b/:c/:d/:e/:f/:g/:h/:i"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(sio__path_compile(&path, bad[i]) == SIO_EINVAL, "%s", bad[i]);
    ck_assert_int_eq(sio__path_compile(&path, NULL), SIO_EINVAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plain_path");
    TCase *cases = tcase_create("paths");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(cases, test_fixed_paths);
    tcase_add_test(cases, test_parameters_match_one_segment);
    tcase_add_test(cases, test_values_are_decoded);
    tcase_add_test(cases, test_what_is_no_text_matches_nothing);
    tcase_add_test(cases, test_bad_patterns);
    suite_add_tcase(suite, cases);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
