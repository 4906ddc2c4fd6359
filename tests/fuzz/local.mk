# Fuzz targets. With --enable-fuzzers they are built for libFuzzer; otherwise `make check` runs them over their corpora.
fuzz_targets = \
	tests/fuzz/fuzz_classic \
	tests/fuzz/fuzz_cluster \
	tests/fuzz/fuzz_connection \
	tests/fuzz/fuzz_http \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_msgpack \
	tests/fuzz/fuzz_pack \
	tests/fuzz/fuzz_packet \
	tests/fuzz/fuzz_payload \
	tests/fuzz/fuzz_payload_v3 \
	tests/fuzz/fuzz_plain \
	tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_session \
	tests/fuzz/fuzz_unpack \
	tests/fuzz/fuzz_ws_frame

check_PROGRAMS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/corpora.sh

if FUZZERS
fuzz_main = tests/fuzz/fuzz.h
else
fuzz_main = tests/fuzz/fuzz.h tests/fuzz/replay.c
TESTS += tests/fuzz/corpora.sh
endif

# $(FUZZ_LDFLAGS) bring libFuzzer's main().
tests_fuzz_fuzz_cluster_SOURCES = tests/fuzz/fuzz_cluster.c $(fuzz_main)
tests_fuzz_fuzz_cluster_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_cluster_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_connection_SOURCES = tests/fuzz/fuzz_connection.c $(fuzz_main)
tests_fuzz_fuzz_connection_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_connection_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(fuzz_main)
tests_fuzz_fuzz_http_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_http_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(fuzz_main)
tests_fuzz_fuzz_json_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_msgpack_SOURCES = tests/fuzz/fuzz_msgpack.c $(fuzz_main)
tests_fuzz_fuzz_msgpack_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_msgpack_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_pack_SOURCES = tests/fuzz/fuzz_pack.c $(fuzz_main)
tests_fuzz_fuzz_pack_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_pack_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c $(fuzz_main)
tests_fuzz_fuzz_packet_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_packet_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_payload_SOURCES = tests/fuzz/fuzz_payload.c $(fuzz_main)
tests_fuzz_fuzz_payload_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_payload_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_payload_v3_SOURCES = tests/fuzz/fuzz_payload_v3.c $(fuzz_main)
tests_fuzz_fuzz_payload_v3_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_payload_v3_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_plain_SOURCES = tests/fuzz/fuzz_plain.c $(fuzz_main)
tests_fuzz_fuzz_plain_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_plain_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c $(fuzz_main)
tests_fuzz_fuzz_query_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_query_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c $(fuzz_main)
tests_fuzz_fuzz_session_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_unpack_SOURCES = tests/fuzz/fuzz_unpack.c $(fuzz_main)
tests_fuzz_fuzz_unpack_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_unpack_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_ws_frame_SOURCES = tests/fuzz/fuzz_ws_frame.c $(fuzz_main)
tests_fuzz_fuzz_ws_frame_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_ws_frame_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_classic_SOURCES = tests/fuzz/fuzz_classic.c $(fuzz_main)
tests_fuzz_fuzz_classic_LDADD = $(CONVENIENCE_LIBS)
tests_fuzz_fuzz_classic_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
if HAVE_REDIS
check_PROGRAMS += tests/fuzz/fuzz_redis_url
tests_fuzz_fuzz_redis_url_SOURCES = tests/fuzz/fuzz_redis_url.c $(fuzz_main)
tests_fuzz_fuzz_redis_url_LDADD = $(REDIS_CONVENIENCE_LIBS)
tests_fuzz_fuzz_redis_url_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
EXTRA_DIST += tests/fuzz/fuzz_redis_url.c
endif
