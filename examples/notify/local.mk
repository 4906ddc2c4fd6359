# Without libjwt the program only says so.
noinst_PROGRAMS += examples/notify/notify
examples_notify_notify_SOURCES = \
	examples/notify/main.c \
	examples/notify/accounts.c \
	examples/notify/events.c examples/notify/events.h \
	examples/notify/notify.c examples/notify/notify.h \
	examples/notify/token.c examples/notify/token.h
examples_notify_notify_CPPFLAGS = $(AM_CPPFLAGS) $(LIBJWT_CFLAGS)
examples_notify_notify_LDADD = $(EXAMPLE_LIBS) $(LIBJWT_LIBS)
if HAVE_LIBJWT
examples_notify_notify_CPPFLAGS += -DHAVE_LIBJWT
endif
if HAVE_REDIS
examples_notify_notify_CPPFLAGS += -DHAVE_REDIS
examples_notify_notify_LDADD += libsocketio-redis.la
endif

EXTRA_DIST += \
	examples/notify/README.md \
	examples/notify/public/index.html \
	examples/notify/public/notify.js \
	examples/notify/public/style.css
