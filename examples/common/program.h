/* What the examples' programs have in common: a command line, a page with the client bundle, and a
 * libuv loop with the server on it. */
#ifndef EXAMPLES_PROGRAM_H
#define EXAMPLES_PROGRAM_H

#include <socketio/socketio.h>

/* An option of one program, beside --host, --port and the folders. Its value is a number or a text.
 */
struct program_option {
    const char *name;  /* without the dashes; a NULL name ends a list */
    const char *value; /* what the help calls it: "SECONDS" */
    const char *help;
    int *number; /* where a whole number goes, which holds the default; or NULL */
    int min, max;
    const char **text; /* where a text goes; or NULL */
};

struct program {
    const char *name;                     /* the program's, and its folder's in examples/ */
    const struct program_option *options; /* or NULL */
    const sio_options_t *server;          /* or NULL; loop and client_dir are filled in */
    /* Sets up handlers, before the server listens. 0 or a negative enum sio_error. */
    int (*start)(sio_server_t *io, void *user);
    /* The server begins to end: closes what the program has on the loop, so that nothing of it runs
     * when the server has gone. May be NULL. */
    void (*stop)(void *user);
    void *user;
};

/* Reads the command line, serves until SIGINT or SIGTERM, returns the exit status. A second signal
 * doesn't wait for what is queued. sio_loop() of the server is the loop for timers and the like. */
int program_run(const struct program *program, int argc, char **argv);

#endif
