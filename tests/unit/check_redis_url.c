/* URLs of Redis servers, and what options add to them. */
#include "adapters/redis_config.h"

#include <check.h>

static const struct {
    const char *url, *host, *path, *user, *password;
    int port, database;
    bool tls;
} good[] = {
    {"redis://localhost", "localhost", NULL, NULL, NULL, 6379, 0, false},
    {"redis://", "localhost", NULL, NULL, NULL, 6379, 0, false},
    {"redis://h:1234", "h", NULL, NULL, NULL, 1234, 0, false},
    {"redis://h:1234/", "h", NULL, NULL, NULL, 1234, 0, false},
    {"redis://h/15", "h", NULL, NULL, NULL, 6379, 15, false},
    {"rediss://h:1", "h", NULL, NULL, NULL, 1, 0, true},
    {"redis://:secret@h", "h", NULL, NULL, "secret", 6379, 0, false},
    {"redis://me:secret@h:7/2", "h", NULL, "me", "secret", 7, 2, false},
    {"redis://me@h", "h", NULL, "me", NULL, 6379, 0, false},
    {"redis://a%40b:c%3A%2f%25@h", "h", NULL, "a@b", "c:/%", 6379, 0, false},
    {"redis://u:p@ss@h", "h", NULL, "u", "p@ss", 6379, 0, false},
    {"redis://[::1]", "::1", NULL, NULL, NULL, 6379, 0, false},
    {"redis://[::1]:99/3", "::1", NULL, NULL, NULL, 99, 3, false},
    {"unix:/run/redis.sock", NULL, "/run/redis.sock", NULL, NULL, 0, 0, false},
    {"unix:///run/redis.sock", NULL, "/run/redis.sock", NULL, NULL, 0, 0, false},
    {"unix:///run/a%20b?db=4", NULL, "/run/a b", NULL, NULL, 0, 4, false},
    {"unix:me:secret@/run/redis.sock", NULL, "/run/redis.sock", "me", "secret", 0, 0, false},
};

static void expect(const char *is, const char *should)
{
    ck_assert((is != NULL) == (should != NULL));
    if (is)
        ck_assert_str_eq(is, should);
}

START_TEST(test_good)
{
    sio__redis_url_t url;

    ck_assert_int_eq(sio__redis_url_parse(&url, good[_i].url), SIO_OK);
    expect(url.address.host, good[_i].host);
    expect(url.address.path, good[_i].path);
    expect(url.login.user, good[_i].user);
    expect(url.login.password, good[_i].password);
    ck_assert_int_eq(url.address.port, good[_i].port);
    ck_assert_int_eq(url.database, good[_i].database);
    ck_assert_int_eq(url.tls, good[_i].tls);
    sio__redis_url_free(&url);
}
END_TEST

static const char *const bad[] = {
    "",
    "localhost",
    "http://localhost",
    "redis:/localhost",
    "redis://h:",
    "redis://h:0",
    "redis://h:65536",
    "redis://h:12a",
    "redis://:@:1",
    "redis://h/a",
    "redis://h/-1",
    "redis://h/9999999",
    "redis://[::1",
    "redis://[::1]x",
    "redis://a%4:b@h",
    "redis://a%00:b@h",
    "redis://a%zz@h",
    "unix:",
    "unix:relative",
    "unix://host/path",
    "unix:/p?db=x",
    "unix:/p?q=1",
};

START_TEST(test_bad)
{
    sio__redis_url_t url;

    ck_assert_int_eq(sio__redis_url_parse(&url, bad[_i]), SIO_EINVAL);
}
END_TEST

START_TEST(test_options)
{
    const char *error;
    sio__redis_config_t *config =
        sio__redis_config_new("redis://a:b@h/1",
                              SIO_REDIS_CONNECTION(.password = "c",
                                                   .sentinels = SIO_LIST("s1", "[::2]:5"),
                                                   .sentinel_password = "d", .retry_min_ms = 7000),
                              &error);

    ck_assert_ptr_null(error);
    ck_assert_str_eq(config->login.user, "a");
    ck_assert_str_eq(config->login.password, "c");
    ck_assert_int_eq(config->database, 1);
    ck_assert_uint_eq(config->sentinels.count, 2);
    ck_assert_str_eq(config->sentinels.items[0].host, "s1");
    ck_assert_int_eq(config->sentinels.items[0].port, 26379);
    ck_assert_str_eq(config->sentinels.items[1].host, "::2");
    ck_assert_int_eq(config->sentinels.items[1].port, 5);
    ck_assert_str_eq(config->sentinels.master, "mymaster");
    ck_assert_str_eq(config->sentinels.login.password, "d");
    ck_assert_uint_eq(config->retry_max_ms, 7000);
    ck_assert_uint_eq(config->buffer_limit, 16 << 20);
    sio__redis_config_unref(config);
}
END_TEST

START_TEST(test_bad_options)
{
    const char *error;

    ck_assert_ptr_null(sio__redis_config_new(NULL, NULL, &error));
    ck_assert_ptr_nonnull(error);
    ck_assert_ptr_null(
        sio__redis_config_new("redis://", SIO_REDIS_CONNECTION(.database = -1), &error));
    ck_assert_ptr_null(sio__redis_config_new("redis://",
                                             SIO_REDIS_CONNECTION(.sentinels = SIO_LIST("a:b")),
                                             &error));
    ck_assert_ptr_null(
        sio__redis_config_new("rediss://", SIO_REDIS_CONNECTION(.ca_file = "/none"), &error));
    ck_assert_str_eq(error, "the certificates can't be used");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redis_url");
    TCase *tcase = tcase_create("urls");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_good, 0, (int)(sizeof(good) / sizeof(good[0])));
    tcase_add_loop_test(tcase, test_bad, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(tcase, test_options);
    tcase_add_test(tcase, test_bad_options);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
