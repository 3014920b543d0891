#!/usr/bin/env bash
# beside.sh -- who does a payment's money reach within five levels, in order of time?  Asked of the money index, of DuckDB and of
# PostgreSQL in one run, over the same made-up payments, one thread each, everything in memory; the answers must be the same.
#
# usage: bench/money/beside.sh [--fetch] [PAYMENTS [QUESTIONS]]     1000000 payments, 30 questions, if unsaid
#        --fetch   gets DuckDB for Node.js by `npm install` into build/bench-beside
#
# DuckDB has indexes on payer and order.  PostgreSQL has a btree on (payer, ord), runs as its own user in a folder of build/ that is
# removed, and is left out where it is not installed.  Times of the peers are wall time of the query alone; ours is CPU time.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
fetch=
if [ "${1:-}" = --fetch ]; then
    fetch=yes
    shift
fi
payments=${1:-1000000}
questions=${2:-30}
work=build/bench-beside
bench=build/bench/money/money_bench
[ -x "$bench" ] || { echo "beside: build first: ninja -C build bench/money/money_bench" >&2; exit 1; }
mkdir -p "$work"
"$bench" csv "$payments" $((payments / 5)) >"$work/payments.csv"
"$bench" ask "$payments" $((payments / 5)) "$questions" >"$work/asked.json"
told() {
    sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" "$2"
}
echo "beside: $payments payments, $questions questions; ours p50 $(told p50_ms "$work/asked.json") ms, p99 $(told p99_ms "$work/asked.json") ms"

compare() { # NAME P50 P99 ALIKE COMPARED
    awk -v name="$1" -v p50="$2" -v p99="$3" -v alike="$4" -v compared="$5" -v our50="$(told p50_ms "$work/asked.json")" \
        -v our99="$(told p99_ms "$work/asked.json")" 'BEGIN {
        printf "%s: p50 %.1f ms, p99 %.1f ms: %.0f and %.0f times ours; %d of %d answers alike\n", name, p50, p99, p50 / our50,
            p99 / our99, alike, compared
        exit alike != compared }'
}

if [ -n "$fetch" ] && [ ! -d "$work/node_modules/@duckdb" ]; then
    cp bench/package.json "$work/"
    (cd "$work" && npm install --no-audit --no-fund >/dev/null)
fi
if [ -d "$work/node_modules/@duckdb" ] && command -v node >/dev/null; then
    cp bench/money/beside_duckdb.mjs "$work/"
    node "$work/beside_duckdb.mjs" "$work/payments.csv" "$work/asked.json" >"$work/duckdb.json"
    compare DuckDB "$(told p50_ms "$work/duckdb.json")" "$(told p99_ms "$work/duckdb.json")" "$(told alike "$work/duckdb.json")" \
        "$(told compared "$work/duckdb.json")"
else
    echo "beside: no DuckDB: --fetch gets it (needs Node.js and npm)"
fi

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
if [ -z "$programs" ] || ! id postgres >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "beside: no PostgreSQL that could be started here"
    exit 0
fi
folder=$(mktemp -d /tmp/cutline-beside.XXXXXX)
as() { runuser -u postgres -- "$@"; }
finish() {
    as "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap finish EXIT
cp "$work/payments.csv" "$folder/"
chown -R postgres "$folder"
as "$programs/initdb" -D "$folder/data" --auth=trust >/dev/null
as "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/log" start -o "-k $folder -c listen_addresses='' -c shared_buffers=1GB \
    -c work_mem=256MB -c max_parallel_workers_per_gather=0 -c fsync=off" >/dev/null
ask() { as psql -q -X -A -t -h "$folder" -d postgres "$@"; }
ask -c "CREATE UNLOGGED TABLE p(ord bigint, payer bigint, payee bigint, amount bigint)" -c "\\copy p FROM '$folder/payments.csv' CSV HEADER" \
    -c "CREATE INDEX ON p(payer, ord)" -c "CREATE INDEX ON p(ord)" -c "VACUUM ANALYZE p"
{
    echo "\\timing on"
    tr '[' '\n' <"$work/asked.json" | sed -n 's/^\([0-9]*\),\([0-9]*\)\].*/\1/p' | while read -r ord; do
        echo "WITH RECURSIVE r(payee, ord, level) AS (SELECT payee, ord, 1 FROM p WHERE ord = $ord UNION SELECT p.payee, p.ord, r.level + 1
            FROM r JOIN p ON p.payer = r.payee AND p.ord > r.ord WHERE r.level < 5 AND p.payee <> (SELECT payer FROM p WHERE ord = $ord))
            SELECT count(DISTINCT payee) FROM r;"
    done
} >"$folder/questions.sql"
chown postgres "$folder/questions.sql"
ask -f "$folder/questions.sql" >"$work/postgresql.txt"
tr '[' '\n' <"$work/asked.json" | sed -n 's/^\([0-9]*\),\([0-9]*\)\].*/\2/p' >"$work/accounts.txt"
grep -v '^Time' "$work/postgresql.txt" | paste - "$work/accounts.txt" |
    awk '$2 != 0 { compared++; alike += $1 == $2 } END { print alike + 0, compared + 0 }' >"$work/alike.txt"
sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$work/postgresql.txt" | sort -n >"$work/times.txt"
count=$(wc -l <"$work/times.txt")
compare PostgreSQL "$(sed -n "$((count / 2 + 1))p" "$work/times.txt")" "$(sed -n "$((count - count / 100))p" "$work/times.txt")" \
    $(cat "$work/alike.txt")
