/* Timeline.tsx -- alerts on one subject on one axis of time, a lane for each suspicion; the same as a table.
 *
 *     mule      ──●─────────●──
 *     cash_out  ────────●──────   size and colour: grade; the ring: the alert that is open
 *
 * The records that an alert rests on are in Ladder.tsx. */
/* SPDX-License-Identifier: Apache-2.0 */
import { moment_full } from "../../dates";
import { Twin } from "../../parts/Twin";
import { path_of } from "../../router";
import { both, named, say } from "../../tongue";
import { grade_words, typology_words } from "../../words";
import { type AlertRow, outcome_of } from "./alert";
import { one, outcome_words, w } from "./words";

const LEFT = 110, WIDTH = 900, LANE = 26, SIZES = { low: 4, medium: 5, high: 6, extreme: 7 };

function ticks(from: number, to: number): { x: number; says: string }[] {
  const two = (n: number) => String(n).padStart(2, "0");
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = new Date(from + (to - from) * share);
    return { x: LEFT + share * (WIDTH - LEFT - 20), says: `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}` };
  });
}

export function Timeline({ rows, id }: { rows: readonly AlertRow[]; id: string }) {
  const sorted = [...rows].sort((a, b) => a.alert.time.localeCompare(b.alert.time));
  const times = sorted.map(({ alert }) => Date.parse(alert.time)), lanes = [...new Set(sorted.map(({ alert }) => alert.typology))];
  const middle = times[0] ?? 0, wide = Math.max(60000, (times.at(-1) ?? middle) - middle);
  const from = middle - wide * 0.03, to = middle + wide * 1.03;
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - 20);
  const height = lanes.length * LANE + 26;
  const table = {
    head: [say(w.time), say(w.typology), say(w.grade), say(w.rule), say(one.outcome)],
    rows: sorted.map((row) => [<a key="a" href={path_of("alerts", row.alert.id)}>{moment_full(row.alert.time)}</a>, named(typology_words, row.alert.typology),
      named(grade_words, row.alert.grade), <code key="r">{row.alert.rule}</code>, named(outcome_words, outcome_of(row))]),
  };
  return (
    <Twin label={say(one.timeline)} table={table}>
      <svg class="timeline" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={say(one.timeline_said, { n: rows.length, lanes: lanes.map((lane) => named(typology_words, lane)).join(" ") })}>
        {ticks(from, to).map((tick, at, all) => (
          <g key={at}><line x1={tick.x} x2={tick.x} y1={0} y2={height - 20} class="grid" />
            <text x={tick.x} y={height - 6} text-anchor={at === 0 ? "start" : at === all.length - 1 ? "end" : "middle"}>{tick.says}</text></g>
        ))}
        {lanes.map((lane, at) => (
          <g key={lane}><text x={0} y={at * LANE + 18}>{named(typology_words, lane)}</text><line x1={LEFT} x2={WIDTH - 20} y1={at * LANE + 14} y2={at * LANE + 14} class="lane" /></g>
        ))}
        {sorted.map((row) => (
          <circle key={row.alert.id} cx={x(Date.parse(row.alert.time))} cy={lanes.indexOf(row.alert.typology) * LANE + 14} r={SIZES[row.alert.grade ?? "low"]}
            class={`mark ${row.alert.grade ?? "low"}${row.alert.id === id ? " here" : ""}`}><title>{`${moment_full(row.alert.time)} ${both(row.alert.title)}`}</title></circle>
        ))}
      </svg>
    </Twin>
  );
}
