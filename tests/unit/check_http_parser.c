/* HTTP request heads and bodies: what is accepted, what is refused with which status, and arrival
 * in pieces. */
#include "engineio/http_parser.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define POLL "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
#define GET  "GET / HTTP/1.1\r\n" HOST
#define POST "POST / HTTP/1.1\r\n" HOST

static eio_http_head_t head;

/* Parses a copy of exactly `len` bytes, so that reading beyond them is caught by the sanitizers. */
static int parse(const char *text, size_t len, char **copy)
{
    size_t scanned = 0;

    *copy = malloc(len ? len : 1);
    memcpy(*copy, text, len);
    return eio_http_parse_head(*copy, len, &scanned, &head);
}

static int verdict(const char *text, size_t len)
{
    char *copy;
    int result = parse(text, len, &copy);

    free(copy);
    return result;
}

START_TEST(test_request)
{
    static const char text[] =
        "\r\n" POLL "HOST: example.com:80\r\nX-Empty:\r\nAccept:\t text/html \t\r\n"
        "X-Bytes: \xc3\xa9\ta\r\nAccept: second\r\n\r\nGET /next";
    char *copy;
    int used = parse(text, sizeof(text) - 1, &copy);

    ck_assert_int_eq(used, (int)(sizeof(text) - 1 - strlen("GET /next")));
    ck_assert(sio__span_is(head.method, "GET"));
    ck_assert(sio__span_is(head.target, "/socket.io/?EIO=4&transport=polling"));
    ck_assert_int_eq(head.minor, 1);
    ck_assert(head.keep_alive && !head.upgrade && !head.chunked && !head.expect_continue);
    ck_assert_int_eq(head.content_length, -1);
    ck_assert_uint_eq(head.field_count, 5);
    ck_assert(sio__span_is(head.fields[0].name, "host"));
    ck_assert(sio__span_is(*eio_http_head_get(&head, "host"), "example.com:80"));
    ck_assert(sio__span_is(*eio_http_head_get(&head, "x-empty"), ""));
    ck_assert(sio__span_is(*eio_http_head_get(&head, "accept"), "text/html"));
    ck_assert(sio__span_is(*eio_http_head_get(&head, "x-bytes"), "\xc3\xa9\ta"));
    ck_assert_ptr_null(eio_http_head_get(&head, "x-bytesx"));
    ck_assert_ptr_null(eio_http_head_get(&head, "x-byte"));
    free(copy);
}
END_TEST

static const struct {
    const char *text;
    int status; /* 1: accepted whole */
} verdicts[] = {
    {GET "\r\n", 1},
    {"GET / HTTP/1.0\r\n\r\n", 1},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 1},
    {"GET http://a/b?c#d HTTP/1.1\r\n" HOST "\r\n", 1},
    {"M-SEARCH / HTTP/1.1\r\n" HOST "\r\n", 1},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 1},
    {GET "!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", 1},
    {GET "X: \x80\xff \t ~\r\n\r\n", 1},
    {POST "Content-Length: 9223372036854775807\r\n\r\n", 1},
    {POST "Transfer-Encoding: Chunked\r\n\r\n", 1},
    {"UNSUBSCRIBE / HTTP/1.1\r\n" HOST "\r\n", 1},

    {"", 0},
    {"\r", 0},
    {"\r\n\r\n", 0},
    {"GET / HTTP/1.1", 0},
    {"GET / HTTP/1.1\r", 0},
    {GET "\r", 0},
    {GET "X", 0},
    {GET "X: y", 0},
    {GET "X: y\r", 0},

    {"GET / HTTP/1.1\r\n\r\n", -400}, /* no Host */
    {GET HOST "\r\n", -400},
    {"GET / HTTP/1.1\n" HOST "\r\n", -400},
    {"GET / HTTP/1.1\r\nHost: a\n\r\n", -400},
    {GET "\n", -400},
    {"\n" GET "\r\n", -400},
    {"\r" GET "\r\n", -400},
    {GET "X: a\rb\r\n\r\n", -400},
    {GET "X: a\r\r\n\r\n", -400},
    {GET "\rX: a\r\n\r\n", -400},
    {GET "X: a\r\n b\r\n\r\n", -400},
    {GET "X: a\r\n\tb\r\n\r\n", -400},
    {GET "X : a\r\n\r\n", -400},
    {GET "X\t: a\r\n\r\n", -400},
    {GET ": a\r\n\r\n", -400},
    {GET "X\r\n\r\n", -400},
    {GET "X(: a\r\n\r\n", -400},
    {GET "X\xc3: a\r\n\r\n", -400},
    {GET "X: a\x01 b\r\n\r\n", -400},
    {GET "X: 12345678\x1f\r\n\r\n", -400},
    {GET "X: a\x7f\r\n\r\n", -400},
    {"\x16\x03\x01\x02", -400}, /* TLS on the plain port */
    {"GET  / HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GET /  HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GET / HTTP/1.1 \r\n" HOST "\r\n", -400},
    {" GET / HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GET /\t HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GET /\r\n", -400},
    {"GET\r\n", -400},
    {"G(T / HTTP/1.1\r\n" HOST "\r\n", -400},
    {"get / HTTP/1.1\r\n" HOST "\r\n", -400},
    {"FOO / HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GETS / HTTP/1.1\r\n" HOST "\r\n", -400},
    {"GET / http/1.1\r\n" HOST "\r\n", -400},
    {"GET / HTTP/1,1\r\n" HOST "\r\n", -400},
    {"GET / HTTP/1.\r\n" HOST "\r\n", -400},
    {"GET / HTTP/x.1\r\n" HOST "\r\n", -400},
    {"GET / HTTP/1.x\r\n" HOST "\r\n", -400},
    {"GET / HTTP/1./\r\n" HOST "\r\n", -400},
    {"GET / HTTP/1.11\r\n" HOST "\r\n", -400},
    {"GET / HTTP/0.9\r\n" HOST "\r\n", -505},
    {"GET / HTTP/1.2\r\n" HOST "\r\n", -505},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", -400},
    {POST "Content-Length: 2\r\nContent-Length: 3\r\n\r\n", -400},
    {POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n", -400},
    {POST "Content-Length: 2, 2\r\n\r\n", -400},
    {POST "Content-Length: +2\r\n\r\n", -400},
    {POST "Content-Length: -2\r\n\r\n", -400},
    {POST "Content-Length: 0x2\r\n\r\n", -400},
    {POST "Content-Length:\r\n\r\n", -400},
    {POST "Content-Length: 9223372036854775808\r\n\r\n", -400},
    {POST "Content-Length: 99999999999999999999\r\n\r\n", -400},
    {POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", -400},
    {POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", -400},
    {POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", -400},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", -400},
    {POST "Transfer-Encoding: gzip, chunked\r\n\r\n", -501},
    {POST "Transfer-Encoding: identity\r\n\r\n", -501},
    {POST "Transfer-Encoding:\r\n\r\n", -501},
    {POST "Transfer-Encoding: chunked, chunked\r\n\r\n", -501},
    {POST "Transfer-Encoding: \x0b"
          "chunked\r\n\r\n",
     -400},
};

START_TEST(test_verdict)
{
    size_t len = strlen(verdicts[_i].text);
    int wanted = verdicts[_i].status == 1 ? (int)len : verdicts[_i].status;

    ck_assert_msg(verdict(verdicts[_i].text, len) == wanted, "%s", verdicts[_i].text);
}
END_TEST

START_TEST(test_nul)
{
    static const char in_name[] = GET "X\0: a\r\n\r\n";
    static const char in_value[] = GET "X: a\0b\r\n\r\n";
    static const char in_target[] = "GET /\0 HTTP/1.1\r\n" HOST "\r\n";

    ck_assert_int_eq(verdict(in_name, sizeof(in_name) - 1), -400);
    ck_assert_int_eq(verdict(in_value, sizeof(in_value) - 1), -400);
    ck_assert_int_eq(verdict(in_target, sizeof(in_target) - 1), -400);
}
END_TEST

/* Every control character but the tab is refused wherever it stands in a value. */
START_TEST(test_control_characters)
{
    for (int c = 0; c < 256; c++) {
        bool allowed = c == '\t' || (c >= 0x20 && c != 0x7f);

        for (size_t at = 0; at < 17; at++) {
            char text[64];
            int len = snprintf(text, sizeof(text), GET "X: 0123456789abcdefg\r\n\r\n");

            text[strlen(GET "X: ") + at] = (char)c;
            ck_assert_int_eq(verdict(text, (size_t)len), allowed ? len : -400);
        }
    }
}
END_TEST

/* Field names: exactly the token characters, lower-cased. */
START_TEST(test_token_characters)
{
    for (int c = 0; c < 256; c++) {
        char text[] = GET "a?b: x\r\n\r\n";
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool allowed = letter || (c >= '0' && c <= '9') || (c > 0 && strchr("!#$%&'*+-.^_`|~", c));
        char *copy;
        int used;

        if (c == ':')
            continue;
        text[strlen(GET) + 1] = (char)c;
        used = parse(text, sizeof(text) - 1, &copy);
        ck_assert_int_eq(used, allowed ? (int)sizeof(text) - 1 : -400);
        if (allowed)
            ck_assert_int_eq(head.fields[1].name.data[1], letter ? c | 0x20 : c);
        free(copy);
    }
}
END_TEST

static const struct {
    const char *text;
    bool keep_alive, upgrade, expect_continue;
} flags[] = {
    {GET "Connection: Keep-Alive\r\n\r\n", true, false, false},
    {GET "Connection: CLOSE\r\n\r\n", false, false, false},
    {GET "Connection: foo ,\tclose, bar\r\n\r\n", false, false, false},
    {GET "Connection: keep-alive\r\nConnection: close\r\n\r\n", false, false, false},
    {GET "Connection: closed\r\n\r\n", true, false, false},
    {"GET / HTTP/1.0\r\n\r\n", false, false, false},
    {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, false, false},
    {GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", true, true, false},
    {GET "Connection: keep-alive,upgrade,\r\nUpgrade: websocket\r\n\r\n", true, true, false},
    {GET "Connection: Upgrade\r\n\r\n", true, false, false},
    {GET "Upgrade: websocket\r\n\r\n", true, false, false},
    {GET "Connection: ,\r\nUpgrade: websocket\r\n\r\n", true, false, false},
    {GET "Expect: 100-Continue\r\n\r\n", true, false, true},
    {GET "Expect: 200-maybe\r\n\r\n", true, false, false},
    {"GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", false, false, false},
};

START_TEST(test_flags)
{
    ck_assert_int_gt(verdict(flags[_i].text, strlen(flags[_i].text)), 0);
    ck_assert_int_eq(head.keep_alive, flags[_i].keep_alive);
    ck_assert_int_eq(head.upgrade, flags[_i].upgrade);
    ck_assert_int_eq(head.expect_continue, flags[_i].expect_continue);
}
END_TEST

START_TEST(test_pieces)
{
    char text[] = "\r\n" POLL HOST "X-Long: 0123456789\r\n\r\n";
    size_t len = sizeof(text) - 1;
    size_t scanned = 0;

    for (size_t have = 0; have < len; have++)
        ck_assert_int_eq(eio_http_parse_head(text, have, &scanned, &head), 0);
    ck_assert_int_eq(eio_http_parse_head(text, len, &scanned, &head), (int)len);
    ck_assert_uint_eq(scanned, 0);
    ck_assert(sio__span_is(*eio_http_head_get(&head, "x-long"), "0123456789"));
}
END_TEST

START_TEST(test_bare_lf_in_later_piece)
{
    char text[] = GET "X: y\n";
    size_t scanned = 0;

    ck_assert_int_eq(eio_http_parse_head(text, sizeof(text) - 2, &scanned, &head), 0);
    ck_assert_int_eq(eio_http_parse_head(text, sizeof(text) - 1, &scanned, &head), -400);
}
END_TEST

START_TEST(test_too_many_fields)
{
    char text[4096] = GET;
    size_t len = strlen(text);

    for (int i = 1; i < EIO_HTTP_MAX_HEADERS; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "X: %d\r\n", i);
    memcpy(text + len, "\r\n", 2);
    ck_assert_int_eq(verdict(text, len + 2), (int)len + 2);
    ck_assert_uint_eq(head.field_count, EIO_HTTP_MAX_HEADERS);
    memcpy(text + len, "Y: z\r\n\r\n", 8);
    ck_assert_int_eq(verdict(text, len + 8), -431);
}
END_TEST

/* A head of `len` bytes, one long field in it. */
static char *long_head(size_t len)
{
    static const char start[] = GET "X: ";
    char *text = malloc(len);

    memset(text, 'x', len);
    memcpy(text, start, sizeof(start) - 1);
    memcpy(text + len - 4, "\r\n\r\n", 4);
    return text;
}

START_TEST(test_too_long)
{
    char *text = long_head(EIO_HTTP_MAX_HEAD);
    size_t scanned = 0;

    ck_assert_int_eq(verdict(text, EIO_HTTP_MAX_HEAD), EIO_HTTP_MAX_HEAD);
    free(text);
    text = long_head(EIO_HTTP_MAX_HEAD + 1);
    ck_assert_int_eq(verdict(text, EIO_HTTP_MAX_HEAD + 1), -431);
    ck_assert_int_eq(eio_http_parse_head(text, EIO_HTTP_MAX_HEAD - 1, &scanned, &head), 0);
    ck_assert_int_eq(eio_http_parse_head(text, EIO_HTTP_MAX_HEAD + 1, &scanned, &head), -431);
    free(text);
}
END_TEST

START_TEST(test_endless_empty_lines)
{
    char text[EIO_HTTP_MAX_HEAD];
    size_t scanned = 0;

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = i % 2 ? '\n' : '\r';
    ck_assert_int_eq(eio_http_parse_head(text, 4, &scanned, &head), 0);
    ck_assert_int_eq(eio_http_parse_head(text, sizeof(text), &scanned, &head), -431);
}
END_TEST

typedef struct collected {
    char text[256];
    size_t len;
    size_t used; /* bytes consumed */
    bool done;
} collected_t;

/* Feeds pieces of `step` bytes until done, the end, or an error; returns 0 or -400. */
static int collect(const char *request, const char *text, size_t step, collected_t *out)
{
    eio_http_body_t body;
    size_t len = strlen(text);

    *out = (collected_t){.len = 0};
    ck_assert_int_gt(verdict(request, strlen(request)), 0);
    eio_http_body_start(&body, &head);
    while (!eio_http_body_done(&body) && out->used < len) {
        size_t left = len - out->used;
        sio__span_t piece;
        long used = eio_http_body_feed(&body, text + out->used, left < step ? left : step, &piece);

        if (used < 0)
            return (int)used;
        ck_assert_int_gt(used, 0);
        ck_assert_uint_le(out->len + piece.len, sizeof(out->text));
        memcpy(out->text + out->len, piece.data, piece.len);
        out->len += piece.len;
        out->used += (size_t)used;
    }
    out->done = eio_http_body_done(&body);
    return 0;
}

#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define LENGTH5 POST "Content-Length: 5\r\n\r\n"

static const struct {
    const char *request, *body;
    const char *text; /* NULL: refused */
    size_t left;      /* bytes of the next request */
    bool done;
} bodies[] = {
    {GET "\r\n", "GET", "", 3, true},
    {POST "Content-Length: 0\r\n\r\n", "GET", "", 3, true},
    {LENGTH5, "helloGET", "hello", 3, true},
    {LENGTH5, "hell", "hell", 0, false},
    {CHUNKED, "0\r\n\r\nGET", "", 3, true},
    {CHUNKED, "5\r\nhello\r\n0\r\n\r\nGET", "hello", 3, true},
    {CHUNKED, "3\r\nhel\r\n00000002\r\nlo\r\n000\r\n\r\n", "hello", 0, true},
    {CHUNKED, "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", "abcdefghijklmnopqrstuvwxyz", 0,
     true},
    {CHUNKED, "00f\r\nabcdefghijklmno\r\n0\r\n\r\n", "abcdefghijklmno", 0, true},
    {CHUNKED, "9\r\n012345678\r\n0\r\n\r\n", "012345678", 0, true},
    {CHUNKED, "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0, true},
    {CHUNKED, "2;a=b;\tc=\"d\"\r\nab\r\n0;x\r\n\r\n", "ab", 0, true},
    {CHUNKED, "2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0, true},
    {CHUNKED, "2\r\nab\r\n0\r\nX: y\r\nZ:\r\n\r\nGET", "ab", 3, true},
    {CHUNKED, "2\r\nab\r\n0\r\nX: y\r\n", "ab", 0, false},
    {CHUNKED, "2\r\nab\r\n0\r\n", "ab", 0, false},
    {CHUNKED, "ffffffffffffffff\r\nab", "ab", 0, false},
    {CHUNKED, "10000000000000000\r\nab", NULL, 0, false},
    {CHUNKED, "00000000000000002\r\nab\r\n0\r\n\r\n", NULL, 0, false},
    {CHUNKED, "\r\n", NULL, 0, false},
    {CHUNKED, ";a\r\n", NULL, 0, false},
    {CHUNKED, "g\r\n", NULL, 0, false},
    {CHUNKED, "-1\r\n", NULL, 0, false},
    {CHUNKED, "0x2\r\nab", NULL, 0, false},
    {CHUNKED, " 2\r\nab", NULL, 0, false},
    {CHUNKED, "2 \r\nab", NULL, 0, false},
    {CHUNKED, "2\nab", NULL, 0, false},
    {CHUNKED, "2\rab", NULL, 0, false},
    {CHUNKED, "2;a\nab", NULL, 0, false},
    {CHUNKED, "2;a\rab", NULL, 0, false},
    {CHUNKED, "2;\x01\r\nab", NULL, 0, false},
    {CHUNKED, "2\r\nabc\r\n", NULL, 0, false},
    {CHUNKED, "2\r\nab\n0\r\n\r\n", NULL, 0, false},
    {CHUNKED, "2\r\nab\rx", NULL, 0, false},
    {CHUNKED, "0\r\n\n", NULL, 0, false},
    {CHUNKED, "0\r\n\rx", NULL, 0, false},
    {CHUNKED, "0\r\nX: y\n\r\n", NULL, 0, false},
    {CHUNKED, "0\r\nX: \x7f\r\n\r\n", NULL, 0, false},
};

START_TEST(test_body)
{
    static const size_t steps[] = {1, 2, 3, 7, 1000};

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        collected_t out;
        int status = collect(bodies[_i].request, bodies[_i].body, steps[i], &out);

        if (!bodies[_i].text) {
            ck_assert_msg(status == -400, "%s", bodies[_i].body);
            continue;
        }
        ck_assert_msg(status == 0, "%s", bodies[_i].body);
        ck_assert(sio__span_is((sio__span_t){out.text, out.len}, bodies[_i].text));
        ck_assert_uint_eq(strlen(bodies[_i].body) - out.used, bodies[_i].left);
        ck_assert_int_eq(out.done, bodies[_i].done);
    }
}
END_TEST

/* The limit on digits is for each chunk. */
START_TEST(test_many_chunks)
{
    char text[200] = "";
    collected_t out;

    for (int i = 0; i < 20; i++)
        strcat(text, "01\r\na\r\n");
    strcat(text, "0\r\n\r\n");
    ck_assert_int_eq(collect(CHUNKED, text, 3, &out), 0);
    ck_assert(out.done);
    ck_assert_uint_eq(out.len, 20);
}
END_TEST

/* Extensions are counted over the whole body: many short ones are as unwelcome as one long one. */
START_TEST(test_extensions_bounded)
{
    static const char chunk[] = "1;0123456789012345678901234567\r\na\r\n";
    static char text[8000];
    collected_t out;

    memset(text, 'x', 5000);
    memcpy(text, "2;", 2);
    ck_assert_int_eq(collect(CHUNKED, text, 100, &out), -400);

    memcpy(text, "0\r\n", 3);
    ck_assert_int_eq(collect(CHUNKED, text, 100, &out), -400);

    for (size_t at = 0; at + sizeof(chunk) <= sizeof(text); at += sizeof(chunk) - 1)
        memcpy(text + at, chunk, sizeof(chunk));
    ck_assert_int_eq(collect(CHUNKED, text, 100, &out), -400);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("http_parser");
    TCase *head_case = tcase_create("head");
    TCase *body_case = tcase_create("body");
    SRunner *runner;
    int failed;

    tcase_add_test(head_case, test_request);
    tcase_add_loop_test(head_case, test_verdict, 0, COUNT(verdicts));
    tcase_add_test(head_case, test_nul);
    tcase_add_test(head_case, test_control_characters);
    tcase_add_test(head_case, test_token_characters);
    tcase_add_loop_test(head_case, test_flags, 0, COUNT(flags));
    tcase_add_test(head_case, test_pieces);
    tcase_add_test(head_case, test_bare_lf_in_later_piece);
    tcase_add_test(head_case, test_too_many_fields);
    tcase_add_test(head_case, test_too_long);
    tcase_add_test(head_case, test_endless_empty_lines);
    tcase_add_loop_test(body_case, test_body, 0, COUNT(bodies));
    tcase_add_test(body_case, test_many_chunks);
    tcase_add_test(body_case, test_extensions_bounded);
    suite_add_tcase(suite, head_case);
    suite_add_tcase(suite, body_case);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
