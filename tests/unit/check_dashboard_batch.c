/* The dashboard example's batches: when one is full, its number, what it does without memory or
 * items. */
#include "examples/dashboard/batch.h"

#include <check.h>
#include <stdlib.h>

START_TEST(test_full)
{
    struct batch batch = {0};
    json_t *taken;

    for (int i = 0; i < BATCH_ITEMS; i++) {
        ck_assert(!batch_is_full(&batch));
        ck_assert(batch_add(&batch, json_integer(i)));
    }
    ck_assert(batch_is_full(&batch));
    taken = batch_take(&batch, 1700000000123);
    ck_assert_int_eq(json_integer_value(json_object_get(taken, "number")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(taken, "at")), 1700000000123);
    ck_assert_uint_eq(json_array_size(json_object_get(taken, "items")), BATCH_ITEMS);
    ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(taken, "items"), 99)), 99);
    json_decref(taken);
    ck_assert_uint_eq(batch_size(&batch), 0);
}
END_TEST

/* Nothing is sent when there is nothing, and no number is used up. */
START_TEST(test_empty)
{
    struct batch batch = {0};
    json_t *taken;

    ck_assert_ptr_null(batch_take(&batch, 1));
    ck_assert(batch_add(&batch, json_null()));
    taken = batch_take(&batch, 2);
    ck_assert_int_eq(json_integer_value(json_object_get(taken, "number")), 1);
    json_decref(taken);
    ck_assert_ptr_null(batch_take(&batch, 3));
}
END_TEST

/* An item that could not be made is left out. */
START_TEST(test_no_item)
{
    struct batch batch = {0};

    ck_assert(!batch_add(&batch, NULL));
    ck_assert_uint_eq(batch_size(&batch), 0);
    ck_assert(batch_add(&batch, json_true()));
    ck_assert_uint_eq(batch_size(&batch), 1);
    batch_clear(&batch);
    ck_assert_uint_eq(batch_size(&batch), 0);
    batch_clear(&batch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dashboard_batch");
    TCase *tcase = tcase_create("batch");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, test_full);
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_no_item);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
