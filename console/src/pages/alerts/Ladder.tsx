/* Ladder.tsx -- who called, wrote and paid around an alert: lanes by party on one axis of time, and the same
 * as a table.
 *
 * One record is pointed at, with the mouse or with the arrow keys while the drawing has the focus, and is
 * said in a line below it; what the alert rests on is drawn strong, what came late hollow. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useMemo, useState } from "preact/hooks";
import { moment_full, span } from "../../dates";
import { money, money_short, number } from "../../money";
import { Twin } from "../../parts/Twin";
import { named, say } from "../../tongue";
import { axis_of, ends_of, type Lane, type Ladder as Records, lanes_of, near_of, party_says, type Rung } from "./rungs";
import { around as a, channel_words, cut_words, event_words, kind_words, result_words } from "./words";

const LEFT = 214, WIDTH = 1120, LANE = 25, TOP = 6, FOOT = 24;

const two = (n: number) => String(n).padStart(2, "0");

function tick_says(ms: number, before: number | undefined): string {
  const at = new Date(ms), time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return before !== undefined && new Date(before).toDateString() === at.toDateString() ? time : `${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/* What it is about beside its parties: "41:00", "49,800.00", "SIM swapped". */
export function rung_says({ kind, duration_ms, result, event, amount, currency, channel, reverses }: Rung): string {
  const parts = [kind === "call" && duration_ms !== undefined && span(duration_ms), result !== undefined && result !== "answered" && named(result_words, result),
    event !== undefined && named(event_words, event), amount !== undefined && money(amount, currency ?? "CNY"), channel !== undefined && named(channel_words, channel), reverses && say(a.reverses)];
  return parts.filter((part) => part !== false && part !== undefined).join(" · ");
}

export function sides_say(ladder: Records, { kind, from, to, named: whom }: Rung): string {
  const says = (letter: string | undefined) => {
    const party = ladder.parties.find((one) => one.letter === letter);
    return party === undefined ? letter ?? say(a.cash) : party_says(party);
  };
  if (kind === "report")
    return (whom ?? []).map(says).join(", ") || "–";
  return kind === "sim" || kind === "account" ? says(from) : `${says(from)} → ${says(to)}`;
}

const flags = ({ own, late_ms }: Rung): string => [own && say(a.own), late_ms > 0 && say(a.late, { span: span(late_ms) })].filter(Boolean).join(" · ");

function table_of(ladder: Records) {
  return {
    head: [say(a.time), say(a.kind), say(a.sides), say(a.what), say(a.device), say(a.region), say(a.position), say(a.role)],
    rows: ladder.records.map((rung) => [moment_full(rung.time), named(kind_words, rung.kind), <span key="s" class="mono">{sides_say(ladder, rung)}</span>, rung_says(rung),
      <span key="d" class="mono">{[rung.device, rung.card].map((letter) => ladder.parties.find((party) => party.letter === letter)).filter((party) => party !== undefined).map(party_says).join(" ") || "–"}</span>,
      rung.region ?? "–", rung.position, flags(rung)]),
  };
}

interface Drawn {
  rung: Rung;
  x: number;
  end: number;
  from: number | null;
  to: number | null;
  on: number[];
}

function drawn_of(ladder: Records, x: (ms: number) => number, of: Map<string, number>, cash: number): Drawn[] {
  return ladder.records.map((rung) => {
    const [begin, end] = ends_of(rung), pays = rung.kind === "payment";
    const lane = (letter: string | undefined) => (letter === undefined ? (pays && cash >= 0 ? cash : null) : of.get(letter) ?? null);
    return { rung, x: x(begin), end: x(end), from: lane(rung.from), to: lane(rung.to), on: (rung.named ?? []).map((letter) => of.get(letter)).filter((at) => at !== undefined) };
  });
}

const middle = (lane: number) => TOP + lane * LANE + LANE / 2;

function Mark({ drawn, here, point }: { drawn: Drawn; here: boolean; point: () => void }) {
  const { rung, x, end, from, to, on } = drawn;
  const tone = `rung ${rung.kind}${rung.own ? " own" : ""}${rung.late_ms > 0 ? " late" : ""}${rung.result !== undefined && rung.result !== "answered" ? " unanswered" : ""}${here ? " here" : ""}`;
  const single = from ?? to ?? on[0];
  if (rung.kind === "report")
    return <g class={tone} onMouseEnter={point}>{on.map((lane) => <path key={lane} d={`M${x} ${middle(lane) - 7}l7 7-7 7-7-7z`} />)}</g>;
  if (from === null || to === null || rung.kind === "sim" || rung.kind === "account")
    return single === undefined ? null : <g class={tone} onMouseEnter={point}><rect x={x - 5} y={middle(single) - 5} width={10} height={10} /></g>;
  const y1 = middle(from), y2 = middle(to), down = y2 >= y1 ? 1 : -1, tip = y2 - down * 2;
  return (
    <g class={tone} onMouseEnter={point}>
      <line class="reach" x1={x} x2={x} y1={y1} y2={y2} />
      {rung.kind === "call" && end - x > 1 && <rect class="talk" x={x} y={y2 - 3} width={end - x} height={6} />}
      <line x1={x} x2={x} y1={y1} y2={tip} />
      {from === to ? <circle cx={x} cy={y1} r={4} /> : <><circle cx={x} cy={y1} r={2.5} /><path d={`M${x} ${y2}l-4 ${-down * 8}h8z`} /></>}
    </g>
  );
}

/* Amounts that have room beside their arrow, the alert's own first. */
function labels_of(drawn: readonly Drawn[]): Drawn[] {
  const placed: Drawn[] = [];
  for (const one of [...drawn].sort((left, right) => Number(right.rung.own) - Number(left.rung.own)))
    if (one.rung.amount !== undefined && one.from !== null && one.to !== null && one.x < WIDTH - 64 &&
      placed.every((other) => Math.abs(other.x - one.x) > 66 || Math.abs(middle(other.to ?? 0) - middle(one.to ?? 0)) > 13))
      placed.push(one);
  return placed;
}

function Drawing({ ladder, at, point }: { ladder: Records; at: number; point: (at: number) => void }) {
  const { lanes, of, cash } = useMemo(() => lanes_of(ladder), [ladder]);
  const gap_times = ladder.gaps.flatMap(({ from, until }) => [Date.parse(from), Date.parse(until)]);
  const axis = useMemo(() => axis_of(ladder.records.flatMap(ends_of), LEFT, WIDTH - 8), [ladder]);
  const drawn = useMemo(() => drawn_of(ladder, axis.x, of, cash), [ladder, axis]);
  const height = TOP + lanes.length * LANE + FOOT, floor = height - FOOT;
  const first = Math.min(...drawn.map(({ x }) => x)), last = Math.max(...drawn.map(({ end }) => end));
  const lane_class = (lane: Lane) => `lane-name${lane.subject ? " subject" : ""}${lane.sought ? "" : " soft"}`;
  return (
    <svg class="ladder" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={say(a.said, { n: ladder.records.length, lanes: lanes.length })}>
      {ladder.gaps.map((gap, index) => {
        const from = Math.max(first, axis.x(gap_times[2 * index] ?? 0)), until = Math.min(last, axis.x(gap_times[2 * index + 1] ?? 0));
        return until > from && <rect key={index} class="gap" x={from} y={TOP} width={until - from} height={floor - TOP}><title>{say(a.gap, { kind: named(kind_words, gap.kind), from: moment_full(gap.from), until: moment_full(gap.until) })}</title></rect>;
      })}
      {axis.ticks.map((tick, index) => (
        <g key={tick.ms}><line class="grid" x1={tick.x} x2={tick.x} y1={TOP} y2={floor} /><text class="tick" x={tick.x} y={height - 8} text-anchor={tick.x > WIDTH - 60 ? "end" : "middle"}>{tick_says(tick.ms, axis.ticks[index - 1]?.ms)}</text></g>
      ))}
      {lanes.map((lane, index) => (
        <g key={lane.key}>
          <text class={lane_class(lane)} x={lane.subject ? 12 : 0} y={middle(index) + 4}>{lane.says}</text>
          {lane.subject && <circle class="subject-mark" cx={5} cy={middle(index)} r={4} />}
          {lane.holder !== null && <text x={LEFT - 8} y={middle(index) + 4} text-anchor="end">{say(a.holder_short, { n: lane.holder })}</text>}
          <line class={`lane ${lane.kind}`} x1={LEFT} x2={WIDTH - 8} y1={middle(index)} y2={middle(index)} />
        </g>
      ))}
      {axis.breaks.map(({ x, ms }) => (
        <g key={x} class="break"><rect x={x - 9} y={TOP} width={18} height={floor - TOP} /><path d={`M${x - 6} ${floor + 18}l5-12M${x + 1} ${floor + 18}l5-12`} /><title>{say(a.idle, { span: span(ms) })}</title></g>
      ))}
      {drawn.map((one, index) => <Mark key={one.rung.position} drawn={one} here={index === at} point={() => point(index)} />)}
      {labels_of(drawn).map(({ rung, x, from, to }) => <text key={rung.position} class={`amount${rung.own ? " own" : ""}`} x={x + 6} y={(to ?? 0) >= (from ?? 0) ? middle(to ?? 0) - 4 : middle(to ?? 0) + 12}>{money_short(rung.amount ?? "")}</text>)}
    </svg>
  );
}

/* What was looked at, and what was not. */
function Looked({ ladder }: { ladder: Records }) {
  const { read, left, missing, gaps } = ladder, late = ladder.records.filter(({ late_ms }) => late_ms > 0).length;
  return (
    <ul class="looked">
      <li>{read.from === null ? say(a.read_none) : say(a.read, { n: number(read.entries), from: moment_full(read.from) })} {named(cut_words, read.cut)}
        {read.cut_after !== "none" && ` ${say(a.read_after, { until: read.until === null ? "–" : moment_full(read.until) })}`}</li>
      {missing > 0 && <li class="tone-warn">{say(a.missing, { n: missing })}</li>}
      {left > 0 && <li>{say(a.left, { n: number(left) })}</li>}
      {late > 0 && <li class="tone-warn">{say(a.late_some, { n: late })}</li>}
      {gaps.map((gap) => <li key={`${gap.kind}${gap.from}`} class="tone-warn">{say(a.gap, { kind: named(kind_words, gap.kind), from: moment_full(gap.from), until: moment_full(gap.until) })}</li>)}
    </ul>
  );
}

const LEGEND = ["call", "sms", "payment", "sim", "report"] as const;

export function Ladder({ ladder }: { ladder: Records }) {
  const near = useMemo(() => near_of(ladder), [ladder]);
  const [wide, widen] = useState(false);
  const [chosen, choose] = useState<number | null>(null);
  const shown = useMemo(() => (near === null || wide ? ladder : { ...ladder, records: near }), [ladder, near, wide]);
  const table = useMemo(() => table_of(ladder), [ladder]);
  const { records } = shown, last = records.length - 1, own = records.findIndex(({ position }) => position === ladder.trigger);
  const pointed = records.findIndex(({ position }) => position === chosen);
  const at = pointed >= 0 ? pointed : Math.max(0, own), rung = records[at];
  const point = (index: number) => choose(records[Math.max(0, Math.min(last, index))]?.position ?? null);
  const step = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined)
      return;
    event.preventDefault();
    point(to);
  };
  if (rung === undefined)
    return <><p class="hint">{say(a.empty)}</p><Looked ladder={ladder} /></>;
  return (
    <>
      <Twin label={say(a.axis)} table={table} note={<span class="legend">{LEGEND.filter((kind) => records.some((one) => one.kind === kind)).map((kind) => <span key={kind} class={`key ${kind}`}>{named(kind_words, kind)}</span>)}<span class="key own">{say(a.own)}</span></span>}>
        <div class="ladder-box" tabIndex={0} role="group" aria-label={say(a.keys_hint)} onKeyDown={step}>
          <Drawing ladder={shown} at={at} point={point} />
        </div>
        <p class="pointed">
          <span role="status" data-position={rung.position}><strong>{moment_full(rung.time)}</strong> <span class="tag">{named(kind_words, rung.kind)}</span> <span class="mono">{sides_say(ladder, rung)}</span> <strong>{rung_says(rung)}</strong>
            {rung.region !== null && <> <small>{say(a.region)} {rung.region}</small></>} <small>#{number(rung.position)} {flags(rung)}</small></span>
          {near !== null && <button type="button" class="plain" data-wide aria-pressed={wide} onClick={() => widen(!wide)}>{wide ? say(a.near, { n: near.length }) : say(a.wide, { n: ladder.records.length, near: near.length })}</button>}
        </p>
      </Twin>
      <Looked ladder={ladder} />
    </>
  );
}
