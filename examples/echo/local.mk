noinst_PROGRAMS += examples/echo/echo
examples_echo_echo_SOURCES = examples/echo/echo.c
examples_echo_echo_LDADD = libsocketio.la
EXTRA_DIST += examples/echo/demo.sh
