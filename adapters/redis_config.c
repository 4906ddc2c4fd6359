#include "adapters/redis_config.h"

#include "adapters/redis_tls.h"
#include "base/alloc.h"

static const sio_redis_connection_t defaults = {
    .sentinel_master = "mymaster",
    .connect_timeout_ms = 5000,
    .retry_min_ms = 100,
    .retry_max_ms = 500,
    .ping_interval_ms = 10000,
    .ping_timeout_ms = 30000,
    .buffer_limit = 16 << 20,
};

enum { SENTINEL_PORT = 26379 };

static bool copy_text(char **to, const char *text)
{
    if (!text)
        return true;
    sio__free(*to);
    *to = sio__strdup(text);
    return *to != NULL;
}

static void free_login(sio__redis_login_t *login)
{
    sio__free(login->user);
    sio__free(login->password);
}

static int copy_sentinels(sio__redis_sentinels_t *to, const sio_redis_connection_t *options)
{
    size_t count = 0;

    while (options->sentinels && options->sentinels[count])
        count++;
    if (!count)
        return SIO_OK;
    to->items = sio__calloc(count, sizeof(*to->items));
    if (!to->items)
        return SIO_ENOMEM;
    for (; to->count < count; to->count++) {
        const char *text = options->sentinels[to->count];
        int error = sio__redis_address_parse(&to->items[to->count],
                                             (sio__span_t){text, strlen(text)}, SENTINEL_PORT);

        if (error)
            return error;
    }
    if (copy_text(&to->master, options->sentinel_master) &&
        copy_text(&to->login.user, options->sentinel_user) &&
        copy_text(&to->login.password, options->sentinel_password))
        return SIO_OK;
    return SIO_ENOMEM;
}

/* Those of this version, with the defaults filled in. */
static sio_redis_connection_t known_options(const sio_redis_connection_t *options)
{
    sio_redis_connection_t known = {.size = sizeof(known)};

    if (options)
        memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
#define DEFAULT(field) known.field = known.field ? known.field : defaults.field
    DEFAULT(sentinel_master);
    DEFAULT(connect_timeout_ms);
    DEFAULT(retry_min_ms);
    DEFAULT(retry_max_ms);
    DEFAULT(ping_interval_ms);
    DEFAULT(ping_timeout_ms);
    DEFAULT(buffer_limit);
#undef DEFAULT
    return known;
}

static int apply(sio__redis_config_t *config, const sio_redis_connection_t *options)
{
    config->connect_timeout_ms = options->connect_timeout_ms;
    config->retry_min_ms = options->retry_min_ms;
    config->retry_max_ms = options->retry_max_ms > options->retry_min_ms ? options->retry_max_ms
                                                                         : options->retry_min_ms;
    config->ping_interval_ms = options->ping_interval_ms;
    config->ping_timeout_ms = options->ping_timeout_ms;
    config->buffer_limit = options->buffer_limit;
    config->on_state = options->on_state;
    config->user = options->user_data;
    config->tls_no_verify = options->tls_no_verify;
    if (options->database < 0)
        return SIO_EINVAL;
    if (options->database)
        config->database = options->database;
    if (!copy_text(&config->login.user, options->user) ||
        !copy_text(&config->login.password, options->password) ||
        !copy_text(&config->server_name, options->server_name))
        return SIO_ENOMEM;
    return copy_sentinels(&config->sentinels, options);
}

static const char *fill_in(sio__redis_config_t *config, const char *text,
                           const sio_redis_connection_t *options)
{
    sio__redis_url_t url;
    int error = sio__redis_url_parse(&url, text ? text : "");

    if (error)
        return error == SIO_ENOMEM ? "out of memory" : "the URL is none of redis:, rediss:, unix:";
    config->address = url.address;
    config->login = url.login;
    config->database = url.database;
    error = apply(config, options);
    if (error)
        return error == SIO_ENOMEM ? "out of memory" : "a sentinel or the database is none";
    if (!url.tls)
        return NULL;
    config->tls = sio__redis_tls_context(options);
    return config->tls ? NULL : "the certificates can't be used";
}

sio__redis_config_t *sio__redis_config_new(const char *url, const sio_redis_connection_t *options,
                                           const char **error)
{
    sio__redis_config_t *config = sio__calloc(1, sizeof(*config));
    sio_redis_connection_t known = known_options(options);

    *error = "out of memory";
    if (!config)
        return NULL;
    config->refs = 1;
    *error = options && !options->size ? "the size of the options isn't set"
                                       : fill_in(config, url, &known);
    if (!*error)
        return config;
    sio__redis_config_unref(config);
    return NULL;
}

sio__redis_config_t *sio__redis_config_ref(sio__redis_config_t *config)
{
    config->refs++;
    return config;
}

void sio__redis_config_unref(sio__redis_config_t *config)
{
    if (!config || --config->refs)
        return;
    for (size_t i = 0; i < config->sentinels.count; i++)
        sio__redis_address_free(&config->sentinels.items[i]);
    sio__free(config->sentinels.items);
    sio__free(config->sentinels.master);
    free_login(&config->sentinels.login);
    sio__redis_address_free(&config->address);
    free_login(&config->login);
    sio__free(config->server_name);
    sio__redis_tls_context_free(config->tls);
    sio__free(config);
}
