/* Cases.tsx -- cases with their victims, suspects and batches, and all that is linked with them. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get, has_role, may, post } from "../../api";
import { useKeys } from "../../keys";
import { number } from "../../money";
import type { PageProps } from "../../pages";
import { PlainTable } from "../../parts/DataTable";
import { both, say } from "../../tongue";
import { field_of, type Item, item_get, type Kind, state_of, type Value } from "../../work";
import { names } from "../words";
import { value_text } from "../work/Fields";
import { type ItemExtras, type ItemSeen, LinkTo } from "../work/Item";
import { type Listed, NewDialog, type QueueExtras, useKinds } from "../work/Queue";
import { WorkPage } from "../work/Work";
import { keys as kw, w } from "./words";

const FLAGS = ["fugitive", "handed_over", "wanted", "prosecuted"];

/* Items by id, read again when the list changes or `turn` does. */
export function useItems(ids: readonly string[], turn: unknown): Item[] {
  const [items, keep] = useState<Item[]>([]);
  const key = ids.join();
  useEffect(() => {
    let gone = false;
    void Promise.all(ids.map((id) => item_get(id).then(({ body }) => body, () => null)))
      .then((all) => gone || keep(all.filter((item) => item !== null)));
    return () => void (gone = true);
  }, [key, turn]);
  return items;
}

export function cell_of(kind: Kind, item: Item, name: string): string {
  const field = field_of(kind, name), value = item.fields[name];
  return field === undefined || value === undefined ? "–" : value_text(field, value);
}

/* A column that shows one field of a kind. */
export function field_column(kind: Kind, name: string, says: string, width: string) {
  return { name, says, width, cell: ({ item }: Listed) => <span class={field_of(kind, name)?.show === "masked" ? "mono" : ""}>{cell_of(kind, item, name)}</span> };
}

/* ---- queue ---- */

function flags_of(kind: Kind, item: Item): string {
  return FLAGS.filter((name) => item.fields[name] === true).map((name) => both(field_of(kind, name))).join(" · ") || "–";
}

const QUEUE: QueueExtras = {
  views: [
    { name: "cases", says: w.view_cases, kind: "case" }, { name: "victims", says: w.view_victims, kind: "victim" },
    { name: "suspects", says: w.view_suspects, kind: "suspect" }, { name: "handovers", says: w.view_handovers, kind: "handover" },
  ],
  about: (name, kinds) => {
    const kind = kinds.find((one) => one.kind === name);
    if (kind === undefined)
      return null;
    const column = (field: string, says: string, width: string) => field_column(kind, field, says, width);
    if (name === "case")
      return [column("number", say(w.number), "10rem"), column("title", say(w.title), "minmax(14rem, 1fr)"), column("scam", say(w.scam), "11rem"), column("loss", say(w.loss), "9rem")];
    if (name === "victim")
      return [column("name", say(w.name), "8rem"), column("loss", say(w.loss), "minmax(9rem, 1fr)"), column("returned", say(w.returned), "9rem")];
    if (name === "suspect")
      return [column("name", say(w.name), "8rem"), column("role", say(w.role), "9rem"), { name: "flags", says: say(w.attributes), width: "minmax(14rem, 1fr)", cell: ({ item }) => flags_of(kind, item) }];
    return [column("counterpart", say(w.counterpart), "minmax(12rem, 1fr)"), column("count", say(w.persons), "6rem"), column("at", say(w.at), "13rem")];
  },
  above: (kind) => (kind === "suspect" ? <Overlap /> : null),
};

interface Counts {
  counts: Record<string, Record<string, number | null>>;
}

function rows_of(kind: Kind, counts: Counts["counts"]): [string, string][] {
  return Object.entries(counts).flatMap(([name, inner]) => {
    const field = field_of(kind, name);
    return Object.entries(inner).filter(([value]) => value !== "false").map(([value, n]): [string, string] => [
      value === "true" || field === undefined ? both(field) || name : `${both(field)} · ${value_text(field, value)}`, n === null ? "–" : number(n),
    ]);
  });
}

/* Numbers that nobody may add up (docs/case.md). */
function Overlap() {
  const kind = useKinds()?.find((one) => one.kind === "suspect");
  const [counts, keep] = useState<Counts["counts"] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    get<Counts>("/v1/work/counts", { kind: "suspect" }, stop.signal).then(({ body }) => keep(body.counts), () => {});
    return () => stop.abort();
  }, []);
  return kind === undefined || counts === null ? null : (
    <section class="card" data-card="overlap">
      <h2>{say(w.overlap)}</h2>
      <ul class="counts">{rows_of(kind, counts).map(([says, n]) => <li key={says}><span class="hint">{says}</span> <strong>{n}</strong></li>)}</ul>
    </section>
  );
}

/* ---- a case ---- */

function People({ seen, kind, title, empty, fields }: { seen: ItemSeen; kind: Kind; title: string; empty: string; fields: string[] }) {
  const ids = (seen.log?.links ?? []).filter((link) => link.kind === kind.kind).map(({ item }) => item);
  const items = useItems(ids, seen.log);
  return (
    <section class="card" data-card={kind.kind}>
      <h2>{title} <small>{number(ids.length)}</small></h2>
      {ids.length === 0 ? <p class="hint">{empty}</p> : (
        <PlainTable caption={title} head={["#", ...fields.map((name) => both(field_of(kind, name))), say(w.state)]}
          rows={items.map((item, at) => [<a key="a" href={`/console/cases/${item.id}`}>{at + 1}</a>, ...fields.map((name) => cell_of(kind, item, name)), both(state_of(kind, item.state))])} />
      )}
      {kind.kind === "suspect" && items.length > 0 && (
        <p class="row"><small>{say(w.overlap)}:</small>{FLAGS.map((name) => <span key={name} class="tag">{both(field_of(kind, name))} {items.filter((item) => item.fields[name] === true).length}</span>)}</p>
      )}
    </section>
  );
}

function CaseParts({ seen }: { seen: ItemSeen }) {
  const kinds = useKinds();
  const [adding, add] = useState<"victim" | "suspect" | null>(null);
  const victim = kinds?.find(({ kind }) => kind === "victim"), suspect = kinds?.find(({ kind }) => kind === "suspect");
  const writes = victim !== undefined && may("work:write") && has_role(...victim.creators) && !seen.item.ended;
  useKeys(writes ? [
    { key: "v", name: "case.victim", says: kw.victim, go: () => add("victim") },
    { key: "p", name: "case.suspect", says: kw.suspect, go: () => add("suspect") },
  ] : []);
  if (victim === undefined || suspect === undefined)
    return null;
  const others = (seen.log?.links ?? []).filter(({ kind }) => kind !== "victim" && kind !== "suspect");
  const chosen = adding === "victim" ? victim : suspect;
  return (
    <>
      <div class="halves">
        <People seen={seen} kind={victim} title={say(w.victims)} empty={say(w.none_victims)} fields={["name", "loss", "returned"]} />
        <People seen={seen} kind={suspect} title={say(w.suspects)} empty={say(w.none_suspects)} fields={["name", "role", ...FLAGS]} />
      </div>
      <section class="card" data-card="others">
        <header class="row spread">
          <h2>{say(w.others)}</h2>
          {writes && (
            <span class="row">
              <button type="button" data-add="victim" onClick={() => add("victim")}>{say(w.add_victim)} <kbd>v</kbd></button>
              <button type="button" data-add="suspect" onClick={() => add("suspect")}>{say(w.add_suspect)} <kbd>p</kbd></button>
            </span>
          )}
        </header>
        {others.length === 0 ? <p class="hint">{say(w.none_others)}</p> : <ul>{others.map((link) => <li key={link.item}><LinkTo link={link} kinds={kinds} /></li>)}</ul>}
      </section>
      {adding && <NewDialog kind={chosen} preset={{ about: seen.item.id }} close={() => add(null)} made={(item) => {
        void post(`/v1/work/${item.id}/link`, { other: seen.item.id, relation: "part_of" }).then(seen.again, seen.again);
      }} />}
    </>
  );
}

/* Who came with a batch, its own number held against the list. */
function Batch({ seen }: { seen: ItemSeen }) {
  const kind = useKinds()?.find((one) => one.kind === "suspect");
  const listed = seen.item.fields.suspects;
  const ids = (Array.isArray(listed) ? listed : []).map((entry) => (typeof entry === "object" ? String(entry.id) : String(entry)));
  const items = useItems(ids, seen.item.version);
  const told: Value = seen.item.fields.count ?? null;
  return kind === undefined ? null : (
    <section class="card" data-card="batch">
      <h2>{say(w.batch)} <span class={`tag ${told !== null && Number(told) !== ids.length ? "bad" : ""}`}>{say(w.batch_count, { n: ids.length, m: told === null ? "–" : Number(told) })}</span></h2>
      <PlainTable caption={say(w.batch)} head={["#", say(w.name), say(w.role), say(w.attributes)]}
        rows={items.map((item, at) => [<a key="a" href={`/console/cases/${item.id}`}>{at + 1}</a>, cell_of(kind, item, "name"), cell_of(kind, item, "role"), flags_of(kind, item)])} />
    </section>
  );
}

/* The case that a victim or a suspect is part of. */
function Whole({ seen }: { seen: ItemSeen }) {
  const about = seen.item.fields.about;
  const [whole] = useItems(typeof about === "string" && about.startsWith("w_") ? [about] : [], about);
  const kind = useKinds()?.find((one) => one.kind === "case");
  return whole === undefined || kind === undefined ? null : (
    <section class="card" data-card="whole">
      <h2>{both(kind)}</h2>
      <p><a href={`/console/cases/${whole.id}`}>{cell_of(kind, whole, "number")} {cell_of(kind, whole, "title")}</a> <small>{both(state_of(kind, whole.state))}</small></p>
    </section>
  );
}

const EXTRAS: ItemExtras = {
  keys: { check: "k", file: "f", dismiss: "x", add: "a", solve: "s", hand_on: "h", take_back: "b", close: "e", reopen: "o", hear: "h", finish: "e", hold: "h", mark: "m", clear: "x", list: "i", receive: "v", give_receipt: "e", fail: "x" },
  before: (seen) => (seen.kind.kind === "case" ? <CaseParts seen={seen} /> : seen.kind.kind === "handover" ? <Batch seen={seen} /> : <Whole seen={seen} />),
};

export default function Cases({ id }: PageProps) {
  return <WorkPage id={id} path="cases" says={say(names.cases)} kinds={["case", "victim", "suspect", "handover"]} extras={EXTRAS} queue={QUEUE} />;
}
