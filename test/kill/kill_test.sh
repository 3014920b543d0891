#!/bin/sh
# kill_test.sh -- some hundred kills in a folder of its own, gone afterwards.
# SPDX-License-Identifier: Apache-2.0
#   usage: kill_test.sh PROGRAM CYCLES SEED
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder" "$2" "$3"
