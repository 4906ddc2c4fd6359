/* The names of the classic adapter's channels. */
#ifndef SIO_CLASSIC_CHANNEL_H
#define SIO_CLASSIC_CHANNEL_H

#include "adapters/classic_message.h"

/* Appends the one that a broadcast or a request goes to. To exactly one room: the room's own, so
 * that servers without it needn't decode. */
void sio__classic_put_channel(sio__buf_t *channel, const char *key,
                              const sio__cluster_message_t *message);

/* key, kind ("#", "-request#", "-response#"), the namespace, and (NULL: not) one more part. */
void sio__classic_put_name(sio__buf_t *channel, const char *key, const char *kind, const char *nsp,
                           const char *part);

#endif
