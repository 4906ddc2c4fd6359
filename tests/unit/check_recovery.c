/* Sessions and packets of clients that are away: offsets, what is missed, what may be forgotten and
 * what follows from it, bounds, failing memory. */
#include "adapters/session_store.h"
#include "adapters/yeast.h"
#include "tests/unit/failing_alloc.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A session lasts 1000 ms; a dead connection is noticed within 300 ms. */
enum { AWAY_MS = 1000, UNNOTICED_MS = 300, PACKET_BYTES = 100 };

static sio__session_store_t *store;
static int packets_held;
static const char *const *rooms_now;

static void release(void *packet)
{
    if (packet)
        packets_held--;
    free(packet);
}

static void open_store(size_t packets, size_t bytes, size_t sessions)
{
    const sio__session_limits_t limits = {AWAY_MS, UNNOTICED_MS, packets, bytes, sessions};

    packets_held = 0;
    store = sio__session_memory_new(&limits, release);
    ck_assert_ptr_nonnull(store);
}

static void open_large(void)
{
    open_store(1000, 1 << 20, 1000);
}

static void close_store(void)
{
    store->ops->free(store);
    ck_assert_int_eq(packets_held, 0);
}

/* A packet with a text for its name; its offset is what remains in `offset`. */
static char offset[SIO__OFFSET_SIZE];

static void emit_to(uint64_t now, const char *name, const sio__audience_t *audience)
{
    store->ops->next_offset(store, 1700000000000 + now, offset);
    packets_held++;
    store->ops->keep(store, now, audience, strdup(name), PACKET_BYTES);
}

static void emit(uint64_t now, const char *name)
{
    emit_to(now, name, &(sio__audience_t){.rooms = NULL});
}

static void persist(uint64_t now, const char *start, uint64_t connected_ms)
{
    store->ops->persist_session(store, now,
                                &(sio__session_t){.sid = "sid",
                                                  .pid = "pid",
                                                  .rooms = LIST("sid", "red"),
                                                  .start = start,
                                                  .connected_ms = connected_ms});
}

typedef struct result {
    bool found, complete;
    char from[SIO__OFFSET_SIZE];
    char missed[200];
} result_t;

static bool in_room(const char *room, void *user)
{
    (void)user;
    for (const char *const *one = rooms_now; *one; one++)
        if (strcmp(room, *one) == 0)
            return true;
    return false;
}

static void add_missed(void *packet, void *user)
{
    result_t *result = user;

    strcat(result->missed, packet);
    strcat(result->missed, " ");
}

static void on_restored(const sio__session_t *session, const char *from, void *user)
{
    result_t *result = user;

    result->found = session != NULL;
    if (!session)
        return;
    ck_assert_str_eq(session->sid, "sid");
    ck_assert_str_eq(session->pid, "pid");
    snprintf(result->from, sizeof(result->from), "%s", from);
    result->complete =
        store->ops->each_missed(store, "pid", from, &(sio__missed_t){in_room, add_missed, result});
}

static const char *restore(uint64_t now, const char *since)
{
    static result_t result;

    result = (result_t){.found = false};
    rooms_now = LIST("sid", "red");
    store->ops->restore_session(store, now, "pid", since, on_restored, &result);
    if (!result.found)
        return "none";
    ck_assert(result.complete);
    return result.missed;
}

static sio__session_counts_t counts(void)
{
    sio__session_counts_t now;

    store->ops->count(store, &now);
    ck_assert_uint_eq(now.packets, (unsigned)packets_held);
    return now;
}

/* ------------------------------------------------------------------------------------- offsets */

static const char *yeast_text(uint64_t yeast)
{
    static char text[SIO__YEAST_SIZE];

    sio__yeast_encode(yeast, text);
    return text;
}

START_TEST(offsets_are_written_as_upstream_does)
{
    uint64_t yeast = sio__yeast_next(0, 1700000000000);

    ck_assert_str_eq(yeast_text(yeast), "OlFvMW0");
    ck_assert_str_eq(yeast_text(yeast = sio__yeast_next(yeast, 1700000000000)), "OlFvMW0.0");
    ck_assert_str_eq(yeast_text(yeast = sio__yeast_next(yeast, 1700000000000)), "OlFvMW0.1");
    for (int i = 2; i < 65; i++)
        yeast = sio__yeast_next(yeast, 1700000000000);
    ck_assert_str_eq(yeast_text(yeast), "OlFvMW0.10");
    ck_assert_str_eq(yeast_text(sio__yeast_next(yeast, 1700000000001)), "OlFvMW1");
    ck_assert_str_eq(yeast_text(0), "0");
}
END_TEST

START_TEST(offsets_grow_when_the_clock_is_set_back)
{
    uint64_t first = sio__yeast_next(0, 1700000000000), second = sio__yeast_next(first, 5);

    ck_assert_uint_gt(second, first);
    ck_assert_str_eq(yeast_text(second), "OlFvMW0.0");
}
END_TEST

START_TEST(offsets_are_read_back)
{
    uint64_t yeast = 0, read;

    for (int i = 0; i < 3000; i++) {
        yeast = sio__yeast_next(yeast, 1700000000000 + (uint64_t)(i / 900));
        ck_assert(sio__yeast_decode(yeast_text(yeast), &read));
        ck_assert_uint_eq(read, yeast);
    }
}
END_TEST

static const char *const no_offsets[] = {
    "",         ".",         "Q.",       ".0",    "Q..0", "Q.0.0",     " Q",
    "Q ",       "Q0\n",      "a b",      "a/b",   "a+b",  "zzzzzzzzz", "--------------------",
    "Q.zzzzzz", "Q.zzzzzzz", "\xc3\xa9", "Q\x01", "Q.0 ", "=",
};

START_TEST(other_texts_are_no_offsets)
{
    uint64_t yeast;

    ck_assert(!sio__yeast_decode(no_offsets[_i], &yeast));
}
END_TEST

/* ------------------------------------------------------------------------------ what is missed */

START_TEST(missed_is_what_came_after_the_offset)
{
    char first[SIO__OFFSET_SIZE];

    open_large();
    emit(10, "one");
    strcpy(first, offset);
    persist(20, "", 20);
    emit(30, "two");
    emit(40, "three");
    ck_assert_str_eq(restore(50, first), "two three ");
    ck_assert_str_eq(restore(50, offset), "");
    ck_assert_str_eq(restore(60, NULL), "one two three ");
    close_store();
}
END_TEST

START_TEST(missed_depends_on_rooms_as_upstream)
{
    open_large();
    persist(0, "", 0);
    emit_to(1, "red", &(sio__audience_t){.rooms = LIST("red")});
    emit_to(2, "blue", &(sio__audience_t){.rooms = LIST("blue")});
    emit_to(3, "both", &(sio__audience_t){.rooms = LIST("blue", "red")});
    emit_to(4, "own", &(sio__audience_t){.rooms = LIST("sid")});
    emit_to(5, "not-red", &(sio__audience_t){.except = LIST("green", "red")});
    emit_to(6, "not-blue", &(sio__audience_t){.except = LIST("blue")});
    emit_to(7, "not-me", &(sio__audience_t){.except_id = "sid"});
    emit_to(8, "red-not-me", &(sio__audience_t){.rooms = LIST("red"), .except_id = "sid"});
    emit_to(9, "none", &(sio__audience_t){.rooms = LIST(NULL)});
    emit_to(9, "empty", &(sio__audience_t){.rooms = LIST("")});
    ck_assert_str_eq(restore(10, NULL), "red both own not-blue none ");
    close_store();
}
END_TEST

START_TEST(nothing_before_its_beginning_is_missed)
{
    char old[SIO__OFFSET_SIZE], start[SIO__OFFSET_SIZE];

    open_large();
    emit(1, "of its last session");
    strcpy(old, offset);
    emit(2, "before");
    store->ops->last_offset(store, start);
    ck_assert_str_eq(start, offset);
    emit(3, "after");
    persist(4, start, 1);
    ck_assert_str_eq(restore(5, NULL), "after ");
    ck_assert_str_eq(restore(5, old), "after ");
    close_store();
}
END_TEST

START_TEST(offsets_of_volatile_packets_count)
{
    open_large();
    emit(1, "one");
    persist(1, "", 1);
    store->ops->next_offset(store, 1700000000002, offset);
    emit_to(3, "two", &(sio__audience_t){.rooms = NULL});
    store->ops->next_offset(store, 1700000000004, offset);
    ck_assert_str_eq(restore(5, offset), "");
    ck_assert_str_eq(restore(5, "OlFvMW2"), "two ");
    close_store();
}
END_TEST

START_TEST(unknown_sessions_and_offsets_are_refused)
{
    open_large();
    ck_assert_str_eq(restore(0, NULL), "none");
    persist(0, "", 0);
    ck_assert_str_eq(restore(1, "OlFvMW0"), "none"); /* nothing was emitted yet */
    emit(1, "one");
    ck_assert_str_eq(restore(2, "zzzzzzz"), "none");
    ck_assert_str_eq(restore(2, "no offset"), "none");
    ck_assert_str_eq(restore(2, ""), "none");
    ck_assert_str_eq(restore(2, NULL), "one ");
    store->ops->forget_session(store, "pid");
    store->ops->forget_session(store, "pid");
    ck_assert_str_eq(restore(3, NULL), "none");
    close_store();
}
END_TEST

START_TEST(a_session_saved_again_replaces_itself)
{
    open_large();
    persist(0, "", 0);
    persist(500, "", 10);
    ck_assert_uint_eq(counts().sessions, 1);
    ck_assert_str_eq(restore(1400, NULL), "");
    close_store();
}
END_TEST

/* ---------------------------------------------------------------------------------- forgetting */

START_TEST(sessions_expire)
{
    open_large();
    persist(0, "", 0);
    ck_assert_str_eq(restore(AWAY_MS, NULL), "");
    ck_assert_uint_eq(store->ops->expire(store, AWAY_MS), AWAY_MS + 1);
    ck_assert_uint_eq(counts().sessions, 1);
    ck_assert_uint_eq(store->ops->expire(store, AWAY_MS + 1), UINT64_MAX);
    ck_assert_uint_eq(counts().sessions, 0);
    persist(5000, "", 0);
    ck_assert_str_eq(restore(5000 + AWAY_MS + 1, NULL), "none"); /* before anybody swept */
    ck_assert_uint_eq(counts().sessions, 0);
    close_store();
}
END_TEST

START_TEST(packets_expire_later_than_sessions)
{
    open_large();
    emit(0, "one");
    emit(500, "two");
    ck_assert_uint_eq(store->ops->expire(store, AWAY_MS + UNNOTICED_MS),
                      AWAY_MS + UNNOTICED_MS + 1);
    ck_assert_uint_eq(counts().packets, 2);
    store->ops->expire(store, AWAY_MS + UNNOTICED_MS + 1);
    ck_assert_uint_eq(counts().packets, 1);
    ck_assert_uint_eq(store->ops->expire(store, 5000), UINT64_MAX);
    ck_assert_uint_eq(counts().packets, 0);
    ck_assert_uint_eq(counts().bytes, 0);
    close_store();
}
END_TEST

START_TEST(an_offset_older_than_the_log_is_good)
{
    char old[SIO__OFFSET_SIZE];

    open_large();
    emit(0, "old");
    strcpy(old, offset);
    store->ops->expire(store, 5000);
    ck_assert_uint_eq(counts().packets, 0);
    persist(5000, "", 5000);
    emit(5100, "missed");
    ck_assert_str_eq(restore(5200, old), "missed ");
    ck_assert_str_eq(restore(5200, NULL), "missed ");
    close_store();
}
END_TEST

/* Whatever is emitted while the end of the connection has not been noticed is there as long as the
 * session is. */
START_TEST(age_alone_never_refuses)
{
    for (uint64_t emitted = 0; emitted <= 2 * UNNOTICED_MS; emitted += 50) {
        uint64_t gone = UNNOTICED_MS, last = gone + AWAY_MS;

        open_large();
        emit(emitted, "packet");
        persist(gone, "", gone);
        store->ops->expire(store, last);
        ck_assert_str_eq(restore(last, NULL), "packet ");
        close_store();
    }
}
END_TEST

/* It got them at its last connection, which ended so soon that nobody knows whether they arrived.
 */
START_TEST(replayed_packets_that_expire_are_missed)
{
    open_large();
    emit(0, "packet");
    store->ops->expire(store, 2000);
    persist(2000, "", UNNOTICED_MS - 1);
    ck_assert_str_eq(restore(2001, NULL), "none");
    persist(2000, "", UNNOTICED_MS + 1);
    ck_assert_str_eq(restore(2001, NULL), "");
    close_store();
}
END_TEST

/* ------------------------------------------------------------------------------------- bounds */

START_TEST(packets_are_bounded_by_number)
{
    open_store(5, 1 << 20, 10);
    for (int i = 0; i < 1000; i++) {
        emit((uint64_t)i, "packet");
        ck_assert_uint_le(counts().packets, 5);
    }
    close_store();
}
END_TEST

START_TEST(packets_are_bounded_by_bytes)
{
    static char room[5000];

    memset(room, 'r', sizeof(room) - 1);
    open_store(1000, 10000, 10);
    for (int i = 0; i < 1000; i++) {
        emit_to((uint64_t)i, "packet", &(sio__audience_t){.rooms = LIST(i % 3 ? "short" : room)});
        ck_assert_uint_le(counts().bytes, 10000);
        ck_assert_uint_ge(counts().packets, 1);
    }
    close_store();
}
END_TEST

START_TEST(a_packet_beyond_all_bounds_is_not_kept)
{
    open_store(1000, PACKET_BYTES, 10);
    persist(0, "", 0);
    emit(1, "packet");
    ck_assert_uint_eq(counts().packets, 0);
    ck_assert_uint_eq(counts().bytes, 0);
    ck_assert_str_eq(restore(2, NULL), "none");
    ck_assert_str_eq(restore(2, offset), ""); /* it has received it */
    close_store();
}
END_TEST

START_TEST(who_has_missed_what_a_flood_pushed_out_starts_anew)
{
    char before[SIO__OFFSET_SIZE], kept[SIO__OFFSET_SIZE] = "";

    open_store(5, 1 << 20, 10);
    emit(1, "before");
    strcpy(before, offset);
    persist(1000, "", 1000);
    for (int i = 0; i < 10; i++) {
        emit(1001, "flood");
        if (i == 7)
            strcpy(kept, offset);
    }
    ck_assert_str_eq(restore(1002, before), "none");
    ck_assert_str_eq(restore(1002, NULL), "none");
    ck_assert_str_eq(restore(1002, kept), "flood flood ");
    close_store();
}
END_TEST

/* Long enough before the end that it must have arrived. */
START_TEST(who_has_received_what_a_flood_pushed_out_does_not)
{
    char before[SIO__OFFSET_SIZE];

    open_store(5, 1 << 20, 10);
    emit(1, "before");
    strcpy(before, offset);
    for (int i = 0; i < 10; i++)
        emit(100, "flood");
    persist(1000, "", 1000);
    for (int i = 0; i < 5; i++)
        emit(1001, i < 4 ? "new" : "last");
    ck_assert_str_eq(restore(1002, before), "new new new new last ");
    close_store();
}
END_TEST

START_TEST(what_goes_meanwhile_is_noticed)
{
    result_t result = {.found = false};

    open_store(5, 1 << 20, 10);
    persist(0, "", 0);
    emit(1, "missed");
    rooms_now = LIST("sid");
    store->ops->restore_session(store, 2, "pid", NULL, on_restored, &result);
    ck_assert(result.found && result.complete);
    for (int i = 0; i < 5; i++)
        emit(3, "flood");
    ck_assert(!store->ops->each_missed(store, "pid", result.from,
                                       &(sio__missed_t){in_room, add_missed, &result}));
    close_store();
}
END_TEST

static void push_out(const sio__session_t *session, const char *from, void *user)
{
    static const char *const names[] = {"another", "and another"};

    (void)user;
    for (int i = 0; i < 2; i++)
        store->ops->persist_session(
            store, 1,
            &(sio__session_t){.sid = names[i], .pid = names[i], .rooms = LIST(NULL), .start = ""});
    ck_assert_str_eq(session->pid, "pid");
    ck_assert_str_eq(session->rooms[1], "red");
    ck_assert_str_eq(from, "");
}

START_TEST(a_session_lasts_while_it_is_looked_at)
{
    open_store(10, 1 << 20, 2);
    persist(0, "", 0);
    store->ops->restore_session(store, 1, "pid", NULL, push_out, NULL);
    ck_assert_uint_eq(counts().sessions, 2);
    ck_assert_str_eq(restore(2, NULL), "none");
    close_store();
}
END_TEST

START_TEST(sessions_are_bounded)
{
    char pid[20];

    open_store(10, 1 << 20, 3);
    for (int i = 0; i < 100; i++) {
        snprintf(pid, sizeof(pid), "pid-%d", i);
        store->ops->persist_session(
            store, 0,
            &(sio__session_t){.sid = "sid", .pid = pid, .rooms = LIST("room"), .start = ""});
        ck_assert_uint_le(counts().sessions, 3);
    }
    store->ops->forget_session(store, "pid-99");
    ck_assert_uint_eq(counts().sessions, 2);
    close_store();
}
END_TEST

START_TEST(data_is_shared_and_given_back)
{
    json_t *data = json_pack("{s:i}", "a", 1);

    open_large();
    store->ops->persist_session(store, 0,
                                &(sio__session_t){.sid = "sid",
                                                  .pid = "pid",
                                                  .rooms = LIST(NULL),
                                                  .data = data,
                                                  .start = ""});
    ck_assert_uint_eq(data->refcount, 2);
    close_store();
    ck_assert_uint_eq(data->refcount, 1);
    json_decref(data);
}
END_TEST

/* ------------------------------------------------------------------------------ failing memory */

/* Without memory less is recovered, and never too little of it. */
static bool try_with_memory(long allocations)
{
    const sio__session_limits_t limits = {AWAY_MS, UNNOTICED_MS, 100, 1 << 20, 10};
    const char *missed;
    bool complete;

    packets_held = 0;
    fail_from_allocation(allocations);
    store = sio__session_memory_new(&limits, release);
    if (!store) {
        stop_failing();
        return false;
    }
    persist(0, "", 0);
    emit(1, "one");
    emit(2, "two");
    stop_failing();
    emit(3, "three");
    missed = restore(4, NULL);
    complete = strcmp(missed, "one two three ") == 0;
    ck_assert_msg(complete || strcmp(missed, "none") == 0, "%s", missed);
    close_store();
    return complete;
}

START_TEST(failing_memory)
{
    long allocations = 0;

    while (!try_with_memory(allocations))
        ck_assert_int_lt(++allocations, 50);
    ck_assert_int_gt(allocations, 3);
}
END_TEST

static Suite *recovery_suite(void)
{
    Suite *suite = suite_create("recovery");
    TCase *offsets = tcase_create("offsets"), *missed = tcase_create("missed");
    TCase *forgetting = tcase_create("forgetting"), *bounds = tcase_create("bounds");

    suite_add_tcase(suite, offsets);
    tcase_add_test(offsets, offsets_are_written_as_upstream_does);
    tcase_add_test(offsets, offsets_grow_when_the_clock_is_set_back);
    tcase_add_test(offsets, offsets_are_read_back);
    tcase_add_loop_test(offsets, other_texts_are_no_offsets, 0,
                        (int)(sizeof(no_offsets) / sizeof(*no_offsets)));
    suite_add_tcase(suite, missed);
    tcase_add_test(missed, missed_is_what_came_after_the_offset);
    tcase_add_test(missed, missed_depends_on_rooms_as_upstream);
    tcase_add_test(missed, nothing_before_its_beginning_is_missed);
    tcase_add_test(missed, offsets_of_volatile_packets_count);
    tcase_add_test(missed, unknown_sessions_and_offsets_are_refused);
    tcase_add_test(missed, a_session_saved_again_replaces_itself);
    suite_add_tcase(suite, forgetting);
    tcase_add_test(forgetting, sessions_expire);
    tcase_add_test(forgetting, packets_expire_later_than_sessions);
    tcase_add_test(forgetting, an_offset_older_than_the_log_is_good);
    tcase_add_test(forgetting, age_alone_never_refuses);
    tcase_add_test(forgetting, replayed_packets_that_expire_are_missed);
    suite_add_tcase(suite, bounds);
    tcase_add_test(bounds, packets_are_bounded_by_number);
    tcase_add_test(bounds, packets_are_bounded_by_bytes);
    tcase_add_test(bounds, a_packet_beyond_all_bounds_is_not_kept);
    tcase_add_test(bounds, who_has_missed_what_a_flood_pushed_out_starts_anew);
    tcase_add_test(bounds, who_has_received_what_a_flood_pushed_out_does_not);
    tcase_add_test(bounds, what_goes_meanwhile_is_noticed);
    tcase_add_test(bounds, a_session_lasts_while_it_is_looked_at);
    tcase_add_test(bounds, sessions_are_bounded);
    tcase_add_test(bounds, data_is_shared_and_given_back);
    tcase_add_test(bounds, failing_memory);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(recovery_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
