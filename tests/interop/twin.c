/* The scenario application in C: command line and server. Started by run.mjs; prints "listening on
 * PORT". */
#include "tests/interop/twin.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    int port;
    const char *host;
    const char *unix_path;
    const char *tls_cert;
    const char *tls_key;
    bool hooks;
    bool engine;
    sio_options_t options;
    sio_cookie_t cookie;
    sio_recovery_t recovery;
    sio_per_message_deflate_t deflate;
    struct twin_adapter adapter;
    struct twin_origins origins;
    bool decide_cors;
    sio_parser_t *parser; /* of our own */
};

enum option_letter {
    PORT = 1,
    HOST,
    UNIX,
    TLS_CERT,
    TLS_KEY,
    HOOKS,
    ENGINE,
    PING_INTERVAL,
    PING_TIMEOUT,
    MAX_PAYLOAD,
    CONNECT_TIMEOUT,
    UPGRADE_TIMEOUT,
    PATH,
    TRANSPORTS,
    NO_UPGRADES,
    ALLOW_EIO3,
    NO_TRAILING_SLASH,
    INITIAL_PACKET,
    PARSER,
    CLIENT_DIR,
    CLEANUP_CHILDREN,
    MAX_CHILDREN,
    RECOVERY,
    RECOVERY_MIDDLEWARES,
    RECOVERY_PACKETS,
    DEFLATE,
    CORS_ORIGIN,
    CORS_FUNCTION,
    CORS_CREDENTIALS,
    CORS_METHODS,
    CORS_ALLOWED_HEADERS,
    CORS_EXPOSED_HEADERS,
    CORS_MAX_AGE,
    CORS_PREFLIGHT_CONTINUE,
    CORS_SUCCESS_STATUS,
    HTTP_COMPRESSION,
    MAX_ATTACHMENTS,
    COOKIE,
    COOKIE_ALL,
    COOKIE_PATH,
    COOKIE_MAX_AGE,
    COOKIE_SAME_SITE,
    ADAPTER,
    REDIS,
    REDIS_CLUSTER,
    PREFIX,
    MODE,
    STREAM_COUNT,
    MAX_LEN,
    SHARDED_PUBSUB,
    REQUESTS_TIMEOUT,
    SPECIFIC_RESPONSES,
    JSON_PARSER,
    BUFFER_LIMIT,
    SENTINELS
};

static const struct option long_options[] = {
    {"port", required_argument, NULL, PORT},
    {"host", required_argument, NULL, HOST},
    {"unix", required_argument, NULL, UNIX},
    {"tls-cert", required_argument, NULL, TLS_CERT},
    {"tls-key", required_argument, NULL, TLS_KEY},
    {"hooks", no_argument, NULL, HOOKS},
    {"engine", no_argument, NULL, ENGINE},
    {"ping-interval", required_argument, NULL, PING_INTERVAL},
    {"ping-timeout", required_argument, NULL, PING_TIMEOUT},
    {"max-payload", required_argument, NULL, MAX_PAYLOAD},
    {"connect-timeout", required_argument, NULL, CONNECT_TIMEOUT},
    {"upgrade-timeout", required_argument, NULL, UPGRADE_TIMEOUT},
    {"path", required_argument, NULL, PATH},
    {"transports", required_argument, NULL, TRANSPORTS},
    {"no-upgrades", no_argument, NULL, NO_UPGRADES},
    {"allow-eio3", no_argument, NULL, ALLOW_EIO3},
    {"no-trailing-slash", no_argument, NULL, NO_TRAILING_SLASH},
    {"initial-packet", required_argument, NULL, INITIAL_PACKET},
    {"parser", required_argument, NULL, PARSER},
    {"client-dir", required_argument, NULL, CLIENT_DIR},
    {"cleanup-children", no_argument, NULL, CLEANUP_CHILDREN},
    {"max-children", required_argument, NULL, MAX_CHILDREN},
    {"recovery", required_argument, NULL, RECOVERY},
    {"recovery-middlewares", no_argument, NULL, RECOVERY_MIDDLEWARES},
    {"recovery-packets", required_argument, NULL, RECOVERY_PACKETS},
    {"deflate", required_argument, NULL, DEFLATE},
    {"cors-origin", required_argument, NULL, CORS_ORIGIN},
    {"cors-function", no_argument, NULL, CORS_FUNCTION},
    {"cors-credentials", no_argument, NULL, CORS_CREDENTIALS},
    {"cors-methods", required_argument, NULL, CORS_METHODS},
    {"cors-allowed-headers", required_argument, NULL, CORS_ALLOWED_HEADERS},
    {"cors-exposed-headers", required_argument, NULL, CORS_EXPOSED_HEADERS},
    {"cors-max-age", required_argument, NULL, CORS_MAX_AGE},
    {"cors-preflight-continue", no_argument, NULL, CORS_PREFLIGHT_CONTINUE},
    {"cors-success-status", required_argument, NULL, CORS_SUCCESS_STATUS},
    {"http-compression", required_argument, NULL, HTTP_COMPRESSION},
    {"max-attachments", required_argument, NULL, MAX_ATTACHMENTS},
    {"cookie", required_argument, NULL, COOKIE},
    {"cookie-all", no_argument, NULL, COOKIE_ALL},
    {"cookie-path", required_argument, NULL, COOKIE_PATH},
    {"cookie-max-age", required_argument, NULL, COOKIE_MAX_AGE},
    {"cookie-same-site", required_argument, NULL, COOKIE_SAME_SITE},
    {"adapter", required_argument, NULL, ADAPTER},
    {"redis", required_argument, NULL, REDIS},
    {"redis-cluster", no_argument, NULL, REDIS_CLUSTER},
    {"prefix", required_argument, NULL, PREFIX},
    {"mode", required_argument, NULL, MODE},
    {"stream-count", required_argument, NULL, STREAM_COUNT},
    {"max-len", required_argument, NULL, MAX_LEN},
    {"sharded-pubsub", no_argument, NULL, SHARDED_PUBSUB},
    {"requests-timeout", required_argument, NULL, REQUESTS_TIMEOUT},
    {"specific-responses", no_argument, NULL, SPECIFIC_RESPONSES},
    {"json-parser", no_argument, NULL, JSON_PARSER},
    {"buffer-limit", required_argument, NULL, BUFFER_LIMIT},
    {"sentinels", required_argument, NULL, SENTINELS},
    {NULL, 0, NULL, 0},
};

static void set_transports(struct arguments *arguments, const char *value)
{
    if (strstr(value, "polling") != NULL)
        arguments->options.transports |= SIO_POLLING;
    if (strstr(value, "websocket") != NULL)
        arguments->options.transports |= SIO_WEBSOCKET;
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static bool set_cross_origin(struct arguments *arguments, int letter, const char *value)
{
    sio_options_t *options = &arguments->options;

    switch (letter) {
    case CORS_ORIGIN:
        twin_set_origins(&arguments->origins, options, value);
        return true;
    case CORS_FUNCTION:
        arguments->decide_cors = true;
        return true;
    case CORS_CREDENTIALS:
        options->cors_credentials = true;
        return true;
    case CORS_METHODS:
        options->cors_methods = value;
        return true;
    case CORS_ALLOWED_HEADERS:
        options->cors_allowed_headers = value;
        return true;
    case CORS_EXPOSED_HEADERS:
        options->cors_exposed_headers = value;
        return true;
    case CORS_MAX_AGE:
        options->cors_max_age = number(value) ? (int)number(value) : -1;
        return true;
    case CORS_PREFLIGHT_CONTINUE:
        options->cors_preflight_continue = true;
        return true;
    case CORS_SUCCESS_STATUS:
        options->cors_success_status = (int)number(value);
        return true;
    default:
        return false;
    }
}

static void set_every_attribute(sio_cookie_t *cookie)
{
    cookie->path = "/a/b";
    cookie->domain = "one.example";
    cookie->max_age = 3600;
    cookie->expires = 2000000000;
    cookie->not_http_only = true;
    cookie->secure = true;
    cookie->partitioned = true;
    cookie->priority = "high";
    cookie->same_site = "none";
}

static bool set_cookie(struct arguments *arguments, int letter, const char *value)
{
    sio_cookie_t *cookie = &arguments->cookie;

    switch (letter) {
    case COOKIE:
        cookie->size = sizeof(*cookie);
        cookie->name = value;
        arguments->options.cookie = cookie;
        return true;
    case COOKIE_ALL:
        set_every_attribute(cookie);
        return true;
    case COOKIE_PATH:
        cookie->path = value;
        return true;
    case COOKIE_MAX_AGE:
        cookie->max_age = number(value);
        return true;
    case COOKIE_SAME_SITE:
        cookie->same_site = value;
        return true;
    default:
        return false;
    }
}

static bool set_timing(struct arguments *arguments, int letter, const char *value)
{
    sio_options_t *options = &arguments->options;

    switch (letter) {
    case PING_INTERVAL:
        options->ping_interval_ms = number(value);
        return true;
    case PING_TIMEOUT:
        options->ping_timeout_ms = number(value);
        return true;
    case MAX_PAYLOAD:
        options->max_http_buffer_size = number(value);
        return true;
    case CONNECT_TIMEOUT:
        options->connect_timeout_ms = number(value);
        return true;
    case UPGRADE_TIMEOUT:
        options->upgrade_timeout_ms = number(value);
        return true;
    default:
        return false;
    }
}

/* A list of what to ask for: "on", "snct", "cnct" (no context takeover), "swb=N", "cwb=N". */
static void set_deflate(struct arguments *arguments, const char *value)
{
    sio_per_message_deflate_t *deflate = &arguments->deflate;
    const char *server_bits = strstr(value, "swb=");
    const char *client_bits = strstr(value, "cwb=");

    deflate->size = sizeof(*deflate);
    deflate->server_no_context_takeover = strstr(value, "snct") != NULL;
    deflate->client_no_context_takeover = strstr(value, "cnct") != NULL;
    deflate->server_max_window_bits = server_bits ? atoi(server_bits + 4) : 0;
    deflate->client_max_window_bits = client_bits ? atoi(client_bits + 4) : 0;
    arguments->options.per_message_deflate = deflate;
}

/* "off", or bytes. */
static void set_http_compression(sio_options_t *options, const char *value)
{
    options->no_http_compression = strcmp(value, "off") == 0;
    options->http_compression_threshold = number(value);
}

static bool set_served(struct arguments *arguments, int letter, const char *value)
{
    sio_options_t *options = &arguments->options;

    switch (letter) {
    case PATH:
        options->path = value;
        return true;
    case TRANSPORTS:
        set_transports(arguments, value);
        return true;
    case NO_UPGRADES:
        options->no_upgrades = true;
        return true;
    case ALLOW_EIO3:
        options->allow_eio3 = true;
        return true;
    case NO_TRAILING_SLASH:
        options->no_trailing_slash = true;
        return true;
    case INITIAL_PACKET:
        options->initial_packet = value;
        return true;
    case PARSER:
        options->parser = twin_parser(value, &arguments->parser);
        return options->parser != NULL;
    case HTTP_COMPRESSION:
        set_http_compression(options, value);
        return true;
    case MAX_ATTACHMENTS:
        options->max_attachments = number(value);
        return true;
    case MAX_CHILDREN:
        options->max_child_namespaces = number(value);
        return true;
    case CLEANUP_CHILDREN:
        options->cleanup_empty_child_namespaces = true;
        return true;
    case DEFLATE:
        set_deflate(arguments, value);
        return true;
    case CLIENT_DIR:
        options->client_dir = value;
        return true;
    default:
        return false;
    }
}

static bool set_recovery(struct arguments *arguments, int letter, const char *value)
{
    sio_recovery_t *recovery = &arguments->recovery;

    switch (letter) {
    case RECOVERY:
        recovery->size = sizeof(*recovery);
        recovery->max_disconnection_ms = number(value);
        arguments->options.recovery = recovery;
        return true;
    case RECOVERY_MIDDLEWARES:
        recovery->no_skip_middlewares = true;
        return true;
    case RECOVERY_PACKETS:
        recovery->max_packets = number(value);
        return true;
    default:
        return false;
    }
}

/* Between commas. */
static bool set_sentinels(struct twin_adapter *adapter, char *list)
{
    size_t count = 0;

    for (char *one = strtok(list, ","); one && count < TWIN_SENTINELS_MAX; one = strtok(NULL, ","))
        adapter->sentinels[count++] = one;
    return count > 0;
}

/* Whether Redis is a cluster it says itself. */
static bool set_adapter(struct twin_adapter *adapter, int letter, char *value)
{
    switch (letter) {
    case ADAPTER:
        adapter->name = value;
        return true;
    case REDIS:
        adapter->redis = value;
        return true;
    case REDIS_CLUSTER:
        return true;
    case PREFIX:
        adapter->prefix = value;
        return true;
    case MODE:
        adapter->mode = value;
        return true;
    case STREAM_COUNT:
        adapter->stream_count = number(value);
        return true;
    case MAX_LEN:
        adapter->max_len = number(value);
        return true;
    case SHARDED_PUBSUB:
        adapter->sharded_pubsub = true;
        return true;
    case REQUESTS_TIMEOUT:
        adapter->requests_timeout_ms = number(value);
        return true;
    case SPECIFIC_RESPONSES:
        adapter->specific_responses = true;
        return true;
    case JSON_PARSER:
        adapter->json_parser = true;
        return true;
    case BUFFER_LIMIT:
        adapter->buffer_limit = number(value);
        return true;
    case SENTINELS:
        return set_sentinels(adapter, value);
    default:
        return false;
    }
}

static bool set_program(struct arguments *arguments, int letter, const char *value)
{
    switch (letter) {
    case PORT:
        arguments->port = (int)number(value);
        return true;
    case HOST:
        arguments->host = value;
        return true;
    case UNIX:
        arguments->unix_path = value;
        return true;
    case TLS_CERT:
        arguments->tls_cert = value;
        return true;
    case TLS_KEY:
        arguments->tls_key = value;
        return true;
    case ENGINE:
        arguments->engine = true;
        return true;
    case HOOKS:
        arguments->hooks = true;
        return true;
    default:
        return false;
    }
}

static bool parse(struct arguments *arguments, int argc, char **argv)
{
    int letter;

    while ((letter = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (!set_program(arguments, letter, optarg) && !set_timing(arguments, letter, optarg) &&
            !set_served(arguments, letter, optarg) && !set_recovery(arguments, letter, optarg) &&
            !set_cross_origin(arguments, letter, optarg) &&
            !set_cookie(arguments, letter, optarg) &&
            !set_adapter(&arguments->adapter, letter, optarg))
            return false;
    }
    return optind == argc;
}

static int listen_on(sio_server_t *io, const struct arguments *arguments)
{
    char address[256];

    if (arguments->unix_path != NULL) {
        snprintf(address, sizeof(address), "unix:%s", arguments->unix_path);
        return sio_listen(io, address, 0);
    }
    if (arguments->tls_cert != NULL)
        return sio_listen_tls(io, arguments->host, arguments->port,
                              SIO_TLS(.cert_file = arguments->tls_cert,
                                      .key_file = arguments->tls_key));
    return sio_listen(io, arguments->host, arguments->port);
}

static int listen_and_tell(sio_server_t *io, const struct arguments *arguments)
{
    int error = listen_on(io, arguments);

    if (error != SIO_OK) {
        fprintf(stderr, "cannot listen: %s\n", sio_strerror(error));
        return error;
    }
    if (arguments->unix_path != NULL)
        printf("listening on %s\n", arguments->unix_path);
    else
        printf("listening on %d\n", sio_port(io));
    fflush(stdout);
    return SIO_OK;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {
        .host = "127.0.0.1",
        .options = {.size = sizeof(sio_options_t), .quiet_libwebsockets = true},
    };
    struct twin app = {0};
    int error;

    if (!parse(&arguments, argc, argv)) {
        fprintf(stderr, "usage: twin --port PORT [options as reference.mjs]\n");
        return 2;
    }
    arguments.options.user = &app;
    app.io = sio_server_new(&arguments.options);
    if (app.io == NULL || twin_set_adapter(&app, &arguments.adapter) != SIO_OK)
        return 1;
    app.hooks = arguments.hooks;
    app.decide_cors = arguments.decide_cors;
    app.engine = arguments.engine;
    twin_install(&app);
    if (listen_and_tell(app.io, &arguments) != SIO_OK)
        return 1;
    sio_shutdown_on_signals(app.io);
    error = sio_run(app.io);
    sio_parser_free(arguments.parser);
    return error;
}
