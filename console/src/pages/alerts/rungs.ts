/* rungs.ts -- the records around an alert as the service tells them (docs/http.md), and where each stands
 * on the page: an axis of time without its idle stretches, a lane for each party.
 *
 *     t0 ──●──●────●──╱╱──●────●──> t1     a stretch in which nothing happened is cut out and says how long;
 *                                           each of the others has a scale of its own, where more happened
 *                                           a wider one
 *     A  ──┬──────────────────────          lanes: whom most of it is about, one person's side by side;
 *     B  ──┴─▬▬▬──────────────────          the others share one for numbers and one for accounts */
/* SPDX-License-Identifier: Apache-2.0 */
import { say } from "../../tongue";
import { around as a } from "./words";

export interface Party {
  letter: string;
  type: "phone" | "account" | "imei" | "imsi" | "device";
  name: string;
  sought: boolean;
  holder: number | null;
  region: string | null;
  shown: number;
  records?: number;
  others?: number;
  others_more?: boolean;
  subject: boolean;
  alerts: number | null;
  pseudonym?: string;
}

export type RecordKind = "call" | "sms" | "sim" | "account" | "payment" | "report";

export interface Rung {
  position: number;
  time: string;
  kind: RecordKind;
  own: boolean;
  from?: string;
  to?: string;
  device?: string;
  card?: string;
  duration_ms?: number;
  result?: string;
  event?: string;
  amount?: string;
  currency?: string;
  channel?: string;
  reverses?: boolean;
  scam?: string;
  named?: string[];
  region: string | null;
  late_ms: number;
}

export interface Gap {
  kind: RecordKind;
  from: string;
  until: string;
}

export interface Ladder {
  alert: string;
  masked: boolean;
  trigger: number;
  read: { from: string | null; until: string | null; first: number; last: number; entries: number; kept_from: number; cut: string; cut_after: string };
  missing: number;
  left: number;
  parties: Party[];
  records: Rung[];
  gaps: Gap[];
}

/* ---- time ---- */

export interface Axis {
  x: (ms: number) => number;
  breaks: { x: number; ms: number }[];
  ticks: { x: number; ms: number }[];
}

const BREAK = 40, BREAKS_MAX = 6, IDLE_MS = 10 * 60_000, GROUP_MIN = 26, TICK_MIN = 84, BY_TIME = 0.3;

export const ends_of = ({ time, duration_ms }: Rung): [number, number] => [Date.parse(time), Date.parse(time) + (duration_ms ?? 0)];

/* Where the stretches lie that are cut out: the longest, if they are long beside all the rest. */
function idle(times: readonly number[]): Set<number> {
  const whole = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const long = times.slice(1).map((time, at) => ({ at, ms: time - (times[at] ?? time) })).filter(({ ms }) => ms > IDLE_MS && ms > whole / 12);
  return new Set(long.sort((one, other) => other.ms - one.ms).slice(0, BREAKS_MAX).map(({ at }) => at));
}

export function axis_of(moments: readonly number[], left: number, right: number): Axis {
  const times = [...new Set(moments)].sort((one, other) => one - other), cut = idle(times);
  const groups: { from: number; to: number; x: number; wide: number }[] = [];
  times.forEach((time, at) => {
    const last = groups.at(-1);
    if (last === undefined || cut.has(at - 1))
      groups.push({ from: time, to: time, x: 0, wide: 0 });
    else
      last.to = time;
  });
  const busy = Math.max(1, groups.reduce((sum, { from, to }) => sum + to - from, 0));
  const room = right - left - (groups.length - 1) * BREAK - groups.length * GROUP_MIN;
  let at = left;
  for (const group of groups) {
    const happened = moments.filter((ms) => ms >= group.from && ms <= group.to).length / moments.length;
    const share = BY_TIME * ((group.to - group.from) / busy) + (1 - BY_TIME) * happened;
    group.x = at;
    group.wide = GROUP_MIN + room * share;
    at += group.wide + BREAK;
  }
  const x = (ms: number): number => {
    const group = groups.filter(({ from }) => from <= ms).at(-1) ?? groups[0];
    if (group === undefined)
      return left;
    const share = group.to === group.from ? 0.5 : (ms - group.from) / (group.to - group.from), inset = GROUP_MIN / 2;
    return share > 1 ? group.x + group.wide + BREAK / 2 : group.x + inset + Math.max(0, share) * (group.wide - GROUP_MIN);
  };
  const ticks: { x: number; ms: number }[] = [];
  for (const group of groups) {
    const parts = Math.max(1, Math.floor(group.wide / (2 * TICK_MIN)));
    for (let part = 0; part <= (group.to === group.from ? 0 : parts); part++) {
      const ms = group.from + ((group.to - group.from) * part) / parts;
      if (x(ms) - (ticks.at(-1)?.x ?? -TICK_MIN) >= TICK_MIN)
        ticks.push({ x: x(ms), ms });
    }
  }
  const breaks = groups.slice(1).map((group, before) => ({ x: group.x - BREAK / 2, ms: group.from - (groups[before]?.to ?? group.from) }));
  return { x, breaks, ticks };
}

const MARGIN_MS = 20 * 60_000;

/* The records about the time of those that the alert rests on; null: that is nearly all of them. */
export function near_of({ records }: Ladder): Rung[] | null {
  const own = records.filter(({ own: is }) => is).flatMap(ends_of);
  if (own.length === 0)
    return null;
  const from = Math.min(...own), until = Math.max(...own), margin = Math.max(MARGIN_MS, (until - from) / 3);
  const near = records.filter((rung) => ends_of(rung)[1] >= from - margin && ends_of(rung)[0] <= until + margin);
  return near.length * 10 >= records.length * 9 ? null : near;
}

/* ---- lanes ---- */

export interface Lane {
  key: string;
  says: string;
  kind: "phone" | "account" | "others" | "cash";
  subject: boolean;
  sought: boolean;
  /* Of whom more than one lane is drawn. */
  holder: number | null;
}

const LANES_MAX = 12;

export const party_says = (party: Party): string => `${party.letter} ${party.name}`;

/* Letters that stand on a lane: sides of something, or named by a victim. */
function sides(ladder: Ladder): Set<string> {
  return new Set(ladder.records.flatMap(({ from, to, named }) => [from, to, ...(named ?? [])]).filter((letter) => letter !== undefined));
}

export function lanes_of(ladder: Ladder): { lanes: Lane[]; of: Map<string, number>; cash: number } {
  const used = sides(ladder), there = ladder.parties.filter(({ letter, type }) => used.has(letter) && (type === "phone" || type === "account"));
  const weight = (party: Party) => (party.subject ? 2000 : 0) + (party.sought ? 1000 : 0) + party.shown;
  const chosen = [...there].sort((one, other) => weight(other) - weight(one)).slice(0, LANES_MAX);
  const ordered: Party[] = [];
  const put = (party: Party) => {
    if (ordered.includes(party))
      return;
    ordered.push(party);
    if (party.holder !== null)
      chosen.filter(({ holder }) => holder === party.holder).forEach(put);
  };
  chosen.filter(({ type }) => type === "phone").forEach(put);
  chosen.forEach(put);
  const lanes: Lane[] = ordered.map((party) => ({ key: party.letter, says: party_says(party), kind: party.type === "account" ? "account" : "phone", subject: party.subject, sought: party.sought,
    holder: ordered.filter(({ holder }) => holder !== null && holder === party.holder).length > 1 ? party.holder : null }));
  const of = new Map(ordered.map(({ letter }, at) => [letter, at]));
  for (const type of ["phone", "account"] as const) {
    const rest = there.filter((party) => party.type === type && !of.has(party.letter));
    if (rest.length === 0)
      continue;
    rest.forEach(({ letter }) => of.set(letter, lanes.length));
    lanes.push({ key: type, says: say(type === "phone" ? a.others_phone : a.others_account, { n: rest.length }), kind: "others", subject: false, sought: false, holder: null });
  }
  const needs_cash = ladder.records.some(({ kind, from, to }) => kind === "payment" && (from === undefined || to === undefined));
  if (needs_cash)
    lanes.push({ key: "cash", says: say(a.cash), kind: "cash", subject: false, sought: false, holder: null });
  return { lanes, of, cash: needs_cash ? lanes.length - 1 : -1 };
}

/* ---- regions ---- */

export type Part = "calls" | "called" | "pays" | "paid" | "cash_out" | "issued";

/* Which part each region has in it: where devices called from, where persons live, where cash left. */
export function regions_of(ladder: Ladder): { code: string; value: number; parts: Part[] }[] {
  const found = new Map<string, { value: number; parts: Set<Part> }>();
  const home = (letter: string | undefined) => ladder.parties.find((party) => party.letter === letter)?.region ?? null;
  const add = (code: string | null, part: Part) => {
    if (code === null)
      return;
    const region = found.get(code) ?? { value: 0, parts: new Set<Part>() };
    region.value++;
    region.parts.add(part);
    found.set(code, region);
  };
  for (const { kind, from, to, region } of ladder.records)
    if (kind === "call" || kind === "sms") {
      add(region ?? home(from), "calls");
      add(home(to), "called");
    } else if (kind === "payment") {
      add(home(from), to === undefined ? "cash_out" : "pays");
      add(home(to), "paid");
    } else if (kind !== "report")
      add(region, "issued");
  return [...found].map(([code, { value, parts }]) => ({ code, value, parts: [...parts] }));
}
