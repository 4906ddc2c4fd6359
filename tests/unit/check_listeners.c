/* The tables of listeners: order, names, and changes while they are being called. */
#include "socketio/listeners.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sio__listeners_t *table;
static char called[64];

static void set_up(void)
{
    table = NULL;
    called[0] = '\0';
}

static void tear_down(void)
{
    sio__listeners_free(table);
}

/* Listeners are told apart by their user data: a text of one letter. */
static void listener(void)
{
}

static void other_listener(void)
{
}

static void add(int kind, const char *name, const char *letter, unsigned how)
{
    ck_assert_int_eq(sio__listeners_add(&table, kind, name, listener, (void *)(uintptr_t)letter,
                                        how),
                     0);
}

static void take_away(int kind, const char *name, const char *letter)
{
    sio__listeners_remove(table, kind, name, letter ? listener : NULL, (void *)(uintptr_t)letter);
}

/* Calls them; `meanwhile` is done when the listener `at` is being called. */
static const char *call(int kind, const char *name, const char *at, void (*meanwhile)(void))
{
    sio__calling_t calling = sio__listeners_call(table, kind, name, name ? strlen(name) : 0);
    sio__fn_t fn;
    void *user;

    called[0] = '\0';
    while (sio__listeners_next(&calling, &fn, &user)) {
        strcat(called, user);
        if (at && strcmp(user, at) == 0)
            meanwhile();
    }
    return called;
}

static const char *call_event(const char *name)
{
    return call(SIO__ON_EVENT, name, NULL, NULL);
}

static const char a[] = "a", b[] = "b", c[] = "c", d[] = "d";

START_TEST(test_names)
{
    ck_assert_str_eq(call_event("x"), "");
    add(SIO__ON_EVENT, "x", a, 0);
    add(SIO__ON_EVENT, "y", b, 0);
    add(SIO__ON_EVENT, "x", c, 0);
    add(SIO__ON_EVENT, "", d, 0);
    ck_assert_str_eq(call_event("x"), "ac");
    ck_assert_str_eq(call_event("y"), "b");
    ck_assert_str_eq(call_event(""), "d");
    ck_assert_str_eq(call_event("z"), "");
}
END_TEST

/* The cheap tag looks at four things only: these agree in all of them. */
START_TEST(test_names_with_the_same_tag)
{
    add(SIO__ON_EVENT, "a1x2c", a, 0);
    add(SIO__ON_EVENT, "a3x4c", b, 0);
    ck_assert_str_eq(call_event("a1x2c"), "a");
    ck_assert_str_eq(call_event("a3x4c"), "b");
    ck_assert_str_eq(call_event("a5x6c"), "");
}
END_TEST

START_TEST(test_kinds_are_apart)
{
    add(SIO__ON_ANY, NULL, a, 0);
    add(SIO__ON_EVENT, "x", b, 0);
    add(SIO__ON_DISCONNECT, NULL, c, 0);
    ck_assert_str_eq(call(SIO__ON_ANY, NULL, NULL, NULL), "a");
    ck_assert_str_eq(call_event("x"), "b");
    ck_assert_str_eq(call(SIO__ON_DISCONNECT, NULL, NULL, NULL), "c");
    ck_assert_str_eq(call(SIO__ON_ERROR, NULL, NULL, NULL), "");
    ck_assert(!sio__listeners_has(table, SIO__ON_ERROR));
    ck_assert(sio__listeners_has(table, SIO__ON_ANY));
}
END_TEST

START_TEST(test_once)
{
    add(SIO__ON_EVENT, "x", a, SIO__ONCE);
    add(SIO__ON_EVENT, "x", b, 0);
    ck_assert_str_eq(call_event("x"), "ab");
    ck_assert_str_eq(call_event("x"), "b");
}
END_TEST

START_TEST(test_prepend)
{
    add(SIO__ON_ANY, NULL, a, 0);
    add(SIO__ON_ANY, NULL, b, SIO__PREPEND);
    ck_assert_str_eq(call(SIO__ON_ANY, NULL, NULL, NULL), "ba");
}
END_TEST

START_TEST(test_remove)
{
    add(SIO__ON_EVENT, "x", a, 0);
    add(SIO__ON_EVENT, "x", b, 0);
    add(SIO__ON_EVENT, "x", a, 0);
    add(SIO__ON_EVENT, "y", c, 0);
    add(SIO__ON_ANY, NULL, d, 0);
    take_away(SIO__ON_EVENT, "x", a);
    ck_assert_str_eq(call_event("x"), "ba");
    sio__listeners_remove(table, SIO__ON_EVENT, "x", other_listener, (void *)(uintptr_t)b);
    ck_assert_str_eq(call_event("x"), "ba");
    take_away(SIO__ON_EVENT, "x", NULL);
    ck_assert_str_eq(call_event("x"), "");
    ck_assert_str_eq(call_event("y"), "c");
    take_away(SIO__ON_EVENT, NULL, NULL);
    ck_assert_str_eq(call_event("y"), "");
    ck_assert_str_eq(call(SIO__ON_ANY, NULL, NULL, NULL), "d");
}
END_TEST

static void add_many(void)
{
    for (int i = 0; i < 20; i++)
        add(SIO__ON_EVENT, "x", d, 0);
}

START_TEST(test_added_meanwhile)
{
    add(SIO__ON_EVENT, "x", a, 0);
    add(SIO__ON_EVENT, "x", b, 0);
    ck_assert_str_eq(call(SIO__ON_EVENT, "x", a, add_many), "ab");
    ck_assert_uint_eq(strlen(call_event("x")), 22);
}
END_TEST

static void prepend_one(void)
{
    add(SIO__ON_ANY, NULL, d, SIO__PREPEND);
}

START_TEST(test_prepended_meanwhile)
{
    add(SIO__ON_ANY, NULL, a, 0);
    add(SIO__ON_ANY, NULL, b, 0);
    add(SIO__ON_ANY, NULL, c, 0);
    ck_assert_str_eq(call(SIO__ON_ANY, NULL, b, prepend_one), "abc");
    ck_assert_str_eq(call(SIO__ON_ANY, NULL, NULL, NULL), "dabc");
}
END_TEST

static void remove_others(void)
{
    take_away(SIO__ON_EVENT, "x", a);
    take_away(SIO__ON_EVENT, "x", c);
}

START_TEST(test_removed_meanwhile)
{
    add(SIO__ON_EVENT, "x", a, 0);
    add(SIO__ON_EVENT, "x", b, 0);
    add(SIO__ON_EVENT, "x", c, 0);
    add(SIO__ON_EVENT, "x", d, 0);
    ck_assert_str_eq(call(SIO__ON_EVENT, "x", b, remove_others), "abd");
    ck_assert_str_eq(call_event("x"), "bd");
    ck_assert_uint_eq(table->count, 2);
}
END_TEST

static void call_again(void)
{
    char outer[sizeof(called)];

    strcpy(outer, called);
    ck_assert_str_eq(call_event("x"), "b");
    strcpy(called, outer);
}

START_TEST(test_called_within_a_call)
{
    add(SIO__ON_EVENT, "x", a, SIO__ONCE);
    add(SIO__ON_EVENT, "x", b, 0);
    ck_assert_str_eq(call(SIO__ON_EVENT, "x", a, call_again), "ab");
    ck_assert_uint_eq(table->count, 1);
}
END_TEST

START_TEST(test_nth)
{
    add(SIO__MIDDLEWARE, NULL, a, 0);
    add(SIO__ON_EVENT, "x", b, 0);
    add(SIO__ON_ANY, NULL, d, SIO__PREPEND);
    add(SIO__MIDDLEWARE, NULL, c, 0);
    ck_assert_uint_eq(sio__listeners_count(table, SIO__MIDDLEWARE, NULL), 2);
    ck_assert_str_eq(sio__listeners_nth(table, SIO__MIDDLEWARE, 0)->user, a);
    ck_assert_str_eq(sio__listeners_nth(table, SIO__MIDDLEWARE, 1)->user, c);
    ck_assert_ptr_null(sio__listeners_nth(table, SIO__MIDDLEWARE, 2));
    ck_assert_uint_eq(sio__listeners_count(NULL, SIO__MIDDLEWARE, NULL), 0);
}
END_TEST

START_TEST(test_no_memory)
{
    int result = -1;

    for (long allowed = 0; result; allowed++) {
        fail_from_allocation(allowed);
        result = sio__listeners_add(&table, SIO__ON_EVENT, "x", listener, NULL, 0);
        stop_failing();
        ck_assert_int_lt(allowed, 10);
        if (result)
            ck_assert(!table || table->count == 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listeners");
    TCase *tests = tcase_create("listeners");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_names);
    tcase_add_test(tests, test_names_with_the_same_tag);
    tcase_add_test(tests, test_kinds_are_apart);
    tcase_add_test(tests, test_once);
    tcase_add_test(tests, test_prepend);
    tcase_add_test(tests, test_remove);
    tcase_add_test(tests, test_added_meanwhile);
    tcase_add_test(tests, test_prepended_meanwhile);
    tcase_add_test(tests, test_removed_meanwhile);
    tcase_add_test(tests, test_called_within_a_call);
    tcase_add_test(tests, test_nth);
    tcase_add_test(tests, test_no_memory);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
