#!/bin/sh
# run.sh -- installs what is missing, builds build/cutline, and looks for fraud in the shipped sample day.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")"

tools/install
if [ ! -f build/build.ninja ]; then
    echo "setting up build/"
    meson setup build >/dev/null
fi
echo "building"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ninja -C build cutline >"$log" 2>&1 || { grep -v '^\[' "$log"; exit 1; }
rm -f "$log"

echo "detecting"
exec build/cutline detect "$@" sample/*.csv.zst
