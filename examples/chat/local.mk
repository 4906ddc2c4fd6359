noinst_PROGRAMS += examples/chat/chat
examples_chat_chat_SOURCES = \
	examples/chat/chat.c \
	examples/chat/events.c examples/chat/events.h \
	examples/chat/person.c examples/chat/person.h \
	examples/chat/room.c examples/chat/room.h \
	examples/chat/rules.c examples/chat/rules.h
if HAVE_REDIS
examples_chat_chat_CPPFLAGS = $(AM_CPPFLAGS) -DHAVE_REDIS
examples_chat_chat_LDADD = libsocketio-redis.la $(EXAMPLE_LIBS)
else
examples_chat_chat_LDADD = $(EXAMPLE_LIBS)
endif

EXTRA_DIST += \
	examples/chat/README.md \
	examples/chat/public/chat.js \
	examples/chat/public/conversation.js \
	examples/chat/public/index.html \
	examples/chat/public/log.js \
	examples/chat/public/panels.js \
	examples/chat/public/session.js \
	examples/chat/public/style.css \
	examples/chat/public/view.js
