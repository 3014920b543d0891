// beside_duckdb.mjs -- the question of `money_bench ask`, asked of DuckDB as a recursive query.
//
//   node beside_duckdb.mjs PAYMENTS.csv ASKED.json      prints one JSON line: p50_ms, p99_ms, alike, compared
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [payments, asked] = process.argv.slice(2);
const wanted = JSON.parse(readFileSync(asked, 'utf8')).asked;
const database = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await database.connect();
await connection.run(`CREATE TABLE p AS SELECT * FROM read_csv('${payments}', header=true,
  columns={ord:'BIGINT',payer:'BIGINT',payee:'BIGINT',amount:'BIGINT'})`);
await connection.run('CREATE INDEX p_payer ON p(payer)');
await connection.run('CREATE INDEX p_ord ON p(ord)');
const times = [];
let alike = 0;
let compared = 0;
for (const [ord, accounts] of wanted) {
  const began = process.hrtime.bigint();
  const rows = (await connection.runAndReadAll(`
    WITH RECURSIVE start AS (SELECT payer FROM p WHERE ord = ${ord}),
    r(payee, ord, level) AS (
      SELECT payee, ord, 1 FROM p WHERE ord = ${ord}
      UNION
      SELECT p.payee, p.ord, r.level + 1 FROM r JOIN p ON p.payer = r.payee AND p.ord > r.ord
      WHERE r.level < 5 AND p.payee <> (SELECT payer FROM start))
    SELECT count(DISTINCT payee) AS n FROM r`)).getRowObjects();
  times.push(Number(process.hrtime.bigint() - began) / 1e6);
  if (accounts !== 0) {
    compared++;
    alike += Number(rows[0].n) === accounts;
  }
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ p50_ms: times[times.length >> 1], p99_ms: times[times.length - 1 - Math.floor(times.length / 100)],
  alike, compared }));
