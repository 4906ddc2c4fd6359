/* Several threads at once, and the places where they take things from each other. */
#ifndef TESTS_CREW_H
#define TESTS_CREW_H

#include <check.h>
#include <pthread.h>
#include <stdint.h>

enum { KNOWN = 8 }; /* places of a kind */

static pthread_mutex_t shelf = PTHREAD_MUTEX_INITIALIZER;

/* What was there until now. */
static void *exchange(void **places, unsigned at, void *item)
{
    void *old;

    pthread_mutex_lock(&shelf);
    old = places[at % KNOWN];
    places[at % KNOWN] = item;
    pthread_mutex_unlock(&shelf);
    return old;
}

/* Each gets a number of its own, from `first` on. */
static void crew_start(pthread_t *threads, unsigned count, void *(*fn)(void *number),
                       uintptr_t first)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, fn, (void *)(first + i)), 0);
}

static void crew_join(const pthread_t *threads, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

#endif
