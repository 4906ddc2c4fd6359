/* What other servers send to clients here, and ask about them. Part of sio__adapter_host_ops. */
#ifndef SIO_INCOMING_H
#define SIO_INCOMING_H

#include "adapters/adapter.h"

void sio__incoming_broadcast(sio__adapter_host_t *host, const sio__audience_t *audience,
                             const sio__server_side_t *event, const char *offset);
void sio__incoming_broadcast_with_ack(sio__adapter_host_t *host, const sio__audience_t *audience,
                                      const sio__server_side_t *event, sio__asker_t *asker);
bool sio__incoming_describe(sio__adapter_host_t *host, sio__member_t *member, sio__buf_t *json);
void *sio__incoming_packet(sio__adapter_host_t *host, const sio__server_side_t *event,
                           unsigned flags, const char *offset);
void sio__incoming_packet_free(void *packet);
void sio__incoming_supersede(sio__adapter_host_t *host, const char *pid);

/* Whether a stock client takes it for an event: one that is none makes it close its connection. */
bool sio__incoming_is_event(sio__span_t text);

#endif
