/* The methods of methods.h: a function and a line of the table for each. */

#include "methods.h"

#include <string.h>

typedef void (*method_fn)(struct call *call, json_t *params);

static void invalid(struct call *call, const char *message)
{
    call_error(call, "invalid", message);
}

/* add { a, b } */
static void add(struct call *call, json_t *params)
{
    double a, b;

    if (json_unpack(params, "{s:F,s:F}", "a", &a, "b", &b) == 0)
        call_result(call, json_real(a + b)); /* NULL for what JSON can't say */
    else
        invalid(call, "Two numbers, a and b.");
}

/* echo: the parameters, as they are. */
static void echo(struct call *call, json_t *params)
{
    call_result(call, params ? json_incref(params) : json_null());
}

static void awake(struct call *call)
{
    call_result(call, json_string("Slept well."));
}

/* sleep { ms } */
static void do_sleep(struct call *call, json_t *params)
{
    json_int_t ms;

    if (json_unpack(params, "{s:I}", "ms", &ms) == 0 && ms >= 0 && ms <= 60000)
        call_wait(call, (uint64_t)ms, awake);
    else
        invalid(call, "How many milliseconds, up to 60000?");
}

/* fail: always. */
static void fail(struct call *call, json_t *params)
{
    (void)params;
    call_error(call, "failed", "This method fails, whatever it is given.");
}

/* ask: calls the client's own method "page", and answers what that does. */
static void ask(struct call *call, json_t *params)
{
    (void)params;
    call_wait(call, 0, NULL);
    if (call->peer->via->ask(call, "page") != 0)
        call_error(call, "failed", "The client can't be asked now.");
}

void methods_run(struct call *call, const char *method, json_t *params)
{
    static const struct {
        const char *name;
        method_fn fn;
    } methods[] = {
        {"add", add}, {"echo", echo}, {"sleep", do_sleep}, {"fail", fail}, {"ask", ask},
    };

    for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
        if (strcmp(methods[i].name, method) == 0) {
            methods[i].fn(call, params);
            return;
        }
    }
    call_error(call, "unknown", "There is no such method.");
}
