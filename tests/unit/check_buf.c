/* The growable buffer and the allocator beneath it, failures included. */
#include "base/buf.h"

#include "base/alloc.h"

#include <check.h>
#include <stdlib.h>

static int allocations_left;
static int live;

static void *counted_malloc(size_t size)
{
    if (allocations_left-- <= 0)
        return NULL;
    live++;
    return malloc(size);
}

static void *counted_realloc(void *ptr, size_t size)
{
    if (allocations_left-- <= 0)
        return NULL;
    live += ptr == NULL;
    return realloc(ptr, size);
}

static void counted_free(void *ptr)
{
    live--;
    free(ptr);
}

static void allow_allocations(int count)
{
    static const sio__alloc_fns_t counted = {counted_malloc, counted_realloc, counted_free};

    allocations_left = count;
    sio__alloc_set(&counted);
}

static bool is(const sio__buf_t *buf, const char *text)
{
    return buf->len == strlen(text) && memcmp(buf->data, text, buf->len) == 0;
}

START_TEST(test_append)
{
    sio__buf_t buf = SIO__BUF_INIT;

    sio__buf_append(&buf, "ab\0c", 4);
    sio__buf_append(&buf, NULL, 0);
    sio__buf_append_char(&buf, 'd');
    sio__buf_append_str(&buf, "");
    sio__buf_append_str(&buf, "ef");
    ck_assert_uint_eq(buf.len, 7);
    ck_assert_mem_eq(buf.data, "ab\0cdef", 7);
    sio__buf_clear(&buf);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_ptr_nonnull(buf.data);
    sio__buf_free(&buf);
    ck_assert_ptr_null(buf.data);
    ck_assert_uint_eq(buf.cap, 0);
}
END_TEST

static const struct {
    uint64_t number;
    const char *text;
} numbers[] = {
    {0, "0"}, {9, "9"}, {10, "10"}, {1000000, "1000000"}, {UINT64_MAX, "18446744073709551615"},
};

START_TEST(test_append_uint)
{
    sio__buf_t buf = SIO__BUF_INIT;

    sio__buf_append_uint(&buf, numbers[_i].number);
    ck_assert(is(&buf, numbers[_i].text));
    sio__buf_free(&buf);
}
END_TEST

/* Every size step keeps what was there; the room grows by doubling, so that it is not copied for
 * each byte. */
START_TEST(test_growth)
{
    sio__buf_t buf = SIO__BUF_INIT;
    size_t wrong = 0;

    allow_allocations(20);
    for (size_t i = 0; i < 100000; i++)
        sio__buf_append_char(&buf, (char)(i * 7));
    ck_assert(!buf.failed);
    for (size_t i = 0; i < 100000; i++)
        wrong += buf.data[i] != (char)(i * 7);
    ck_assert_uint_eq(wrong, 0);
    ck_assert(sio__buf_reserve(&buf, 1000000));
    ck_assert_uint_ge(buf.cap - buf.len, 1000000);
    sio__buf_free(&buf);
    ck_assert_int_eq(live, 0);
}
END_TEST

/* A failure sticks: nothing that comes after it is written, what came before stays. */
START_TEST(test_out_of_memory)
{
    sio__buf_t buf = SIO__BUF_INIT;
    char big[100] = "";

    allow_allocations(1);
    sio__buf_append_str(&buf, "kept");
    sio__buf_append(&buf, big, sizeof(big));
    ck_assert(buf.failed);
    sio__buf_append_char(&buf, 'x');
    sio__buf_append_uint(&buf, 1);
    ck_assert(!sio__buf_reserve(&buf, 1));
    ck_assert(is(&buf, "kept"));
    allocations_left = 1;
    sio__buf_append_char(&buf, 'x');
    ck_assert(is(&buf, "kept"));
    sio__buf_clear(&buf);
    sio__buf_append_str(&buf, "again");
    ck_assert(!buf.failed);
    ck_assert(is(&buf, "again"));
    sio__buf_free(&buf);
    ck_assert_int_eq(live, 0);
}
END_TEST

START_TEST(test_absurd_size)
{
    sio__buf_t buf = SIO__BUF_INIT;

    allow_allocations(1);
    ck_assert(!sio__buf_reserve(&buf, SIZE_MAX));
    ck_assert(buf.failed);
    ck_assert_int_eq(allocations_left, 1);
    sio__buf_free(&buf);
}
END_TEST

START_TEST(test_alloc)
{
    char *text;
    unsigned char *zeroed;

    allow_allocations(3);
    text = sio__strndup("hello", 4);
    ck_assert_str_eq(text, "hell");
    zeroed = sio__calloc(10, 10);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(zeroed[i], 0);
    ck_assert_ptr_null(sio__calloc(SIZE_MAX / 2, 3));
    sio__free(text);
    sio__free(zeroed);
    text = sio__strndup(NULL, 0);
    ck_assert_str_eq(text, "");
    sio__free(text);
    sio__free(NULL);
    ck_assert_int_eq(live, 0);
}
END_TEST

START_TEST(test_alloc_fails)
{
    allow_allocations(0);
    ck_assert_ptr_null(sio__malloc(1));
    ck_assert_ptr_null(sio__calloc(1, 1));
    ck_assert_ptr_null(sio__realloc(NULL, 1));
    ck_assert_ptr_null(sio__strdup("x"));
    sio__alloc_set(NULL);
    allocations_left = 0;
    sio__free(sio__malloc(1));
    ck_assert_int_eq(allocations_left, 0);
    ck_assert_int_eq(live, 0);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("buf");
    TCase *tcase = tcase_create("buf");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, test_append);
    tcase_add_loop_test(tcase, test_append_uint, 0, COUNT(numbers));
    tcase_add_test(tcase, test_growth);
    tcase_add_test(tcase, test_out_of_memory);
    tcase_add_test(tcase, test_absurd_size);
    tcase_add_test(tcase, test_alloc);
    tcase_add_test(tcase, test_alloc_fails);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
