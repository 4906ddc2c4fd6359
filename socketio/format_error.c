/* What was wrong with a format string, kept per thread for sio_format_error(). Written by the
 * packer and by sio_unpack(). */
#include "socketio/pack.h"
#include "socketio/socketio.h"

#include <stdio.h>

static _Thread_local char last_error[160];

int sio__format_fail(size_t position, const char *what)
{
    snprintf(last_error, sizeof(last_error), "position %zu: %s", position, what);
    return SIO_EFORMAT;
}

const char *sio__format_error(void)
{
    return last_error;
}

const char *sio_format_error(void)
{
    return last_error;
}
