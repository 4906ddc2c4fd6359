libcore_la_SOURCES += \
	adapters/adapter.h \
	adapters/memory.c \
	adapters/pending.c \
	adapters/pending.h \
	adapters/session_memory.c \
	adapters/session_store.h \
	adapters/yeast.c \
	adapters/yeast.h
