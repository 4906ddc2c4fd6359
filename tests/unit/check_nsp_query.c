/* Namespaces with parameters, as clients of Socket.IO v2 ask for them. */
#include "socketio/nsp_query.h"

#include "failing_alloc.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    const char *nsp, *name, *json;
} names[] = {
    {"/", "/", ""},
    {"/foo", "/foo", ""},
    {"/foo?", "/foo", ""},
    {"/foo?token=abc", "/foo", "{\"token\":\"abc\"}"},
    {"/?a=1&b=2", "/", "{\"a\":\"1\",\"b\":\"2\"}"},
    {"/foo?a=1&b&a=2&c=", "/foo", "{\"a\":\"2\",\"b\":\"\",\"c\":\"\"}"},
    {"/foo?a=%22+%5c&%22=%00", "/foo", "{\"a\":\"\\\" \\\\\",\"\\\"\":\"\\u0000\"}"},
    {"/foo?a=%ff", "/foo", "{\"a\":\"\xef\xbf\xbd\"}"},
    {"/foo?a=/b?c&d=e#f?g=h", "/foo", "{\"a\":\"/b?c\",\"d\":\"e\"}"},
    {"/foo#a?b=c", "/foo", ""},
    {"/http://x?a=b", "/http://x", "{\"a\":\"b\"}"},
};

START_TEST(test_nsp)
{
    sio__span_t nsp = {names[_i].nsp, strlen(names[_i].nsp)};
    sio__buf_t json = SIO__BUF_INIT;

    ck_assert(sio__span_is(sio__nsp_query_name(nsp), names[_i].name));
    sio__nsp_query_json(nsp, &json);
    ck_assert_msg(sio__span_is((sio__span_t){json.data, json.len}, names[_i].json), "%.*s",
                  (int)json.len, json.data);
    sio__buf_free(&json);
}
END_TEST

START_TEST(test_out_of_memory)
{
    for (int i = 0; i < 2; i++) {
        sio__buf_t json = SIO__BUF_INIT;

        fail_from_allocation(i);
        sio__nsp_query_json((sio__span_t){"/foo?a=b", 8}, &json);
        stop_failing();
        ck_assert(json.failed);
        sio__buf_free(&json);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nsp_query");
    TCase *tcase = tcase_create("nsp_query");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_nsp, 0, (int)(sizeof(names) / sizeof(*names)));
    tcase_add_test(tcase, test_out_of_memory);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
