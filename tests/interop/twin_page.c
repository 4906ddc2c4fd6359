/* Runs the lines of docs/node-to-c.md, by their numbers. */
#include "tests/interop/twin.h"
#include "tests/interop/twin_lines.h"

static void on_line(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    struct twin_line at = {app->io, socket};
    int number;

    if (sio_unpack(event, "i", &number) == SIO_OK && number >= 0 &&
        (size_t)number < twin_lines_count)
        twin_lines[number](&at);
    sio_ack(event, "");
}

void twin_try_options(const sio_options_t *options)
{
    sio_server_t *io = sio_server_new(options);

    if (io == NULL) {
        fprintf(stderr, "options of docs/node-to-c.md are refused\n");
        abort();
    }
    sio_shutdown(io, 0, NULL, NULL);
    sio_run(io);
}

void twin_install_page(struct twin *app)
{
    sio_namespace_on(sio_of(app->io, "/"), "line", on_line, app);
}
