/* The outbox: order, references, growth, and what it counts. */
#include "engineio/outbox.h"

#include "failing_alloc.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static eio_chunk_pool_t pool;
static eio_outbox_t outbox;

static void setup(void)
{
    memset(&pool, 0, sizeof(pool));
    memset(&outbox, 0, sizeof(outbox));
}

static void teardown(void)
{
    stop_failing();
    eio_outbox_clear(&outbox, &pool);
    ck_assert_uint_eq(outbox.bytes, 0);
    ck_assert_ptr_null(outbox.chunk);
    eio_chunk_pool_free(&pool);
}

static void push_text(const char *text)
{
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, false, EIO_PACKET_MESSAGE, text, strlen(text),
                                     false),
                     0);
}

static void expect(bool binary, const char *data, size_t len)
{
    eio_out_packet_t packet;

    ck_assert(eio_outbox_peek(&outbox, &packet));
    ck_assert_int_eq(packet.binary, binary);
    ck_assert_uint_eq(packet.len, len);
    ck_assert_mem_eq(packet.data, data, len);
    eio_outbox_pop(&outbox, &pool);
}

START_TEST(test_order_and_kinds)
{
    eio_message_t *shared = eio_message_copy(false, "shared", 6);

    push_text("one");
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, true, EIO_PACKET_MESSAGE, "\0\1", 2, true), 0);
    ck_assert_int_eq(eio_outbox_push_message(&outbox, &pool, shared), 0);
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, false, EIO_PACKET_PING, NULL, 0, false), 0);
    ck_assert_uint_eq(outbox.count, 4);
    ck_assert_uint_eq(outbox.bytes, 4 + 2 + 7 + 1);
    eio_message_unref(shared);
    expect(false, "4one", 4);
    expect(true, "\0\1", 2);
    expect(false, "4shared", 7);
    expect(false, "2", 1);
    ck_assert(eio_outbox_empty(&outbox));
    ck_assert_ptr_null(outbox.chunk);
}
END_TEST

static void expect_typed_large(void)
{
    eio_out_packet_t packet;

    ck_assert(eio_outbox_peek(&outbox, &packet));
    ck_assert_uint_eq(packet.len, 9001);
    ck_assert_mem_eq(packet.data, "\4\0\0", 3);
    eio_outbox_pop(&outbox, &pool);
}

/* Protocol 3: binary packets begin with their type, shared ones are made so once. */
START_TEST(test_typed_binary)
{
    eio_message_t *text = eio_message_copy(false, "text", 4);
    eio_message_t *binary = eio_message_copy(true, "\1\2", 2);
    static char large[9000];

    outbox.typed_binary = true;
    push_text("one");
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, true, EIO_PACKET_MESSAGE, "\0", 1, false), 0);
    ck_assert_int_eq(eio_outbox_push_message(&outbox, &pool, text), 0);
    ck_assert_int_eq(eio_outbox_push_message(&outbox, &pool, binary), 0);
    ck_assert_int_eq(eio_outbox_push_message(&outbox, &pool, binary), 0);
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, true, EIO_PACKET_MESSAGE, large, sizeof(large),
                                     false),
                     0);
    ck_assert_uint_eq(outbox.binary_count, 4);
    ck_assert_uint_eq(outbox.bytes, 4 + 2 + 5 + 3 + 3 + 9001);
    ck_assert_ptr_eq(eio_message_typed(binary), eio_message_typed(binary));
    eio_message_unref(text);
    eio_message_unref(binary);
    expect(false, "4one", 4);
    expect(true, "\4\0", 2);
    expect(false, "4text", 5);
    expect(true, "\4\1\2", 3);
    expect(true, "\4\1\2", 3);
    expect_typed_large();
    ck_assert_uint_eq(outbox.binary_count, 0);
    ck_assert(outbox.typed_binary);
}
END_TEST

START_TEST(test_large_packets_become_messages)
{
    static char large[100000];
    eio_out_packet_t packet;

    memset(large, 'x', sizeof(large));
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, false, EIO_PACKET_MESSAGE, large,
                                     sizeof(large), false),
                     0);
    ck_assert(eio_outbox_peek(&outbox, &packet));
    ck_assert_ptr_nonnull(packet.message);
    ck_assert_uint_eq(packet.len, sizeof(large) + 1);
    ck_assert_uint_eq(outbox.bytes, sizeof(large) + 1);
}
END_TEST

START_TEST(test_many_packets_with_pops_between)
{
    char text[32];
    int pushed;
    int popped = 0;

    for (pushed = 0; pushed < 20000; pushed++) {
        snprintf(text, sizeof(text), "message %d", pushed);
        push_text(text);
        if (pushed % 3 == 2) {
            snprintf(text, sizeof(text), "4message %d", popped++);
            expect(false, text, strlen(text));
        }
    }
    while (popped < pushed) {
        snprintf(text, sizeof(text), "4message %d", popped++);
        expect(false, text, strlen(text));
    }
    ck_assert(eio_outbox_empty(&outbox));
}
END_TEST

START_TEST(test_out_of_memory_changes_nothing)
{
    push_text("first");
    fail_from_allocation(0);
    ck_assert_int_eq(eio_outbox_push(&outbox, &pool, false, EIO_PACKET_MESSAGE, (char[9000]){0},
                                     9000, false),
                     -1);
    stop_failing();
    ck_assert_uint_eq(outbox.count, 1);
    ck_assert_uint_eq(outbox.bytes, 6);
    expect(false, "4first", 6);
}
END_TEST

START_TEST(test_chunks_are_reused)
{
    struct eio_chunk *chunk;

    push_text("a");
    chunk = outbox.chunk;
    expect(false, "4a", 2);
    push_text("b");
    ck_assert_ptr_eq(outbox.chunk, chunk);
}
END_TEST

static Suite *outbox_suite(void)
{
    Suite *suite = suite_create("outbox");
    TCase *tcase = tcase_create("outbox");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_order_and_kinds);
    tcase_add_test(tcase, test_typed_binary);
    tcase_add_test(tcase, test_large_packets_become_messages);
    tcase_add_test(tcase, test_many_packets_with_pops_between);
    tcase_add_test(tcase, test_out_of_memory_changes_nothing);
    tcase_add_test(tcase, test_chunks_are_reused);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(outbox_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
