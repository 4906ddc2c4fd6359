noinst_PROGRAMS += examples/chat/chat
examples_chat_chat_SOURCES = \
	examples/chat/chat.c \
	examples/chat/events.c examples/chat/events.h \
	examples/chat/person.c examples/chat/person.h \
	examples/chat/room.c examples/chat/room.h \
	examples/chat/rules.c examples/chat/rules.h
# Run from the build tree it finds its page and the client bundle by itself.
examples_chat_chat_CPPFLAGS = $(AM_CPPFLAGS) -DCHAT_DIR='"$(abs_top_srcdir)/examples/chat"'
examples_chat_chat_LDADD = libsocketio.la $(JANSSON_LIBS)

EXTRA_DIST += \
	examples/chat/README.md \
	examples/chat/package.json \
	examples/chat/package-lock.json \
	examples/chat/public/chat.js \
	examples/chat/public/conversation.js \
	examples/chat/public/dom.js \
	examples/chat/public/index.html \
	examples/chat/public/log.js \
	examples/chat/public/panels.js \
	examples/chat/public/session.js \
	examples/chat/public/style.css \
	examples/chat/public/view.js
