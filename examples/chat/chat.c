/* The chat: a page, the stock client bundle and the Socket.IO server behind them, in one process.
 */

#include "events.h"

#include "examples/common/program.h"

static int start(sio_server_t *io, void *user)
{
    sio_namespace_t *nsp = sio_of(io, "/");

    return nsp ? chat_init(user, nsp) : SIO_ENOMEM;
}

int main(int argc, char **argv)
{
    struct chat chat = {0};
    const struct program program = {.name = "chat", .start = start, .user = &chat};
    int status = program_run(&program, argc, argv);

    chat_clear(&chat);
    return status;
}
