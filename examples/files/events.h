/* What the clients may ask; the table is in README.md. */
#ifndef FILES_EVENTS_H
#define FILES_EVENTS_H

#include "job.h"

#define UPLOADS_MAX 8 /* at a time, of one connection */

/* Registers the handlers. 0 or a negative enum sio_error. */
int events_init(struct service *service);

#endif
