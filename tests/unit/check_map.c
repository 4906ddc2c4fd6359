/* The hash table: SipHash's vectors, growth, removal anywhere in a chain, keys of any bytes, no
 * memory. */
#include "base/alloc.h"
#include "base/map.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 5000 };

typedef struct item {
    sio__map_node_t node;
    char key[16];
} item_t;

static item_t items[MANY];

static int add(sio__map_t *map, int i)
{
    snprintf(items[i].key, sizeof(items[i].key), "key %d", i);
    return sio__map_insert(map, &items[i].node, items[i].key, strlen(items[i].key));
}

static item_t *find(const sio__map_t *map, const char *key, size_t len)
{
    return (item_t *)(void *)sio__map_find(map, key, len);
}

static bool has(const sio__map_t *map, int i)
{
    return find(map, items[i].key, strlen(items[i].key)) == &items[i];
}

/* With a key of zeros: what CPython 3.11 answers for hash(bytes) under PYTHONHASHSEED=0. */
static const struct {
    const char *text;
    uint64_t hash;
} vectors[] = {
    {"a", UINT64_C(0x407448d2b89b1813)},
    {"abc", UINT64_C(0xc03bc3a0042630f2)},
    {"1234567", UINT64_C(0xa33d651594fdae81)},
    {"12345678", UINT64_C(0x3489982430560a87)},
    {"123456789abcdef", UINT64_C(0xf3543d992ba71328)},
    {"chat message", UINT64_C(0x4b0d8f128a628f54)},
};

START_TEST(test_siphash)
{
    static const uint64_t zeros[2] = {0, 0};
    size_t len = strlen(vectors[_i].text);
    char *copy = malloc(len);

    memcpy(copy, vectors[_i].text, len);
    ck_assert_uint_eq(sio__siphash(zeros, copy, len), vectors[_i].hash);
    free(copy);
}
END_TEST

START_TEST(test_siphash_keyed)
{
    static const uint64_t seed[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

    ck_assert_uint_eq(sio__siphash(seed, "", 0), UINT64_C(0xabac0158050fc4dc));
}
END_TEST

START_TEST(test_empty)
{
    sio__map_t map;

    sio__map_init(&map);
    ck_assert_ptr_null(sio__map_find(&map, "a", 1));
    sio__map_remove(&map, &items[0].node);
    sio__map_free(&map);
}
END_TEST

START_TEST(test_growth)
{
    sio__map_t map;

    sio__map_init(&map);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(add(&map, i), 0);
        ck_assert_uint_le(map.count, map.mask + 1);
    }
    for (int i = 0; i < MANY; i++)
        ck_assert(has(&map, i));
    ck_assert_ptr_null(sio__map_find(&map, "key 5000", 8));
    sio__map_free(&map);
}
END_TEST

START_TEST(test_removal)
{
    sio__map_t map;

    sio__map_init(&map);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(add(&map, i), 0);
    for (int i = 0; i < MANY; i += 2)
        sio__map_remove(&map, &items[i].node);
    ck_assert_uint_eq(map.count, MANY / 2);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(has(&map, i), i % 2);
    for (int i = 1; i < MANY; i += 2)
        sio__map_remove(&map, &items[i].node);
    ck_assert_uint_eq(map.count, 0);
    ck_assert_int_eq(add(&map, 7), 0);
    ck_assert(has(&map, 7));
    sio__map_free(&map);
}
END_TEST

START_TEST(test_any_bytes)
{
    static const struct {
        const char *text;
        size_t len;
    } keys[] = {{"", 0},     {"\0", 1}, {"\0\0", 2},    {"a\0b", 3},
                {"a\0c", 3}, {"a", 1},  {"\xff\xfe", 2}};
    enum { KEYS = sizeof(keys) / sizeof(*keys) };
    sio__map_node_t nodes[KEYS];
    sio__map_t map;

    sio__map_init(&map);
    for (int i = 0; i < KEYS; i++)
        ck_assert_int_eq(sio__map_insert(&map, &nodes[i], keys[i].text, keys[i].len), 0);
    for (int i = 0; i < KEYS; i++)
        ck_assert_ptr_eq(sio__map_find(&map, keys[i].text, keys[i].len), &nodes[i]);
    ck_assert_ptr_eq(sio__map_find(&map, NULL, 0), &nodes[0]);
    sio__map_free(&map);
}
END_TEST

START_TEST(test_seeds_differ)
{
    sio__map_t a, b;
    sio__map_node_t nodes[2];

    sio__map_init(&a);
    sio__map_init(&b);
    ck_assert_int_eq(sio__map_insert(&a, &nodes[0], "k", 1), 0);
    ck_assert_int_eq(sio__map_insert(&b, &nodes[1], "k", 1), 0);
    ck_assert_mem_ne(a.seed, b.seed, sizeof(a.seed));
    sio__map_free(&a);
    sio__map_free(&b);
}
END_TEST

static int allocations_left;

static void *failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

static const sio__alloc_fns_t failing = {failing_malloc, realloc, free};

START_TEST(test_no_table)
{
    sio__map_t map;

    allocations_left = 0;
    sio__alloc_set(&failing);
    sio__map_init(&map);
    ck_assert_int_eq(add(&map, 0), -1);
    ck_assert_uint_eq(map.count, 0);
    ck_assert_ptr_null(sio__map_find(&map, "key 0", 5));
    sio__map_free(&map);
    sio__alloc_set(NULL);
}
END_TEST

/* All in the first few buckets: long chains, and every removal from within one. */
START_TEST(test_no_growth)
{
    enum { COUNT = 500 };
    sio__map_t map;

    allocations_left = 1;
    sio__alloc_set(&failing);
    sio__map_init(&map);
    for (int i = 0; i < COUNT; i++)
        ck_assert_int_eq(add(&map, i), 0);
    ck_assert_uint_lt(map.mask, COUNT / 10);
    for (int i = 0; i < COUNT; i++)
        ck_assert(has(&map, i));
    for (int i = 0; i < COUNT; i += 3)
        sio__map_remove(&map, &items[i].node);
    for (int i = 0; i < COUNT; i++)
        ck_assert_int_eq(has(&map, i), i % 3 != 0);
    sio__map_free(&map);
    sio__alloc_set(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *tests = tcase_create("map");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tests, test_siphash, 0, (int)(sizeof(vectors) / sizeof(*vectors)));
    tcase_add_test(tests, test_siphash_keyed);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_growth);
    tcase_add_test(tests, test_removal);
    tcase_add_test(tests, test_any_bytes);
    tcase_add_test(tests, test_seeds_differ);
    tcase_add_test(tests, test_no_table);
    tcase_add_test(tests, test_no_growth);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
