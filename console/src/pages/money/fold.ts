/* fold.ts -- what of a trace is drawn.  A picture of thousands of lines says nothing, so a large trace is folded:
 *
 *     start ──> the accounts that are worth stopping, and whatever lies between    always
 *           ──> then the largest sums, a few of each account                       as many as fit
 *           ──> "+ 380 accounts, 12,000.00" behind each account that has more      opened on demand
 *
 * What is folded is counted and summed: no payment is left out of the words beside the picture.  With `bank` the
 * same is done to banks instead of accounts, one node for a bank at each level: the whole in one look.
 *
 * Invariants:  1. Of the payments, each is drawn or folded, once; their sum is that of the trace.
 *              2. Positions depend on the trace and on what was opened, not on the moment that the slider names.
 *                 Nothing jumps while one looks at how the money went. */
/* SPDX-License-Identifier: Apache-2.0 */
import { exact, type Trace } from "./trace";

export type By = "account" | "bank";

/* All payments from one node to another. */
export interface Part {
  from: string;
  to: string;
  /* Of the trace, in order of time. */
  payments: number[];
  /* Sum of their traced amounts; units of `exact`. */
  sum: bigint;
}

export interface Place {
  id: string;
  level: number;
  /* Its accounts, by number; an end has none, nor has cash that came from nowhere. */
  accounts: number[];
  end: string | null;
  bank: string | null;
}

export interface Flow {
  by: By;
  places: Map<string, Place>;
  parts: Part[];
  /* By where they begin, the largest first. */
  out: Map<string, Part[]>;
  into: Map<string, Part[]>;
  /* Of each payment. */
  times: number[];
  sums: bigint[];
}

/* What is folded behind one node. */
export interface Fold {
  from: string;
  level: number;
  places: number;
  parts: Part[];
  payments: number;
  sum: bigint;
}

export interface Drawn {
  /* In the order in which they stand below one another. */
  places: Place[];
  parts: Part[];
  /* The largest first. */
  folds: Fold[];
  /* Payments that are drawn, of all; and what moved between folded ones. */
  payments: number;
  sum: bigint;
  hidden_payments: number;
  hidden_sum: bigint;
}

export const START = "start";
/* Up to so many nothing is folded. */
const PLACES_WHOLE = 60, PARTS_WHOLE = 400;
const PLACES_FIRST = 22, CHILDREN_FIRST = 5, OPENED = 12, PLACES_MAX = 600;

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list)
    list.push(value);
  else
    map.set(key, [value]);
}

export function flow_of(trace: Trace, by: By): Flow {
  const places = new Map<string, Place>(), all = new Map<string, Part>(), known = new Set<number>();
  const account = (at: number): string => {
    const one = trace.accounts[at], level = one?.level ?? 0;
    const id = by === "account" || level === 0 ? `a${at}` : `b${level} ${one?.bank ?? ""}`;
    const place = places.get(id);
    if (!place)
      places.set(id, { id, level, accounts: [at], end: null, bank: one?.bank ?? null });
    else if (!known.has(at))
      place.accounts.push(at);
    known.add(at);
    return id;
  };
  const sums = trace.payments.map(({ traced }) => exact(traced));
  trace.payments.forEach((payment, at) => {
    const from = payment.from === null ? START : account(payment.from);
    const to = payment.to === null ? `e${payment.level} ${payment.end ?? "unseen"}` : account(payment.to);
    if (payment.from === null && !places.has(START))
      places.set(START, { id: START, level: -1, accounts: [], end: null, bank: null });
    if (payment.to === null && !places.has(to))
      places.set(to, { id: to, level: payment.level + 1, accounts: [], end: payment.end ?? "unseen", bank: null });
    const key = `${from}\n${to}`, part = all.get(key) ?? { from, to, payments: [], sum: 0n };
    all.set(key, part);
    part.payments.push(at);
    part.sum += sums[at] ?? 0n;
  });
  const start = places.get(START);
  if (start)
    start.level = Math.min(...[...all.values()].filter(({ from }) => from === START).map(({ to }) => places.get(to)?.level ?? 0)) - 1;
  const out = new Map<string, Part[]>(), into = new Map<string, Part[]>();
  const parts = [...all.values()].sort((a, b) => (a.sum === b.sum ? (a.payments[0] ?? 0) - (b.payments[0] ?? 0) : a.sum > b.sum ? -1 : 1));
  for (const part of parts) {
    put(out, part.from, part);
    put(into, part.to, part);
  }
  return { by, places, parts, out, into, times: trace.payments.map(({ time }) => Date.parse(time)), sums };
}

/* Makes a place seen, with what lies between it and the start, by the largest sums. */
function show_way(flow: Flow, seen: Set<string>, id: string): void {
  const way: string[] = [];
  for (let at: string | undefined = id; at !== undefined && !seen.has(at) && !way.includes(at); at = flow.into.get(at)?.find(({ from }) => !way.includes(from))?.from)
    way.push(at);
  way.forEach((at) => seen.add(at));
}

/* The largest sums next, at most so many of each. */
function show_largest(flow: Flow, seen: Set<string>, opened: ReadonlyMap<string, number>, most: number): void {
  const next = new Map<string, number>(), count = new Map<string, number>();
  const best = (id: string): Part | undefined => {
    const parts = flow.out.get(id) ?? [];
    let at = next.get(id) ?? 0;
    while (at < parts.length && seen.has(parts[at]?.to ?? ""))
      at++;
    next.set(id, at);
    return (count.get(id) ?? 0) < CHILDREN_FIRST + OPENED * (opened.get(id) ?? 0) ? parts[at] : undefined;
  };
  while (seen.size < most) {
    let largest: Part | undefined;
    for (const id of seen) {
      const part = best(id);
      if (part && (largest === undefined || part.sum > largest.sum))
        largest = part;
    }
    if (largest === undefined)
      return;
    seen.add(largest.to);
    count.set(largest.from, (count.get(largest.from) ?? 0) + 1);
  }
}

/* Below one another as their givers stand: fewer lines cross. */
function in_order(flow: Flow, seen: Set<string>, roots: string[]): Place[] {
  const order: Place[] = [], done = new Set<string>();
  for (let row = roots; row.length > 0;) {
    const following: string[] = [];
    for (const id of row) {
      const place = flow.places.get(id);
      if (done.has(id) || !place || !seen.has(id))
        continue;
      done.add(id);
      order.push(place);
      following.push(...(flow.out.get(id) ?? []).map(({ to }) => to));
    }
    row = following;
  }
  for (const id of seen)
    if (!done.has(id) && flow.places.has(id))
      order.push(flow.places.get(id) as Place);
  return order;
}

function folds_of(flow: Flow, seen: Set<string>): Fold[] {
  const folds: Fold[] = [];
  for (const [from, parts] of flow.out) {
    const folded = seen.has(from) ? parts.filter(({ to }) => !seen.has(to)) : [];
    if (folded.length > 0)
      folds.push({
        from, parts: folded, places: folded.length, level: Math.min(...folded.map(({ to }) => flow.places.get(to)?.level ?? 0)),
        payments: folded.reduce((sum, { payments }) => sum + payments.length, 0), sum: folded.reduce((sum, part) => sum + part.sum, 0n),
      });
  }
  return folds.sort((a, b) => (a.sum === b.sum ? b.payments - a.payments : a.sum > b.sum ? -1 : 1));
}

/* `first`: accounts that are drawn before all others, the most wanted first; `opened`: how often a node was. */
export function fold(flow: Flow, first: readonly number[], opened: ReadonlyMap<string, number>): Drawn {
  const roots = [...flow.places.keys()].filter((id) => id === START || !flow.into.has(id));
  if (roots.length === 0)
    roots.push(...[...flow.places.keys()].slice(0, 1));
  let seen: Set<string>;
  if (flow.places.size <= PLACES_WHOLE && flow.parts.length <= PARTS_WHOLE)
    seen = new Set(flow.places.keys());
  else {
    seen = new Set(roots.slice(0, PLACES_FIRST));
    const wanted = new Set(first);
    const places = [...flow.places.values()].filter(({ accounts }) => accounts.some((at) => wanted.has(at)));
    const rank = new Map(first.map((at, place) => [at, place]));
    const best = ({ accounts }: Place) => Math.min(...accounts.map((at) => rank.get(at) ?? Infinity));
    places.sort((a, b) => best(a) - best(b)).forEach(({ id }) => show_way(flow, seen, id));
    let more = 0;
    opened.forEach((times) => (more += times));
    show_largest(flow, seen, opened, Math.min(PLACES_MAX, seen.size + PLACES_FIRST + OPENED * more));
  }
  const parts = flow.parts.filter(({ from, to }) => seen.has(from) && seen.has(to)), folds = folds_of(flow, seen);
  const hidden = flow.parts.filter(({ from }) => !seen.has(from));
  const count = (some: { payments: number[] }[]) => some.reduce((sum, { payments }) => sum + payments.length, 0);
  const total = (some: { sum: bigint }[]) => some.reduce((sum, part) => sum + part.sum, 0n);
  return {
    places: in_order(flow, seen, roots), parts, folds, payments: count(parts), sum: total(parts),
    hidden_payments: count(hidden), hidden_sum: total(hidden),
  };
}

/* How much of these had come by then. */
export function sum_until(flow: Flow, parts: readonly Part[], until: number): { sum: bigint; payments: number } {
  let sum = 0n, count = 0;
  for (const { payments } of parts)
    for (const at of payments)
      if ((flow.times[at] ?? 0) <= until) {
        sum += flow.sums[at] ?? 0n;
        count++;
      }
  return { sum, payments: count };
}
