EXTRA_DIST += tests/embed/lws.mjs tests/embed/run.mjs
