/* The activity of activity.h, from the engine's events: they are of all namespaces. */

#include "activity.h"

static void on_engine(sio_conn_t *conn, const sio_conn_info_t *info, void *user)
{
    struct feed *feed = user;

    switch (info->event) {
    case SIO_CONN_CONNECTION:
        feed_add(feed, "connected", json_string(sio_conn_transport(conn)));
        break;
    case SIO_CONN_UPGRADE:
        feed_add(feed, "upgraded", json_string(sio_conn_transport(conn)));
        break;
    case SIO_CONN_CLOSE:
        feed_add(feed, "closed", json_string(info->why->text));
        break;
    default:
        break;
    }
}

static void on_refused(const sio_connection_error_t *error, void *user)
{
    feed_add(user, "refused", json_string(error->message));
}

int activity_init(struct feed *feed, sio_server_t *io)
{
    static const enum sio_conn_event events[] = {SIO_CONN_CONNECTION, SIO_CONN_UPGRADE,
                                                 SIO_CONN_CLOSE};
    int error = sio_on_connection_error(io, on_refused, feed);

    for (size_t i = 0; i < sizeof(events) / sizeof(*events) && error == 0; i++)
        error = sio_engine_on(io, events[i], on_engine, feed);
    return error;
}
