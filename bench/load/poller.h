/* A Socket.IO client over HTTP long-polling. Each has two keep-alive connections, as a browser
 * would: one always holds a GET open, the other posts. Used by the workloads poll and park. */
#ifndef BENCH_POLLER_H
#define BENCH_POLLER_H

#include "conn.h"
#include "ledger.h"

#define SID_MAX 64

typedef enum poller_state { OPENING, JOINING, JOINED, WORKING, CLOSED } poller_state_t;

typedef struct poller {
    conn_t get, post;
    load_t *load;
    poller_state_t state;
    bool posting;   /* a POST awaits its answer: Engine.IO allows one at a time */
    bool pong_owed; /* a ping came while posting */
    bool parked;    /* the connection that posts is closed when nothing is due */
    ledger_t ledger;
    char sid[SID_MAX + 1];
} poller_t;

typedef struct pollers {
    poller_t *list;
    unsigned count;
    bool parked;
} pollers_t;

/* False when one of them could not join; the fault is counted. */
bool pollers_join(pollers_t *pollers, load_t *load, unsigned count, bool parked);
/* Posts what is due in one payload, unless a POST is under way: then its answer calls again. */
void poller_post(poller_t *poller);
/* Closes what is open. Pollers of zeroes may be freed too. */
void pollers_free(pollers_t *pollers);

#endif
