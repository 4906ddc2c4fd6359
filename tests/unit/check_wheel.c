/* The timer wheel, against a model that looks at every timer; and callbacks that start, stop and
 * free timers. */
#include "base/wheel.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

enum { CROWD = 100000, MODEL = 300 };

/* check's own assertions write to a pipe each: too slow where there are millions. */
#define EXPECT(condition)                   \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg("%s", #condition); \
    } while (0)

static sio__wheel_t wheel;

/* One timer under observation. */
typedef struct probe {
    sio__timer_t timer;
    int fired;
} probe_t;

static probe_t crowd[CROWD];
static uint64_t last_due; /* of what this advance has fired */

static probe_t *probe_of(sio__timer_t *timer)
{
    return SIO__CONTAINER(timer, probe_t, timer);
}

static void note(sio__timer_t *timer)
{
    EXPECT(!sio__timer_active(timer));
    EXPECT(timer->due >= last_due);
    last_due = timer->due;
    probe_of(timer)->fired++;
}

static void set_up(probe_t *probes, int count)
{
    for (int i = 0; i < count; i++) {
        sio__timer_init(&probes[i].timer, note);
        probes[i].fired = 0;
    }
}

static void advance(uint64_t now)
{
    last_due = 0;
    sio__wheel_advance(&wheel, now);
}

/* xorshift64: the same numbers in every run. */
static uint64_t random_number(void)
{
    static uint64_t state = 88172645463325252U;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Distances of every magnitude, up to some beyond the wheel's reach (2^30 ms). */
static uint64_t random_distance(void)
{
    return random_number() & ((UINT64_C(1) << (random_number() % 33)) - 1);
}

START_TEST(test_never_early_never_late)
{
    static const uint64_t distances[] = {
        0,     1,      2,      63,      64,       65,       127,
        128,   4095,   4096,   4097,    8191,     8192,     30000,
        45000, 262143, 262144, 1 << 24, 1U << 30, 3U << 30, UINT64_C(1) << 40};
    static const uint64_t starts[] = {
        0, 1, 63, 4095, 12345678, (1U << 30) - 1, (1U << 30) + 5, UINT64_C(1) << 45};
    uint64_t distance = distances[(size_t)_i % (sizeof(distances) / sizeof(*distances))];

    set_up(crowd, 1);
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        uint64_t due = starts[i] + distance;

        sio__wheel_init(&wheel, starts[i]);
        crowd->fired = 0;
        sio__wheel_start(&wheel, &crowd->timer, due);
        ck_assert_uint_le(sio__wheel_next(&wheel), due);
        if (distance) {
            advance(due - 1);
            ck_assert_int_eq(crowd->fired, 0);
        }
        advance(due);
        ck_assert_int_eq(crowd->fired, 1);
        ck_assert_uint_eq(wheel.count, 0);
        ck_assert_uint_eq(sio__wheel_next(&wheel), UINT64_MAX);
    }
}
END_TEST

/* Whoever sleeps until sio__wheel_next() each time wakes in time, and seldom. */
START_TEST(test_next)
{
    int wakes = 0;

    set_up(crowd, 1);
    sio__wheel_init(&wheel, 999);
    sio__wheel_start(&wheel, &crowd->timer, 999 + 3000000000U);
    while (!crowd->fired) {
        uint64_t next = sio__wheel_next(&wheel);

        ck_assert_uint_ge(next, wheel.now);
        advance(next);
        ck_assert_int_le(++wakes, 10);
    }
    ck_assert_uint_eq(wheel.now, 999 + 3000000000U);
}
END_TEST

START_TEST(test_stopped_leaves_nothing)
{
    set_up(crowd, 2);
    sio__wheel_init(&wheel, 5);
    for (unsigned i = 0; i < 40; i++) {
        sio__wheel_start(&wheel, &crowd[0].timer, UINT64_C(1) << i);
        ck_assert_uint_eq(wheel.count, 1);
    }
    sio__wheel_start(&wheel, &crowd[1].timer, 3);
    sio__wheel_stop(&wheel, &crowd[0].timer);
    sio__wheel_stop(&wheel, &crowd[0].timer);
    sio__wheel_stop(&wheel, &crowd[1].timer);
    ck_assert_uint_eq(wheel.count, 0);
    ck_assert_uint_eq(sio__wheel_next(&wheel), UINT64_MAX);
    advance(UINT64_C(1) << 50);
    ck_assert_int_eq(crowd[0].fired + crowd[1].fired, 0);
}
END_TEST

static uint64_t earliest_of_model(void)
{
    uint64_t earliest = UINT64_MAX;

    for (int i = 0; i < MODEL; i++) {
        if (sio__timer_active(&crowd[i].timer) && crowd[i].timer.due < earliest)
            earliest = crowd[i].timer.due;
    }
    return earliest;
}

static void check_model_advance(uint64_t now)
{
    bool expected[MODEL];
    uint64_t active = 0;

    for (int i = 0; i < MODEL; i++) {
        expected[i] = sio__timer_active(&crowd[i].timer) && crowd[i].timer.due <= now;
        crowd[i].fired = 0;
    }
    EXPECT(sio__wheel_next(&wheel) <= earliest_of_model());
    advance(now);
    for (int i = 0; i < MODEL; i++) {
        EXPECT(crowd[i].fired == expected[i]);
        active += sio__timer_active(&crowd[i].timer);
    }
    EXPECT(wheel.count == active);
}

START_TEST(test_model)
{
    uint64_t now = random_distance();

    set_up(crowd, MODEL);
    sio__wheel_init(&wheel, now);
    for (int step = 0; step < 20000; step++) {
        probe_t *probe = &crowd[random_number() % MODEL];

        if (random_number() % 4 == 0)
            sio__wheel_stop(&wheel, &probe->timer);
        else
            sio__wheel_start(&wheel, &probe->timer, now + random_distance());
        if (random_number() % 4 == 0) {
            uint64_t next = sio__wheel_next(&wheel);

            now = random_number() % 2 && next != UINT64_MAX && next > now
                      ? next
                      : now + random_distance() / 16;
            check_model_advance(now);
        }
    }
}
END_TEST

START_TEST(test_crowd)
{
    uint64_t now = 1000;
    int fired = 0;

    set_up(crowd, CROWD);
    sio__wheel_init(&wheel, now);
    for (int i = 0; i < CROWD; i++)
        sio__wheel_start(&wheel, &crowd[i].timer, now + 20000 + random_number() % 25000);
    for (int i = 0; i < CROWD; i += 10)
        sio__wheel_stop(&wheel, &crowd[i].timer);
    while (wheel.count)
        advance(now += random_number() % 50);
    ck_assert_uint_le(now, 1000 + 45000 + 50);
    for (int i = 0; i < CROWD; i++)
        fired += crowd[i].fired;
    ck_assert_int_eq(fired, CROWD - CROWD / 10);
}
END_TEST

/* --------------------------------------------------------------------------------- callbacks that
 * use the wheel */

static probe_t *other;

static void restart_in_ten(sio__timer_t *timer)
{
    note(timer);
    sio__wheel_start(&wheel, timer, timer->due + 10);
}

START_TEST(test_restarts_itself)
{
    set_up(crowd, 1);
    crowd->timer.fn = restart_in_ten;
    sio__wheel_init(&wheel, 0);
    sio__wheel_start(&wheel, &crowd->timer, 10);
    advance(1005);
    ck_assert_int_eq(crowd->fired, 100);
    ck_assert_uint_eq(crowd->timer.due, 1010);
}
END_TEST

static void restart_at_once(sio__timer_t *timer)
{
    note(timer);
    sio__wheel_start(&wheel, timer, wheel.now);
}

START_TEST(test_restarts_itself_at_once)
{
    set_up(crowd, 1);
    crowd->timer.fn = restart_at_once;
    sio__wheel_init(&wheel, 0);
    sio__wheel_start(&wheel, &crowd->timer, 10);
    advance(20);
    ck_assert_int_eq(crowd->fired, 1);
    ck_assert_uint_le(sio__wheel_next(&wheel), 20);
    advance(20);
    ck_assert_int_eq(crowd->fired, 2);
}
END_TEST

static void stop_other(sio__timer_t *timer)
{
    note(timer);
    sio__wheel_stop(&wheel, &other->timer);
}

/* Two that stop each other, due at the same time, at different times, or both overdue: one of them
 * fires. */
START_TEST(test_stops_other)
{
    static const uint64_t dues[][2] = {{20, 20},     {20, 21}, {20, 9000}, {4096, 4096},
                                       {4096, 4100}, {3, 4},   {3, 3}};

    set_up(crowd, 2);
    crowd[0].timer.fn = stop_other;
    other = &crowd[1];
    sio__wheel_init(&wheel, 10);
    sio__wheel_start(&wheel, &crowd[0].timer, dues[_i][0]);
    sio__wheel_start(&wheel, &crowd[1].timer, dues[_i][1]);
    advance(10000);
    ck_assert_int_eq(crowd[0].fired, 1);
    ck_assert_int_eq(crowd[1].fired, 0);
    ck_assert_uint_eq(wheel.count, 0);
}
END_TEST

static void start_other(sio__timer_t *timer)
{
    note(timer);
    sio__wheel_start(&wheel, &other->timer, timer->due + 5);
}

/* The other one was due in this advance too, before or after: it is due five later now, once. */
START_TEST(test_moves_other)
{
    static const uint64_t dues[] = {20, 22, 25, 30, 5000};

    set_up(crowd, 2);
    crowd[0].timer.fn = start_other;
    other = &crowd[1];
    sio__wheel_init(&wheel, 10);
    sio__wheel_start(&wheel, &crowd[0].timer, 20);
    sio__wheel_start(&wheel, &crowd[1].timer, dues[_i]);
    advance(24);
    ck_assert_int_eq(crowd[1].fired, 0);
    ck_assert_uint_eq(crowd[1].timer.due, 25);
    advance(25);
    ck_assert_int_eq(crowd[1].fired, 1);
}
END_TEST

static void free_itself(sio__timer_t *timer)
{
    free(probe_of(timer));
}

START_TEST(test_frees_itself)
{
    sio__wheel_init(&wheel, 0);
    for (uint64_t i = 0; i < 100; i++) {
        probe_t *probe = malloc(sizeof(*probe));

        sio__timer_init(&probe->timer, free_itself);
        sio__wheel_start(&wheel, &probe->timer, i / 2 * 100);
    }
    advance(10000);
    ck_assert_uint_eq(wheel.count, 0);
}
END_TEST

START_TEST(test_overdue_in_order)
{
    static const uint64_t dues[] = {7, 3, 9, 3, 100, 10, 1};

    set_up(crowd, 7);
    sio__wheel_init(&wheel, 100);
    for (int i = 0; i < 7; i++)
        sio__wheel_start(&wheel, &crowd[i].timer, dues[i]);
    ck_assert_uint_eq(sio__wheel_next(&wheel), 100);
    advance(100);
    for (int i = 0; i < 7; i++)
        ck_assert_int_eq(crowd[i].fired, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wheel");
    TCase *times = tcase_create("times");
    TCase *callbacks = tcase_create("callbacks");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(times, test_never_early_never_late, 0, 21);
    tcase_add_test(times, test_next);
    tcase_add_test(times, test_stopped_leaves_nothing);
    tcase_add_test(times, test_overdue_in_order);
    tcase_add_test(times, test_model);
    tcase_add_test(times, test_crowd);
    tcase_add_test(callbacks, test_restarts_itself);
    tcase_add_test(callbacks, test_restarts_itself_at_once);
    tcase_add_loop_test(callbacks, test_stops_other, 0, 7);
    tcase_add_loop_test(callbacks, test_moves_other, 0, 5);
    tcase_add_test(callbacks, test_frees_itself);
    suite_add_tcase(suite, times);
    suite_add_tcase(suite, callbacks);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
