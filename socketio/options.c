/* What the program asked for, as the engine wants it. */
#include "socketio/cors.h"
#include "socketio/files.h"
#include "socketio/request.h"
#include "socketio/server.h"

#include "base/alloc.h"

#include <limits.h>
#include <string.h>

#define DEFAULT(value, otherwise) ((value) ? (value) : (otherwise))

/* Programs built against another version have other fields at the end: what both know of is copied.
 */
static void copy_sized(void *known, size_t known_size, const void *given, size_t given_size)
{
    memcpy(known, given, given_size < known_size ? given_size : known_size);
}

/* One who forgot to say its size says nonsense. */
static bool size_in_range(size_t given, size_t known)
{
    return given != 0 && given <= 4 * known;
}

static bool copy_known(sio_options_t *known, const sio_options_t *options)
{
    *known = (sio_options_t){.size = sizeof(*known)};
    if (!options)
        return true;
    if (!size_in_range(options->size, sizeof(*known)))
        return false;
    copy_sized(known, sizeof(*known), options, options->size);
    return true;
}

static bool window_bits_in_range(int bits)
{
    return bits == 0 || (bits >= 8 && bits <= 15);
}

static bool deflate_in_range(const sio_per_message_deflate_t *deflate)
{
    return !deflate ||
           (size_in_range(deflate->size, sizeof(*deflate)) &&
            window_bits_in_range(deflate->server_max_window_bits) &&
            window_bits_in_range(deflate->client_max_window_bits) && deflate->level >= 0 &&
            deflate->level <= 9 && deflate->mem_level >= 0 && deflate->mem_level <= 9);
}

static bool limits_in_range(const sio_limits_t *limits)
{
    return !limits || size_in_range(limits->size, sizeof(*limits));
}

static bool recovery_in_range(const sio_recovery_t *recovery)
{
    return !recovery || size_in_range(recovery->size, sizeof(*recovery));
}

static bool cookie_in_range(const sio_cookie_t *cookie)
{
    return !cookie || size_in_range(cookie->size, sizeof(*cookie));
}

static bool in_range(const sio_options_t *options)
{
    return (options->transports & ~(unsigned)(SIO_POLLING | SIO_WEBSOCKET)) == 0 &&
           deflate_in_range(options->per_message_deflate) && recovery_in_range(options->recovery) &&
           cookie_in_range(options->cookie) && limits_in_range(options->limits) &&
           options->max_json_depth <= INT_MAX && options->max_attachments <= INT_MAX;
}

/* ---------------------------------------------------------------------------------------- CORS */

static int apply_cors(sio_server_t *io, const sio_options_t *options, eio_cors_t *engine)
{
    const sio_cors_t cors = {
        .size = sizeof(cors),
        .origin = options->cors_origin,
        .origins = options->cors_origins,
        .patterns = options->cors_patterns,
        .any_origin = options->cors_any_origin,
        .origin_allowed = options->cors_origin_allowed,
        .user = options->cors_user,
        .methods = options->cors_methods,
        .allowed_headers = options->cors_allowed_headers,
        .exposed_headers = options->cors_exposed_headers,
        .credentials = options->cors_credentials,
        .preflight_continue = options->cors_preflight_continue,
        .max_age = options->cors_max_age,
        .success_status = options->cors_success_status,
    };
    int error;

    if (!cors.origin && !cors.origins && !cors.patterns && !cors.any_origin && !cors.origin_allowed)
        return SIO_OK;
    error = sio__cors_new(&cors, &io->cors);
    if (!error)
        *engine = *sio__cors_engine(io->cors);
    else if (error == SIO_EINVAL)
        SIO__LOG(&io->log, SIO__ERROR, "socket.io:server", "an option of CORS is out of its range");
    return error;
}

/* -------------------------------------------------------------------------------------- cookie */

static const char *attribute(const char *value, const char *otherwise)
{
    if (!value)
        return otherwise;
    return *value ? value : NULL;
}

static eio_cookie_t engine_cookie(const sio_cookie_t *given)
{
    sio_cookie_t known = {.size = 0};
    const sio_cookie_t *cookie = &known;

    copy_sized(&known, sizeof(known), given, given->size);
    return (eio_cookie_t){
        .name = DEFAULT(cookie->name, "io"),
        .path = attribute(cookie->path, "/"),
        .domain = cookie->domain,
        .same_site = attribute(cookie->same_site, "lax"),
        .priority = cookie->priority,
        .max_age = cookie->max_age ? cookie->max_age : -1,
        .expires = cookie->expires,
        .http_only = !cookie->not_http_only,
        .secure = cookie->secure,
        .partitioned = cookie->partitioned,
    };
}

/* ------------------------------------------------------------------------------------- the whole
 */

eio_deflate_options_t sio__options_deflate(const sio_per_message_deflate_t *given)
{
    sio_per_message_deflate_t known = {.size = 0};
    const sio_per_message_deflate_t *deflate = &known;

    copy_sized(&known, sizeof(known), given, given->size);
    return (eio_deflate_options_t){
        .enabled = true,
        .threshold = deflate->threshold,
        .server_no_context_takeover = deflate->server_no_context_takeover,
        .client_no_context_takeover = deflate->client_no_context_takeover,
        .server_max_window_bits = deflate->server_max_window_bits,
        .client_max_window_bits = deflate->client_max_window_bits,
        .level = deflate->level,
        .mem_level = deflate->mem_level,
    };
}

/* None of them without options. */
static sio_limits_t known_limits(const sio_options_t *options)
{
    const sio_limits_t *limits = options->limits;
    sio_limits_t known = {.size = 0};

    if (limits)
        copy_sized(&known, sizeof(known), limits, limits->size);
    return known;
}

static eio_limit_options_t engine_limits(const sio_limits_t *limits)
{
    return (eio_limit_options_t){
        .connections_per_address = limits->connections_per_address,
        .sessions_per_address = limits->sessions_per_address,
        .handshakes_per_second = limits->handshakes_per_second,
        .packets_per_second = limits->packets_per_second,
        .bytes_per_second = limits->bytes_per_second,
        .trusted_proxies = limits->trusted_proxies,
    };
}

static void apply_engine(const sio_options_t *options, const sio_limits_t *limits,
                         eio_options_t *engine)
{
    engine->path = DEFAULT(options->path, "/socket.io");
    engine->no_trailing_slash = options->no_trailing_slash;
    engine->ping_interval_ms = options->ping_interval_ms;
    engine->ping_timeout_ms = options->ping_timeout_ms;
    engine->upgrade_timeout_ms = options->upgrade_timeout_ms;
    engine->max_http_buffer_size = options->max_http_buffer_size;
    engine->transports = options->transports;
    engine->no_upgrades = options->no_upgrades;
    engine->allow_eio3 = options->allow_eio3;
    engine->initial_packet = options->initial_packet;
    engine->outbox_limit = options->outbox_limit;
    engine->outbox_stall_ms = options->outbox_stall_ms;
    engine->max_lifetime_ms = options->max_lifetime_ms;
    engine->http_timeout_ms = options->http_timeout_ms;
    engine->max_connections = options->max_connections;
    engine->quiet_libwebsockets = options->quiet_libwebsockets;
    engine->limits = engine_limits(limits);
    engine->no_http_compression = options->no_http_compression;
    engine->http_compression_threshold = options->http_compression_threshold;
    if (options->per_message_deflate)
        engine->deflate = sio__options_deflate(options->per_message_deflate);
}

static sio__recovery_options_t recovery_options(const sio_options_t *options)
{
    sio_recovery_t known = {.size = 0};
    const sio_recovery_t *recovery = &known;

    if (!options->recovery)
        return (sio__recovery_options_t){.enabled = false};
    copy_sized(&known, sizeof(known), options->recovery, options->recovery->size);
    return (sio__recovery_options_t){
        .enabled = true,
        .skip_middlewares = !recovery->no_skip_middlewares,
        .limits =
            {
                .disconnection_ms = DEFAULT(recovery->max_disconnection_ms, 120000),
                .unnoticed_ms = (uint64_t)DEFAULT(options->ping_interval_ms, 25000) +
                                DEFAULT(options->ping_timeout_ms, 20000),
                .packets = DEFAULT(recovery->max_packets, 100000),
                .bytes = DEFAULT(recovery->max_bytes, (size_t)64 << 20),
                .sessions = DEFAULT(recovery->max_sessions, 100000),
            },
    };
}

static void apply_own(sio_server_t *io, const sio_options_t *options, const sio_limits_t *limits)
{
    io->user = options->user;
    io->connect_timeout_ms = DEFAULT(options->connect_timeout_ms, 45000);
    io->max_http_buffer_size = DEFAULT(options->max_http_buffer_size, 1000000);
    io->ack_timeout_ms = DEFAULT(options->ack_timeout_ms, 10000);
    io->max_attachments = DEFAULT(options->max_attachments, 10);
    io->max_json_depth = DEFAULT(options->max_json_depth, 10000);
    io->recovery = recovery_options(options);
    io->parser = options->parser;
    io->max_namespaces = limits->namespaces_per_client;
    io->max_rooms = limits->rooms_per_socket;
    io->dynamic.cleanup = options->cleanup_empty_child_namespaces;
    io->dynamic.max_children = DEFAULT(options->max_child_namespaces, 10000);
}

static void log_to_program(int level, const char *area, const char *message, void *user)
{
    sio_server_t *io = user;

    io->log_fn((enum sio_log_level)level, area, message, io->log_user);
}

static void apply_log(sio_server_t *io, const sio_options_t *options)
{
    io->log_fn = options->log;
    io->log_user = options->log_user;
    io->log = (sio__log_t){
        .fn = options->log ? log_to_program : NULL,
        .user = io,
        .level = DEFAULT((int)options->log_level, SIO__WARN),
    };
}

int sio__options_copy(sio_server_t *io, const sio_options_t *options, sio_options_t *known)
{
    bool ok = copy_known(known, options);

    apply_log(io, known);
    if (ok && in_range(known))
        return SIO_OK;
    SIO__LOG(&io->log, SIO__ERROR, "socket.io:server", "an option is out of its range");
    return SIO_EINVAL;
}

int sio__options_apply(sio_server_t *io, const sio_options_t *options, eio_options_t *engine,
                       eio_cookie_t *cookie)
{
    const sio_limits_t limits = known_limits(options);
    int error;

    apply_own(io, options, &limits);
    apply_engine(options, &limits, engine);
    error = apply_cors(io, options, &engine->cors);
    if (error)
        return error;
    if (options->cookie) {
        *cookie = engine_cookie(options->cookie);
        engine->cookie = cookie;
        if (!eio_cookie_valid(cookie)) {
            SIO__LOG(&io->log, SIO__ERROR, "socket.io:server", "the cookie's options aren't valid");
            return SIO_EINVAL;
        }
    }
    if (options->client_dir)
        return sio__bundle_files_new(io, options->client_dir, options->client_version);
    return SIO_OK;
}

void sio__options_free(sio_server_t *io)
{
    sio__cors_free(io->cors);
}
