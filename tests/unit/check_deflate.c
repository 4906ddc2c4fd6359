/* permessage-deflate: what is agreed on, and that both directions survive every window and every
 * kind of input. */
#include "engineio/deflate.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sio__span_t span(const char *text)
{
    return (sio__span_t){text, strlen(text)};
}

static const struct negotiation {
    eio_deflate_options_t options;
    const char *offered;
    const char *answer; /* NULL: refused; "": no extension */
} negotiations[] = {
    {{0}, "permessage-deflate", "permessage-deflate"},
    {{0}, "permessage-deflate; client_max_window_bits", "permessage-deflate"},
    {{0},
     "permessage-deflate; server_no_context_takeover",
     "permessage-deflate; server_no_context_takeover"},
    {{0},
     "permessage-deflate; server_max_window_bits=10",
     "permessage-deflate; server_max_window_bits=10"},
    {{0},
     "permessage-deflate; client_max_window_bits=\"9\"",
     "permessage-deflate; client_max_window_bits=9"},
    {{.server_no_context_takeover = true, .client_no_context_takeover = true},
     "permessage-deflate",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
    {{.server_max_window_bits = 12}, "permessage-deflate; server_max_window_bits=10", NULL},
    {{.server_max_window_bits = 12},
     "permessage-deflate; server_max_window_bits=10, permessage-deflate",
     "permessage-deflate; server_max_window_bits=12"},
    {{.client_max_window_bits = 10}, "permessage-deflate", NULL},
    {{.client_max_window_bits = 10}, "permessage-deflate; client_max_window_bits=9", NULL},
    {{.client_max_window_bits = 10},
     "permessage-deflate; client_max_window_bits",
     "permessage-deflate; client_max_window_bits=10"},
    {{0}, "x-webkit-deflate-frame", ""},
    {{0}, "foo; bar=1, permessage-deflate", "permessage-deflate"},
    {{0}, "permessage-deflate; unknown", NULL},
    {{0}, "permessage-deflate; server_max_window_bits", NULL},
    {{0}, "permessage-deflate; server_max_window_bits=7", NULL},
    {{0}, "permessage-deflate; server_max_window_bits=16", NULL},
    {{0}, "permessage-deflate; server_no_context_takeover=1", NULL},
    {{0}, "permessage-deflate; client_max_window_bits; client_max_window_bits", NULL},
    {{0}, "permessage-deflate;", NULL},
    {{0}, ",", NULL},
    {{0}, "", NULL},
    {{0}, "permessage-deflate; client_max_window_bits=\"9", NULL},
};

START_TEST(test_negotiation)
{
    const struct negotiation *n = &negotiations[_i];
    eio_deflate_params_t params;
    sio__buf_t line = SIO__BUF_INIT;
    int result = eio_deflate_negotiate(&n->options, span(n->offered), &params, &line);
    char expected[256];

    sio__buf_append_char(&line, '\0');
    ck_assert_int_eq(result, n->answer ? 0 : -1);
    if (n->answer) {
        snprintf(expected, sizeof(expected), *n->answer ? "Sec-WebSocket-Extensions: %s\r\n" : "%s",
                 n->answer);
        ck_assert_str_eq(line.data, expected);
        ck_assert_int_eq(params.agreed, *n->answer != '\0');
    }
    sio__buf_free(&line);
}
END_TEST

static void fill(char *data, size_t len, int kind)
{
    size_t i;

    for (i = 0; i < len; i++)
        data[i] = (char)(kind == 0 ? 'x' : kind == 1 ? "hello world "[i % 12] : rand());
}

static void round_trip(eio_compressor_t *compressor, eio_inflater_t *inflater, int bits, size_t len,
                       int kind)
{
    size_t room = eio_compress_bound(len);
    char *data = malloc(len);
    uint8_t *packed = malloc(room);
    sio__buf_t out = SIO__BUF_INIT;
    size_t size;

    fill(data, len, kind);
    size = eio_compress(compressor, bits, data, len, packed, room);
    ck_assert_uint_gt(size, 0);
    ck_assert_int_eq(eio_inflate(inflater, packed, size, len, &out), 0);
    ck_assert_uint_eq(out.len, len);
    ck_assert_mem_eq(out.data, data, len);
    sio__buf_free(&out);
    free(packed);
    free(data);
}

START_TEST(test_round_trips)
{
    static const size_t sizes[] = {1, 100, 1024, 40000, 300000};
    eio_deflate_params_t params = {.agreed = true, .client_bits = (uint8_t)_i};
    eio_deflate_options_t options = {0};
    eio_compressor_t compressor;
    eio_inflater_t *inflater;
    size_t s;
    int kind;

    params.client_no_context_takeover = _i % 2;
    eio_compressor_init(&compressor, &options);
    inflater = eio_inflater_new(&params);
    for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        for (kind = 0; kind < 3; kind++)
            round_trip(&compressor, inflater, _i, sizes[s], kind);
    }
    eio_inflater_free(inflater);
    eio_compressor_free(&compressor);
}
END_TEST

START_TEST(test_limits_and_garbage)
{
    static const uint8_t garbage[] = {0xff, 0xff, 0xff, 0xff, 0x12};
    eio_deflate_params_t params = {.agreed = true, .client_bits = 15};
    eio_deflate_options_t options = {0};
    eio_compressor_t compressor;
    eio_inflater_t *inflater = eio_inflater_new(&params);
    static char zeros[100000];
    uint8_t packed[4096];
    sio__buf_t out = SIO__BUF_INIT;
    size_t size;

    eio_compressor_init(&compressor, &options);
    size = eio_compress(&compressor, 15, zeros, sizeof(zeros), packed, sizeof(packed));
    ck_assert_uint_gt(size, 0);
    ck_assert_int_eq(eio_inflate(inflater, packed, size, 1000, &out), -2);
    ck_assert_uint_lt(out.len, 10000);
    eio_inflater_free(inflater);
    inflater = eio_inflater_new(&params);
    ck_assert_int_eq(eio_inflate(inflater, garbage, sizeof(garbage), 1000, &out), -1);
    ck_assert_uint_eq(eio_compress(&compressor, 8, zeros, 10, packed, sizeof(packed)), 0);
    ck_assert_uint_eq(eio_compress(&compressor, 15, zeros, sizeof(zeros), packed, 8), 0);
    sio__buf_free(&out);
    eio_inflater_free(inflater);
    eio_compressor_free(&compressor);
}
END_TEST

static Suite *deflate_suite(void)
{
    Suite *suite = suite_create("deflate");
    TCase *tcase = tcase_create("deflate");

    tcase_add_loop_test(tcase, test_negotiation, 0, sizeof(negotiations) / sizeof(negotiations[0]));
    tcase_add_loop_test(tcase, test_round_trips, 9, 16);
    tcase_add_test(tcase, test_limits_and_garbage);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(deflate_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
