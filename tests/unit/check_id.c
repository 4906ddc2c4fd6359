/* Ids: their form, the counter in them, no two alike, and no bit that is always the same. */
#include "base/base64.h"
#include "base/id.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 20000, ID_BYTES = 15, RANDOM_BITS = 96 };

static char ids[MANY][SIO__ID_LEN + 1];

START_TEST(test_form)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t counter = 0;

    for (int i = 0; i < 1000; i++) {
        sio__id_generate(&counter, ids[0]);
        ck_assert_uint_eq(strlen(ids[0]), SIO__ID_LEN);
        ck_assert_uint_eq(strspn(ids[0], alphabet), SIO__ID_LEN);
    }
    ck_assert_uint_eq(counter, 1000);
}
END_TEST

START_TEST(test_counter)
{
    static const uint32_t counters[] = {0, 1, 255, 256, 0xabcdef, 0xffffff, 0xffffffff};
    uint32_t counter = counters[_i];
    unsigned char bytes[ID_BYTES + 3];

    sio__id_generate(&counter, ids[0]);
    ck_assert_uint_eq(counter, counters[_i] + 1);
    ck_assert_uint_eq(sio__base64_decode(ids[0], SIO__ID_LEN, bytes), ID_BYTES);
    ck_assert_uint_eq(bytes[12], counters[_i] >> 16 & 0xff);
    ck_assert_uint_eq(bytes[13], counters[_i] >> 8 & 0xff);
    ck_assert_uint_eq(bytes[14], counters[_i] & 0xff);
}
END_TEST

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, SIO__ID_LEN);
}

/* Also of servers whose counters are the same. */
START_TEST(test_unique)
{
    for (int i = 0; i < MANY; i++) {
        uint32_t counter = 42;

        sio__id_generate(&counter, ids[i]);
    }
    qsort(ids, MANY, sizeof(ids[0]), compare);
    for (int i = 1; i < MANY; i++)
        ck_assert_int_ne(compare(ids[i - 1], ids[i]), 0);
}
END_TEST

/* Each bit is set in half of the ids: 20 standard deviations are allowed. */
START_TEST(test_all_bits_random)
{
    int set[RANDOM_BITS] = {0};
    uint32_t counter = 0;
    unsigned char bytes[ID_BYTES + 3];

    for (int i = 0; i < 4000; i++) {
        sio__id_generate(&counter, ids[0]);
        sio__base64_decode(ids[0], SIO__ID_LEN, bytes);
        for (int bit = 0; bit < RANDOM_BITS; bit++)
            set[bit] += bytes[bit / 8] >> (bit % 8) & 1;
    }
    for (int bit = 0; bit < RANDOM_BITS; bit++)
        ck_assert_msg(abs(set[bit] - 2000) < 640, "bit %d is set in %d of 4000", bit, set[bit]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("id");
    TCase *tests = tcase_create("id");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, test_form);
    tcase_add_loop_test(tests, test_counter, 0, 7);
    tcase_add_test(tests, test_unique);
    tcase_add_test(tests, test_all_bits_random);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
