/* The load of load.h. */

#include "load.h"

#include "examples/common/reply.h"

#include <stdio.h>
#include <stdlib.h>

#define TRIP_MAX_MS 60000.0
#define GROUP_SIZE  32

static void limit_clients(sio_socket_t *socket, sio_next_t *next, void *user)
{
    const struct load *load = user;

    (void)socket;
    if (sio_namespace_count(load->nsp) < (size_t)load->max_clients)
        sio_next_ok(next);
    else
        sio_next_error(next, "enough load already", NULL);
}

static void free_group(void *group)
{
    free(group);
}

static void on_connection(sio_socket_t *socket, void *user)
{
    struct load *load = user;
    char *group = malloc(GROUP_SIZE);

    if (!group)
        return;
    snprintf(group, GROUP_SIZE, "group:%llu", load->admitted++ / LOAD_GROUP);
    sio_set_user(socket, group, free_group);
    sio_join(socket, group);
}

/* work { trip }: hands its other arguments to the group. `trip` is how many milliseconds the one
 * before took, if known. */
static void on_work(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct load *load = user;
    const char *group = sio_user(socket);
    const sio_value_t *data = sio_event_arg(event, 1);
    double trip = -1;

    if (sio_unpack(event, "{s?F}", "trip", &trip) != 0 || !(trip <= TRIP_MAX_MS)) {
        refuse(event, "invalid", "A round trip in milliseconds is a number up to 60000.");
        return;
    }
    if (trip >= 0)
        feed_add(load->feed, "trip", json_real(trip));
    if (group && data)
        sio_broadcast(socket, SIO_TARGET(.to = SIO_LIST(group)), "work", "V", data);
    sio_ack(event, "{s:b}", "ok", 1);
}

int load_init(struct load *load, sio_server_t *io, struct feed *feed, int max_clients)
{
    int error;

    *load = (struct load){feed, sio_of(io, "/load"), max_clients, 0};
    if (!load->nsp)
        return SIO_ENOMEM;
    error = sio_use(load->nsp, limit_clients, load);
    if (error == 0)
        error = sio_on_connection(load->nsp, on_connection, load);
    return error ? error : sio_namespace_on(load->nsp, "work", on_work, load);
}
