#include "adapters/classic_channel.h"

void sio__classic_put_name(sio__buf_t *channel, const char *key, const char *kind, const char *nsp,
                           const char *part)
{
    sio__buf_append_str(channel, key);
    sio__buf_append_str(channel, kind);
    sio__buf_append_str(channel, nsp);
    sio__buf_append_char(channel, '#');
    if (part) {
        sio__buf_append_str(channel, part);
        sio__buf_append_char(channel, '#');
    }
}

void sio__classic_put_channel(sio__buf_t *channel, const char *key,
                              const sio__cluster_message_t *message)
{
    const char *const *rooms = message->audience.rooms;
    const char *only = rooms && rooms[0] && !rooms[1] ? rooms[0] : NULL;

    if (sio__classic_channel(message) == SIO__CLASSIC_BROADCASTS)
        sio__classic_put_name(channel, key, "#", message->nsp, only);
    else
        sio__classic_put_name(channel, key, "-request#", message->nsp, NULL);
}
