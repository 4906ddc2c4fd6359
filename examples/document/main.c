/* A text that several people edit at once. */

#include "events.h"

#include "examples/common/program.h"

static int start(sio_server_t *io, void *user)
{
    return events_init(user, io);
}

int main(int argc, char **argv)
{
    struct shelf shelf = {0};
    const struct program program = {.name = "document", .start = start, .user = &shelf};
    int status = program_run(&program, argc, argv);

    shelf_clear(&shelf);
    return status;
}
