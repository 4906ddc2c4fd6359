noinst_PROGRAMS += examples/rpc/rpc
examples_rpc_rpc_SOURCES = \
	examples/rpc/main.c \
	examples/rpc/call.c examples/rpc/call.h \
	examples/rpc/methods.c examples/rpc/methods.h \
	examples/rpc/over_acks.c examples/rpc/over_ws.c examples/rpc/over.h
examples_rpc_rpc_LDADD = $(EXAMPLE_LIBS)

EXTRA_DIST += \
	examples/rpc/README.md \
	examples/rpc/public/ack-client.js \
	examples/rpc/public/index.html \
	examples/rpc/public/rpc.js \
	examples/rpc/public/style.css \
	examples/rpc/public/ws-client.js
