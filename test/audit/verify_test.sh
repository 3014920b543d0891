#!/bin/sh
# verify_test.sh MAKE_LOG TEST VERIFIER -- the verifier in another language, where there is one.
# SPDX-License-Identifier: Apache-2.0
set -eu
if ! command -v node >/dev/null 2>&1; then
    echo "skipped: node is not installed"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder"
node "$2" "$folder" "$3"
