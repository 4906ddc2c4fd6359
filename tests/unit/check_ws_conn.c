/* A WebSocket connection: fragmentation, control frames, closing, and every way to break the
 * protocol, in pieces of every size. */
#include "engineio/ws_conn.h"
#include "engineio/ws_frame.h"
#include "tests/fake_stream.h"

#include <check.h>
#include <string.h>

static uv_loop_t uv;
static eio_loop_t loop;
static fake_stream_t stream;
static eio_ws_t *ws;
static sio__buf_t messages; /* "t:text|b:binary|" */
static unsigned closed_code;
static bool closed_by_violation;
static size_t too_big;

static void on_message(void *user, bool binary, char *data, size_t len)
{
    (void)user;
    sio__buf_append_str(&messages, binary ? "b:" : "t:");
    sio__buf_append(&messages, data, len);
    sio__buf_append_char(&messages, '|');
}

static const char *queued; /* a frame that leaves when it can */

static void on_writable(void *user)
{
    (void)user;
    if (queued)
        eio_ws_write(ws, queued, strlen(queued));
    queued = NULL;
}

static char closed_reason[EIO_WS_CONTROL_MAX];

static void on_closed(void *user, unsigned code, bool violation, sio__span_t reason, int error)
{
    (void)user;
    (void)error;
    memcpy(closed_reason, reason.data, reason.len);
    closed_reason[reason.len] = '\0';
    closed_code = code;
    closed_by_violation = violation;
}

static void on_too_big(void *user, size_t size)
{
    (void)user;
    too_big = size;
}

static char pong[EIO_WS_CONTROL_MAX + 1];

static void on_pong(void *user, const char *data, size_t len)
{
    (void)user;
    memcpy(pong, data, len);
    pong[len] = '\0';
}

static const eio_ws_handler_t handler = {on_message, on_writable, on_too_big, on_closed, on_pong};

static void setup(void)
{
    uv_loop_init(&uv);
    ck_assert_int_eq(eio_loop_init(&loop, &uv), 0);
    fake_stream_init(&stream);
    messages = (sio__buf_t)SIO__BUF_INIT;
    closed_code = 0;
    too_big = 0;
    closed_by_violation = false;
    ws = eio_ws_new(&loop, &stream.base, 1000, &handler, NULL);
}

static void loop_closed(void *user)
{
    (void)user;
}

static void teardown(void)
{
    fake_stream_end(&stream);
    eio_loop_close(&loop, loop_closed, NULL);
    uv_run(&uv, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&uv), 0);
    sio__buf_free(&messages);
}

/* A masked client frame. */
static size_t frame(uint8_t *out, bool fin, uint8_t opcode, const void *payload, size_t len)
{
    static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
    size_t at = eio_ws_header_write(out, opcode, false, len);

    if (!fin)
        out[0] &= 0x7f;
    out[1] |= 0x80;
    memcpy(out + at, mask, 4);
    memcpy(out + at + 4, payload, len);
    eio_ws_unmask(out + at + 4, len, mask, 0);
    return at + 4 + len;
}

static void feed(const uint8_t *data, size_t len, size_t piece)
{
    uint8_t copy[4096];
    size_t at;

    for (at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        memcpy(copy, data + at, n);
        if (stream.base.handler)
            stream.base.handler->on_data(stream.base.user, copy, n);
    }
}

static void feed_frame(bool fin, uint8_t opcode, const char *payload)
{
    uint8_t bytes[2048];

    feed(bytes, frame(bytes, fin, opcode, payload, strlen(payload)), sizeof(bytes));
}

static void expect_messages(const char *text)
{
    ck_assert_uint_eq(messages.len, strlen(text));
    ck_assert(memcmp(messages.data ? messages.data : "", text, messages.len) == 0);
}

static void expect_output(const char *bytes, size_t len)
{
    ck_assert_uint_eq(stream.out.len, len);
    ck_assert_mem_eq(stream.out.data, bytes, len);
}

START_TEST(test_messages_in_pieces_of_every_size)
{
    uint8_t bytes[2048];
    size_t len = 0;

    len += frame(bytes + len, true, EIO_WS_TEXT, "hello", 5);
    len += frame(bytes + len, true, EIO_WS_TEXT, "", 0);
    len += frame(bytes + len, false, EIO_WS_TEXT, "a\xe2\x82", 3);
    len += frame(bytes + len, true, EIO_WS_PING, "p", 1);
    len += frame(bytes + len, false, EIO_WS_CONTINUATION, "", 0);
    len += frame(bytes + len, true, EIO_WS_CONTINUATION, "\xac!", 2);
    len += frame(bytes + len, true, EIO_WS_PONG, "unasked", 7);
    len += frame(bytes + len, true, EIO_WS_BINARY, "\xff\xfe", 2);
    feed(bytes, len, (size_t)_i);
    expect_messages("t:hello|t:|t:a\xe2\x82\xac!|b:\xff\xfe|");
    expect_output("\x8a\x01p", 3);
    ck_assert_uint_eq(closed_code, 0);
}
END_TEST

START_TEST(test_close_is_answered_with_its_code_and_reason)
{
    feed_frame(true, EIO_WS_CLOSE, "\x03\xe9 bye");
    ck_assert_uint_eq(closed_code, 1001);
    ck_assert_str_eq(closed_reason, " bye");
    ck_assert(!closed_by_violation);
    expect_output("\x88\x06\x03\xe9 bye", 8);
    ck_assert(stream.closed);
}
END_TEST

START_TEST(test_close_without_status)
{
    feed_frame(true, EIO_WS_CLOSE, "");
    ck_assert_uint_eq(closed_code, EIO_WS_CODE_NO_STATUS);
    expect_output("\x88\x00", 2);
}
END_TEST

START_TEST(test_our_close_waits_for_the_peers)
{
    eio_ws_close(ws, 0, (sio__span_t){NULL, 0});
    expect_output("\x88\x00", 2);
    ck_assert(!stream.closed);
    ck_assert_int_eq(eio_ws_write(ws, "x", 1), -1);
    feed_frame(true, EIO_WS_CLOSE, "");
    ck_assert(stream.closed);
    ck_assert_uint_eq(closed_code, 0);
}
END_TEST

START_TEST(test_close_frame_waits_for_a_blocked_stream)
{
    stream.take_nothing = true;
    ck_assert_int_eq(eio_ws_write(ws, "\x81\x01x", 3), 0);
    ck_assert(eio_ws_blocked(ws));
    feed_frame(true, EIO_WS_PING, "1");
    feed_frame(true, EIO_WS_PING, "2");
    eio_ws_ping(ws, "p", 1);
    eio_ws_ping(ws, "q", 1);
    eio_ws_close(ws, 1000, (sio__span_t){"so", 2});
    expect_output("\x81\x01x", 3);
    fake_stream_unblock(&stream);
    expect_output("\x81\x01x\x8a\x01"
                  "2\x89\x01q\x88\x04\x03\xe8so",
                  15);
}
END_TEST

START_TEST(test_pongs_are_told)
{
    eio_ws_ping(ws, "", 0);
    expect_output("\x89\x00", 2);
    feed_frame(true, EIO_WS_PONG, "any");
    ck_assert_str_eq(pong, "any");
}
END_TEST

START_TEST(test_what_is_queued_leaves_before_the_answer_to_a_close)
{
    queued = "\x81\x01x";
    feed_frame(true, EIO_WS_CLOSE, "\x03\xe8");
    expect_output("\x81\x01x\x88\x02\x03\xe8", 7);
}
END_TEST

static const struct violation {
    const char *bytes;
    size_t len;
    unsigned code;
} violations[] = {
    {"\x81\x01x", 3, 1002},                                 /* not masked */
    {"\xc1\x80mask", 6, 1002},                              /* rsv1 without an extension */
    {"\xa1\x80mask", 6, 1002},                              /* rsv2 */
    {"\x83\x80mask", 6, 1002},                              /* reserved data opcode */
    {"\x8b\x80mask", 6, 1002},                              /* reserved control opcode */
    {"\x80\x80mask", 6, 1002},                              /* continuation of nothing */
    {"\x01\x80mask\x81\x80mask", 12, 1002},                 /* a new message within another */
    {"\x09\x80mask", 6, 1002},                              /* fragmented ping */
    {"\x89\xfe\x00\x7emask", 8, 1002},                      /* ping of 126 bytes */
    {"\x88\x81\0\0\0\0\x03", 7, 1002},                      /* close of one byte */
    {"\x88\x82\0\0\0\0\x03\xed", 8, 1002},                  /* close code 1005 */
    {"\x88\x83\0\0\0\0\x03\xe8\xff", 9, 1007},              /* close reason that is no UTF-8 */
    {"\x81\x82\0\0\0\0\xc3\x28", 8, 1007},                  /* text that is no UTF-8 */
    {"\x01\x81\0\0\0\0\xc3\x80\x81\0\0\0\0\x28", 14, 1007}, /* the same across fragments */
    {"\x81\x81\0\0\0\0\xc3", 7, 1007},                      /* text that ends within a character */
    {"\x82\xfe\x03\xe9mask", 8, 1009},                      /* longer than allowed */
    {"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask", 14, 1009},
};

START_TEST(test_violations)
{
    const struct violation *v = &violations[_i];
    char expected[4] = {'\x88', 2, (char)(v->code >> 8), (char)v->code};
    size_t piece;

    for (piece = 1; piece <= v->len; piece += v->len - 1) {
        feed((const uint8_t *)v->bytes, v->len, piece);
        ck_assert_uint_eq(closed_code, v->code);
        ck_assert(closed_by_violation);
        expect_output(expected, sizeof(expected));
        expect_messages("");
        /* nothing is read any more, and the peer gets time to read the close frame */
        feed_frame(true, EIO_WS_TEXT, "late");
        expect_messages("");
        ck_assert(stream.finished && !stream.closed);
        teardown();
        setup();
    }
}
END_TEST

START_TEST(test_fragments_together_over_the_limit)
{
    char half[601];

    memset(half, 'x', 600);
    half[600] = '\0';
    feed_frame(false, EIO_WS_TEXT, half);
    feed_frame(true, EIO_WS_CONTINUATION, half);
    ck_assert_uint_eq(closed_code, 1009);
    ck_assert_uint_eq(too_big, 1200);
}
END_TEST

START_TEST(test_vanished_peer)
{
    fake_stream_end(&stream);
    ck_assert_uint_eq(closed_code, EIO_WS_CODE_ABNORMAL);
    ck_assert(!closed_by_violation);
}
END_TEST

static Suite *ws_conn_suite(void)
{
    Suite *suite = suite_create("ws_conn");
    TCase *tcase = tcase_create("ws_conn");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_messages_in_pieces_of_every_size, 1, 80);
    tcase_add_test(tcase, test_close_is_answered_with_its_code_and_reason);
    tcase_add_test(tcase, test_close_without_status);
    tcase_add_test(tcase, test_our_close_waits_for_the_peers);
    tcase_add_test(tcase, test_close_frame_waits_for_a_blocked_stream);
    tcase_add_test(tcase, test_pongs_are_told);
    tcase_add_test(tcase, test_what_is_queued_leaves_before_the_answer_to_a_close);
    tcase_add_loop_test(tcase, test_violations, 0, sizeof(violations) / sizeof(violations[0]));
    tcase_add_test(tcase, test_fragments_together_over_the_limit);
    tcase_add_test(tcase, test_vanished_peer);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(ws_conn_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
