# The Engine.IO half uses the engine without the library around it, so both are linked from the archives.
noinst_PROGRAMS += examples/conformance/conformance
examples_conformance_conformance_SOURCES = \
	examples/conformance/conformance.c \
	examples/conformance/conformance.h \
	examples/conformance/engine_echo.c
examples_conformance_conformance_LDADD = $(CONVENIENCE_LIBS)
EXTRA_DIST += examples/conformance/README.md
