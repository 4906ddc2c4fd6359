/* Emits an event into a cluster, from a shell. */
#include <socketio/redis.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 64, FILE_MAX = 256 << 20 };

typedef struct list {
    const char *items[LIST_MAX + 1];
    size_t count;
} list_t;

typedef struct arguments {
    const char *url, *key, *nsp;
    list_t to, except, join, leave, sentinels, files;
    unsigned flags, timeout_ms;
    bool text, disconnect, close, server_side;
    sio_redis_connection_t connection;
} arguments_t;

static const char usage[] =
    "Usage: sio-emit [OPTION...] EVENT [ARGUMENT...]\n"
    "       sio-emit [OPTION...] --join ROOM | --leave ROOM | --disconnect\n"
    "\n"
    "Emits an event to the clients of a cluster of Socket.IO servers with the (classic) Redis "
    "adapter.\n"
    "An ARGUMENT that is JSON is sent as that value, any other as a text.\n"
    "\n"
    "  -r, --redis URL        redis://, rediss:// or unix: [$SIO_REDIS, or "
    "redis://localhost:6379]\n"
    "  -k, --key KEY          the adapter's key [socket.io]\n"
    "  -n, --namespace NAME   [/]\n"
    "  -t, --to ROOM          only those in it; may be repeated\n"
    "  -x, --except ROOM      but those in it; may be repeated\n"
    "      --volatile         dropped where a client isn't ready\n"
    "      --no-compress\n"
    "      --text             arguments are texts, even if they are JSON\n"
    "  -f, --file PATH        one more argument, binary: what is in that file (-: standard "
    "input);\n"
    "                         may be repeated\n"
    "  -s, --server-side      to the servers instead of their clients\n"
    "      --join ROOM        makes the clients join it instead; may be repeated\n"
    "      --leave ROOM       makes them leave it; may be repeated\n"
    "      --disconnect       disconnects them\n"
    "      --close            with --disconnect: ends their connections, all namespaces\n"
    "      --sentinel HOST:PORT  of Redis; may be repeated\n"
    "      --master NAME      that the sentinels know [mymaster]\n"
    "      --ca FILE          certificate authorities for rediss:// [the system's]\n"
    "      --timeout MS       for Redis to take it [5000]\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum option_letter {
    VOLATILE = 256,
    NO_COMPRESS,
    TEXT,
    JOIN,
    LEAVE,
    DISCONNECT,
    CLOSE,
    SENTINEL,
    MASTER,
    CA,
    TIMEOUT
};

static const struct option options[] = {
    {"redis", required_argument, NULL, 'r'},
    {"key", required_argument, NULL, 'k'},
    {"namespace", required_argument, NULL, 'n'},
    {"to", required_argument, NULL, 't'},
    {"except", required_argument, NULL, 'x'},
    {"volatile", no_argument, NULL, VOLATILE},
    {"no-compress", no_argument, NULL, NO_COMPRESS},
    {"text", no_argument, NULL, TEXT},
    {"file", required_argument, NULL, 'f'},
    {"server-side", no_argument, NULL, 's'},
    {"join", required_argument, NULL, JOIN},
    {"leave", required_argument, NULL, LEAVE},
    {"disconnect", no_argument, NULL, DISCONNECT},
    {"close", no_argument, NULL, CLOSE},
    {"sentinel", required_argument, NULL, SENTINEL},
    {"master", required_argument, NULL, MASTER},
    {"ca", required_argument, NULL, CA},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static int complain(const char *what, const char *about)
{
    fprintf(stderr, "sio-emit: %s%s%s\n", what, about ? ": " : "", about ? about : "");
    return 2;
}

static bool add(list_t *list, const char *item)
{
    if (list->count == LIST_MAX)
        return false;
    list->items[list->count++] = item;
    return true;
}

static bool set_timeout(arguments_t *arguments, const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (!*text || *end || number > 3600000)
        return false;
    arguments->timeout_ms = (unsigned)number;
    return true;
}

static bool set_connection(arguments_t *arguments, int letter, const char *value)
{
    switch (letter) {
    case SENTINEL:
        arguments->connection.sentinels = arguments->sentinels.items;
        return add(&arguments->sentinels, value);
    case MASTER:
        arguments->connection.sentinel_master = value;
        return true;
    case CA:
        arguments->connection.ca_file = value;
        return true;
    case TIMEOUT:
        return set_timeout(arguments, value);
    default:
        return false;
    }
}

static bool set_action(arguments_t *arguments, int letter, const char *value)
{
    switch (letter) {
    case JOIN:
        return add(&arguments->join, value);
    case LEAVE:
        return add(&arguments->leave, value);
    case DISCONNECT:
        return arguments->disconnect = true;
    case CLOSE:
        return arguments->close = true;
    case 'f':
        return add(&arguments->files, value);
    case 's':
        return arguments->server_side = true;
    case TEXT:
        return arguments->text = true;
    default:
        return set_connection(arguments, letter, value);
    }
}

static bool set(arguments_t *arguments, int letter, const char *value)
{
    switch (letter) {
    case 'r':
        arguments->url = value;
        return true;
    case 'k':
        arguments->key = value;
        return true;
    case 'n':
        arguments->nsp = value;
        return true;
    case 't':
        return add(&arguments->to, value);
    case 'x':
        return add(&arguments->except, value);
    case VOLATILE:
        arguments->flags |= SIO_VOLATILE;
        return true;
    case NO_COMPRESS:
        arguments->flags |= SIO_NO_COMPRESS;
        return true;
    default:
        return set_action(arguments, letter, value);
    }
}

/* One value: JSON as it is, anything else as a text. New. */
static json_t *value_of(const char *text, bool is_text)
{
    json_t *value = is_text ? NULL : json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    return value ? value : json_string(text);
}

/* All of them as an array's text. New, to be freed; NULL: one isn't UTF-8. */
static char *values_of(const arguments_t *arguments, char **items, int count)
{
    json_t *array = json_array();
    char *text;

    for (int i = 0; i < count; i++) {
        json_t *value = value_of(items[i], arguments->text);

        if (!value || json_array_append_new(array, value)) {
            json_decref(array);
            return NULL;
        }
    }
    text = json_dumps(array, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(array);
    return text;
}

/* All of a file, to be freed. False: it can't be read, or is too large. */
static bool read_all(FILE *file, sio_redis_bytes_t *bytes)
{
    size_t size = 65536, len = 0, got;
    char *data = malloc(size), *larger;

    while (data && (got = fread(data + len, 1, size - len, file)) > 0) {
        len += got;
        if (len < size)
            continue;
        larger = size < FILE_MAX ? realloc(data, size *= 2) : NULL;
        if (!larger) {
            free(data);
            errno = EFBIG;
        }
        data = larger;
    }
    *bytes = (sio_redis_bytes_t){data, len};
    return data && !ferror(file);
}

static bool read_file(const char *path, sio_redis_bytes_t *bytes)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    bool fine = file && read_all(file, bytes);

    if (!fine)
        perror(path);
    if (file && file != stdin)
        fclose(file);
    return fine;
}

static void free_files(sio_redis_bytes_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)bytes[i].data);
}

static int emit_to_clients(sio_emitter_t *emitter, const arguments_t *arguments,
                           const sio_target_t *target, const char *name, const char *values)
{
    sio_redis_bytes_t files[LIST_MAX] = {{NULL, 0}};
    size_t count = 0;
    int error = SIO_OK;

    while (count < arguments->files.count && !error)
        if (!read_file(arguments->files.items[count], &files[count]))
            error = SIO_EINVAL;
        else
            count++;
    if (!error)
        error = sio_emitter_emit_bytes(emitter, arguments->nsp, target, name, values,
                                       strlen(values), files, count);
    free_files(files, arguments->files.count);
    return error;
}

static int emit(sio_emitter_t *emitter, const arguments_t *arguments, const sio_target_t *target,
                char **words, int count)
{
    char *values = values_of(arguments, words + 1, count - 1);
    int error = SIO_EJSON;

    if (values && arguments->server_side)
        error = sio_emitter_server_side_emit_text(emitter, arguments->nsp, words[0], values,
                                                  strlen(values));
    else if (values)
        error = emit_to_clients(emitter, arguments, target, words[0], values);
    free(values);
    return error;
}

static int act(sio_emitter_t *emitter, const arguments_t *arguments, char **words, int count)
{
    const sio_target_t *target =
        SIO_TARGET(.to = arguments->to.items, .except = arguments->except.items,
                   .flags = arguments->flags);
    int error = SIO_OK;

    if (count)
        error = emit(emitter, arguments, target, words, count);
    if (!error && arguments->join.count)
        error = sio_emitter_sockets_join(emitter, arguments->nsp, target, arguments->join.items);
    if (!error && arguments->leave.count)
        error = sio_emitter_sockets_leave(emitter, arguments->nsp, target, arguments->leave.items);
    if (!error && arguments->disconnect)
        error = sio_emitter_disconnect_sockets(emitter, arguments->nsp, target, arguments->close);
    return error ? error : sio_emitter_flush(emitter, arguments->timeout_ms);
}

static int run(const arguments_t *arguments, char **words, int count)
{
    sio_emitter_t *emitter =
        sio_emitter_new(arguments->url, SIO_EMITTER_OPTIONS(.connection = &arguments->connection,
                                                            .key = arguments->key));
    const char *why;
    int error;

    if (!emitter)
        return complain("this can't be used", arguments->url);
    error = act(emitter, arguments, words, count);
    if (error) {
        why = sio_emitter_error(emitter);
        fprintf(stderr, "sio-emit: not emitted: %s\n", *why ? why : sio_strerror(error));
    }
    sio_emitter_free(emitter);
    return error ? 1 : 0;
}

int main(int argc, char **argv)
{
    const char *redis = getenv("SIO_REDIS");
    arguments_t arguments = {
        .url = redis && *redis ? redis : "redis://localhost:6379",
        .nsp = "/",
        .timeout_ms = 5000,
        .connection = {.size = sizeof(sio_redis_connection_t)},
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "+r:k:n:t:x:f:shV", options, NULL)) != -1) {
        if (letter == 'h')
            return fputs(usage, stdout) < 0;
        if (letter == 'V')
            return printf("sio-emit %s\n", sio_version()) < 0;
        if (letter == '?')
            return complain("see sio-emit --help", NULL);
        if (!set(&arguments, letter, optarg))
            return complain("this can't be used", optarg);
    }
    if (optind == argc && !arguments.join.count && !arguments.leave.count && !arguments.disconnect)
        return complain("no event; see sio-emit --help", NULL);
    if (optind < argc && arguments.server_side && (arguments.to.count || arguments.except.count))
        return complain("servers have no rooms: --server-side goes without --to and --except",
                        NULL);
    if (arguments.files.count && (optind == argc || arguments.server_side))
        return complain("--file goes with an event for clients", NULL);
    return run(&arguments, argv + optind, argc - optind);
}
