// beside_duckdb.mjs -- the question of bench/same/same.cut, asked of DuckDB.
//
//   node beside_duckdb.mjs prepare CALLS.csv OUT.csv    writes the calls in strict order of time: one call a millisecond, no
//                                                       duplicates, so that "arrived so far" and "earlier" mean the same
//   node beside_duckdb.mjs ask OUT.csv THREADS          answers; prints one JSON line: records, fan_out, many_sims, cpu_s, wall_s
import { DuckDBInstance } from '@duckdb/node-api';

const [verb, input, third] = process.argv.slice(2);
const database = await DuckDBInstance.create(':memory:', { threads: verb === 'ask' ? third : '2' });
const connection = await database.connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjects();
const columns = `{time:'TIMESTAMPTZ',caller:'VARCHAR',callee:'VARCHAR',duration:'DOUBLE',result:'VARCHAR',
  imsi:'VARCHAR',imei:'VARCHAR',cell:'VARCHAR',trunk:'VARCHAR'}`;
const calls = `read_csv('${input}', header=true, columns=${columns})`;

if (verb === 'prepare') {
  await connection.run("SET TimeZone='UTC'");
  await connection.run(`COPY (SELECT strftime(time, '%Y-%m-%dT%H:%M:%S.%gZ') AS time, caller, callee, duration, result, imsi, imei,
      cell, trunk FROM (SELECT *, row_number() OVER (PARTITION BY epoch_ms(time)) AS nth FROM ${calls})
    WHERE nth = 1 ORDER BY time) TO '${third}' (HEADER, DELIMITER ',')`);
} else {
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  // Distinct by the +1/-1 method: +1 where a pair is first seen, -1 when it leaves or is seen again.  An IMEI is its first 14 digits.
  const answer = (await rows(`
    WITH calls AS MATERIALIZED (SELECT row_number() OVER (ORDER BY time) AS id, epoch_ms(time) AS ms0, caller, callee,
           round(duration * 1000)::BIGINT AS ms, imsi, left(imei, 14) AS imei FROM ${calls}),
    paired AS MATERIALIZED (SELECT *, lead(ms0, 1, 9000000000000) OVER (PARTITION BY caller, callee ORDER BY ms0) AS again_callee,
           lead(ms0, 1, 9000000000000) OVER (PARTITION BY imei, imsi ORDER BY ms0) AS again_imsi FROM calls),
    line AS (SELECT caller AS k, ms0 AS t, 1 AS o, (ms IS NOT NULL)::INT AS n, 1 AS d, coalesce(ms, 0) AS s, id FROM paired
      UNION ALL SELECT caller, ms0 + 3600000, 0, -(ms IS NOT NULL)::INT, 0, -coalesce(ms, 0), NULL FROM paired
      UNION ALL SELECT caller, least(ms0 + 3600000, again_callee), 0, 0, -1, 0, NULL FROM paired),
    handset AS (SELECT imei AS k, ms0 AS t, 1 AS o, 1 AS d, id FROM paired WHERE imei IS NOT NULL AND imsi IS NOT NULL
      UNION ALL SELECT imei, least(ms0 + 86400000, again_imsi), 0, -1, NULL FROM paired WHERE imei IS NOT NULL AND imsi IS NOT NULL),
    line_now AS (SELECT id, sum(n) OVER w AS n, sum(d) OVER w AS d, sum(s) OVER w AS s FROM line
      WINDOW w AS (PARTITION BY k ORDER BY t, o ROWS UNBOUNDED PRECEDING)),
    handset_now AS (SELECT id, sum(d) OVER w AS d FROM handset WINDOW w AS (PARTITION BY k ORDER BY t, o ROWS UNBOUNDED PRECEDING))
    SELECT (SELECT count(*) FROM calls) AS records,
           (SELECT count(*) FROM line_now WHERE id IS NOT NULL AND d >= 30 AND s < 60000 * n) AS fan_out,
           (SELECT count(*) FROM handset_now WHERE id IS NOT NULL AND d >= 5) AS many_sims`))[0];
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({ records: Number(answer.records), fan_out: Number(answer.fan_out), many_sims: Number(answer.many_sims),
    cpu_s: (used.user + used.system) / 1e6, wall_s: Number(process.hrtime.bigint() - began) / 1e9 }));
}
