/* Areas.tsx -- key areas of the source side, and where victims live, each as tiles in the order of codes with
 * its ranked table; and the items behind them. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api";
import type { PageProps } from "../../pages";
import { Chart } from "../../parts/Chart";
import { type Tile, TileGrid } from "../../parts/TileGrid";
import { go } from "../../router";
import { both, say } from "../../tongue";
import { all_kinds, type Item, type Kind, state_of } from "../../work";
import { names } from "../words";
import type { ItemExtras } from "../work/Item";
import { WorkPage } from "../work/Work";
import { w } from "./words";

/* Places of one kind; a page of the service holds at most a hundred. */
async function places(kind: string): Promise<Item[]> {
  const all: Item[] = [];
  for (let after: string | null = ""; after !== null && all.length < 4000;) {
    const { body }: { body: { work: Item[]; next: string | null } } = await get("/v1/work", { kind, after, limit: 100 });
    all.push(...body.work);
    after = body.next;
  }
  return all;
}

function tile(kind: Kind, item: Item, field: string): Tile {
  const state = state_of(kind, item.state);
  return {
    code: String(item.fields.place ?? item.place ?? ""), says: String(item.fields.name ?? item.fields.place ?? ""),
    value: Number.parseFloat(String(item.fields[field] ?? "0")) || 0, note: say(w.month, { state: both(state), period: String(item.fields.counted ?? item.fields.period ?? "–") }),
  };
}

const CHARTED = 4;

/* "2026-08 27.500, 2026-09 25.000" as months and rates. */
function months_of(item: Item): Map<number, number> {
  const found = new Map<number, number>();
  for (const [, year, month, rate] of String(item.fields.trend ?? "").matchAll(/(\d{4})-(\d{2}) (\d+\.\d+)/g))
    found.set(new Date(Number(year), Number(month) - 1, 1).getTime() / 1000, Number(rate));
  return found;
}

/* Rates of places over their months; nothing, if no month was counted. */
function Trend({ items, label }: { items: Item[]; label: string }) {
  const all = items.map((item) => ({ says: String(item.fields.name ?? item.fields.place ?? ""), months: months_of(item) }))
    .filter(({ months }) => months.size > 0)
    .sort((a, b) => ([...b.months.values()].at(-1) ?? 0) - ([...a.months.values()].at(-1) ?? 0)).slice(0, CHARTED);
  if (all.length === 0)
    return null;
  const times = [...new Set(all.flatMap(({ months }) => [...months.keys()]))].sort((a, b) => a - b);
  return (
    <>
      <Chart months label={label} head={say(w.of_month)} times={times} series={all.map(({ says, months }) => ({ says, values: times.map((time) => months.get(time) ?? null) }))} />
      {items.length > 1 && <p class="hint">{say(w.trend_most)}</p>}
    </>
  );
}

/* An item's own months stand in its chart, not as a line of text. */
const EXTRAS: ItemExtras = {
  own: () => ["trend"],
  cards: ({ item }) => (months_of(item).size > 0 ? <section class="card" data-card="trend"><Trend items={[item]} label={say(w.trend)} /></section> : null),
};

function Side({ kind, field, label }: { kind: string; field: string; label: string }) {
  const [items, keep] = useState<Item[]>([]);
  const [of, know] = useState<Kind | null>(null);
  useEffect(() => {
    void Promise.all([all_kinds(), places(kind)]).then(([kinds, found]) => {
      know(kinds.find((one) => one.kind === kind) ?? null);
      keep(found);
    }, () => {});
  }, [kind]);
  if (of === null || items.length === 0)
    return <section class="card"><h2>{label}</h2><p class="hint">{say(w.empty)}</p></section>;
  return (
    <section class="card">
      <TileGrid label={label} head={[say(w.place), say(w.rate)]} tiles={items.map((item) => tile(of, item, field))}
        choose={(code) => {
          const item = items.find(({ fields }) => fields.place === code);
          if (item)
            go("areas", item.id);
        }} />
      <p class="hint">{say(w.thousandths)}</p>
      <Trend items={items} label={`${label} · ${say(w.trend)}`} />
    </section>
  );
}

export default function Areas({ id }: PageProps) {
  return (
    <>
      {id === null && (
        <>
          <div class="item-cards"><Side kind="source_area" field="both_by_resident" label={say(w.source)} /><Side kind="victim_area" field="victims_by_resident" label={say(w.victim)} /></div>
          <p class="hint">{say(w.apart)}</p>
        </>
      )}
      <WorkPage id={id} path="areas" says={say(names.areas)} kinds={["source_area", "victim_area"]} extras={EXTRAS} />
    </>
  );
}
