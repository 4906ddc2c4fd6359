/* What happens on the server, for the feed: who comes, who goes and why, what is refused. */
#ifndef DASHBOARD_ACTIVITY_H
#define DASHBOARD_ACTIVITY_H

#include "feed.h"

/* 0 or a negative enum sio_error. */
int activity_init(struct feed *feed, sio_server_t *io);

#endif
