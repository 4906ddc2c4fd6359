/* What the memory adapter tells of rooms, and what it does for many: in upstream's order, and safe
 * against handlers that change rooms themselves. */
#include "adapters/adapter.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

enum { MEMBERS = 3 };

#define ROOMS(...) ((const char *const[]){__VA_ARGS__, NULL})

static sio__adapter_t *adapter;
static sio__member_t members[MEMBERS];
static const char *const ids[MEMBERS] = {"a", "b", "c"};
static char heard[512];
static void (*meanwhile)(int change, const char *room, const char *id);

static void room_changed(sio__adapter_host_t *host, int change, const char *room, const char *id)
{
    static const char letters[] = " +><-";
    size_t used = strlen(heard);

    (void)host;
    snprintf(heard + used, sizeof(heard) - used, "%s%c%s ", id ? id : "", letters[change], room);
    if (meanwhile)
        meanwhile(change, room, id);
}

static void join(sio__adapter_host_t *host, sio__member_t *member, const char *room)
{
    (void)host;
    ck_assert_int_eq(adapter->ops->add(adapter, member, room), 0);
}

static void leave(sio__adapter_host_t *host, sio__member_t *member, const char *room)
{
    (void)host;
    adapter->ops->del(adapter, member, room);
}

static void disconnect(sio__adapter_host_t *host, sio__member_t *member, bool close)
{
    (void)host;
    (void)close;
    adapter->ops->del_all(adapter, member);
}

static const sio__adapter_host_ops_t host_ops = {
    .join = join,
    .leave = leave,
    .disconnect = disconnect,
    .room_changed = room_changed,
};
static sio__adapter_host_t host = {.ops = &host_ops};

static void expect(const char *what)
{
    ck_assert_str_eq(heard, what);
    heard[0] = '\0';
}

static void set_up(void)
{
    adapter = sio__memory_adapter_new();
    ck_assert_ptr_nonnull(adapter);
    for (int i = 0; i < MEMBERS; i++) {
        sio__member_init(&members[i], ids[i]);
        join(NULL, &members[i], ids[i]);
    }
    adapter->host = &host;
    heard[0] = '\0';
    meanwhile = NULL;
}

static void tear_down(void)
{
    meanwhile = NULL;
    for (int i = 0; i < MEMBERS; i++)
        adapter->ops->del_all(adapter, &members[i]);
    ck_assert_uint_eq(adapter->ops->room_count(adapter), 0);
    adapter->ops->free(adapter);
}

START_TEST(test_order)
{
    join(NULL, &members[0], "red");
    expect("+red a>red ");
    join(NULL, &members[0], "red");
    expect("");
    join(NULL, &members[1], "red");
    expect("b>red ");
    leave(NULL, &members[0], "red");
    expect("a<red ");
    leave(NULL, &members[0], "red");
    leave(NULL, &members[0], "never");
    expect("");
    leave(NULL, &members[1], "red");
    expect("b<red -red ");
}
END_TEST

START_TEST(test_own_rooms)
{
    sio__member_t late;

    join(NULL, &members[0], "b");
    expect("a>b ");
    leave(NULL, &members[1], "b");
    expect("b<b ");
    leave(NULL, &members[0], "b");
    expect("a<b -b ");
    leave(NULL, &members[0], "a");
    expect("a<a -a ");
    sio__member_init(&late, "late");
    join(NULL, &late, "red");
    join(NULL, &late, "late");
    expect("+red late>red +late late>late ");
    ck_assert_uint_eq(adapter->ops->room_count(adapter), 1);
    adapter->ops->del_all(adapter, &late);
    expect("late<red -red late<late -late ");
}
END_TEST

START_TEST(test_leaving_all)
{
    join(NULL, &members[0], "red");
    join(NULL, &members[0], "blue");
    join(NULL, &members[1], "blue");
    expect("+red a>red +blue a>blue b>blue ");
    adapter->ops->del_all(adapter, &members[0]);
    expect("a<a -a a<red -red a<blue ");
    adapter->ops->del_all(adapter, &members[0]);
    expect("");
}
END_TEST

static void come_back(int change, const char *room, const char *id)
{
    if (change == SIO__LEAVE_ROOM && *id == 'a')
        join(NULL, &members[0], room);
}

START_TEST(test_nobody_comes_back_while_going)
{
    join(NULL, &members[0], "red");
    expect("+red a>red ");
    meanwhile = come_back;
    adapter->ops->del_all(adapter, &members[0]);
    expect("a<a -a a<red -red ");
    ck_assert_ptr_null(adapter->ops->find(adapter, "a"));
    join(NULL, &members[1], "red");
    leave(NULL, &members[1], "red");
    expect("+red b>red b<red -red ");
}
END_TEST

START_TEST(test_a_room_that_is_entered_again)
{
    join(NULL, &members[0], "red");
    expect("+red a>red ");
    meanwhile = come_back;
    leave(NULL, &members[0], "red");
    expect("a<red a>red ");
    ck_assert(adapter->ops->in_room(adapter, &members[0], "red"));
}
END_TEST

/* Another one enters and leaves the room that is just being left: it is deleted within. */
static void visit(int change, const char *room, const char *id)
{
    if (change != SIO__LEAVE_ROOM || *id != 'a')
        return;
    join(NULL, &members[1], room);
    leave(NULL, &members[1], room);
}

START_TEST(test_a_room_that_ends_within)
{
    join(NULL, &members[0], "red");
    expect("+red a>red ");
    meanwhile = visit;
    leave(NULL, &members[0], "red");
    expect("a<red b>red b<red -red ");
}
END_TEST

static void turn_back(int change, const char *room, const char *id)
{
    (void)id;
    if (change == SIO__CREATE_ROOM)
        leave(NULL, &members[0], room);
}

START_TEST(test_a_room_that_is_left_when_made)
{
    meanwhile = turn_back;
    join(NULL, &members[0], "red");
    ck_assert(!adapter->ops->in_room(adapter, &members[0], "red"));
    expect("+red a<red -red a>red ");
}
END_TEST

/* ------------------------------------------------------------------------------ for many */

START_TEST(test_add_and_del_sockets)
{
    sio__audience_t all = {.except = ROOMS("b")};
    sio__audience_t red = {.rooms = ROOMS("red", "c")};

    ck_assert_int_eq(adapter->ops->add_sockets(adapter, &all, ROOMS("red", "blue")), 0);
    expect("+red a>red +blue a>blue c>red c>blue ");
    ck_assert_int_eq(adapter->ops->del_sockets(adapter, &red, ROOMS("red", "none")), 0);
    expect("a<red c<red -red ");
}
END_TEST

static void all_go(int change, const char *room, const char *id)
{
    (void)room;
    (void)id;
    if (change == SIO__LEAVE_ROOM)
        for (int i = 0; i < MEMBERS; i++)
            adapter->ops->del_all(adapter, &members[i]);
}

START_TEST(test_disconnect_sockets)
{
    sio__audience_t all = {.rooms = NULL};

    meanwhile = all_go;
    ck_assert_int_eq(adapter->ops->disconnect_sockets(adapter, &all, false), 0);
    for (int i = 0; i < MEMBERS; i++)
        ck_assert_ptr_null(adapter->ops->find(adapter, ids[i]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("room events");
    TCase *tests = tcase_create("room events");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_order);
    tcase_add_test(tests, test_own_rooms);
    tcase_add_test(tests, test_leaving_all);
    tcase_add_test(tests, test_nobody_comes_back_while_going);
    tcase_add_test(tests, test_a_room_that_is_entered_again);
    tcase_add_test(tests, test_a_room_that_ends_within);
    tcase_add_test(tests, test_a_room_that_is_left_when_made);
    tcase_add_test(tests, test_add_and_del_sockets);
    tcase_add_test(tests, test_disconnect_sockets);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
