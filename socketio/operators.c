/* Making many sockets join, leave or disconnect, on whichever server they are. */
#include "base/alloc.h"
#include "socketio/audience.h"
#include "socketio/dynamic.h"
#include "socketio/socket.h"

typedef enum action { JOIN, LEAVE, DISCONNECT, DISCONNECT_AND_CLOSE } action_t;

static int act_on_one(sio_namespace_t *nsp, action_t action, const sio__audience_t *audience,
                      const char *const *rooms)
{
    sio__adapter_t *adapter = nsp->adapter;
    int error;

    if (action == JOIN)
        error = adapter->ops->add_sockets(adapter, audience, rooms);
    else if (action == LEAVE)
        error = adapter->ops->del_sockets(adapter, audience, rooms);
    else
        error = adapter->ops->disconnect_sockets(adapter, audience, action == DISCONNECT_AND_CLOSE);
    return error ? SIO_ENOMEM : SIO_OK;
}

/* What a parent is told goes to its children. */
static int act(sio_namespace_t *nsp, action_t action, const sio__audience_t *audience,
               const char *const *rooms)
{
    sio_namespace_t **children;
    int error = SIO_OK;

    if (!nsp->family)
        return act_on_one(nsp, action, audience, rooms);
    children = sio__children_of(nsp);
    if (!children)
        return SIO_ENOMEM;
    for (sio_namespace_t **child = children; *child && !error; child++)
        error = act_on_one(*child, action, audience, rooms);
    sio__children_release(children);
    return error;
}

/* --------------------------------------------------------------------------- from other threads */

typedef struct posted_action {
    eio_task_t task;
    sio_namespace_t *nsp; /* a reference */
    action_t action;
    sio__audience_copy_t *audience;
} posted_action_t;

static void free_posted(posted_action_t *posted)
{
    sio__namespace_unref(posted->nsp);
    sio__free(posted->audience);
    sio__free(posted);
}

static void on_posted(eio_task_t *task)
{
    posted_action_t *posted = SIO__CONTAINER(task, posted_action_t, task);

    act(posted->nsp, posted->action, &posted->audience->audience, posted->audience->more);
    free_posted(posted);
}

static int post(sio_namespace_t *nsp, action_t action, const sio__audience_t *audience,
                const char *const *rooms)
{
    posted_action_t *posted = sio__malloc(sizeof(*posted));
    int error = SIO_ENOMEM;

    if (!posted)
        return error;
    *posted = (posted_action_t){.task.fn = on_posted, .nsp = nsp, .action = action};
    sio__namespace_ref(nsp);
    posted->audience = sio__audience_copy(audience, rooms);
    if (posted->audience)
        error = sio__post(nsp->server, &posted->task);
    if (error)
        free_posted(posted);
    return error;
}

static int act_anywhere(sio_namespace_t *nsp, action_t action, const sio_target_t *target,
                        const char *const *rooms)
{
    sio__audience_t audience = sio__audience_of(target, NULL);

    return sio__on_loop(nsp->server) ? act(nsp, action, &audience, rooms)
                                     : post(nsp, action, &audience, rooms);
}

int sio_sockets_join(sio_namespace_t *nsp, const sio_target_t *target, const char *const *rooms)
{
    return rooms ? act_anywhere(nsp, JOIN, target, rooms) : SIO_EINVAL;
}

int sio_sockets_leave(sio_namespace_t *nsp, const sio_target_t *target, const char *const *rooms)
{
    return rooms ? act_anywhere(nsp, LEAVE, target, rooms) : SIO_EINVAL;
}

int sio_disconnect_sockets(sio_namespace_t *nsp, const sio_target_t *target, bool close)
{
    return act_anywhere(nsp, close ? DISCONNECT_AND_CLOSE : DISCONNECT, target, NULL);
}
