/*
 * A hierarchical timer wheel in milliseconds: starting and stopping a timer are O(1) whatever their
 * number. It has no clock: the owner advances it to the time it is.
 */
#ifndef SIO_BASE_WHEEL_H
#define SIO_BASE_WHEEL_H

#include "base/list.h"

#include <stdint.h>

enum { SIO__WHEEL_LEVELS = 5, SIO__WHEEL_SLOTS = 64 };

typedef struct sio__timer {
    sio__list_t link;
    uint64_t due;
    void (*fn)(struct sio__timer *timer); /* called once, when it is stopped already: may start it
                                             again or free it */
} sio__timer_t;

typedef struct sio__wheel {
    uint64_t now;
    uint64_t count;
    uint64_t occupied[SIO__WHEEL_LEVELS]; /* one bit per slot that may hold timers */
    sio__list_t slots[SIO__WHEEL_LEVELS][SIO__WHEEL_SLOTS];
    sio__list_t overdue; /* started with a due time that has passed */
} sio__wheel_t;

void sio__wheel_init(sio__wheel_t *wheel, uint64_t now);
void sio__timer_init(sio__timer_t *timer, void (*fn)(sio__timer_t *timer));

/*
 * (Re)starts a timer; it fires at the first advance to `due` or later, never earlier. When a
 * callback starts one for a time the advance has reached already, it fires at the next advance.
 */
void sio__wheel_start(sio__wheel_t *wheel, sio__timer_t *timer, uint64_t due);
void sio__wheel_stop(sio__wheel_t *wheel, sio__timer_t *timer); /* no effect on a stopped timer */

static inline int sio__timer_active(const sio__timer_t *timer)
{
    return sio__list_linked(&timer->link);
}

/* Fires everything due up to `now`, in the order of due times (to the millisecond). */
void sio__wheel_advance(sio__wheel_t *wheel, uint64_t now);

/* When to advance next: no timer is due before that time; UINT64_MAX when there is none. May be
 * earlier than the first timer's due time. */
uint64_t sio__wheel_next(const sio__wheel_t *wheel);

#endif
