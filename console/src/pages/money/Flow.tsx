/* Flow.tsx -- the picture of a trace, as it had come by the moment that the slider names, and what of it is
 * folded: each fold is a node that one presses and a button that one reaches by key. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { moment_full } from "../../dates";
import { useKeys } from "../../keys";
import { money, money_short, number } from "../../money";
import { type Edge, Graph, type Node } from "../../parts/Graph";
import { named, say } from "../../tongue";
import { type By, type Drawn, type Flow as Flowing, flow_of, fold, type Fold, type Place, START, sum_until } from "./fold";
import { decimal_of, type Trace } from "./trace";
import { ends, keys as kw, w } from "./words";

const FOLDS_TOLD = 8, STOPS_FIRST = 8, STOPS_MARKED = 100;

function place_says(trace: Trace, place: Place): string {
  if (place.id === START)
    return trace.start ?? say(ends.cash);
  if (place.end !== null)
    return named(ends, place.end);
  const bank = place.bank ?? say(w.bank_unknown);
  return place.id.startsWith("a") ? trace.accounts[place.accounts[0] ?? -1]?.account ?? "–" : say(w.many, { bank, n: number(place.accounts.length) });
}

function tone_of(place: Place, stops: ReadonlySet<number>): Pick<Node, "tone"> {
  if (place.id === START || place.level === 0)
    return { tone: "start" };
  return place.end !== null ? { tone: "bad" } : place.accounts.some((at) => stops.has(at)) ? { tone: "warn" } : {};
}

function amount_says(sum: bigint, payments: number): string {
  const amount = money_short(decimal_of(sum));
  return payments > 1 ? say(w.times, { amount, n: number(payments) }) : amount;
}

function picture(trace: Trace, flow: Flowing, drawn: Drawn, stops: ReadonlySet<number>, until: number): { nodes: Node[]; edges: Edge[] } {
  const reached = new Set<string>(), told = drawn.folds.slice(0, FOLDS_TOLD);
  const edge = (from: string, to: string, parts: Fold["parts"]): Edge => {
    const { sum, payments } = sum_until(flow, parts, until);
    if (payments > 0)
      [from, to].forEach((id) => reached.add(id));
    return { from, to, says: payments > 0 ? amount_says(sum, payments) : "", weight: Number(sum), later: payments === 0 };
  };
  const edges = [...drawn.parts.map((part) => edge(part.from, part.to, [part])), ...told.map((one) => edge(one.from, `fold ${one.from}`, one.parts))];
  const folded = new Map(told.map((one) => [one.from, one]));
  const nodes = drawn.places.map((place): Node => ({ id: place.id, says: place_says(trace, place), level: place.level, later: !reached.has(place.id), ...tone_of(place, stops) }));
  /* A fold stands below what is drawn of the same giver. */
  for (const place of drawn.places) {
    const one = folded.get(place.id);
    if (one)
      nodes.push({ id: `fold ${one.from}`, level: one.level, tone: "fold", later: !reached.has(`fold ${one.from}`), says: say(w.fold, { n: number(one.places), amount: money_short(decimal_of(one.sum)) }) });
  }
  return { nodes, edges };
}

function drawn_says(trace: Trace, drawn: Drawn): string {
  const unit = trace.currency ?? "CNY", all = trace.payments.length;
  if (drawn.payments === all)
    return say(w.drawn_all, { n: number(all) });
  const folded = drawn.folds.reduce((sum, one) => ({ n: sum.n + one.payments, sum: sum.sum + one.sum }), { n: 0, sum: 0n });
  return say(w.drawn, { n: number(drawn.payments), all: number(all), amount: money(decimal_of(drawn.sum), unit), m: number(folded.n), folded: money(decimal_of(folded.sum), unit),
    k: number(drawn.hidden_payments), hidden: money(decimal_of(drawn.hidden_sum), unit) });
}

function Folds({ trace, flow, drawn, open, again, opened }: { trace: Trace; flow: Flowing; drawn: Drawn; open: (from: string) => void; again: () => void; opened: boolean }) {
  const unit = trace.currency ?? "CNY", more = drawn.folds.length - FOLDS_TOLD;
  if (drawn.folds.length === 0 && !opened)
    return null;
  return (
    <div class="folds" role="group" aria-label={say(w.folds)}>
      <strong>{say(w.folds)}</strong>
      {drawn.folds.slice(0, FOLDS_TOLD).map((one) => {
        const place = flow.places.get(one.from);
        return (
          <button key={one.from} type="button" class="plain" data-fold={one.from} onClick={() => open(one.from)}>
            {say(w.open, { name: place ? place_says(trace, place) : "–", n: number(one.places), payments: number(one.payments), amount: money(decimal_of(one.sum), unit) })}
          </button>
        );
      })}
      {more > 0 && <small>{say(w.folds_more, { n: number(more) })}</small>}
      {opened && <button type="button" data-fold-again onClick={again}>{say(w.fold_again)}</button>}
    </div>
  );
}

/* Of two heights, so that opening a fold seldom makes the picture anew. */
const HEIGHT = 340, HEIGHT_LARGE = 620, NODES_SMALL = 24;

/* `wanted`: accounts that somebody chose elsewhere, the latest first. */
export function Flow({ trace, wanted }: { trace: Trace; wanted: readonly number[] }) {
  const [by, look] = useState<By>("account");
  const flow = useMemo(() => flow_of(trace, by), [trace, by]);
  const [first, last] = useMemo(() => [flow.times.reduce((a, b) => Math.min(a, b), Infinity), flow.times.reduce((a, b) => Math.max(a, b), 0)], [flow]);
  const [until, slide] = useState(last);
  const [opened, open] = useState<ReadonlyMap<string, number>>(new Map());
  const stops = useMemo(() => (trace.stops ?? []).map(({ account }) => account), [trace]);
  const marked = useMemo(() => new Set(stops.slice(0, STOPS_MARKED)), [stops]);
  const drawn = useMemo(() => fold(flow, [...wanted, ...stops.slice(0, STOPS_FIRST)], opened), [flow, wanted, stops, opened]);
  const { nodes, edges } = useMemo(() => picture(trace, flow, drawn, marked, until), [trace, flow, drawn, marked, until]);
  const table = useMemo(() => {
    const names = new Map(nodes.map(({ id, says }) => [id, says]));
    return { head: [say(w.payer), say(w.payee), say(w.traced)], rows: edges.filter(({ later }) => !later).map(({ from, to, says }) => [names.get(from) ?? "–", names.get(to) ?? "–", says]) };
  }, [nodes, edges]);
  useEffect(() => slide(last), [last]);
  const unfold = (from: string) => open(new Map(opened).set(from, (opened.get(from) ?? 0) + 1));
  const turn = (to: By) => {
    look(to);
    open(new Map());
  };
  const largest = drawn.folds[0];
  useKeys([
    ...(largest ? [{ key: "e", name: "money.expand", says: kw.expand, go: () => unfold(largest.from) }] : []),
    ...(opened.size > 0 ? [{ key: "f", name: "money.fold", says: kw.fold, go: () => open(new Map()) }] : []),
    { key: "b", name: "money.look", says: kw.look, go: () => turn(by === "bank" ? "account" : "bank") },
  ]);
  if (trace.payments.length === 0)
    return null;
  const large = flow.parts.length > NODES_SMALL;
  return (
    <section class={`card flow${large ? " large" : ""}`} data-drawn={drawn.payments} data-payments={trace.payments.length}>
      <div class="fields">
        <label class="field"><span>{say(w.until, { moment: moment_full(new Date(until).toISOString()) })}</span>
          <input type="range" aria-label={say(w.slider)} min={first} max={last} step={1000} value={until} onInput={(event) => {
            const to = Number(event.currentTarget.value);
            slide(to + 1000 > last ? last : Math.max(first, to));
          }} /></label>
        <label class="field"><span>{say(w.draw)}</span>
          <select name="draw" value={by} onChange={(event) => turn(event.currentTarget.value === "bank" ? "bank" : "account")}>
            <option value="account">{say(w.by_account)}</option><option value="bank">{say(w.by_bank)}</option>
          </select></label>
      </div>
      <p class="hint" role="status">{drawn_says(trace, drawn)}</p>
      <Graph label={say(w.picture)} nodes={nodes} edges={edges} table={table} height={large ? HEIGHT_LARGE : HEIGHT} choose={(id) => id.startsWith("fold ") && unfold(id.slice(5))} chosen={wanted[0] === undefined ? null : `a${wanted[0]}`} />
      <Folds trace={trace} flow={flow} drawn={drawn} open={unfold} again={() => open(new Map())} opened={opened.size > 0} />
    </section>
  );
}
