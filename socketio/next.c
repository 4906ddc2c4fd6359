#include "socketio/next.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "socketio/server.h"

#include <string.h>

void sio__next_init(sio_next_t *next, const sio__next_ops_t *ops, sio_server_t *io)
{
    next->ops = ops;
    next->server = io;
    sio__server_ref(io);
    sio__list_init(&next->link);
}

void sio__next_forget_answer(sio_next_t *next)
{
    next->refused = false;
    sio__free(next->message);
    next->message = NULL;
    json_decref(next->data);
    next->data = NULL;
}

void sio__next_free(sio_next_t *next)
{
    sio_server_t *io = next->server;

    sio__next_forget_answer(next);
    next->ops->free(next);
    sio__server_unref(io);
}

static void finish(sio_next_t *next)
{
    next->ops->finish(next);
    sio__next_free(next);
}

/*
 * Answers are acted upon in their order, after the functions that gave them have returned: what a
 * middleware does after its answer still comes before the handlers, as upstream's next tick.
 */
static void act_on_answers(sio_server_t *io)
{
    sio__list_t *node;

    if (io->middlewares_running)
        return;
    io->middlewares_running++;
    while ((node = sio__list_pop(&io->answered))) {
        sio_next_t *next = SIO__CONTAINER(node, sio_next_t, link);

        if (next->ops->go_on(next))
            next->ops->ask(next);
        else
            finish(next);
    }
    io->middlewares_running--;
}

void sio__next_start(sio_next_t *next)
{
    sio_server_t *io = next->server;

    io->middlewares_running++;
    next->ops->ask(next);
    io->middlewares_running--;
    act_on_answers(io);
}

/* -------------------------------------------------------------------------------------- answering
 */

static void take_answer(sio_next_t *next)
{
    sio_server_t *io = next->server;

    sio__list_append(&io->answered, &next->link);
    act_on_answers(io);
}

static void on_posted_answer(eio_task_t *task)
{
    take_answer(SIO__CONTAINER(task, sio_next_t, task));
}

/* With the loop gone nobody waits for the answer any more, but what it holds must be given back. */
static int answer(sio_next_t *next)
{
    sio_server_t *io = next->server;

    if (sio__on_loop(io)) {
        take_answer(next);
        return SIO_OK;
    }
    next->task.fn = on_posted_answer;
    if (sio__post(io, &next->task) == SIO_OK)
        return SIO_OK;
    finish(next);
    return SIO_ESTATE;
}

int sio_next_ok(sio_next_t *next)
{
    return next ? answer(next) : SIO_EINVAL;
}

/* What leaves must be UTF-8, whatever the program says. */
static char *copy_message(const char *message)
{
    size_t len = strlen(message);
    char *copy;

    if (sio__utf8_valid(message, len))
        return sio__strdup(message);
    copy = sio__malloc(3 * len + 1);
    if (copy)
        copy[sio__utf8_repair(message, len, copy)] = '\0';
    return copy;
}

int sio_next_error(sio_next_t *next, const char *message, json_t *data)
{
    if (!next) {
        json_decref(data);
        return SIO_EINVAL;
    }
    next->refused = true;
    next->message = message ? copy_message(message) : NULL;
    next->data = data;
    return answer(next);
}
