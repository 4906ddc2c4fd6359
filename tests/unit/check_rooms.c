/* The memory adapter alone: who is in what, who receives, in which order, and no trace of those who
 * left. */
#include "adapters/adapter.h"
#include "base/alloc.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS = 6 };

#define ROOMS(...) ((const char *const[]){__VA_ARGS__, NULL})

static sio__adapter_t *adapter;
static sio__member_t members[MEMBERS];
static const char *const ids[MEMBERS] = {"a", "b", "c", "d", "e", "f"};
static char heard[64];

static void join(int who, const char *room)
{
    ck_assert_int_eq(adapter->ops->add(adapter, &members[who], room), 0);
}

static void leave(int who, const char *room)
{
    adapter->ops->del(adapter, &members[who], room);
}

static bool in(int who, const char *room)
{
    return adapter->ops->in_room(adapter, &members[who], room);
}

/* Everybody is in the room of the own id, as connected sockets are. */
static void set_up(void)
{
    adapter = sio__memory_adapter_new();
    ck_assert_ptr_nonnull(adapter);
    for (int i = 0; i < MEMBERS; i++) {
        sio__member_init(&members[i], ids[i]);
        join(i, ids[i]);
    }
}

static void tear_down(void)
{
    for (int i = 0; i < MEMBERS; i++)
        adapter->ops->del_all(adapter, &members[i]);
    ck_assert_uint_eq(adapter->ops->room_count(adapter), 0);
    adapter->ops->free(adapter);
}

static void hear(sio__member_t *member, void *user)
{
    ck_assert_ptr_eq(user, heard);
    strncat(heard, member->id, sizeof(heard) - strlen(heard) - 1);
}

static const char *audience(const char *const *rooms, const char *const *except, const char *id)
{
    sio__audience_t wanted = {.rooms = rooms, .except = except, .except_id = id};

    heard[0] = '\0';
    adapter->ops->apply(adapter, &wanted, hear, heard);
    return heard;
}

static void note_room(const char *room, void *user)
{
    char *text = user;

    strcat(strcat(text, room), " ");
}

static const char *rooms_of(int who)
{
    static char text[256];

    text[0] = '\0';
    adapter->ops->each_room(adapter, &members[who], note_room, text);
    return text;
}

START_TEST(test_everybody_in_order)
{
    ck_assert_str_eq(audience(NULL, NULL, NULL), "abcdef");
    ck_assert_str_eq(audience((const char *const[]){NULL}, NULL, NULL), "abcdef");
}
END_TEST

START_TEST(test_own_id_needs_no_room)
{
    ck_assert_uint_eq(adapter->ops->room_count(adapter), 0);
    ck_assert(in(0, "a"));
    ck_assert(!in(0, "b"));
    ck_assert_str_eq(audience(ROOMS("c"), NULL, NULL), "c");
    ck_assert_str_eq(rooms_of(0), "a ");
}
END_TEST

START_TEST(test_leaving_the_own_room)
{
    leave(0, "a");
    ck_assert(!in(0, "a"));
    ck_assert_str_eq(audience(ROOMS("a"), NULL, NULL), "");
    ck_assert_str_eq(audience(NULL, NULL, NULL), "abcdef");
    ck_assert_ptr_eq(adapter->ops->find(adapter, "a"), &members[0]);
}
END_TEST

START_TEST(test_order_of_joining)
{
    join(3, "x");
    join(1, "x");
    join(2, "x");
    join(1, "x");
    ck_assert_str_eq(audience(ROOMS("x"), NULL, NULL), "dbc");
    leave(1, "x");
    join(1, "x");
    ck_assert_str_eq(audience(ROOMS("x"), NULL, NULL), "dcb");
}
END_TEST

START_TEST(test_union_reaches_each_once)
{
    join(0, "x");
    join(1, "x");
    join(1, "y");
    join(2, "y");
    ck_assert_str_eq(audience(ROOMS("y", "x", "b", "none"), NULL, NULL), "bca");
    ck_assert_str_eq(audience(ROOMS("x", "x"), NULL, NULL), "ab");
}
END_TEST

START_TEST(test_except)
{
    join(0, "x");
    join(1, "x");
    join(1, "y");
    join(2, "y");
    ck_assert_str_eq(audience(NULL, ROOMS("x"), NULL), "cdef");
    ck_assert_str_eq(audience(ROOMS("x"), ROOMS("y"), NULL), "a");
    ck_assert_str_eq(audience(ROOMS("x", "y"), NULL, "a"), "bc");
    ck_assert_str_eq(audience(NULL, ROOMS("x", "d"), "f"), "ce");
    ck_assert_str_eq(audience(ROOMS("x"), ROOMS("a", "b"), NULL), "");
}
END_TEST

START_TEST(test_somebody_elses_id_as_a_room)
{
    join(1, "first");
    join(2, "b");
    ck_assert_str_eq(audience(ROOMS("b"), NULL, NULL), "bc");
    ck_assert_str_eq(audience(NULL, NULL, "b"), "adef");
    ck_assert_str_eq(rooms_of(1), "b first ");
    leave(1, "b");
    ck_assert_str_eq(audience(ROOMS("b"), NULL, NULL), "c");
    leave(2, "b");
    ck_assert_uint_eq(adapter->ops->room_count(adapter), 1);
    join(1, "b");
    ck_assert_str_eq(audience(ROOMS("b"), NULL, NULL), "b");
}
END_TEST

START_TEST(test_del_all)
{
    join(0, "x");
    join(0, "y");
    join(1, "y");
    adapter->ops->del_all(adapter, &members[0]);
    ck_assert_uint_eq(adapter->ops->room_count(adapter), 1);
    ck_assert_str_eq(audience(ROOMS("x", "y", "a"), NULL, NULL), "b");
    ck_assert_str_eq(audience(NULL, NULL, NULL), "bcdef");
    ck_assert_ptr_null(adapter->ops->find(adapter, "a"));
    ck_assert_str_eq(rooms_of(0), "");
    adapter->ops->del_all(adapter, &members[0]);
    join(0, "x");
    ck_assert_str_eq(audience(NULL, NULL, NULL), "bcdefa");
}
END_TEST

START_TEST(test_leaving_what_one_is_not_in)
{
    join(1, "x");
    leave(0, "x");
    leave(0, "nowhere");
    ck_assert_str_eq(audience(ROOMS("x"), NULL, NULL), "b");
}
END_TEST

START_TEST(test_names_of_any_kind)
{
    join(0, "");
    join(0, "with blank");
    join(1, "with");
    ck_assert_str_eq(audience(ROOMS(""), NULL, NULL), "a");
    ck_assert_str_eq(audience(ROOMS("with"), NULL, NULL), "b");
    ck_assert_str_eq(audience(ROOMS("with blank"), NULL, NULL), "a");
}
END_TEST

/* Random joins and leaves against a table of flags. */
START_TEST(test_against_a_table)
{
    bool table[MEMBERS][8] = {{false}};
    unsigned seed = 1;
    char room[2] = "A";

    for (int step = 0; step < 20000; step++) {
        int who = (int)(rand_r(&seed) % MEMBERS), which = (int)(rand_r(&seed) % 8);
        bool joins = rand_r(&seed) % 2;

        room[0] = (char)('A' + which);
        if (joins)
            join(who, room);
        else
            leave(who, room);
        table[who][which] = joins;
        ck_assert_int_eq(in(who, room), joins);
        audience(ROOMS(room), NULL, NULL);
        for (int i = 0; i < MEMBERS; i++)
            ck_assert_int_eq(strchr(heard, ids[i][0]) != NULL, table[i][which]);
    }
}
END_TEST

START_TEST(test_no_memory)
{
    int result = -1;

    for (long allowed = 0; result; allowed++) {
        fail_from_allocation(allowed);
        result = adapter->ops->add(adapter, &members[2], "b"); /* makes b's room real, too */
        stop_failing();
        ck_assert_int_lt(allowed, 100);
        if (result) {
            ck_assert(!in(2, "b"));
            ck_assert(in(1, "b"));
            ck_assert_str_eq(audience(ROOMS("b"), NULL, NULL), "b");
        }
    }
    ck_assert_str_eq(audience(ROOMS("b"), NULL, NULL), "bc");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rooms");
    TCase *tests = tcase_create("rooms");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_everybody_in_order);
    tcase_add_test(tests, test_own_id_needs_no_room);
    tcase_add_test(tests, test_leaving_the_own_room);
    tcase_add_test(tests, test_order_of_joining);
    tcase_add_test(tests, test_union_reaches_each_once);
    tcase_add_test(tests, test_except);
    tcase_add_test(tests, test_somebody_elses_id_as_a_room);
    tcase_add_test(tests, test_del_all);
    tcase_add_test(tests, test_leaving_what_one_is_not_in);
    tcase_add_test(tests, test_names_of_any_kind);
    tcase_add_test(tests, test_against_a_table);
    tcase_add_test(tests, test_no_memory);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
