#!/bin/sh
# The program in README.md is examples/echo, which is compiled. Speaks TAP; run by `make check`.
echo 1..1
# shellcheck disable=SC2016 # a pattern
sed -n '/^```c$/,/^```$/p' "${srcdir:-.}/README.md" | sed '1d;$d' >readme_program.tmp
if sed 1d "${srcdir:-.}/examples/echo/echo.c" | diff - readme_program.tmp; then
    echo "ok 1 - the README's program is examples/echo"
else
    echo "not ok 1 - the README's program is examples/echo"
fi
rm -f readme_program.tmp
