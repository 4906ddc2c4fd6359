/* The CORS header fields of a response. Called for every request before it is routed; see cors.h.
 */
#include "engineio/cors.h"

static bool given(const char *text)
{
    return text && *text;
}

static void append_field(sio__buf_t *out, const char *name, sio__span_t value)
{
    if (value.len == 0)
        return;
    sio__buf_append_str(out, name);
    sio__buf_append(out, ": ", 2);
    sio__buf_append(out, value.data, value.len);
    sio__buf_append(out, "\r\n", 2);
}

static void append_text_field(sio__buf_t *out, const char *name, const char *value)
{
    append_field(out, name, (sio__span_t){value, strlen(value)});
}

static bool listed(const char *const *origins, sio__span_t origin)
{
    for (; origins && *origins; origins++)
        if (sio__span_is(origin, *origins))
            return true;
    return false;
}

static bool any_origin(const eio_cors_t *cors)
{
    if (cors->origin)
        return strcmp(cors->origin, "*") == 0;
    return !cors->reflect_any && !cors->origins && !cors->origin_matches && !cors->origin_allowed;
}

static bool in_list(const eio_cors_t *cors, sio__span_t origin)
{
    return listed(cors->origins, origin) ||
           (cors->origin_matches && cors->origin_matches(cors->user, origin.data, origin.len));
}

/* The function has no say about what is decided without it. */
static bool function_refuses(const eio_cors_t *cors, const sio__span_t *origin)
{
    if (!cors->origin_allowed || cors->origin || cors->reflect_any ||
        (origin && in_list(cors, *origin)))
        return false;
    return !cors->origin_allowed(cors->user, origin ? origin->data : "", origin ? origin->len : 0);
}

/* Of one that function_refuses() has let pass. */
static bool allowed(const eio_cors_t *cors, sio__span_t origin)
{
    return cors->reflect_any || cors->origin_allowed || in_list(cors, origin);
}

static void append_origin(const eio_cors_t *cors, const eio_cors_request_t *request,
                          sio__buf_t *out)
{
    static const char name[] = "Access-Control-Allow-Origin";

    if (any_origin(cors))
        append_text_field(out, name, "*");
    else if (cors->origin)
        append_text_field(out, name, cors->origin);
    else if (request->origin && allowed(cors, *request->origin))
        append_field(out, name, *request->origin);
}

static void append_preflight(const eio_cors_t *cors, const eio_cors_request_t *request,
                             sio__buf_t *out)
{
    static const char headers[] = "Access-Control-Allow-Headers";

    append_text_field(out, "Access-Control-Allow-Methods",
                      cors->methods ? cors->methods : "GET,HEAD,PUT,PATCH,POST,DELETE");
    if (given(cors->allowed_headers)) {
        append_text_field(out, headers, cors->allowed_headers);
    } else {
        if (any_origin(cors))
            append_text_field(out, "Vary", "Access-Control-Request-Headers");
        if (request->request_headers)
            append_field(out, headers, *request->request_headers);
    }
    if (cors->max_age >= 0) {
        sio__buf_append_str(out, "Access-Control-Max-Age: ");
        sio__buf_append_uint(out, (uint64_t)cors->max_age);
        sio__buf_append(out, "\r\n", 2);
    }
}

bool eio_cors_apply(const eio_cors_t *cors, const eio_cors_request_t *request, sio__buf_t *out)
{
    bool preflight = sio__span_is(request->method, "OPTIONS");
    bool reflects_headers = preflight && !given(cors->allowed_headers);

    if (!cors->enabled || (cors->origin && !*cors->origin) ||
        function_refuses(cors, request->origin))
        return false;
    append_origin(cors, request, out);
    if (!any_origin(cors))
        append_text_field(out, "Vary",
                          reflects_headers ? "Origin, Access-Control-Request-Headers" : "Origin");
    if (cors->credentials)
        append_text_field(out, "Access-Control-Allow-Credentials", "true");
    if (preflight)
        append_preflight(cors, request, out);
    if (given(cors->exposed_headers))
        append_text_field(out, "Access-Control-Expose-Headers", cors->exposed_headers);
    return preflight && !cors->preflight_continue;
}
