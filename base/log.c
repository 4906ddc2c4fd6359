#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_MAX = 1024 };

/* What a client sent may be quoted in a message: it must not start a line of its own or speak to
 * the terminal. */
static void defuse(char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f)
            *text = '?';
    }
}

static void write_stderr(int level, const char *area, const char *message)
{
    static const char *const names[] = {"", "error", "warning", "info", "debug"};
    const char *name = level >= SIO__ERROR && level <= SIO__DEBUG ? names[level] : "";

    fprintf(stderr, "libsocketio %s: %s: %s\n", name, area, message);
}

void sio__log_write(const sio__log_t *log, int level, const char *area, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    defuse(message);
    if (log->fn)
        log->fn(level, area, message, log->user);
    else
        write_stderr(level, area, message);
}
