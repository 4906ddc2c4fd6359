libcore_la_SOURCES += \
	adapters/adapter.h \
	adapters/memory.c
