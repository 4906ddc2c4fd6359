libcore_la_SOURCES += \
	adapters/adapter.h \
	adapters/cluster.c \
	adapters/cluster.h \
	adapters/cluster_decode.c \
	adapters/cluster_encode.c \
	adapters/cluster_message.h \
	adapters/cluster_nodes.c \
	adapters/cluster_nodes.h \
	adapters/memory.c \
	adapters/pending.c \
	adapters/pending.h \
	adapters/session_memory.c \
	adapters/session_store.h \
	adapters/yeast.c \
	adapters/yeast.h
