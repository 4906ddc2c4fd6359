/* CORS: the header fields the npm package `cors` would set, in its order. */
#include "engineio/cors.h"

#include <check.h>
#include <stdlib.h>

#define ACAO         "Access-Control-Allow-Origin: "
#define VARY         "Vary: Origin\r\n"
#define VARY_BOTH    "Vary: Origin, Access-Control-Request-Headers\r\n"
#define VARY_HEADERS "Vary: Access-Control-Request-Headers\r\n"
#define METHODS      "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\r\n"
#define CREDENTIALS  "Access-Control-Allow-Credentials: true\r\n"

#define ANY .enabled = true, .max_age = -1

static const char *const list[] = {"https://a.example", "https://b.example", NULL};

/* Stands for a pattern: any Origin that starts with the text `user`. */
static bool starts_with(void *user, const char *origin, size_t len)
{
    const char *start = user;

    return len >= strlen(start) && memcmp(origin, start, strlen(start)) == 0;
}

static char local[] = "http://localhost";
static char nothing[] = "";

static const struct {
    eio_cors_t cors;
    const char *method, *origin, *request_headers;
    bool answered;
    const char *fields;
} cases[] = {
    {{.enabled = false}, "OPTIONS", "https://a.example", NULL, false, ""},
    {{ANY, .origin = ""}, "OPTIONS", "https://a.example", NULL, false, ""},
    {{ANY}, "GET", "https://a.example", "X", false, ACAO "*\r\n"},
    {{ANY, .origin = "*"}, "GET", NULL, NULL, false, ACAO "*\r\n"},
    {{ANY, .origin = "*", .credentials = true},
     "POST",
     NULL,
     NULL,
     false,
     ACAO "*\r\n" CREDENTIALS},
    {{ANY, .origin = "https://x"}, "GET", "https://y", NULL, false, ACAO "https://x\r\n" VARY},
    {{ANY, .origin = "https://x"}, "GET", NULL, NULL, false, ACAO "https://x\r\n" VARY},
    {{ANY, .origin = "https://x", .origins = list, .reflect_any = true},
     "GET",
     "https://a.example",
     NULL,
     false,
     ACAO "https://x\r\n" VARY},
    {{ANY, .reflect_any = true}, "GET", "null", NULL, false, ACAO "null\r\n" VARY},
    {{ANY, .reflect_any = true}, "GET", NULL, NULL, false, VARY},
    {{ANY, .origins = list},
     "GET",
     "https://b.example",
     NULL,
     false,
     ACAO "https://b.example\r\n" VARY},
    {{ANY, .origins = list}, "GET", "https://b.example.com", NULL, false, VARY},
    {{ANY, .origins = list}, "GET", "https://B.example", NULL, false, VARY},
    {{ANY, .origins = list}, "GET", NULL, NULL, false, VARY},
    {{ANY, .origin_allowed = starts_with, .user = local},
     "GET",
     "http://localhost:8080",
     NULL,
     false,
     ACAO "http://localhost:8080\r\n" VARY},
    {{ANY, .origin_allowed = starts_with, .user = local}, "GET", "http://evil", NULL, false, ""},
    {{ANY, .origin_allowed = starts_with, .user = local}, "OPTIONS", "http://evil", "X", false, ""},
    {{ANY, .origin_allowed = starts_with, .user = local}, "GET", NULL, NULL, false, ""},
    {{ANY, .origin_allowed = starts_with, .user = nothing}, "GET", NULL, NULL, false, VARY},
    {{ANY, .origin_matches = starts_with, .user = local},
     "GET",
     "http://localhost",
     NULL,
     false,
     ACAO "http://localhost\r\n" VARY},
    {{ANY, .origin_matches = starts_with, .user = local}, "GET", "http://evil", NULL, false, VARY},
    {{ANY, .origin_matches = starts_with, .user = local}, "GET", NULL, NULL, false, VARY},
    {{ANY, .origin_matches = starts_with, .origins = list, .user = local},
     "OPTIONS",
     "https://b.example",
     NULL,
     true,
     ACAO "https://b.example\r\n" VARY_BOTH METHODS},
    {{ANY, .origins = list, .origin_allowed = starts_with, .user = local},
     "GET",
     "https://a.example",
     NULL,
     false,
     ACAO "https://a.example\r\n" VARY},
    {{ANY, .exposed_headers = "X-A,X-B"},
     "GET",
     NULL,
     NULL,
     false,
     ACAO "*\r\nAccess-Control-Expose-Headers: X-A,X-B\r\n"},

    {{ANY}, "OPTIONS", NULL, NULL, true, ACAO "*\r\n" METHODS VARY_HEADERS},
    {{ANY},
     "OPTIONS",
     "https://a.example",
     "x-a, x-b",
     true,
     ACAO "*\r\n" METHODS VARY_HEADERS "Access-Control-Allow-Headers: x-a, x-b\r\n"},
    {{ANY, .reflect_any = true},
     "OPTIONS",
     "https://a.example",
     "x-a",
     true,
     ACAO "https://a.example\r\n" VARY_BOTH METHODS "Access-Control-Allow-Headers: x-a\r\n"},
    {{ANY, .origins = list}, "OPTIONS", "https://c", NULL, true, VARY_BOTH METHODS},
    {{ANY, .preflight_continue = true},
     "OPTIONS",
     NULL,
     NULL,
     false,
     ACAO "*\r\n" METHODS VARY_HEADERS},
    {{.enabled = true,
      .origin = "https://x",
      .methods = "GET",
      .allowed_headers = "X-Q",
      .exposed_headers = "X-E",
      .credentials = true,
      .max_age = 0},
     "OPTIONS",
     "https://x",
     "x-a",
     true,
     ACAO "https://x\r\n" VARY CREDENTIALS
          "Access-Control-Allow-Methods: GET\r\nAccess-Control-Allow-Headers: X-Q\r\n"
          "Access-Control-Max-Age: 0\r\nAccess-Control-Expose-Headers: X-E\r\n"},
    {{.enabled = true, .allowed_headers = "X-Q", .max_age = 600},
     "OPTIONS",
     NULL,
     NULL,
     true,
     ACAO "*\r\n" METHODS "Access-Control-Allow-Headers: X-Q\r\nAccess-Control-Max-Age: 600\r\n"},
    {{ANY, .methods = "", .allowed_headers = "", .exposed_headers = ""},
     "OPTIONS",
     NULL,
     NULL,
     true,
     ACAO "*\r\n" VARY_HEADERS},
};

static sio__span_t span_of(const char *text)
{
    return (sio__span_t){text, text ? strlen(text) : 0};
}

START_TEST(test_apply)
{
    sio__span_t origin = span_of(cases[_i].origin);
    sio__span_t request_headers = span_of(cases[_i].request_headers);
    eio_cors_request_t request = {span_of(cases[_i].method), origin.data ? &origin : NULL,
                                  request_headers.data ? &request_headers : NULL};
    sio__buf_t out = SIO__BUF_INIT;

    ck_assert_int_eq(eio_cors_apply(&cases[_i].cors, &request, &out), cases[_i].answered);
    sio__buf_append_char(&out, '\0');
    ck_assert_str_eq(out.data, cases[_i].fields);
    sio__buf_free(&out);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
    Suite *suite = suite_create("cors");
    TCase *tcase = tcase_create("cors");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, test_apply, 0, COUNT(cases));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
