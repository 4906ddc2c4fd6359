#!/bin/sh
# The C column of docs/node-to-c.md compiles, and the public headers say what every function does. Speaks TAP; `make check` runs it in
# the build directory and sets srcdir and CPPFLAGS.
srcdir=${srcdir:-.}
page=$srcdir/docs/node-to-c.md
headers=$(grep -l '^SIO_API' "$srcdir"/socketio/*.h)
lines=node-to-c-$$.c
count=0

# verdict NAME FINDINGS: a test passes when there is nothing to say against it.
verdict()
{
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        echo "$2" | sed 's/^/#   /'
    fi
}

# compiles COMPILER FLAGS...
compiles()
{
    name="the C column compiles with $1"
    command -v "$1" >/dev/null || {
        count=$((count + 1))
        echo "ok $count - $name # SKIP no $1"
        return
    }
    # shellcheck disable=SC2086 # flags are several words
    verdict "$name" "$("$@" -Wall -Wextra -Werror -fsyntax-only -I"$srcdir" $CPPFLAGS "$lines" 2>&1 | head -n 40)"
}

# Lines of the page that are no rows of two columns would be left out silently.
rows()
{
    grep -c '^| `' "$page"
}

in_two_columns()
{
    # shellcheck disable=SC2016 # a pattern
    sed 's/\\|//g' "$page" | grep -Ec '^\| `[^|]+` \| (`[^|]+`|none: `differences/[^|]+`) \|$'
}

# Declarations without a comment: in front of them or of those they follow on, or behind them.
undocumented()
{
    # shellcheck disable=SC2086 # several files
    awk '
        FNR == 1 { documented = 0 }
        /^$/ { documented = 0 }
        /^SIO_API/ { start = FNR; text = ""; declared = 1 }
        declared { text = text $0 }
        declared && /;/ {
            if (!documented && text !~ /\/\*/) print FILENAME ":" start ": " text
            if (text ~ /\/\*/) documented = documented
            declared = 0
        }
        /\*\/ *$/ && !/^SIO_API/ && !declared { documented = 1 }
    ' $headers
}

# upstream_functions: those whose comment names what upstream has for it.
upstream_functions()
{
    # shellcheck disable=SC2086 # several files
    awk '
        function told() { return comment ~ /upstream: / }
        /^$/ { comment = ""; inside = 0 }
        /^ *\/\*/ { comment = ""; inside = 1 }
        inside { comment = comment " " $0; if (/\*\//) inside = 0; next }
        /^SIO_API/ { declared = ""; open = 1 }
        open { declared = declared " " $0 }
        open && /;/ {
            open = 0
            name = declared
            sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
            if (told() || declared ~ /upstream: /) print name
        }
    ' $headers
}

# Forms of another name: a va_list for the dots.
translated()
{
    upstream_functions | while read -r name; do
        grep -qE "\b${name%v}\(" "$page" "$srcdir/docs/guide.md" || grep -qE "\b$name\b" "$page" "$srcdir/docs/guide.md" || echo "$name"
    done
}

printf '#include "tests/interop/twin_lines.h"\n#include <socketio/redis.h>\n' >"$lines"
awk -f "$srcdir/tests/node_to_c.awk" "$page" >>"$lines"
verdict "each line has two columns" "$([ "$(rows)" -eq "$(in_two_columns)" ] || echo "$(rows) rows, $(in_two_columns) of two columns")"
compiles gcc -std=c11
compiles clang -std=c11
verdict "every function has its documentation" "$(undocumented)"
verdict "what upstream has is in docs/node-to-c.md or docs/guide.md" "$(translated)"
rm -f "$lines"
echo "1..$count"
