#!/bin/sh
# tidy_test.sh -- runs tidy over each tree of a folder; its report must be the tree's file `expect`, to the
# byte, and its exit code must be 1 if a report is expected and 0 if none is.
#
# usage: tidy_test.sh TIDY FOLDER
# SPDX-License-Identifier: Apache-2.0
set -u
tidy=$1
trees=0
failed=0
report=$(mktemp) || exit 1
trap 'rm -f "$report"' EXIT
for tree in "$2"/*/; do
    trees=$((trees + 1))
    "$tidy" "$tree" >"$report" 2>/dev/null
    code=$?
    wanted=0
    [ -s "$tree/expect" ] && wanted=1
    same=yes
    diff -u "$tree/expect" "$report" || same=no
    if [ "$code" -ne "$wanted" ] || [ "$same" = no ]; then
        echo "FAILED: $(basename "$tree") (exit code $code, expected $wanted)"
        failed=$((failed + 1))
    fi
done
echo "$trees trees, $failed failed"
[ "$trees" -gt 0 ] && [ "$failed" -eq 0 ]
