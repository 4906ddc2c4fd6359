/* Four in a row for two, with a lobby and spectators. */

#include "events.h"

#include "examples/common/program.h"

#include <stddef.h>

static int start(sio_server_t *io, void *user)
{
    struct house *house = user;

    house->nsp = sio_of(io, "/");
    house->loop = sio_loop(io);
    return house->nsp ? events_init(house) : SIO_ENOMEM;
}

static void stop(void *user)
{
    play_stop(user);
}

int main(int argc, char **argv)
{
    struct house house = {.turn_seconds = 30};
    const struct program_option options[] = {
        {"turn-seconds", "SECONDS", "how long a turn may take (30)", .number = &house.turn_seconds,
         .min = 1, .max = 3600},
        {0},
    };
    const struct program program = {
        .name = "game",
        .options = options,
        /* A player whose network has gone is shown as away within 10 + 5 seconds. */
        .server = SIO_OPTIONS(.ping_interval_ms = 10000, .ping_timeout_ms = 5000,
                              .max_http_buffer_size = 10000,
                              .limits = SIO_LIMITS(.packets_per_second = 50)),
        .start = start,
        .stop = stop,
        .user = &house,
    };

    return program_run(&program, argc, argv);
}
