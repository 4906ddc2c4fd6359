/*
 * A question that functions of the program answer, now or later and on any thread: the machinery
 * behind middlewares, allowRequest, engine middlewares and dynamic namespaces. Each of them gives a
 * sio_next_t its ops; the functions are asked one after the other until one of them settles it.
 */
#ifndef SIO_NEXT_H
#define SIO_NEXT_H

#include "base/list.h"
#include "engineio/loop.h"
#include "socketio/socketio.h"

typedef struct sio__next_ops {
    void (*ask)(sio_next_t *next);    /* calls the current function */
    bool (*go_on)(sio_next_t *next);  /* after an answer: on to another function, or false */
    void (*finish)(sio_next_t *next); /* acts upon the last answer */
    void (*free)(sio_next_t *next);   /* what the owner holds, and the owner itself */
} sio__next_ops_t;

/* Embedded at the beginning of what its owner needs. */
struct sio_next {
    const sio__next_ops_t *ops;
    eio_task_t task;      /* of an answer from another thread */
    sio__list_t link;     /* in the server's list of answers */
    sio_server_t *server; /* a reference */
    unsigned index;       /* of the current function */
    bool refused;
    char *message;
    json_t *data;
};

/* For memory that is zeroed. Takes a reference to the server. */
void sio__next_init(sio_next_t *next, const sio__next_ops_t *ops, sio_server_t *io);

/* Asks the first function. `next` may be gone afterwards. */
void sio__next_start(sio_next_t *next);

/* For owners: gives back an answer's message and data, to ask once more. */
void sio__next_forget_answer(sio_next_t *next);

/* Ends it without acting upon an answer: nobody will give one. */
void sio__next_free(sio_next_t *next);

#endif
