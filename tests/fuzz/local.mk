# Fuzz targets. With --enable-fuzzers they are built for libFuzzer; otherwise `make check` runs them over their corpora.
EXTRA_DIST += tests/fuzz/corpora.sh
