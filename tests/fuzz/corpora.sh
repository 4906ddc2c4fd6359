#!/bin/sh
# Runs each fuzz target over its corpus: every input that ever broke a parser stays harmless. Speaks TAP; run by `make check`.
count=0
for corpus in "${srcdir:-.}"/tests/fuzz/corpus/*/; do
    name=$(basename "$corpus")
    count=$((count + 1))
    if output=$(find "$corpus" -type f -exec "tests/fuzz/fuzz_$name" {} + 2>&1); then
        echo "ok $count - $name: $output"
    else
        echo "not ok $count - $name"
        echo "$output" | sed 's/^/#   /'
    fi
done
echo "1..$count"
