/* Parts of messages between servers that their encoders share; see message_read.h. */
#ifndef SIO_MESSAGE_WRITE_H
#define SIO_MESSAGE_WRITE_H

#include "adapters/cluster_message.h"

void sio__put_string(sio__buf_t *json, const char *text);

/* `key` ends with the bracket that opens the list. */
void sio__put_names(sio__buf_t *json, const char *key, const char *const *names,
                    const char *one_more);

/* { rooms, except, flags } */
void sio__put_options(sio__buf_t *json, const sio__audience_t *audience);

/* JSON whose binary values are what JSON.stringify() makes of a Buffer. */
void sio__put_without_binary(sio__buf_t *json, sio__span_t text, sio__attachments_t attachments);

#endif
