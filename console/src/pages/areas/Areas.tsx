/* Areas.tsx -- key areas of the source side, and where victims live, each as tiles in the order of codes with
 * its ranked table; and the items behind them. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api";
import type { PageProps } from "../../pages";
import { type Tile, TileGrid } from "../../parts/TileGrid";
import { go } from "../../router";
import { both, say } from "../../tongue";
import { all_kinds, type Item, type Kind, state_of } from "../../work";
import { names } from "../words";
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
      <WorkPage id={id} path="areas" says={say(names.areas)} kinds={["source_area", "victim_area"]} />
    </>
  );
}
