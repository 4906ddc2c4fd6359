# Unit tests: programs on the check library, which speaks TAP itself; each test case becomes a line of make's summary.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
AM_TESTS_ENVIRONMENT = \
	CK_TAP_LOG_FILE_NAME=-; export CK_TAP_LOG_FILE_NAME; \
	CK_VERBOSITY=silent; export CK_VERBOSITY; \
	CK_TIMEOUT_MULTIPLIER=$${CK_TIMEOUT_MULTIPLIER-10}; export CK_TIMEOUT_MULTIPLIER; \
	CC='$(CC)'; CPPFLAGS='$(JANSSON_CFLAGS) $(CPPFLAGS)'; INSTRUMENTED='$(SAN_CFLAGS)$(COV_CFLAGS)'; \
	export CC CPPFLAGS INSTRUMENTED;

unit_tests = \
	tests/unit/check_args \
	tests/unit/check_base64 \
	tests/unit/check_buf \
	tests/unit/check_classic_message \
	tests/unit/check_cluster \
	tests/unit/check_cluster_adapter \
	tests/unit/check_cluster_message \
	tests/unit/check_cookie \
	tests/unit/check_cors \
	tests/unit/check_dashboard_batch \
	tests/unit/check_deadline \
	tests/unit/check_deflate \
	tests/unit/check_document_ot \
	tests/unit/check_encoding \
	tests/unit/check_engine_packet \
	tests/unit/check_event \
	tests/unit/check_files_name \
	tests/unit/check_files_sha256 \
	tests/unit/check_game_rules \
	tests/unit/check_guards \
	tests/unit/check_http_parser \
	tests/unit/check_id \
	tests/unit/check_json_scan \
	tests/unit/check_jsonp \
	tests/unit/check_json_write \
	tests/unit/check_limits \
	tests/unit/check_list \
	tests/unit/check_listeners \
	tests/unit/check_log \
	tests/unit/check_loop \
	tests/unit/check_map \
	tests/unit/check_msgpack \
	tests/unit/check_msgpack_packet \
	tests/unit/check_nsp_query \
	tests/unit/check_outbox \
	tests/unit/check_outflow \
	tests/unit/check_packet \
	tests/unit/check_packet_v3 \
	tests/unit/check_plain_path \
	tests/unit/check_parser \
	tests/unit/check_query \
	tests/unit/check_rooms \
	tests/unit/check_server \
	tests/unit/check_recovery \
	tests/unit/check_room_events \
	tests/unit/check_sha1 \
	tests/unit/check_stats \
	tests/unit/check_threads \
	tests/unit/check_utf8 \
	tests/unit/check_wheel \
	tests/unit/check_ws_conn \
	tests/unit/check_ws_frame \
	tests/unit/check_ws_threads

# Those that run a server.
tests_unit_check_deadline_SOURCES = tests/unit/check_deadline.c tests/unit/live.c tests/unit/live.h
tests_unit_check_guards_SOURCES = tests/unit/check_guards.c tests/unit/live.c tests/unit/live.h
tests_unit_check_parser_SOURCES = tests/unit/check_parser.c tests/unit/live.c tests/unit/live.h
tests_unit_check_server_SOURCES = tests/unit/check_server.c tests/unit/live.c tests/unit/live.h
tests_unit_check_stats_SOURCES = tests/unit/check_stats.c tests/unit/live.c tests/unit/live.h
tests_unit_check_threads_SOURCES = tests/unit/check_threads.c tests/unit/live.c tests/unit/live.h tests/unit/crew.h
tests_unit_check_ws_threads_SOURCES = tests/unit/check_ws_threads.c tests/unit/live.c tests/unit/live.h \
	tests/unit/crew.h

# Those that test a part of an example.
tests_unit_check_dashboard_batch_SOURCES = \
	tests/unit/check_dashboard_batch.c examples/dashboard/batch.c examples/dashboard/batch.h
tests_unit_check_document_ot_SOURCES = tests/unit/check_document_ot.c examples/document/ot.c examples/document/ot.h
tests_unit_check_files_name_SOURCES = tests/unit/check_files_name.c \
	examples/files/name.c examples/files/name.h examples/common/text.c examples/common/text.h
tests_unit_check_files_sha256_SOURCES = tests/unit/check_files_sha256.c examples/files/sha256.c examples/files/sha256.h
tests_unit_check_game_rules_SOURCES = tests/unit/check_game_rules.c examples/game/rules.c examples/game/rules.h

# What they share.
test_headers = \
	tests/fake_stream.h \
	tests/unit/engine.h \
	tests/unit/failing_alloc.h \
	tests/unit/hex_bytes.h

TESTS += tests/structure.sh tests/readme.sh tests/node_to_c.sh
EXTRA_DIST += tests/structure.sh tests/readme.sh tests/node_to_c.sh tests/node_to_c.awk tests/install/cluster.c README.md $(test_headers)

if HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
check-local:
	@echo "make check needs the check library, 0.15 or newer: apt-get install check, then ./configure again" >&2; false
endif

# For programs that don't say otherwise: the unit tests.
LDADD = $(CHECK_LIBS) $(CONVENIENCE_LIBS)

if HAVE_REDIS
redis_tests = tests/unit/check_redis_connection tests/unit/check_redis_emitter tests/unit/check_redis_slots tests/unit/check_redis_url
if HAVE_CHECK
check_PROGRAMS += $(redis_tests)
TESTS += $(redis_tests)
endif

tests_unit_check_redis_connection_SOURCES = tests/unit/check_redis_connection.c tests/unit/redis_process.c tests/unit/redis_process.h
tests_unit_check_redis_connection_LDADD = $(CHECK_LIBS) $(REDIS_CONVENIENCE_LIBS)
tests_unit_check_redis_emitter_SOURCES = tests/unit/check_redis_emitter.c tests/unit/redis_process.c tests/unit/redis_process.h
tests_unit_check_redis_emitter_LDADD = $(CHECK_LIBS) $(REDIS_CONVENIENCE_LIBS)
tests_unit_check_redis_slots_LDADD = $(CHECK_LIBS) $(REDIS_CONVENIENCE_LIBS)
tests_unit_check_redis_url_LDADD = $(CHECK_LIBS) $(REDIS_CONVENIENCE_LIBS)
else
EXTRA_DIST += tests/unit/check_redis_connection.c tests/unit/redis_process.c tests/unit/redis_process.h \
	tests/unit/check_redis_emitter.c tests/unit/check_redis_slots.c tests/unit/check_redis_url.c
endif
