/*
 * A timer lies on the level of the highest base-64 digit in which its due time differs from the
 * present, in the slot of that digit. So whatever lies on one level is due before all that lies on
 * the next, and reaching a slot's time spreads its timers over the levels below.
 */
#include "base/wheel.h"

enum {
    DIGIT_BITS = 6,
    LAST = SIO__WHEEL_LEVELS - 1,
};

static unsigned digit(uint64_t time, unsigned level)
{
    return (unsigned)(time >> (DIGIT_BITS * level)) & (SIO__WHEEL_SLOTS - 1);
}

void sio__wheel_init(sio__wheel_t *wheel, uint64_t now)
{
    wheel->now = now;
    wheel->count = 0;
    sio__list_init(&wheel->overdue);
    for (int level = 0; level < SIO__WHEEL_LEVELS; level++) {
        wheel->occupied[level] = 0;
        for (int slot = 0; slot < SIO__WHEEL_SLOTS; slot++)
            sio__list_init(&wheel->slots[level][slot]);
    }
}

void sio__timer_init(sio__timer_t *timer, void (*fn)(sio__timer_t *timer))
{
    sio__list_init(&timer->link);
    timer->due = 0;
    timer->fn = fn;
}

static sio__timer_t *timer_of(sio__list_t *link)
{
    return SIO__CONTAINER(link, sio__timer_t, link);
}

/* Kept in order; from the back, since timers are started in order as a rule. */
static void place_overdue(sio__wheel_t *wheel, sio__timer_t *timer)
{
    sio__list_t *after = wheel->overdue.prev;

    while (after != &wheel->overdue && timer_of(after)->due > timer->due)
        after = after->prev;
    sio__list_prepend(after, &timer->link);
}

static void place(sio__wheel_t *wheel, sio__timer_t *timer)
{
    uint64_t due = timer->due;
    unsigned level;

    if (due <= wheel->now) {
        place_overdue(wheel, timer);
        return;
    }
    level = (unsigned)(63 - __builtin_clzll(due ^ wheel->now)) / DIGIT_BITS;
    if (level > LAST)
        level = LAST;
    sio__list_append(&wheel->slots[level][digit(due, level)], &timer->link);
    wheel->occupied[level] |= UINT64_C(1) << digit(due, level);
}

void sio__wheel_start(sio__wheel_t *wheel, sio__timer_t *timer, uint64_t due)
{
    sio__wheel_stop(wheel, timer);
    timer->due = due;
    place(wheel, timer);
    wheel->count++;
}

/* `head` has become empty. When it is a slot's, its bit goes, or a busy restarting of timers would
 * wake the loop for nothing. */
static void clear_bit(sio__wheel_t *wheel, const sio__list_t *head)
{
    uintptr_t offset = (uintptr_t)head - (uintptr_t)wheel->slots;

    if (offset < sizeof(wheel->slots)) {
        size_t index = offset / sizeof(*head);

        wheel->occupied[index / SIO__WHEEL_SLOTS] &= ~(UINT64_C(1) << (index % SIO__WHEEL_SLOTS));
    }
}

void sio__wheel_stop(sio__wheel_t *wheel, sio__timer_t *timer)
{
    const sio__list_t *next = timer->link.next;

    if (!sio__timer_active(timer))
        return;
    sio__list_remove(&timer->link);
    wheel->count--;
    if (sio__list_empty(next))
        clear_bit(wheel, next);
}

/* When the slot's timers are to be looked at: the first moment they may be due. */
static uint64_t slot_time(const sio__wheel_t *wheel, unsigned level, unsigned slot)
{
    unsigned turn_bits = DIGIT_BITS * (level + 1);
    uint64_t turn = wheel->now >> turn_bits;

    if (slot <= digit(wheel->now, level))
        turn++;
    return (turn << turn_bits) + ((uint64_t)slot << (DIGIT_BITS * level));
}

/* The slot to come first; false when all are empty. Only the last level has slots behind the
 * present one: those of its next turn. */
static bool first_slot(const sio__wheel_t *wheel, unsigned *level, unsigned *slot)
{
    for (*level = 0; *level < SIO__WHEEL_LEVELS; ++*level) {
        uint64_t bits = wheel->occupied[*level];
        uint64_t ahead = bits & ~((UINT64_C(2) << digit(wheel->now, *level)) - 1);

        if (bits) {
            *slot = (unsigned)__builtin_ctzll(ahead ? ahead : bits);
            return true;
        }
    }
    return false;
}

uint64_t sio__wheel_next(const sio__wheel_t *wheel)
{
    unsigned level, slot;

    if (!sio__list_empty(&wheel->overdue))
        return wheel->now;
    return first_slot(wheel, &level, &slot) ? slot_time(wheel, level, slot) : UINT64_MAX;
}

/* Callbacks may stop timers of `due`, which are linked in it as in any other list. */
static void fire(sio__wheel_t *wheel, sio__list_t *due)
{
    sio__list_t *link;

    while ((link = sio__list_pop(due))) {
        wheel->count--;
        timer_of(link)->fn(timer_of(link));
    }
}

static void reach_slot(sio__wheel_t *wheel, unsigned level, unsigned slot)
{
    sio__list_t reached, due, *link;

    sio__list_init(&reached);
    sio__list_init(&due);
    sio__list_splice(&reached, &wheel->slots[level][slot]);
    wheel->occupied[level] &= ~(UINT64_C(1) << slot);
    while ((link = sio__list_pop(&reached))) {
        if (timer_of(link)->due <= wheel->now)
            sio__list_append(&due, link);
        else
            place(wheel, timer_of(link));
    }
    fire(wheel, &due);
}

void sio__wheel_advance(sio__wheel_t *wheel, uint64_t now)
{
    unsigned level, slot;
    sio__list_t overdue;

    /* Those that callbacks add to wheel->overdue wait for the next advance: one that restarts
     * itself at once must not keep us here. */
    sio__list_init(&overdue);
    sio__list_splice(&overdue, &wheel->overdue);
    fire(wheel, &overdue);
    while (first_slot(wheel, &level, &slot)) {
        uint64_t time = slot_time(wheel, level, slot);

        if (time > now)
            break;
        wheel->now = time;
        reach_slot(wheel, level, slot);
    }
    if (wheel->now < now)
        wheel->now = now;
}
