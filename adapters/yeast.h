/*
 * Offsets of packets as upstream's in-memory adapter writes them: the time in milliseconds in base
 * 64, and ".n" for the second and further ones of a millisecond. As numbers they only grow, also
 * when the clock is set back. Used by the session store in memory.
 */
#ifndef SIO_YEAST_H
#define SIO_YEAST_H

#include <stdbool.h>
#include <stdint.h>

enum { SIO__YEAST_SIZE = 16 }; /* the longest one and its NUL */

/* The one after `last` (0: the first) at a time. */
uint64_t sio__yeast_next(uint64_t last, uint64_t unix_ms);

void sio__yeast_encode(uint64_t yeast, char out[SIO__YEAST_SIZE]);

/* False: not one of these. */
bool sio__yeast_decode(const char *text, uint64_t *yeast);

#endif
