/* Request and response: over plain WebSocket, and as Socket.IO's acknowledgements. */

#include "over.h"

#include "examples/common/program.h"

static int start(sio_server_t *io, void *user)
{
    int error = over_ws_init(io);

    (void)user;
    return error ? error : over_acks_init(io);
}

int main(int argc, char **argv)
{
    const struct program program = {
        .name = "rpc",
        .server = SIO_OPTIONS(.max_http_buffer_size = 100000,
                              .limits = SIO_LIMITS(.packets_per_second = 500)),
        .start = start,
    };

    return program_run(&program, argc, argv);
}
