#include "adapters/redis_pipeline.h"

enum { COMPACT_FROM = 1024 };

void sio__redis_pipeline_free(sio__redis_pipeline_t *pipeline)
{
    sio__buf_free(&pipeline->out);
    sio__buf_free(&pipeline->calls);
    pipeline->first = 0;
}

static void append_count(sio__buf_t *out, char type, size_t count)
{
    sio__buf_append_char(out, type);
    sio__buf_append_uint(out, count);
    sio__buf_append(out, "\r\n", 2);
}

void sio__resp_append(sio__buf_t *out, const sio__span_t *words, size_t count)
{
    append_count(out, '*', count);
    for (size_t i = 0; i < count; i++) {
        append_count(out, '$', words[i].len);
        sio__buf_append(out, words[i].data, words[i].len);
        sio__buf_append(out, "\r\n", 2);
    }
}

static size_t waiting(const sio__redis_pipeline_t *pipeline)
{
    return pipeline->calls.len / sizeof(sio__redis_call_t) - pipeline->first;
}

/* Calls that were popped stay where they were until they are the greater part. */
static void compact(sio__redis_pipeline_t *pipeline)
{
    size_t left = waiting(pipeline), gone = pipeline->first * sizeof(sio__redis_call_t);

    if (!left) {
        pipeline->calls.len = pipeline->first = 0;
    } else if (pipeline->first > COMPACT_FROM && pipeline->first > left) {
        pipeline->calls.len -= gone;
        memmove(pipeline->calls.data, pipeline->calls.data + gone, pipeline->calls.len);
        pipeline->first = 0;
    }
}

int sio__redis_pipeline_add(sio__redis_pipeline_t *pipeline, const sio__span_t *words, size_t count,
                            sio__redis_call_t call)
{
    size_t out_len = pipeline->out.len;

    if (!sio__buf_reserve(&pipeline->calls, sizeof(call))) {
        pipeline->calls.failed = false;
        return -1;
    }
    sio__resp_append(&pipeline->out, words, count);
    if (pipeline->out.failed) {
        pipeline->out.failed = false;
        pipeline->out.len = out_len;
        return -1;
    }
    call.end = pipeline->position + pipeline->out.len;
    sio__buf_append(&pipeline->calls, &call, sizeof(call));
    return 0;
}

void sio__redis_pipeline_take(sio__redis_pipeline_t *pipeline, sio__buf_t *taken)
{
    sio__buf_t memory = *taken;

    pipeline->position += pipeline->out.len;
    *taken = pipeline->out;
    pipeline->out = memory;
}

sio__redis_call_t *sio__redis_pipeline_first(const sio__redis_pipeline_t *pipeline)
{
    sio__redis_call_t *calls = (sio__redis_call_t *)(void *)pipeline->calls.data;

    return waiting(pipeline) ? calls + pipeline->first : NULL;
}

bool sio__redis_pipeline_pop(sio__redis_pipeline_t *pipeline, sio__redis_call_t *call)
{
    const sio__redis_call_t *first = sio__redis_pipeline_first(pipeline);

    if (!first)
        return false;
    *call = *first;
    pipeline->first++;
    compact(pipeline);
    return true;
}

bool sio__redis_pipeline_pop_taken(sio__redis_pipeline_t *pipeline, sio__redis_call_t *call)
{
    const sio__redis_call_t *first = sio__redis_pipeline_first(pipeline);

    return first && first->end <= pipeline->position && sio__redis_pipeline_pop(pipeline, call);
}

void sio__redis_pipeline_forget(sio__redis_pipeline_t *pipeline, const void *user)
{
    sio__redis_call_t *call = sio__redis_pipeline_first(pipeline);

    for (size_t left = waiting(pipeline); left; left--, call++)
        if (call->user == user)
            call->fn = NULL;
}
