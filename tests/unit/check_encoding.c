/* Content codings: the choice that npm's `accepts` makes, and bodies that come back. */
#include "engineio/encoding.h"

#include <check.h>
#include <string.h>
#include <zlib.h>

static const struct choice {
    const char *header;
    eio_encoding_t encoding;
} choices[] = {
    {"gzip", EIO_GZIP},
    {"deflate", EIO_DEFLATE},
    {"gzip, deflate", EIO_GZIP},
    {"deflate, gzip", EIO_DEFLATE},
    {"gzip;q=0.5, deflate", EIO_DEFLATE},
    {"gzip;q=0.5, deflate;q=0.4", EIO_GZIP},
    {"gzip;q=0", EIO_IDENTITY},
    {"GZIP", EIO_GZIP},
    {"*", EIO_GZIP},
    {"*;q=0", EIO_IDENTITY},
    {"gzip;q=0, *", EIO_DEFLATE},
    {"br", EIO_IDENTITY},
    {"identity", EIO_IDENTITY},
    {"br, gzip;q=0.001", EIO_GZIP},
    {"", EIO_IDENTITY},
    {",;,=", EIO_IDENTITY},
    {"gzip;q=", EIO_IDENTITY},
    {"gzip;q", EIO_IDENTITY},
    {"gzip;q=a", EIO_IDENTITY},
    {"gzip;Q=0", EIO_GZIP},
    {"gzip;q=+.2x, deflate;q=0.1", EIO_GZIP},
    {"gzip;foo=1;q=0.2;q=0.9, deflate;q=.3", EIO_DEFLATE},
    {"gzip;q=0.2, gzip;q=0.9, deflate;q=0.5", EIO_GZIP},
};

START_TEST(test_choice)
{
    sio__span_t header = {choices[_i].header, strlen(choices[_i].header)};

    ck_assert_int_eq(eio_encoding_negotiate(header), choices[_i].encoding);
}
END_TEST

START_TEST(test_bodies_come_back)
{
    static char body[50000], back[50000];
    sio__buf_t out = SIO__BUF_INIT;
    z_stream stream;

    memset(body, 'b', sizeof(body));
    sio__buf_append_str(&out, "head");
    ck_assert(eio_encoding_compress(_i ? EIO_GZIP : EIO_DEFLATE, body, sizeof(body), &out));
    memset(&stream, 0, sizeof(stream));
    ck_assert_int_eq(inflateInit2(&stream, _i ? 15 + 16 : 15), Z_OK);
    stream.next_in = (Bytef *)out.data + 4;
    stream.avail_in = (uInt)out.len - 4;
    stream.next_out = (Bytef *)back;
    stream.avail_out = sizeof(back);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    ck_assert_mem_eq(body, back, sizeof(body));
    sio__buf_free(&out);
}
END_TEST

static Suite *encoding_suite(void)
{
    Suite *suite = suite_create("encoding");
    TCase *tcase = tcase_create("encoding");

    tcase_add_loop_test(tcase, test_choice, 0, sizeof(choices) / sizeof(choices[0]));
    tcase_add_loop_test(tcase, test_bodies_come_back, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(encoding_suite());
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
