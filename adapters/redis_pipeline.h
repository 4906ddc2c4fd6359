/*
 * Commands on their way to Redis and the calls that wait for their answers, in one order. What has
 * not been handed to a connection outlives it. No I/O.
 */
#ifndef SIO_REDIS_PIPELINE_H
#define SIO_REDIS_PIPELINE_H

#include "base/buf.h"
#include "base/span.h"

struct redisReply;

typedef struct sio__redis_call {
    void (*fn)(const struct redisReply *reply, void *user); /* NULL: nobody waits */
    void *user;
    uint64_t end; /* where its command ends in the stream of all bytes */
    uint64_t since;
} sio__redis_call_t;

typedef struct sio__redis_pipeline {
    sio__buf_t out;    /* commands that nobody has taken yet */
    uint64_t position; /* of their beginning in the stream of all bytes */
    sio__buf_t calls;  /* sio__redis_call_t */
    size_t first;      /* of those that wait */
} sio__redis_pipeline_t;

void sio__redis_pipeline_free(sio__redis_pipeline_t *pipeline); /* without calls back */

/* Appends a command as RESP. */
void sio__resp_append(sio__buf_t *out, const sio__span_t *words, size_t count);

/* 0, or -1 out of memory: then it isn't there. */
int sio__redis_pipeline_add(sio__redis_pipeline_t *pipeline, const sio__span_t *words, size_t count,
                            sio__redis_call_t call);

/* All of `out` in exchange for the memory of `taken`, which is empty. */
void sio__redis_pipeline_take(sio__redis_pipeline_t *pipeline, sio__buf_t *taken);

/* The oldest call that waits; valid until the next change. NULL: none does. */
sio__redis_call_t *sio__redis_pipeline_first(const sio__redis_pipeline_t *pipeline);
bool sio__redis_pipeline_pop(sio__redis_pipeline_t *pipeline, sio__redis_call_t *call);

/* The oldest one, if its command was taken: for when the connection has broken. */
bool sio__redis_pipeline_pop_taken(sio__redis_pipeline_t *pipeline, sio__redis_call_t *call);

/* Calls with that user aren't called back. */
void sio__redis_pipeline_forget(sio__redis_pipeline_t *pipeline, const void *user);

#endif
