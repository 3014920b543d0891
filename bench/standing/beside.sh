#!/usr/bin/env bash
# beside.sh -- may this person transfer?  Asked of the register in memory, of a served one over HTTP and of a PostgreSQL index in one
# run, over the same entries; at the end how many times PostgreSQL each of them is.
#
# usage: bench/standing/beside.sh [ENTRIES [SECONDS [BUILD]]]     5000000 entries, 10 seconds each, build directory `build`, if unsaid
#
# PostgreSQL holds (key bytea primary key, from, until) with everything in shared buffers, runs as its own user in a folder that is removed,
# and is asked over its own socket by pgbench with prepared statements: the look alone, no judge, no answer, no receipt.  It is left out where it is
# not installed.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
entries=${1:-5000000}
span=${2:-10}
bench=${3:-build}/bench/standing/standing_bench
[ -x "$bench" ] || { echo "beside: build first: ninja -C ${3:-build} cutline bench/standing/standing_bench bench/standing/standing_ask" >&2; exit 1; }
said=$(mktemp)
trap 'rm -f "$said"' EXIT
uptime
{
    "$bench" run "$entries" "$(nproc)" "$span"
    python3 bench/standing/served.py "${3:-build}/cutline" . "$bench" "${bench%/*}/standing_ask" "$entries" "$span"
} | tee "$said"

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
if [ -z "$programs" ] || ! id postgres >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "beside: no PostgreSQL that could be started here"
    exit 0
fi
folder=$(mktemp -d /tmp/cutline-standing.XXXXXX)
as() { runuser -u postgres -- "$@"; }
finish() {
    as "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder" "$said"
}
trap finish EXIT
chown postgres "$folder"
as "$programs/initdb" -D "$folder/data" -A trust >/dev/null
as "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-k $folder -c listen_addresses= -c shared_buffers=1GB -c fsync=off" start >/dev/null
sql() { as "$programs/psql" -h "$folder" -v ON_ERROR_STOP=1 -qAt -d postgres "$@"; }
sql -c "CREATE UNLOGGED TABLE load (key text, from_s bigint, until_s bigint)"
"$bench" csv "$entries" | sql -c "COPY load FROM STDIN (FORMAT csv)"
sql -c "CREATE TABLE entry AS SELECT decode(key, 'hex') AS key, from_s, until_s FROM load; DROP TABLE load; ALTER TABLE entry ADD PRIMARY KEY (key); ANALYZE entry"
sql -c "SELECT 'PostgreSQL: ' || pg_size_pretty(pg_total_relation_size('entry')) || ' for ' || count(*) || ' entries' FROM entry"
# One in ten stands, as in the bench: ours are hashes of numbers, so here a key is drawn from the table, and nine in ten times changed.
cat >"$folder/ask.sql" <<'SQL'
\set at random(1, 200000)
\set hit random(1, 10)
SELECT until_s FROM entry WHERE key = (SELECT CASE WHEN :hit = 1 THEN key ELSE set_byte(key, 15, (get_byte(key, 15) + 1) % 256) END FROM sample WHERE n = :at)
    AND from_s <= 1767225600 AND until_s > 1767225600;
SQL
sql -c "CREATE TABLE sample AS SELECT row_number() OVER () AS n, key FROM (SELECT key FROM entry LIMIT 200000) s; ALTER TABLE sample ADD PRIMARY KEY (n); ANALYZE sample"
chown postgres "$folder/ask.sql"
as "$programs/pgbench" -h "$folder" -n -M prepared -c "$(nproc)" -j "$(nproc)" -T "$span" -f "$folder/ask.sql" postgres 2>/dev/null |
    sed -n 's/^tps = \([0-9.]*\).*/PostgreSQL, look alone: \1 a second/p; s/^latency average = /PostgreSQL, latency average: /p' |
    tee -a "$said"
uptime
python3 - "$said" <<'PY'
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    lines = file.read().splitlines()
base = next(float(re.search(r": ([0-9.]+) a second", line)[1]) for line in lines if line.startswith("PostgreSQL, look"))
for line in lines:
    found = re.match(r"((?:single|batch|http)[^:]*): ([0-9,.]+) (?:identifiers |answers )?a second", line)
    if found and not line.startswith("http:"):
        print(f"{float(found[2].replace(',', '')) / base:8.1f} times PostgreSQL: {found[1]}{line[line.rindex(':'):] if line.startswith('single') else ''}")
PY
