/* Entries of Redis' streams, as XREAD and XRANGE answer with them, and their ids. */
#ifndef SIO_REDIS_ENTRIES_H
#define SIO_REDIS_ENTRIES_H

#include "adapters/cluster_message.h"
#include "adapters/session_store.h"

#include <hiredis/hiredis.h>

enum { SIO__ENTRY_ID_SIZE = SIO__OFFSET_SIZE }; /* "<milliseconds>-<number>" and a NUL */

/* Whether it is one, in the form clients give it back. */
bool sio__entry_id_valid(sio__span_t text);

/* Which of two valid ones is older: below, at, or above 0, as strcmp(). */
int sio__entry_id_compare(const char *a, const char *b);

/* Of [id, [field, value, ...]]; values are borrowed from it, those it lacks are empty. False: it
 * isn't an entry. */
bool sio__entry_read(const redisReply *reply, char id[SIO__ENTRY_ID_SIZE],
                     sio__cluster_entry_t *entry);

#endif
