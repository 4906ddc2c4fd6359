/* The request target: its path, and its query as URLSearchParams reads it. */
#include "engineio/query.h"

#include "base/alloc.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *target, *path;
    const char *params; /* decoded, as name=value; */
} targets[] = {
    {"/socket.io/?EIO=4&transport=polling", "/socket.io/", "EIO=4;transport=polling;"},
    {"/", "/", ""},
    {"/p?", "/p", ""},
    {"/p#a?b=c", "/p", ""},
    {"/p?a=b#c=d", "/p", "a=b;"},
    {"/p%20q?a", "/p%20q", "a=;"},
    {"?a=b", "/", "a=b;"},
    {"", "/", ""},
    {"*", "*", ""},
    {"host:443", "host:443", ""},
    {"http://host:80/p?a=b", "/p", "a=b;"},
    {"https://host?a=b", "/", "a=b;"},
    {"http://host", "/", ""},
    {"http://host#/x", "/", ""},
    {"http://", "/", ""},
    {"http:///p", "/p", ""},
    {"/p?u=http://x/y?z", "/p", "u=http://x/y?z;"},
    {"/a://b/c", "/a://b/c", ""},
    {"/p?a=1&b=2&a=3", "/p", "a=3;b=2;"},
    {"/p?%61=1&a=2", "/p", "a=2;"},
    {"/p?&&a=1&&", "/p", "a=1;"},
    {"/p?=v", "/p", "=v;"},
    {"/p?=", "/p", "=;"},
    {"/p?a==b=", "/p", "a==b=;"},
    {"/p?a+b=c+d%2B", "/p", "a b=c d+;"},
    {"/p?a=%3D%26%25", "/p", "a==&%;"},
    {"/p?a=%", "/p", "a=%;"},
    {"/p?a=%4", "/p", "a=%4;"},
    {"/p?a=%4&b=1", "/p", "a=%4;b=1;"},
    {"/p?a=%4g%g4%%41", "/p", "a=%4g%g4%A;"},
    {"/p?a=%e2%82%AC\xc3\xa9", "/p", "a=\xe2\x82\xac\xc3\xa9;"},
    {"/p?a=%ff", "/p", "a=\xef\xbf\xbd;"},
    {"/p?a=x%e2%82y", "/p", "a=x\xef\xbf\xbdy;"},
    {"/p?a=\xed\xa0\x80", "/p", "a=\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd;"},
    {"/p?%c3=%a9", "/p", "\xef\xbf\xbd=\xef\xbf\xbd;"},
    {"/p?a;b=c", "/p", "a;b=c;"},
};

static void print(const eio_query_t *query, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < query->count; i++)
        len += (size_t)snprintf(out + len, size - len, "%s=%s;", query->params[i].name.data,
                                query->params[i].value.data);
}

START_TEST(test_target)
{
    size_t len = strlen(targets[_i].target);
    char *target = malloc(len ? len : 1);
    char out[200];
    eio_query_t query;

    memcpy(target, targets[_i].target, len);
    ck_assert_int_eq(eio_query_parse(&query, target, len), 0);
    ck_assert(sio__span_is(query.path, targets[_i].path));
    print(&query, out, sizeof(out));
    ck_assert_str_eq(out, targets[_i].params);
    eio_query_free(&query);
    free(target);
}
END_TEST

START_TEST(test_get)
{
    static const char target[] = "/?sid=a%00b&x";
    eio_query_t query;

    ck_assert_int_eq(eio_query_parse(&query, target, sizeof(target) - 1), 0);
    ck_assert_uint_eq(eio_query_get(&query, "sid")->len, 3);
    ck_assert_mem_eq(eio_query_get(&query, "sid")->data, "a\0b", 4);
    ck_assert_uint_eq(eio_query_get(&query, "x")->len, 0);
    ck_assert_ptr_null(eio_query_get(&query, "si"));
    ck_assert_ptr_null(eio_query_get(&query, "sid2"));
    eio_query_free(&query);
    ck_assert_ptr_null(eio_query_get(&query, "sid"));
}
END_TEST

/* Beyond the last slot new names are dropped, known ones still take the later value. */
START_TEST(test_many)
{
    char target[1024] = "/?";
    size_t len = 2;
    eio_query_t query;

    for (int i = 0; i <= EIO_QUERY_MAX_PARAMS; i++)
        len += (size_t)snprintf(target + len, sizeof(target) - len, "n%d=v&", i);
    len += (size_t)snprintf(target + len, sizeof(target) - len, "n0=last");
    ck_assert_int_eq(eio_query_parse(&query, target, len), 0);
    ck_assert_uint_eq(query.count, EIO_QUERY_MAX_PARAMS);
    ck_assert(sio__span_is(*eio_query_get(&query, "n0"), "last"));
    ck_assert_ptr_nonnull(eio_query_get(&query, "n63"));
    ck_assert_ptr_null(eio_query_get(&query, "n64"));
    eio_query_free(&query);
}
END_TEST

/* The worst growth: every byte becomes three. Encoded bytes shrink first. */
START_TEST(test_all_invalid)
{
    char target[1002] = "/?";
    eio_query_t query;

    memset(target + 2, 0xff, sizeof(target) - 2);
    target[500] = '=';
    ck_assert_int_eq(eio_query_parse(&query, target, sizeof(target)), 0);
    ck_assert_uint_eq(query.params[0].name.len, 3 * 498);
    ck_assert_uint_eq(query.params[0].value.len, 3 * 501);
    eio_query_free(&query);
    for (size_t at = 2; at + 3 <= sizeof(target); at += 3)
        memcpy(target + at, "%80", 3);
    ck_assert_int_eq(eio_query_parse(&query, target, 2 + 999), 0);
    ck_assert_uint_eq(query.params[0].name.len, 999);
    eio_query_free(&query);
}
END_TEST

static int allocations_left;

static void *counted_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Fails at each allocation in turn; the last round has enough. */
START_TEST(test_out_of_memory)
{
    const sio__alloc_fns_t failing = {counted_malloc, realloc, free};
    static const char target[] = "/?a=%ff&%ff=b";
    eio_query_t query;

    sio__alloc_set(&failing);
    for (int i = 0; i < 4; i++) {
        allocations_left = i;
        ck_assert_int_eq(eio_query_parse(&query, target, sizeof(target) - 1), i < 3 ? -1 : 0);
        if (i < 3)
            ck_assert_ptr_null(query.storage);
    }
    eio_query_free(&query);
    sio__alloc_set(NULL);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("query");
    TCase *tcase = tcase_create("query");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_target, 0, COUNT(targets));
    tcase_add_test(tcase, test_get);
    tcase_add_test(tcase, test_many);
    tcase_add_test(tcase, test_all_invalid);
    tcase_add_test(tcase, test_out_of_memory);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
