/* Limits per address and per session: buckets, counts that return to zero, and what a client is
 * told. */
#include "tests/unit/engine.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static int closed_sessions;
static char last_detail[64];

static void on_close(eio_session_t *session, eio_reason_t reason, const char *detail, void *user)
{
    (void)session;
    (void)reason;
    (void)user;
    closed_sessions++;
    snprintf(last_detail, sizeof(last_detail), "%s", detail);
}

static void start(eio_limit_options_t limits)
{
    eio_options_t options = {.limits = limits, .handlers = {.on_close = on_close}};

    closed_sessions = 0;
    engine_start(&options);
}

/* A handshake on a connection of its own; true when it was accepted. */
static bool handshake(fake_stream_t *stream, const char *address, const char *headers)
{
    char request[512];

    fake_stream_init(stream);
    stream->base.family = AF_INET;
    ck_assert_int_eq(sscanf(address, "%hhu.%hhu.%hhu.%hhu", &stream->base.address[0],
                            &stream->base.address[1], &stream->base.address[2],
                            &stream->base.address[3]),
                     4);
    eio_http_accept(&server->http, &stream->base);
    snprintf(request, sizeof(request),
             "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
    engine_feed(stream, request, strlen(request));
    ck_assert_uint_gt(stream->out.len, 12);
    if (memcmp(stream->out.data, "HTTP/1.1 200", 12) == 0)
        return true;
    ck_assert_mem_eq(stream->out.data, "HTTP/1.1 429", 12);
    return false;
}

static void end(fake_stream_t *streams, size_t count)
{
    while (count--)
        fake_stream_end(&streams[count]);
    uv_run(&uv, UV_RUN_NOWAIT);
}

START_TEST(test_sessions_per_address)
{
    fake_stream_t streams[4];
    eio_session_t *session;

    start((eio_limit_options_t){.sessions_per_address = 2});
    ck_assert(handshake(&streams[0], "10.0.0.1", ""));
    ck_assert(handshake(&streams[1], "10.0.0.1", ""));
    ck_assert(!handshake(&streams[2], "10.0.0.1", ""));
    ck_assert(handshake(&streams[3], "10.0.0.2", ""));
    end(streams, 4);
    session = SIO__CONTAINER(server->session_list.next, eio_session_t, link);
    eio_session_close(session, EIO_REASON_FORCED_CLOSE, "", true);
    uv_run(&uv, UV_RUN_NOWAIT);
    ck_assert(handshake(&streams[2], "10.0.0.1", ""));
    end(&streams[2], 1);
    engine_stop();
}
END_TEST

START_TEST(test_addresses_are_forgotten)
{
    fake_stream_t stream;

    start((eio_limit_options_t){.sessions_per_address = 2});
    ck_assert(handshake(&stream, "10.0.0.1", ""));
    ck_assert_uint_eq(server->limits.addresses.count, 1);
    end(&stream, 1);
    eio_session_close(SIO__CONTAINER(server->session_list.next, eio_session_t, link),
                      EIO_REASON_FORCED_CLOSE, "", true);
    while (server->limits.addresses.count)
        uv_run(&uv, UV_RUN_NOWAIT);
    engine_stop();
}
END_TEST

START_TEST(test_handshake_rate)
{
    fake_stream_t stream;
    int accepted = 0;
    int i;

    start((eio_limit_options_t){.handshakes_per_second = 5});
    for (i = 0; i < 20; i++) {
        accepted += handshake(&stream, "10.0.0.1", "");
        end(&stream, 1);
    }
    ck_assert_int_ge(accepted, 10);
    ck_assert_int_le(accepted, 12);
    engine_stop();
}
END_TEST

START_TEST(test_clients_behind_a_proxy)
{
    fake_stream_t streams[3];

    start((eio_limit_options_t){.sessions_per_address = 1, .trusted_proxies = 1});
    ck_assert(handshake(&streams[0], "10.0.0.1", "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n"));
    ck_assert(handshake(&streams[1], "10.0.0.1", "X-Forwarded-For: 2.2.2.2, 3.3.3.3\r\n"));
    ck_assert(!handshake(&streams[2], "10.0.0.1", "X-Forwarded-For: 9.9.9.9, 3.3.3.3\r\n"));
    end(streams, 3);
    engine_stop();
}
END_TEST

static void send_packets(fake_stream_t *stream, int count)
{
    const eio_session_t *session = SIO__CONTAINER(server->session_list.next, eio_session_t, link);
    char request[1024];
    char body[512] = "";
    int i;

    for (i = 0; i < count; i++)
        strcat(body, i ? "\x1e"
                         "4a"
                       : "4a");
    snprintf(request, sizeof(request),
             "POST /engine.io/?EIO=4&transport=polling&sid=%s HTTP/1.1\r\nHost: "
             "x\r\nContent-Length: %zu\r\n\r\n%s",
             session->id, strlen(body), body);
    engine_feed(stream, request, strlen(request));
}

START_TEST(test_packet_rate)
{
    fake_stream_t stream;

    start((eio_limit_options_t){.packets_per_second = 10});
    ck_assert(handshake(&stream, "10.0.0.1", ""));
    send_packets(&stream, 20);
    ck_assert_int_eq(closed_sessions, 0);
    sio__buf_clear(&stream.out);
    send_packets(&stream, 20);
    ck_assert_int_eq(closed_sessions, 1);
    ck_assert_str_eq(last_detail, "more packets than packets_per_second");
    ck_assert_mem_eq(stream.out.data, "HTTP/1.1 429", 12);
    ck_assert_uint_eq(server->counters.limited_packets, 1);
    end(&stream, 1);
    engine_stop();
}
END_TEST

START_TEST(test_byte_rate)
{
    fake_stream_t stream;

    start((eio_limit_options_t){.bytes_per_second = 10});
    ck_assert(handshake(&stream, "10.0.0.1", ""));
    send_packets(&stream, 20);
    ck_assert_int_eq(closed_sessions, 0);
    send_packets(&stream, 10);
    ck_assert_int_eq(closed_sessions, 1);
    ck_assert_str_eq(last_detail, "more bytes than bytes_per_second");
    end(&stream, 1);
    engine_stop();
}
END_TEST

/* At the ping after its time; and not all at once. */
START_TEST(test_lifetime)
{
    eio_options_t options = {
        .ping_interval_ms = 20,
        .max_lifetime_ms = 50,
        .handlers = {.on_close = on_close},
    };
    static const char pong[] = "\x81\x81\0\0\0\0\x33";
    fake_stream_t stream;
    uint64_t before;
    size_t answered;

    closed_sessions = 0;
    engine_start(&options);
    before = uv_now(&uv);
    engine_open_websocket(&stream);
    answered = stream.out.len;
    while (!closed_sessions) {
        if (stream.out.len == answered) {
            uv_run(&uv, UV_RUN_NOWAIT); /* a ping may leave before it would wait */
            continue;
        }
        answered = stream.out.len; /* the next ping may come while this one is answered */
        engine_feed(&stream, pong, sizeof(pong) - 1);
    }
    ck_assert_uint_ge(uv_now(&uv) - before, 45);
    ck_assert_str_eq(last_detail, "its lifetime is over");
    ck_assert_mem_eq(stream.out.data + stream.out.len - 2, "\x88\0", 2);
    fake_stream_end(&stream);
    engine_stop();
}
END_TEST

START_TEST(test_buckets)
{
    eio_bucket_t bucket;

    eio_bucket_fill(&bucket, 10, 1000);
    ck_assert(eio_bucket_take(&bucket, 10, 20, 1000));
    ck_assert(!eio_bucket_take(&bucket, 10, 1, 1000));
    ck_assert(!eio_bucket_take(&bucket, 10, 1, 1099));
    ck_assert(eio_bucket_take(&bucket, 10, 1, 1100));
    ck_assert(!eio_bucket_take(&bucket, 10, 21, 1000000));
    ck_assert(eio_bucket_take(&bucket, 10, 20, 1000000));
}
END_TEST

static const struct forwarded {
    const char *header;
    unsigned trusted;
    const char *address;
} forwardeds[] = {
    {"1.2.3.4", 1, "1.2.3.4"},
    {"9.9.9.9, 1.2.3.4", 1, "1.2.3.4"},
    {"9.9.9.9,1.2.3.4 , 5.6.7.8", 2, "1.2.3.4"},
    {"1.2.3.4", 2, "1.2.3.4"},
    {"[2001:db8::1]", 1, "2001:db8::1"},
    {"garbage!", 1, ""},
    {"", 1, ""},
    {"1.2.3.4,", 1, ""},
};

START_TEST(test_forwarded)
{
    const struct forwarded *f = &forwardeds[_i];
    char out[46];

    eio_forwarded_address(f->header, strlen(f->header), f->trusted, out);
    ck_assert_str_eq(out, f->address);
}
END_TEST

static Suite *limits_suite(void)
{
    Suite *suite = suite_create("limits");
    TCase *tcase = tcase_create("limits");

    tcase_add_test(tcase, test_sessions_per_address);
    tcase_add_test(tcase, test_addresses_are_forgotten);
    tcase_add_test(tcase, test_handshake_rate);
    tcase_add_test(tcase, test_clients_behind_a_proxy);
    tcase_add_test(tcase, test_packet_rate);
    tcase_add_test(tcase, test_byte_rate);
    tcase_add_test(tcase, test_lifetime);
    tcase_add_test(tcase, test_buckets);
    tcase_add_loop_test(tcase, test_forwarded, 0, sizeof(forwardeds) / sizeof(forwardeds[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(limits_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
