# Mixed clusters of Node's servers and ours on a real Redis. run.mjs starts the scenario application of tests/interop.
EXTRA_DIST += \
	tests/cluster/emitting.mjs \
	tests/cluster/failover.mjs \
	tests/cluster/faults.mjs \
	tests/cluster/lib/cluster.mjs \
	tests/cluster/lib/counting.mjs \
	tests/cluster/lib/redis.mjs \
	tests/cluster/operations.mjs \
	tests/cluster/plain.mjs \
	tests/cluster/recovery.mjs \
	tests/cluster/run.mjs \
	tests/cluster/state.mjs
