/* Format strings of arguments, on their way out. */
#ifndef SIO_PACK_H
#define SIO_PACK_H

#include "base/args.h"

#include <stdarg.h>

/* Appends the arguments a format describes (see socketio.h). 0, SIO_EFORMAT or SIO_ENOMEM. `o`
   references are stolen even when it fails, but for those behind a letter that isn't one: nobody
   knows which arguments stand there. With an error nothing was appended. */
int sio__args_pack(sio__args_t *args, const char *format, va_list va);

/* The text behind sio_format_error(), of the calling thread. */
const char *sio__format_error(void);
int sio__format_fail(size_t position, const char *what); /* records it and returns SIO_EFORMAT */

#endif
