noinst_PROGRAMS += examples/files/files
examples_files_files_SOURCES = \
	examples/files/main.c \
	examples/files/disk.c examples/files/disk.h \
	examples/files/events.c examples/files/events.h \
	examples/files/job.c examples/files/job.h \
	examples/files/name.c examples/files/name.h \
	examples/files/sha256.c examples/files/sha256.h \
	examples/files/store.c examples/files/store.h
examples_files_files_LDADD = $(EXAMPLE_LIBS)

EXTRA_DIST += \
	examples/files/README.md \
	examples/files/public/download.js \
	examples/files/public/files.js \
	examples/files/public/index.html \
	examples/files/public/sha256.js \
	examples/files/public/style.css \
	examples/files/public/upload.js \
	examples/files/public/view.js
