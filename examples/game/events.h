/* What the clients may ask; the table is in README.md. */
#ifndef GAME_EVENTS_H
#define GAME_EVENTS_H

#include "play.h"

/* Registers the handlers. 0 or a negative enum sio_error. */
int events_init(struct house *house);

#endif
