#!/bin/sh
# test.sh -- installs what is missing, builds with ASan and UBSan into build-test/, runs every test.
#
# Ends with the line "N passed, N failed"; the exit code is 0 only if nothing failed.  One argument or more
# are handed to `meson test`: ./test.sh --suite ground
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")" || exit 1

stop() {
    echo "$1"
    echo "0 passed, 1 failed"
    exit 1
}

tools/install || stop "the packages above could not be installed"

build=build-test
log=$(mktemp) || stop "no temporary file"
trap 'rm -f "$log"' EXIT
if [ ! -f "$build/build.ninja" ]; then
    echo "setting up $build/"
    meson setup "$build" -Db_sanitize=address,undefined >"$log" 2>&1 || { cat "$log"; stop "the set-up failed"; }
fi
echo "building with sanitizers"
ninja -C "$build" >"$log" 2>&1 || { grep -v '^\[' "$log"; stop "the build failed"; }

echo "testing"
export ASAN_OPTIONS="abort_on_error=1:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:${UBSAN_OPTIONS:-}"
meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 5 "$@" 2>&1 | tee "$log"

count() {
    sed -n "s/^$1: *\([0-9][0-9]*\) *\$/\1/p" "$log" | tail -n 1 | grep . || echo 0
}
passed=$(($(count "Ok") + $(count "Expected Fail")))
failed=$(($(count "Fail") + $(count "Timeout") + $(count "Unexpected Pass")))
[ $((passed + failed)) -gt 0 ] || stop "no test ran"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
