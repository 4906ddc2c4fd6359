/* Where messages go: a function of the program's, a level and an area per message. */
#ifndef SIO_BASE_LOG_H
#define SIO_BASE_LOG_H

typedef struct sio__log {
    void (*fn)(int level, const char *area, const char *message,
               void *user); /* NULL: standard error */
    void *user;
    int level; /* messages above it are not formatted */
} sio__log_t;

enum { SIO__ERROR = 1, SIO__WARN, SIO__INFO, SIO__DEBUG };

void sio__log_write(const sio__log_t *log, int level, const char *area, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define SIO__LOG(log, lvl, area, ...)                          \
    do {                                                       \
        if ((lvl) <= (log)->level)                             \
            sio__log_write((log), (lvl), (area), __VA_ARGS__); \
    } while (0)

#endif
