/* The programs of program.h. */

#include "program.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#ifndef EXAMPLES_DIR
#define EXAMPLES_DIR ".." /* where the examples' folders are; the build says */
#endif

enum { OPTIONS_MAX = 32, PATH_SIZE = 4096, DRAIN_MS = 5000 };

struct settings {
    const char *host;
    int port;
    const char *public_dir, *common_dir, *client_dir;
};

struct run {
    const struct program *program;
    uv_loop_t loop;
    uv_signal_t interrupt, terminate;
    sio_server_t *io;
    bool ending;
};

/* ---- The command line ---- */

static void print_help(const struct program *program, const struct program_option *options)
{
    fprintf(stderr, "Usage: %s [OPTION...]\n", program->name);
    for (; options->name; options++)
        fprintf(stderr, "  --%-14s %-10s %s\n", options->name, options->value, options->help);
}

static void set_option(const struct program *program, const struct program_option *option,
                       const char *value)
{
    char *end;
    long number;

    if (!option->number) {
        *option->text = value;
        return;
    }
    number = strtol(value, &end, 10);
    if (*value == '\0' || *end != '\0' || number < option->min || number > option->max) {
        fprintf(stderr, "%s: --%s takes a number from %d to %d, not %s\n", program->name,
                option->name, option->min, option->max, value);
        exit(2);
    }
    *option->number = (int)number;
}

static void parse(const struct program *program, const struct program_option *options, int argc,
                  char **argv)
{
    struct option known[OPTIONS_MAX + 1] = {0};
    size_t count = 0;
    int index;

    for (; options[count].name; count++)
        known[count] = (struct option){options[count].name, required_argument, NULL, 0};
    known[count] = (struct option){"help", no_argument, NULL, '?'};
    for (int result; (result = getopt_long(argc, argv, "", known, &index)) != -1;) {
        if (result != 0) {
            print_help(program, options);
            exit(2);
        }
        set_option(program, &options[index], optarg);
    }
}

static void read_settings(const struct program *program, struct settings *settings, int argc,
                          char **argv)
{
    const struct program_option own[] = {
        {"host", "ADDRESS", "address to listen on (all)", .text = &settings->host},
        {"port", "PORT", "port (the environment's PORT, or 3000; 0: any free one)",
         .number = &settings->port, .max = 65535},
        {"public-dir", "DIR", "the page's files", .text = &settings->public_dir},
        {"common-dir", "DIR", "what pages share, served as /common/",
         .text = &settings->common_dir},
        {"client-dir", "DIR", "npm's socket.io-client/dist, served as /socket.io/socket.io.js",
         .text = &settings->client_dir},
    };
    struct program_option all[OPTIONS_MAX] = {0};
    const char *port = getenv("PORT");
    size_t count = sizeof(own) / sizeof(*own);

    memcpy(all, own, sizeof(own));
    for (const struct program_option *more = program->options; more && more->name; more++)
        if (count < OPTIONS_MAX - 1)
            all[count++] = *more;
    if (port && *port)
        set_option(program, &all[1], port);
    parse(program, all, argc, argv);
}

/* ---- The server ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;

    (void)number;
    if (!run->ending && run->program->stop)
        run->program->stop(run->program->user);
    sio_shutdown(run->io, run->ending ? 0 : DRAIN_MS, NULL, NULL);
    run->ending = true;
}

/* Unreferenced: the loop ends with the server, not with its signals. */
static void watch_signal(struct run *run, uv_signal_t *handle, int number)
{
    uv_signal_init(&run->loop, handle);
    handle->data = run;
    uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle);
}

/* The page says it too, but whoever starts the server should not have to open it first. */
static void warn_without_bundle(const struct program *program, const char *client_dir)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/socket.io.js", client_dir);
    if (access(path, R_OK) != 0)
        fprintf(stderr, "%s: no client bundle at %s: run `npm ci` in examples/common\n",
                program->name, path);
}

static int start(struct run *run, const struct settings *settings)
{
    const struct program *program = run->program;
    int error = program->start(run->io, program->user);

    if (error == 0)
        error = sio_serve_files(run->io, "/", settings->public_dir);
    if (error == 0)
        error = sio_serve_files(run->io, "/common/", settings->common_dir);
    if (error != 0) {
        fprintf(stderr, "%s: can't start with the page in %s: %s\n", program->name,
                settings->public_dir, sio_strerror(error));
        return error;
    }
    error = sio_listen(run->io, settings->host, settings->port);
    if (error != 0)
        fprintf(stderr, "%s: can't listen on port %d: %s\n", program->name, settings->port,
                sio_strerror(error));
    return error;
}

static void close_loop(struct run *run)
{
    uv_close((uv_handle_t *)&run->interrupt, NULL);
    uv_close((uv_handle_t *)&run->terminate, NULL);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    uv_loop_close(&run->loop);
}

static int serve(struct run *run, const struct settings *settings)
{
    int error;

    watch_signal(run, &run->interrupt, SIGINT);
    watch_signal(run, &run->terminate, SIGTERM);
    warn_without_bundle(run->program, settings->client_dir);
    error = start(run, settings);
    if (error == 0) {
        printf("%s: listening on http://%s:%d/\n", run->program->name,
               settings->host ? settings->host : "localhost", sio_port(run->io));
        fflush(stdout);
    } else {
        on_signal(&run->terminate, SIGTERM);
    }
    uv_run(&run->loop, UV_RUN_DEFAULT);
    close_loop(run);
    return error == 0 ? 0 : 1;
}

int program_run(const struct program *program, int argc, char **argv)
{
    char public_dir[PATH_SIZE];
    struct settings settings = {
        .port = 3000,
        .public_dir = public_dir,
        .common_dir = EXAMPLES_DIR "/common/public",
        .client_dir = EXAMPLES_DIR "/common/node_modules/socket.io-client/dist",
    };
    struct run run = {.program = program};
    sio_options_t options = {0};

    snprintf(public_dir, sizeof(public_dir), "%s/%s/public", EXAMPLES_DIR, program->name);
    read_settings(program, &settings, argc, argv);
    if (uv_loop_init(&run.loop) != 0)
        return 1;
    if (program->server)
        options = *program->server;
    options.size = sizeof(options);
    options.loop = &run.loop;
    options.quiet_libwebsockets = true;
    options.client_dir = settings.client_dir;
    run.io = sio_server_new(&options);
    if (run.io)
        return serve(&run, &settings);
    uv_loop_close(&run.loop);
    return 1;
}
