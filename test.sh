#!/bin/sh
# test.sh -- installs what is missing, builds with ASan and UBSan into build-test/, runs every test; the ten
# thousand pairs of engine and oracle, and five hundred kills, run at full speed, from build/.
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

tools/install python3 python3-jsonschema mandoc zsh chromium fonts-noto-cjk || stop "the packages above could not be installed"
tools/console || stop "what the console is built with could not be fetched"

# Many tests wait (for a disk, a term, another process): two on each core.
at_once=$(($(nproc) * 2))
log=$(mktemp) || stop "no temporary file"
all=$(mktemp) || stop "no temporary file"
trap 'rm -f "$log" "$all"' EXIT

# build FOLDER TARGET... -- OPTION...
build() {
    folder=$1
    shift
    targets=
    while [ "$1" != -- ]; do
        targets="$targets $1"
        shift
    done
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        echo "setting up $folder/"
        meson setup "$folder" "$@" >"$log" 2>&1 || { cat "$log"; stop "the set-up failed"; }
    fi
    echo "building in $folder/"
    # shellcheck disable=SC2086 # targets are words
    ninja -C "$folder" $targets >"$log" 2>&1 || { grep -v '^\[' "$log"; stop "the build failed"; }
}

# Sanitizers hide constants from the compiler, which then warns where there is nothing; build/ is where warnings count.
# -O1: what -O2 would gain in running it loses three times in compiling.  Lines are all that a report wants of -g, and gold
# links in half the time.
build build-test -- -Db_sanitize=address,undefined -Dwerror=false -Doptimization=1 -Dc_args=-g1 -Dc_link_args=-fuse-ld=gold
echo "testing with ASan and UBSan"
export ASAN_OPTIONS="abort_on_error=1:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:${UBSAN_OPTIONS:-}"
meson test -C build-test --no-rebuild --print-errorlogs --timeout-multiplier 5 --num-processes "$at_once" --no-suite by_hand "$@" 2>&1 | tee "$all"

if [ $# -eq 0 ]; then
    build build test/oracle/oracle_random_test test/kill/kill --
    echo "testing the engine against the oracle, and killing the service, at full speed"
    meson test -C build --no-rebuild --print-errorlogs --num-processes "$at_once" --suite pairs 2>&1 | tee -a "$all"
fi

count() {
    sed -n "s/^$1: *\([0-9][0-9]*\) *\$/\1/p" "$all" | awk '{ sum += $1 } END { print sum + 0 }'
}
passed=$(($(count "Ok") + $(count "Expected Fail")))
failed=$(($(count "Fail") + $(count "Timeout") + $(count "Unexpected Pass")))
[ $((passed + failed)) -gt 0 ] || stop "no test ran"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
