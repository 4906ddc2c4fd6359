/* Where keys are in a Redis Cluster, and ids of streams' entries. */
#include "adapters/redis_entries.h"
#include "adapters/redis_slots.h"

#include <check.h>
#include <stdlib.h>

static sio__span_t span(const char *text)
{
    return (sio__span_t){text, strlen(text)};
}

/* As CLUSTER KEYSLOT says. */
static const struct {
    const char *key;
    unsigned slot;
} slots[] = {
    {"123456789", 12739},    {"", 0},
    {"foo", 12182},          {"bar", 5061},
    {"{foo}bar", 12182},     {"a{foo}{b}", 12182},
    {"socket.io#/#", 13868}, {"{}foo", 9500},
};

START_TEST(test_slot)
{
    ck_assert_uint_eq(sio__redis_slot(span(slots[_i].key)), slots[_i].slot);
}
END_TEST

START_TEST(test_moved)
{
    unsigned slot;
    sio__span_t host;
    int port;

    ck_assert(sio__redis_moved(span("MOVED 3999 127.0.0.1:6381"), &slot, &host, &port));
    ck_assert_uint_eq(slot, 3999);
    ck_assert(sio__span_is(host, "127.0.0.1"));
    ck_assert_int_eq(port, 6381);
    ck_assert(sio__redis_moved(span("MOVED 0 ::1:1"), &slot, &host, &port));
    ck_assert(sio__span_is(host, "::1"));
    ck_assert(sio__redis_moved(span("MOVED 16383 :6379"), &slot, &host, &port));
    ck_assert_uint_eq(host.len, 0);
}
END_TEST

static const char *const not_moved[] = {
    "",
    "MOVED",
    "MOVED 1",
    "MOVED 1 ",
    "MOVED 16384 a:1",
    "MOVED x a:1",
    "MOVED 1 a",
    "MOVED 1 a:",
    "MOVED 1 a:65536",
    "MOVED 1 a:1x",
    "ASK 1 a:1",
    "CLUSTERDOWN x:1",
    "MOVED 99999999999 a:1",
};

START_TEST(test_not_moved)
{
    unsigned slot;
    sio__span_t host;
    int port;

    ck_assert(!sio__redis_moved(span(not_moved[_i]), &slot, &host, &port));
}
END_TEST

START_TEST(test_entry_ids)
{
    ck_assert(sio__entry_id_valid(span("0-0")));
    ck_assert(sio__entry_id_valid(span("1764110000000-12")));
    ck_assert(!sio__entry_id_valid(span("")));
    ck_assert(!sio__entry_id_valid(span("1")));
    ck_assert(!sio__entry_id_valid(span("1-")));
    ck_assert(!sio__entry_id_valid(span("-1")));
    ck_assert(!sio__entry_id_valid(span("1-1 ")));
    ck_assert(!sio__entry_id_valid(span("1-1-1")));
    ck_assert(!sio__entry_id_valid(span("+")));
    ck_assert(!sio__entry_id_valid(span("99999999999999999999-99999999999999999999")));
    ck_assert_int_lt(sio__entry_id_compare("1-2", "1-10"), 0);
    ck_assert_int_gt(sio__entry_id_compare("10-0", "9-99"), 0);
    ck_assert_int_eq(sio__entry_id_compare("7-7", "7-7"), 0);
    ck_assert_int_lt(sio__entry_id_compare("", "0-1"), 0);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("redis_slots");
    TCase *tcase = tcase_create("redis_slots");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_slot, 0, COUNT(slots));
    tcase_add_test(tcase, test_moved);
    tcase_add_loop_test(tcase, test_not_moved, 0, COUNT(not_moved));
    tcase_add_test(tcase, test_entry_ids);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
