/* Log messages: levels, the program's function, and what the network may not smuggle into them. */
#include "base/log.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char last[4096];
static int last_level, calls;

static void keep(int level, const char *area, const char *message, void *user)
{
    ck_assert_str_eq(area, "engine");
    ck_assert_ptr_eq(user, last);
    last_level = level;
    calls++;
    strcpy(last, message);
}

static const sio__log_t log_to_test = {keep, last, SIO__WARN};

START_TEST(test_level)
{
    SIO__LOG(&log_to_test, SIO__INFO, "engine", "%d", 1);
    ck_assert_int_eq(calls, 0);
    SIO__LOG(&log_to_test, SIO__WARN, "engine", "%d and %s", 2, "three");
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(last_level, SIO__WARN);
    ck_assert_str_eq(last, "2 and three");
}
END_TEST

START_TEST(test_control_characters)
{
    SIO__LOG(&log_to_test, SIO__ERROR, "engine", "%s", "a\nb\x1b[31m\x7f\xc3\xa9");
    ck_assert_str_eq(last, "a?b?[31m?\xc3\xa9");
}
END_TEST

START_TEST(test_long)
{
    char text[3000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    SIO__LOG(&log_to_test, SIO__ERROR, "engine", "%s", text);
    ck_assert_uint_ge(strlen(last), 500);
    ck_assert_uint_lt(strlen(last), sizeof(text) - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, test_level);
    tcase_add_test(tests, test_control_characters);
    tcase_add_test(tests, test_long);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
