#include "socketio/cors.h"

#include "base/alloc.h"
#include "socketio/next.h"
#include "socketio/request.h"

#include <regex.h>
#include <string.h>

enum { TEXTS = 4, ORIGIN_MAX = 1024 /* longer ones match no pattern */ };

struct sio__cors {
    eio_cors_t engine; /* points into the rest */
    char *texts[TEXTS];
    const char **origins;
    regex_t *patterns;
    size_t pattern_count;
    bool (*origin_allowed)(const char *origin, void *user);
    void *user;
};

/* ------------------------------------------------------------------------------------ origins */

static bool matches(void *user, const char *origin, size_t len)
{
    const sio__cors_t *cors = user;
    char text[ORIGIN_MAX + 1];

    if (len > ORIGIN_MAX)
        return false;
    memcpy(text, origin, len);
    text[len] = '\0';
    for (size_t i = 0; i < cors->pattern_count; i++)
        if (regexec(&cors->patterns[i], text, 0, NULL, 0) == 0)
            return true;
    return false;
}

static bool is_allowed(void *user, const char *origin, size_t len)
{
    const sio__cors_t *cors = user;
    char *text = sio__strndup(origin, len);
    bool allowed = text && cors->origin_allowed(text, cors->user);

    sio__free(text);
    return allowed;
}

/* ------------------------------------------------------------------------------------ copying */

static size_t list_count(const char *const *list)
{
    size_t count = 0;

    while (list && list[count])
        count++;
    return count;
}

static int copy_origins(sio__cors_t *cors, const char *const *origins)
{
    size_t count = list_count(origins), bytes = 0;
    char *text;

    if (!origins)
        return SIO_OK;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(origins[i]) + 1;
    cors->origins = sio__malloc((count + 1) * sizeof(*cors->origins) + bytes);
    if (!cors->origins)
        return SIO_ENOMEM;
    text = (char *)(cors->origins + count + 1);
    for (size_t i = 0; i < count; i++) {
        cors->origins[i] = text;
        text = stpcpy(text, origins[i]) + 1;
    }
    cors->origins[count] = NULL;
    return SIO_OK;
}

static int compile_patterns(sio__cors_t *cors, const char *const *patterns)
{
    size_t count = list_count(patterns);

    if (!count)
        return SIO_OK;
    cors->patterns = sio__calloc(count, sizeof(*cors->patterns));
    if (!cors->patterns)
        return SIO_ENOMEM;
    for (; cors->pattern_count < count; cors->pattern_count++)
        if (regcomp(&cors->patterns[cors->pattern_count], patterns[cors->pattern_count],
                    REG_EXTENDED | REG_NOSUB))
            return SIO_EINVAL;
    return SIO_OK;
}

/* What goes into a header line stays in it. */
static int copy_text(char **copy, const char *text)
{
    if (text && strpbrk(text, "\r\n"))
        return SIO_EINVAL;
    *copy = text ? sio__strdup(text) : NULL;
    return text && !*copy ? SIO_ENOMEM : SIO_OK;
}

static int copy_texts(sio__cors_t *cors, const sio_cors_t *options)
{
    const char *texts[TEXTS] = {options->origin, options->methods, options->allowed_headers,
                                options->exposed_headers};
    int error = SIO_OK;

    for (int i = 0; !error && i < TEXTS; i++)
        error = copy_text(&cors->texts[i], texts[i]);
    return error;
}

static void point(sio__cors_t *cors, const sio_cors_t *options)
{
    cors->origin_allowed = options->origin_allowed;
    cors->user = options->user;
    cors->engine = (eio_cors_t){
        .enabled = true,
        .reflect_any = options->any_origin,
        .origin = cors->texts[0],
        .origins = cors->origins,
        .origin_matches = cors->pattern_count ? matches : NULL,
        .origin_allowed = options->origin_allowed ? is_allowed : NULL,
        .user = cors,
        .methods = cors->texts[1],
        .allowed_headers = cors->texts[2],
        .exposed_headers = cors->texts[3],
        .credentials = options->credentials,
        .preflight_continue = options->preflight_continue,
        .max_age = options->max_age > 0   ? options->max_age
                   : options->max_age < 0 ? 0
                                          : -1,
        .success_status = options->success_status,
    };
}

int sio__cors_new(const sio_cors_t *options, sio__cors_t **copy)
{
    sio_cors_t known = {.size = 0};
    sio__cors_t *cors = sio__calloc(1, sizeof(*cors));
    int error;

    *copy = NULL;
    if (!cors)
        return SIO_ENOMEM;
    memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
    error = known.success_status < 0 || known.success_status > 599 ? SIO_EINVAL : SIO_OK;
    if (!error)
        error = copy_texts(cors, &known);
    if (!error)
        error = copy_origins(cors, known.origins);
    if (!error)
        error = compile_patterns(cors, known.patterns);
    if (error) {
        sio__cors_free(cors);
        return error;
    }
    point(cors, &known);
    *copy = cors;
    return SIO_OK;
}

void sio__cors_free(sio__cors_t *cors)
{
    if (!cors)
        return;
    for (int i = 0; i < TEXTS; i++)
        sio__free(cors->texts[i]);
    for (size_t i = 0; i < cors->pattern_count; i++)
        regfree(&cors->patterns[i]);
    sio__free(cors->patterns);
    sio__free(cors->origins);
    sio__free(cors);
}

const eio_cors_t *sio__cors_engine(const sio__cors_t *cors)
{
    return &cors->engine;
}

/* --------------------------------------------------------------------------- asking, per request
 */

typedef struct asking {
    sio_next_t next;
    sio_request_t request;
    sio__cors_t *answer; /* NULL: no CORS */
} asking_t;

static asking_t *asking_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, asking_t, next);
}

static void ask(sio_next_t *next)
{
    const sio__hooks_t *hooks = &next->server->hooks;

    hooks->cors(&asking_of(next)->request, next, hooks->cors_user);
}

static bool go_on(sio_next_t *next)
{
    (void)next;
    return false;
}

static void finish(sio_next_t *next)
{
    const asking_t *asking = asking_of(next);
    eio_request_t *request = asking->request.request;
    sio_server_t *io = next->server;

    if (io->engine && next->refused)
        eio_server_fail(io->engine, request);
    else if (!io->engine ||
             eio_request_apply_cors(request,
                                    asking->answer ? sio__cors_engine(asking->answer) : NULL))
        eio_request_unref(request);
    else if (!sio__take_request(io, request))
        eio_server_route(io->engine, request);
}

static void free_asking(sio_next_t *next)
{
    asking_t *asking = asking_of(next);

    sio__texts_free(&asking->request.texts);
    sio__cors_free(asking->answer);
    sio__free(asking);
}

static const sio__next_ops_t asking_ops = {ask, go_on, finish, free_asking};

void sio__cors_ask(sio_server_t *io, eio_request_t *request)
{
    asking_t *asking = sio__calloc(1, sizeof(*asking));

    if (!asking) {
        eio_request_reply(request, 500, NULL, 0);
        return;
    }
    sio__next_init(&asking->next, &asking_ops, io);
    asking->request.request = request;
    asking->request.next = &asking->next;
    eio_request_hold(request);
    sio__next_start(&asking->next);
}

int sio_next_cors(sio_next_t *next, const sio_cors_t *options)
{
    int error = SIO_OK;

    if (!next || next->ops != &asking_ops || (options && !options->size))
        return SIO_EINVAL;
    if (options)
        error = sio__cors_new(options, &asking_of(next)->answer);
    return error ? error : sio_next_ok(next);
}

int sio_cors(sio_server_t *io, sio_cors_fn fn, void *user)
{
    SIO__LOOP_ONLY(io);
    io->hooks.cors = fn;
    io->hooks.cors_user = user;
    return SIO_OK;
}
