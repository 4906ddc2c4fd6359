/* A program of a user's that joins a cluster: built by the stage "install" with what is installed,
 * and run. Redis need not be there. */
#include <socketio/redis.h>

static void on_state(const sio_redis_state_t *state, void *user)
{
    *(enum sio_redis_status *)user = state->status;
}

int main(void)
{
    enum sio_redis_status status = SIO_REDIS_CONNECTING;
    sio_server_t *io = sio_server_new(NULL);
    sio_adapter_t *adapter =
        sio_redis_adapter("redis://127.0.0.1:1",
                          SIO_REDIS_OPTIONS(.connection =
                                                SIO_REDIS_CONNECTION(.on_state = on_state,
                                                                     .user_data = &status)));
    sio_emitter_t *emitter = sio_emitter_new("redis://127.0.0.1:1", NULL);
    sio_redis_state_t state = {.size = sizeof(state)};

    if (!io || !adapter || !emitter || sio_set_adapter(io, adapter) ||
        sio_redis_state(adapter, &state))
        return 1;
    sio_emit_to(sio_of(io, "/"), NULL, "news", "s", "to nobody");
    sio_emitter_free(emitter);
    sio_shutdown(io, 0, NULL, NULL);
    return sio_run(io) != SIO_OK || status != SIO_REDIS_CLOSED;
}
