/* The intrusive list. */
#include "base/list.h"

#include <check.h>
#include <stdlib.h>

typedef struct item {
    int before;
    sio__list_t link;
} item_t;

static sio__list_t list, second;
static item_t items[6];

static void set_up(void)
{
    sio__list_init(&list);
    sio__list_init(&second);
    for (int i = 0; i < 6; i++)
        sio__list_init(&items[i].link);
}

/* Both ways round, `expected` ending with -1. */
static void check_order(sio__list_t *head, const int *expected)
{
    sio__list_t *link = head;

    for (int i = 0; expected[i] >= 0; i++) {
        ck_assert_ptr_eq(link->next, &items[expected[i]].link);
        ck_assert_ptr_eq(link->next->prev, link);
        link = link->next;
        ck_assert(sio__list_linked(link));
        ck_assert_ptr_eq(SIO__CONTAINER(link, item_t, link), &items[expected[i]]);
    }
    ck_assert_ptr_eq(link->next, head);
    ck_assert_ptr_eq(head->prev, link);
    ck_assert_int_eq(sio__list_empty(head), expected[0] < 0);
}

#define ORDER(...) ((const int[]){__VA_ARGS__, -1})

START_TEST(test_append_prepend)
{
    check_order(&list, (const int[]){-1});
    sio__list_append(&list, &items[1].link);
    sio__list_append(&list, &items[2].link);
    sio__list_prepend(&list, &items[0].link);
    check_order(&list, ORDER(0, 1, 2));
}
END_TEST

START_TEST(test_remove)
{
    for (int i = 0; i < 5; i++)
        sio__list_append(&list, &items[i].link);
    sio__list_remove(&items[2].link);
    check_order(&list, ORDER(0, 1, 3, 4));
    sio__list_remove(&items[0].link);
    sio__list_remove(&items[4].link);
    check_order(&list, ORDER(1, 3));
    ck_assert(!sio__list_linked(&items[2].link));
    sio__list_remove(&items[2].link);
    sio__list_append(&list, &items[2].link);
    check_order(&list, ORDER(1, 3, 2));
}
END_TEST

START_TEST(test_pop)
{
    ck_assert_ptr_null(sio__list_pop(&list));
    sio__list_append(&list, &items[0].link);
    sio__list_append(&list, &items[1].link);
    ck_assert_ptr_eq(sio__list_pop(&list), &items[0].link);
    ck_assert(!sio__list_linked(&items[0].link));
    ck_assert_ptr_eq(sio__list_pop(&list), &items[1].link);
    ck_assert_ptr_null(sio__list_pop(&list));
    ck_assert(sio__list_empty(&list));
}
END_TEST

START_TEST(test_splice)
{
    sio__list_splice(&list, &second);
    check_order(&list, (const int[]){-1});
    for (int i = 0; i < 3; i++)
        sio__list_append(&second, &items[i].link);
    sio__list_splice(&list, &second);
    check_order(&list, ORDER(0, 1, 2));
    check_order(&second, (const int[]){-1});
    for (int i = 3; i < 6; i++)
        sio__list_append(&second, &items[i].link);
    sio__list_splice(&list, &second);
    check_order(&list, ORDER(0, 1, 2, 3, 4, 5));
    sio__list_splice(&list, &second);
    check_order(&list, ORDER(0, 1, 2, 3, 4, 5));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list");
    TCase *tests = tcase_create("list");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_append_prepend);
    tcase_add_test(tests, test_remove);
    tcase_add_test(tests, test_pop);
    tcase_add_test(tests, test_splice);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
