#!/bin/sh
# run.sh -- installs what is missing, builds build/cutline, and shows all of it at work: `cutline demo`.
#
#   ./run.sh [NAME=VALUE...]          the demo, see docs/demo.md
#   ./run.sh detect [--json ...]      looks for fraud in the shipped sample day
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")"

tools/install
tools/console || echo "going on without the console"
if [ ! -f build/build.ninja ]; then
    echo "setting up build/"
    meson setup build >/dev/null
fi
echo "building"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ninja -C build cutline >"$log" 2>&1 || { grep -v '^\[' "$log"; exit 1; }
rm -f "$log"

if [ "${1:-}" = detect ]; then
    shift
    echo "detecting"
    exec build/cutline detect "$@" sample/*.csv.zst
fi
exec build/cutline demo "$@"
