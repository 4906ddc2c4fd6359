/* Path patterns with parameters: "/docs/:id". Pure functions on bytes. */
#ifndef SIO_PLAIN_PATH_H
#define SIO_PLAIN_PATH_H

#include "base/span.h"

enum { SIO__PATH_PARAMS = 8 };

typedef struct sio__path {
    char *pattern;
    size_t names[SIO__PATH_PARAMS]; /* where they begin in the pattern */
    size_t count;
} sio__path_t;

/* The values of one path, decoded: NUL-terminated texts in one allocation. */
typedef struct sio__path_values {
    char *texts;
    size_t at[SIO__PATH_PARAMS];
} sio__path_values_t;

/* 0; SIO_EINVAL: no path, a name missing or twice, too many of them; SIO_ENOMEM. */
int sio__path_compile(sio__path_t *path, const char *pattern);
void sio__path_free(sio__path_t *path);

/* Whether a request's path (without query, as sent) is one of the pattern's. A segment that isn't
 * UTF-8 or has a NUL when decoded matches no parameter. */
bool sio__path_match(const sio__path_t *path, sio__span_t text);

/* Of a path that matches. 0, SIO_ENOMEM. */
int sio__path_values(const sio__path_t *path, sio__span_t text, sio__path_values_t *values);

/* NULL: the pattern has no such name. */
const char *sio__path_value(const sio__path_t *path, const sio__path_values_t *values,
                            const char *name);

#endif
