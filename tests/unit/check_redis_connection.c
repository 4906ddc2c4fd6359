/* The connection to Redis: pipelining, subscriptions, what becomes of both when it breaks. */
#include "adapters/redis_connection.h"
#include "tests/unit/redis_process.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static uv_loop_t loop;
static redis_process_t server;
static char me[] = "me";
static sio__log_t silent = {.level = 0};
static sio__redis_config_t *config;

/* What has happened. */
static struct {
    int connected, disconnected, answers, lost, messages, closed;
    char last[256], error[256], moved[256];
} seen;

static void on_connected(sio__redis_t *redis, void *user)
{
    ck_assert_ptr_eq(user, &seen);
    ck_assert(sio__redis_subscribed(redis));
    seen.connected++;
}

static void on_disconnected(sio__redis_t *redis, const char *error, void *user)
{
    (void)redis;
    (void)user;
    seen.disconnected++;
    snprintf(seen.error, sizeof(seen.error), "%s", error);
}

static void on_lost(sio__redis_t *redis, void *subscriber, const char *error, void *user)
{
    (void)redis;
    (void)subscriber;
    (void)user;
    snprintf(seen.moved, sizeof(seen.moved), "%s", error ? error : "ended");
}

static const sio__redis_events_t events = {.connected = on_connected,
                                           .disconnected = on_disconnected};
static const sio__redis_events_t cluster_events = {.connected = on_connected,
                                                   .disconnected = on_disconnected,
                                                   .lost_subscription = on_lost};

static void on_reply(const redisReply *reply, void *user)
{
    (void)user;
    if (!reply) {
        seen.lost++;
        return;
    }
    seen.answers++;
    if (reply->str)
        snprintf(seen.last, sizeof(seen.last), "%s", reply->str);
    else
        snprintf(seen.last, sizeof(seen.last), "%lld", reply->integer);
}

static void on_message(void *subscriber, sio__span_t channel, sio__span_t message)
{
    ck_assert_str_eq(subscriber, "me");
    seen.messages++;
    snprintf(seen.last, sizeof(seen.last), "%.*s %.*s", (int)channel.len, channel.data,
             (int)message.len, message.data);
}

static void on_closed(void *user)
{
    (void)user;
    seen.closed++;
}

/* Until a counter has come so far; check's own time limit ends a test that hangs. */
static void wait_for(const int *counter, int count)
{
    while (*counter < count)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_int_eq(*counter, count);
}

static void make_config(const sio_redis_connection_t *options)
{
    const char *error;

    config = sio__redis_config_new(server.url, options, &error);
    ck_assert_msg(config != NULL, "%s", error);
}

static sio__redis_t *make(const sio__redis_events_t *which)
{
    sio__redis_setup_t setup = {
        .loop = &loop, .log = &silent, .config = config, .events = which, .user = &seen};
    sio__redis_t *redis = sio__redis_new(&setup);

    ck_assert_ptr_nonnull(redis);
    return redis;
}

static void end(sio__redis_t *redis)
{
    int closed = seen.closed;

    sio__redis_close(redis, on_closed, NULL);
    wait_for(&seen.closed, closed + 1);
}

static void set_up(void)
{
    memset(&seen, 0, sizeof(seen));
    config = NULL;
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    redis_start(&server, 0, NULL);
}

static void tear_down(void)
{
    redis_kill(&server);
    sio__redis_config_unref(config);
    ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void command(sio__redis_t *redis, const char *first, const char *second)
{
    ck_assert_int_eq(SIO__REDIS_COMMAND(redis, on_reply, NULL, SIO__WORD(first), SIO__WORD(second)),
                     0);
}

START_TEST(test_commands)
{
    sio__redis_t *redis;

    make_config(NULL);
    redis = make(&events);
    command(redis, "ECHO", "before it is connected");
    ck_assert(!sio__redis_connected(redis));
    wait_for(&seen.answers, 1);
    ck_assert_str_eq(seen.last, "before it is connected");
    ck_assert(sio__redis_connected(redis));
    for (int i = 0; i < 5000; i++)
        command(redis, "INCR", "counter");
    wait_for(&seen.answers, 5001);
    ck_assert_str_eq(seen.last, "5000");
    command(redis, "NONSENSE", "x");
    wait_for(&seen.answers, 5002);
    ck_assert(strncmp(seen.last, "ERR", 3) == 0);
    ck_assert_uint_eq(sio__redis_buffered(redis), 0);
    end(redis);
}
END_TEST

START_TEST(test_large)
{
    size_t len = 5 << 20;
    char *text = malloc(len);
    sio__redis_t *redis;

    memset(text, 'x', len);
    make_config(NULL);
    redis = make(&events);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(SIO__REDIS_COMMAND(redis, on_reply, NULL, SIO__WORD("SET"), SIO__WORD("k"),
                                            ((sio__span_t){text, len})),
                         0);
    command(redis, "STRLEN", "k");
    wait_for(&seen.answers, 4);
    ck_assert_str_eq(seen.last, "5242880");
    end(redis);
    free(text);
}
END_TEST

START_TEST(test_subscriptions)
{
    sio__redis_t *commands, *messages;

    make_config(NULL);
    commands = make(&events);
    messages = make(&events);
    sio__redis_subscribe(messages, SIO__REDIS_CHANNEL, SIO__WORD("a"), on_message, me);
    sio__redis_subscribe(messages, SIO__REDIS_PATTERN, SIO__WORD("p*"), on_message, me);
    sio__redis_subscribe(messages, SIO__REDIS_SHARD, SIO__WORD("s"), on_message, me);
    wait_for(&seen.connected, 2);
    SIO__REDIS_COMMAND(commands, NULL, NULL, SIO__WORD("PUBLISH"), SIO__WORD("a"), SIO__WORD("1"));
    wait_for(&seen.messages, 1);
    ck_assert_str_eq(seen.last, "a 1");
    SIO__REDIS_COMMAND(commands, NULL, NULL, SIO__WORD("PUBLISH"), SIO__WORD("pq"), SIO__WORD("2"));
    wait_for(&seen.messages, 2);
    ck_assert_str_eq(seen.last, "pq 2");
    SIO__REDIS_COMMAND(commands, NULL, NULL, SIO__WORD("SPUBLISH"), SIO__WORD("s"), SIO__WORD("3"));
    wait_for(&seen.messages, 3);
    ck_assert_str_eq(seen.last, "s 3");
    sio__redis_unsubscribe(messages, SIO__REDIS_CHANNEL, SIO__WORD("a"));
    sio__redis_unsubscribe(messages, SIO__REDIS_PATTERN, SIO__WORD("p*"));
    sio__redis_unsubscribe(messages, SIO__REDIS_SHARD, SIO__WORD("s"));
    sio__redis_subscribe(messages, SIO__REDIS_CHANNEL, SIO__WORD("b"), on_message, me);
    while (!sio__redis_subscribed(messages))
        uv_run(&loop, UV_RUN_ONCE);
    SIO__REDIS_COMMAND(commands, NULL, NULL, SIO__WORD("PUBLISH"), SIO__WORD("a"), SIO__WORD("4"));
    SIO__REDIS_COMMAND(commands, NULL, NULL, SIO__WORD("PUBLISH"), SIO__WORD("b"), SIO__WORD("5"));
    wait_for(&seen.messages, 4);
    ck_assert_str_eq(seen.last, "b 5");
    end(commands);
    end(messages);
}
END_TEST

/* What is sent while it is away arrives; subscriptions come back. */
START_TEST(test_restart)
{
    sio__redis_t *commands, *messages;
    int port;

    make_config(SIO_REDIS_CONNECTION(.retry_min_ms = 10, .retry_max_ms = 50));
    commands = make(&events);
    messages = make(&events);
    sio__redis_subscribe(messages, SIO__REDIS_CHANNEL, SIO__WORD("a"), on_message, me);
    wait_for(&seen.connected, 2);
    port = server.port;
    redis_kill(&server);
    while (seen.disconnected < 2)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert(!sio__redis_connected(commands));
    command(commands, "ECHO", "kept");
    ck_assert_uint_gt(sio__redis_buffered(commands), 0);
    redis_start(&server, port, NULL);
    wait_for(&seen.answers, 1);
    ck_assert_str_eq(seen.last, "kept");
    while (!sio__redis_subscribed(messages))
        uv_run(&loop, UV_RUN_ONCE);
    SIO__REDIS_COMMAND(commands, NULL, NULL, SIO__WORD("PUBLISH"), SIO__WORD("a"), SIO__WORD("1"));
    wait_for(&seen.messages, 1);
    ck_assert_uint_eq(sio__redis_connections(commands), 2);
    end(commands);
    end(messages);
}
END_TEST

/* Whoever waits for an answer hears that none comes. */
START_TEST(test_lost_answers)
{
    sio__redis_t *redis;

    make_config(NULL);
    redis = make(&events);
    wait_for(&seen.connected, 1);
    kill(server.pid, SIGSTOP);
    command(redis, "ECHO", "x");
    ck_assert_int_eq(SIO__REDIS_COMMAND(redis, on_reply, redis, SIO__WORD("PING")), 0);
    sio__redis_forget(redis, redis);
    redis_kill(&server);
    wait_for(&seen.lost, 1);
    command(redis, "ECHO", "never");
    end(redis);
    ck_assert_int_eq(seen.lost, 2);
}
END_TEST

START_TEST(test_silence)
{
    sio__redis_t *redis;

    make_config(SIO_REDIS_CONNECTION(.ping_interval_ms = 20, .ping_timeout_ms = 60));
    redis = make(&events);
    wait_for(&seen.connected, 1);
    kill(server.pid, SIGSTOP);
    wait_for(&seen.disconnected, 1);
    ck_assert_str_eq(seen.error, "no answer to a ping");
    kill(server.pid, SIGCONT);
    end(redis);
}
END_TEST

START_TEST(test_limit)
{
    char text[1000] = {0};
    sio__redis_t *redis;
    int kept = 0;

    make_config(SIO_REDIS_CONNECTION(.buffer_limit = 10000));
    redis = make(&events);
    while (SIO__REDIS_COMMAND(redis, NULL, NULL, SIO__WORD("ECHO"),
                              ((sio__span_t){text, sizeof(text)})) == 0)
        kept++;
    ck_assert_int_eq(kept, 10);
    end(redis);
}
END_TEST

START_TEST(test_login)
{
    sio__redis_t *redis;

    redis_kill(&server);
    redis_start(&server, 0, (const char *const[]){"--requirepass", "secret", NULL});
    make_config(NULL);
    redis = make(&events);
    wait_for(&seen.disconnected, 1);
    ck_assert(strncmp(seen.error, "NOAUTH", 6) == 0);
    end(redis);
    sio__redis_config_unref(config);
    make_config(SIO_REDIS_CONNECTION(.password = "wrong"));
    redis = make(&events);
    wait_for(&seen.disconnected, 2);
    ck_assert(strncmp(seen.error, "WRONGPASS", 9) == 0);
    end(redis);
    sio__redis_config_unref(config);
    make_config(SIO_REDIS_CONNECTION(.user = "default", .password = "secret", .database = 3));
    redis = make(&events);
    wait_for(&seen.connected, 1);
    command(redis, "CLIENT", "INFO");
    wait_for(&seen.answers, 1);
    ck_assert_ptr_nonnull(strstr(seen.last, " db=3 "));
    end(redis);
}
END_TEST

/* A Redis Cluster without its slots refuses; a hook for those who know where to go instead. */
START_TEST(test_refused_subscription)
{
    char folder[] = "/tmp/redis-XXXXXX", clean[64];
    sio__redis_t *redis;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    redis_kill(&server);
    redis_start(&server, 0,
                (const char *const[]){"--cluster-enabled", "yes", "--dir", folder, NULL});
    make_config(NULL);
    redis = make(&cluster_events);
    sio__redis_subscribe(redis, SIO__REDIS_SHARD, SIO__WORD("s"), on_message, me);
    while (!seen.moved[0])
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert(strncmp(seen.moved, "CLUSTERDOWN", 11) == 0);
    ck_assert(sio__redis_subscribed(redis));
    end(redis);
    snprintf(clean, sizeof(clean), "rm -r %s", folder);
    ck_assert_int_eq(system(clean), 0);
}
END_TEST

START_TEST(test_unix_socket)
{
    char folder[] = "/tmp/redis-XXXXXX", path[32], clean[64];
    sio__redis_t *redis;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    redis_kill(&server);
    redis_start(&server, 0, (const char *const[]){"--unixsocket", path, NULL});
    snprintf(server.url, sizeof(server.url), "unix:%s", path);
    make_config(NULL);
    redis = make(&events);
    command(redis, "ECHO", "hello");
    wait_for(&seen.answers, 1);
    ck_assert_str_eq(seen.last, "hello");
    end(redis);
    snprintf(clean, sizeof(clean), "rm -r %s", folder);
    ck_assert_int_eq(system(clean), 0);
}
END_TEST

/* The master dies; what is sent meanwhile reaches the replica that has taken its place. */
START_TEST(test_failover)
{
    char folder[] = "/tmp/redis-XXXXXX", address[32], master[16], clean[64];
    redis_process_t replica, sentinel;
    sio__redis_t *redis;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(master, sizeof(master), "%d", server.port);
    redis_start(&replica, 0,
                (const char *const[]){"--replicaof", "127.0.0.1", master, "--dir", folder, NULL});
    redis_start_sentinel(&sentinel, &server, folder);
    snprintf(address, sizeof(address), "127.0.0.1:%d", sentinel.port);
    make_config(SIO_REDIS_CONNECTION(.sentinels = SIO_LIST("127.0.0.1:1", address),
                                     .retry_min_ms = 20, .retry_max_ms = 200));
    redis = make(&events);
    wait_for(&seen.connected, 1);
    ck_assert_int_eq(sio__redis_address(redis)->port, server.port);
    /* The sentinel has to know the replica before it can choose it. */
    for (seen.last[0] = '\0'; !strstr(seen.last, "online");) {
        int answers = seen.answers;

        command(redis, "INFO", "replication");
        wait_for(&seen.answers, answers + 1);
    }
    redis_kill(&server);
    while (seen.connected < 2 || sio__redis_address(redis)->port != replica.port)
        uv_run(&loop, UV_RUN_ONCE);
    command(redis, "ECHO", "there again");
    while (strcmp(seen.last, "there again") != 0)
        uv_run(&loop, UV_RUN_ONCE);
    end(redis);
    redis_kill(&sentinel);
    redis_kill(&replica);
    snprintf(clean, sizeof(clean), "rm -r %s", folder);
    ck_assert_int_eq(system(clean), 0);
}
END_TEST

START_TEST(test_tls)
{
    char folder[] = "/tmp/redis-XXXXXX", cert[64], key[64], port[16], text[512];
    sio__redis_t *redis;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(cert, sizeof(cert), "%s/cert", folder);
    snprintf(key, sizeof(key), "%s/key", folder);
    snprintf(text, sizeof(text),
             "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
             "subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null",
             key, cert);
    ck_assert_int_eq(system(text), 0);
    redis_kill(&server);
    snprintf(port, sizeof(port), "%d", redis_free_port());
    redis_start(&server, 0,
                (const char *const[]){"--tls-port", port, "--tls-cert-file", cert, "--tls-key-file",
                                      key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no",
                                      NULL});
    snprintf(server.url, sizeof(server.url), "rediss://127.0.0.1:%s", port);
    make_config(SIO_REDIS_CONNECTION(.ca_file = cert));
    redis = make(&events);
    command(redis, "ECHO", "hello");
    wait_for(&seen.answers, 1);
    ck_assert_str_eq(seen.last, "hello");
    end(redis);
    sio__redis_config_unref(config);
    make_config(NULL);
    redis = make(&events);
    wait_for(&seen.disconnected, 1);
    ck_assert_msg(strncmp(seen.error, "TLS: ", 5) == 0, "%s", seen.error);
    end(redis);
    sio__redis_config_unref(config);
    make_config(SIO_REDIS_CONNECTION(.ca_file = cert, .server_name = "elsewhere.example"));
    redis = make(&events);
    wait_for(&seen.disconnected, 2);
    ck_assert_msg(strncmp(seen.error, "TLS: ", 5) == 0, "%s", seen.error);
    end(redis);
    snprintf(text, sizeof(text), "rm -r %s", folder);
    ck_assert_int_eq(system(text), 0);
}
END_TEST

START_TEST(test_nobody_there)
{
    sio__redis_t *redis;

    redis_kill(&server);
    make_config(SIO_REDIS_CONNECTION(.retry_min_ms = 1, .retry_max_ms = 2));
    redis = make(&events);
    while (seen.disconnected < 5)
        uv_run(&loop, UV_RUN_ONCE);
    ck_assert_str_eq(seen.error, "connection refused");
    ck_assert_str_eq(sio__redis_error(redis), "connection refused");
    end(redis);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redis_connection");
    TCase *tcase = tcase_create("connection");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, test_commands);
    tcase_add_test(tcase, test_large);
    tcase_add_test(tcase, test_subscriptions);
    tcase_add_test(tcase, test_restart);
    tcase_add_test(tcase, test_lost_answers);
    tcase_add_test(tcase, test_silence);
    tcase_add_test(tcase, test_limit);
    tcase_add_test(tcase, test_login);
    tcase_add_test(tcase, test_refused_subscription);
    tcase_add_test(tcase, test_unix_socket);
    tcase_add_test(tcase, test_nobody_there);
    tcase_add_test(tcase, test_failover);
    tcase_add_test(tcase, test_tls);
    suite_add_tcase(suite, tcase);
    if (!redis_installed()) {
        puts("1..0 # SKIP no redis-server here");
        return 0;
    }
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
