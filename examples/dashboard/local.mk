noinst_PROGRAMS += examples/dashboard/dashboard
examples_dashboard_dashboard_SOURCES = \
	examples/dashboard/main.c \
	examples/dashboard/activity.c examples/dashboard/activity.h \
	examples/dashboard/batch.c examples/dashboard/batch.h \
	examples/dashboard/feed.c examples/dashboard/feed.h \
	examples/dashboard/load.c examples/dashboard/load.h \
	examples/dashboard/sample.c examples/dashboard/sample.h
examples_dashboard_dashboard_LDADD = $(EXAMPLE_LIBS)

EXTRA_DIST += \
	examples/dashboard/README.md \
	examples/dashboard/public/chart.js \
	examples/dashboard/public/dashboard.js \
	examples/dashboard/public/index.html \
	examples/dashboard/public/load.js \
	examples/dashboard/public/panels.js \
	examples/dashboard/public/series.js \
	examples/dashboard/public/style.css
