/* Operational transformation, the document example's: two who edit at once end with the same text,
 * whatever they do; what isn't an operation is refused. */
#include "examples/document/ot.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 2000, LENGTH = 40 };

/* Of one to four bytes each. */
static const char *const letters[] = {"a", "b", "ä", "€", "😀", "\n"};

static unsigned below(unsigned limit)
{
    return (unsigned)rand() % limit;
}

static json_t *random_text(size_t length)
{
    char text[LENGTH * 4 + 1] = "";

    while (length-- > 0)
        strcat(text, letters[below(6)]);
    return json_string(text);
}

static json_t *random_op(size_t length)
{
    json_t *op = json_array();

    while (length > 0) {
        size_t count = 1 + below((unsigned)length);

        if (below(3) == 0)
            json_array_append_new(op, random_text(1 + below(3)));
        json_array_append_new(op,
                              json_integer(below(3) == 0 ? -(json_int_t)count : (json_int_t)count));
        length -= count;
    }
    if (below(3) == 0)
        json_array_append_new(op, random_text(1 + below(3)));
    return op;
}

static struct ot_text text_of(const json_t *string)
{
    struct ot_text text = {0};
    json_t *op = json_pack("[O]", string);

    if (json_string_length(string) > 0)
        ck_assert(ot_apply(&text, op));
    json_decref(op);
    return text;
}

static void apply_freeing(struct ot_text *text, json_t *op)
{
    ck_assert_ptr_nonnull(op);
    ck_assert(ot_apply(text, op));
    json_decref(op);
}

static void assert_same(const struct ot_text *a, const struct ot_text *b)
{
    ck_assert_uint_eq(a->length, b->length);
    ck_assert_uint_eq(a->size, b->size);
    if (a->size > 0)
        ck_assert_mem_eq(a->bytes, b->bytes, a->size);
}

START_TEST(test_converges)
{
    srand(1);
    for (int run = 0; run < RUNS; run++) {
        json_t *start = random_text(below(LENGTH));
        struct ot_text one = text_of(start), other = text_of(start);
        json_t *a = random_op(one.length), *b = random_op(one.length);

        ck_assert_uint_eq(ot_length_before(a), one.length);
        ck_assert(ot_apply(&one, a));
        apply_freeing(&one, ot_transform(b, a, false));
        ck_assert(ot_apply(&other, b));
        apply_freeing(&other, ot_transform(a, b, true));
        assert_same(&one, &other);
        json_decref(a);
        json_decref(b);
        json_decref(start);
        free(one.bytes);
        free(other.bytes);
    }
}
END_TEST

static json_t *parsed(const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

    ck_assert_ptr_nonnull(value);
    return value;
}

static const struct {
    const char *op, *done, *first, *second; /* what op becomes, its text first or second */
} transformed[] = {
    {"[1,\"x\"]", "[1,\"y\"]", "[1,\"x\",1]", "[2,\"x\"]"},
    {"[-3]", "[1,\"y\",2]", "[-1,1,-2]", "[-1,1,-2]"},
    {"[-3]", "[-3]", "[]", "[]"},
    {"[1,\"x\",2]", "[-3]", "[\"x\"]", "[\"x\"]"},
    {"[\"ä€\",2]", "[\"😀\",2]", "[\"ä€\",3]", "[1,\"ä€\",2]"},
};

START_TEST(test_transformed)
{
    json_t *op = parsed(transformed[_i].op), *done = parsed(transformed[_i].done);

    for (int first = 0; first < 2; first++) {
        json_t *expected = parsed(first ? transformed[_i].first : transformed[_i].second);
        json_t *result = ot_transform(op, done, first);

        ck_assert(json_equal(result, expected));
        json_decref(result);
        json_decref(expected);
    }
    json_decref(op);
    json_decref(done);
}
END_TEST

/* On a text of three characters. */
static const char *const refused[] = {
    "{}",
    "3",
    "[0]",
    "[4]",
    "[-4]",
    "[\"\"]",
    "[1.5]",
    "[null]",
    "[[1]]",
    "[3,1]",
    "[9223372036854775807]",
    "[-9223372036854775808]",
    "[1000000,1000000]",
};

START_TEST(test_refused)
{
    json_t *op = parsed(refused[_i]);

    ck_assert(!ot_check(op, 3));
    json_decref(op);
}
END_TEST

START_TEST(test_too_much)
{
    json_t *op = json_array();

    for (int i = 0; i <= OT_PARTS_MAX; i++)
        json_array_append_new(op, json_string("x"));
    ck_assert(!ot_check(op, 0));
    json_array_remove(op, 0);
    ck_assert(ot_check(op, 0));
    ck_assert(!ot_check(op, OT_LENGTH_MAX));
    json_decref(op);
}
END_TEST

START_TEST(test_padded)
{
    json_t *op = parsed("[1,\"x\"]"), *expected = parsed("[1,\"x\",2]");

    ck_assert(ot_check(op, 3));
    ck_assert(json_equal(op, expected));
    json_decref(op);
    json_decref(expected);
}
END_TEST

START_TEST(test_length_mismatch)
{
    json_t *op = parsed("[2]"), *done = parsed("[3]");
    struct ot_text text = {0};

    ck_assert_ptr_null(ot_transform(op, done, true));
    ck_assert_ptr_null(ot_transform(done, op, true));
    ck_assert(!ot_apply(&text, op));
    json_decref(op);
    json_decref(done);
}
END_TEST

static const struct {
    const char *op;
    size_t index, result;
} indices[] = {
    {"[\"ab\",3]", 0, 2}, {"[3,\"ab\"]", 3, 5}, {"[2,\"ab\",1]", 1, 1}, {"[-2,1]", 1, 0},
    {"[-2,1]", 3, 1},     {"[1,-1,1]", 2, 1},   {"[]", 0, 0},
};

START_TEST(test_index)
{
    json_t *op = parsed(indices[_i].op);

    ck_assert_uint_eq(ot_transform_index(indices[_i].index, op), indices[_i].result);
    json_decref(op);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))

int main(void)
{
    Suite *suite = suite_create("document_ot");
    TCase *tcase = tcase_create("ot");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tcase, test_converges);
    tcase_add_loop_test(tcase, test_transformed, 0, COUNT(transformed));
    tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
    tcase_add_test(tcase, test_too_much);
    tcase_add_test(tcase, test_padded);
    tcase_add_test(tcase, test_length_mismatch);
    tcase_add_loop_test(tcase, test_index, 0, COUNT(indices));
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
