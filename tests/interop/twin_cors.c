/* Origins: what the command line says of them, and a function that decides for each request. */
#include "tests/interop/twin.h"

#include <stdio.h>
#include <string.h>

static bool names_one(const char *origin, void *user)
{
    (void)user;
    return strstr(origin, "one") != NULL;
}

/* Between slashes stands a pattern. */
static void add_origin(struct twin_origins *origins, char *one)
{
    size_t len = strlen(one);

    if (*one != '/') {
        origins->texts[origins->text_count++] = one;
        return;
    }
    one[len - 1] = '\0';
    origins->patterns[origins->pattern_count++] = one + 1;
}

void twin_set_origins(struct twin_origins *origins, sio_options_t *options, const char *value)
{
    char *rest = NULL;

    if (strcmp(value, "true") == 0) {
        options->cors_any_origin = true;
        return;
    }
    if (strcmp(value, "function") == 0) {
        options->cors_origin_allowed = names_one;
        return;
    }
    if (strchr(value, ',') == NULL && *value != '/') {
        options->cors_origin = value;
        return;
    }
    snprintf(origins->text, sizeof(origins->text), "%s", value);
    for (char *one = strtok_r(origins->text, ",", &rest);
         one != NULL && origins->text_count + origins->pattern_count < TWIN_ORIGINS_MAX;
         one = strtok_r(NULL, ",", &rest))
        add_origin(origins, one);
    options->cors_origins = origins->text_count ? origins->texts : NULL;
    options->cors_patterns = origins->pattern_count ? origins->patterns : NULL;
}

/* -------------------------------------------------------------------------------- per request */

static void decide(sio_request_t *request, sio_next_t *next, void *user)
{
    const char *wanted = sio_request_query(request, "cors");
    struct twin *app = user;

    if (wanted == NULL)
        sio_next_cors(next, SIO_CORS(.any_origin = true));
    else if (strcmp(wanted, "none") == 0)
        sio_next_cors(next, NULL);
    else if (strcmp(wanted, "any") == 0)
        sio_next_cors(next, SIO_CORS());
    else if (strcmp(wanted, "own") == 0)
        sio_next_cors(next, SIO_CORS(.origin = "https://one.example", .credentials = true,
                                     .exposed_headers = "x-own"));
    else if (strcmp(wanted, "pattern") == 0)
        sio_next_cors(next, SIO_CORS(.origins = SIO_LIST("https://two.example"),
                                     .patterns = SIO_LIST("one"), .methods = "GET", .max_age = 7));
    else if (strcmp(wanted, "later") == 0 && app->cors_count < TWIN_HELD_MAX)
        app->cors[app->cors_count++] = next;
    else
        sio_next_error(next, "not this one", NULL);
}

static void on_answer_cors(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    sio_next_t *next = app->cors[0];

    (void)socket;
    (void)event;
    if (app->cors_count == 0)
        return;
    memmove(app->cors, app->cors + 1, --app->cors_count * sizeof(app->cors[0]));
    sio_next_cors(next, SIO_CORS(.any_origin = true, .success_status = 200));
}

static void on_undecided(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const struct twin *app = user;

    (void)socket;
    sio_ack(event, "i", (int)app->cors_count);
}

void twin_install_cors(struct twin *app)
{
    sio_cors(app->io, decide, app);
    sio_namespace_on(app->control, "undecided", on_undecided, app);
    sio_namespace_on(app->control, "answer cors", on_answer_cors, app);
}
