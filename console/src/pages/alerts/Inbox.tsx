/* Inbox.tsx -- alerts as rows, moved through by key, narrowed by the filter language, growing as they come. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { may } from "../../api";
import { useCell } from "../../cell";
import { composing, useKeys } from "../../keys";
import { number } from "../../money";
import { type Column, DataTable } from "../../parts/DataTable";
import { When } from "../../parts/Log";
import { ProblemBox } from "../../parts/Problem";
import { both, named, say } from "../../tongue";
import { grade_words, respond_words, subject_words, typology_words, w as common } from "../../words";
import { type ListRow, inbox, inbox_more, inbox_open, outcome_of } from "./alert";
import { ViewsDialog } from "./Views";
import type { View } from "./view";
import { decide_words as dw, keys as kw, outcome_words, view_words as vw, w } from "./words";

export function Grade({ grade }: { grade: string | null }) {
  return grade === null ? <span>–</span> : <span class={`tag ${grade}`}>{named(grade_words, grade)}</span>;
}

function columns(): Column<ListRow>[] {
  return [
    { name: "time", says: say(w.time), width: "9.4rem", cell: ({ alert }) => <When at={alert.time} /> },
    { name: "grade", says: say(w.grade), width: "5rem", cell: ({ alert }) => <Grade grade={alert.grade} /> },
    { name: "score", says: say(w.score), width: "4rem", right: true, cell: ({ alert }) => <span class="number">{alert.score.toFixed(2)}</span> },
    { name: "typology", says: say(w.typology), width: "6.5rem", cell: ({ alert }) => named(typology_words, alert.typology) },
    { name: "subject", says: say(w.subject), width: "11.5rem", cell: ({ alert }) => <span title={named(subject_words, alert.subject_kind)} class="mono">{alert.subject}</span> },
    { name: "reason", says: say(w.reason), width: "minmax(18rem, 1fr)", cell: (row) => {
      const { alert, shadow } = row;
      return (
      <span title={both(alert.reason)}>{outcome_of(row) !== "open" && <span class="tag good">{named(outcome_words, outcome_of(row))}</span>} {shadow && <span class="tag">{say(w.trial)}</span>} {both(alert.reason)}</span>
      );
    } },
    { name: "respond", says: say(w.respond), width: "6.5rem", cell: ({ alert }) => named(respond_words, alert.respond) },
    { name: "rule", says: say(w.rule), width: "9.5rem", cell: ({ alert }) => <code>{alert.rule}</code> },
  ];
}

/* Those that the view names, in its order; all, if it names none that we have. */
function columns_of(view: View | null): Column<ListRow>[] {
  const all = columns();
  const named_ones = (view?.columns ?? []).map((name) => all.find((column) => column.name === name)).filter((column) => column !== undefined);
  return named_ones.length > 0 ? named_ones : all;
}

interface Props {
  cursor: number;
  move: (index: number) => void;
  selected: ReadonlySet<string>;
  /* Changes the set of those that are selected, in place. */
  select: (change: (ids: Set<string>) => void) => void;
  open: (index: number) => void;
  /* Asks what they come to; null: one may not. */
  decide: ((hand_on: boolean) => void) | null;
  /* The same of all that fit the filter, loaded or not. */
  decide_matching: (() => void) | null;
}

/* Selects it, or no longer. */
const turned = (id: string) => (ids: Set<string>) => void (ids.delete(id) || ids.add(id));

function useInboxKeys({ cursor, move, select, open, decide_matching }: Props, rows: readonly ListRow[], search: () => void, views: (keeping: boolean) => void): void {
  /* Keys come faster than frames: each goes on from the one before, and not from what is drawn. */
  const place = useRef(cursor);
  place.current = cursor;
  const step = (to: number) => move(place.current = to);
  const toggle = () => {
    const id = rows[place.current]?.alert.id;
    if (id !== undefined)
      select(turned(id));
  };
  const choose = (fits: (row: ListRow) => boolean) => select((ids) => {
    ids.clear();
    for (const row of rows)
      if (fits(row))
        ids.add(row.alert.id);
  });
  const here = rows[cursor];
  useKeys([
    { key: "j", name: "alerts.down", says: kw.down, repeats: true, go: () => step(Math.min(rows.length - 1, place.current + 1)) },
    { key: "k", name: "alerts.up", says: kw.up, repeats: true, go: () => step(Math.max(0, place.current - 1)) },
    { key: "ArrowDown", name: "alerts.arrow-down", says: kw.down, repeats: true, go: () => step(Math.min(rows.length - 1, place.current + 1)) },
    { key: "ArrowUp", name: "alerts.arrow-up", says: kw.up, repeats: true, go: () => step(Math.max(0, place.current - 1)) },
    { key: "x", name: "alerts.select", says: kw.select, go: toggle },
    { key: "* a", name: "alerts.all", says: kw.all, go: () => choose(() => true) },
    ...(decide_matching ? [{ key: "* m", name: "alerts.matching", says: kw.matching, go: decide_matching }] : []),
    { key: "* n", name: "alerts.none", says: kw.none, go: () => select((ids) => ids.clear()) },
    { key: "* r", name: "alerts.same", says: kw.same, go: () => choose(({ alert }) => alert.rule === here?.alert.rule) },
    { key: "* s", name: "alerts.same-subject", says: kw.same_subject, go: () => choose(({ subject }) => subject === here?.subject) },
    { key: "o", name: "alerts.open", says: kw.open, go: () => open(place.current) },
    { key: "Enter", name: "alerts.enter", says: kw.open, go: () => open(place.current) },
    { key: "/", name: "alerts.search", says: kw.search, go: search },
    ...(may("views:own") ? [
      { key: "v", name: "alerts.views", says: kw.views, go: () => views(false) },
      { key: "w", name: "alerts.keep-view", says: kw.keep_view, go: () => views(true) },
    ] : []),
    { key: "0", name: "alerts.newest", says: kw.newest, go: () => move(0) },
  ]);
}

function FilterBar({ field, views }: { field: { current: HTMLInputElement | null }; views: () => void }) {
  const { q, view, decided, rows, next, live, arrived, loading } = useCell(inbox);
  const [text, type] = useState(q);
  return (
    <form class="page-head" role="search" onSubmit={(event) => {
      event.preventDefault();
      void inbox_open(text.trim());
      field.current?.blur();
    }}>
      <h1>{say(w.title)}</h1>
      <input ref={field} class="filter" type="search" value={text} placeholder={say(w.filter_hint)} aria-label={say(w.filter)} spellcheck={false}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && !composing(event) && event.currentTarget.blur()} />
      <button type="submit">{say(w.filter_go)}</button>
      {q !== "" && <button type="button" onClick={() => {
        type("");
        void inbox_open("");
      }}>{say(w.clear)}</button>}
      {may("views:own") && <button type="button" data-views onClick={views}>{view === null ? say(vw.title) : say(vw.here, { name: view.name })} <kbd>v</kbd></button>}
      <label><input type="checkbox" checked={decided} onChange={() => void inbox_open(q, !decided)} /> {say(dw.show_decided)}</label>
      <span class="hint number" data-count={rows.length}>{loading ? say(common.loading) : say(next === null ? w.all_loaded : w.count, { n: number(rows.length) })}</span>
      {arrived > 0 && <span class="tag good" role="status">{say(w.arrived, { n: number(arrived) })}</span>}
      <span class={`tag ${live ? "good" : "warn"}`}>{say(live ? common.live : common.not_live)}</span>
    </form>
  );
}

export function Inbox(props: Props) {
  const { rows, next, fault, q, loading, view } = useCell(inbox);
  const [views, show] = useState<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useInboxKeys(props, rows, () => {
    field.current?.focus();
    field.current?.select();
  }, show);
  const { selected, select } = props;
  const toggle = useCallback((row: ListRow) => select(turned(row.alert.id)), [select]);
  const shown = useMemo(() => columns_of(view), [view]);
  return (
    <>
      <FilterBar key={q} field={field} views={() => show(false)} />
      {views !== null && <ViewsDialog keeping={views} close={() => show(null)} />}
      <ProblemBox fault={fault} retry={() => void inbox_open(q)} />
      {selected.size > 0 && <div class="row bulk"><strong>{say(common.selected_count, { n: number(selected.size) })}</strong>
        {props.decide && <><button type="button" class="main" onClick={() => props.decide?.(false)}>{say(dw.title)} <kbd>e</kbd></button>
          <button type="button" onClick={() => props.decide?.(true)}>{say(dw.hand_on)} <kbd>s</kbd></button></>}
        {props.decide_matching && next !== null && <button type="button" data-matching onClick={props.decide_matching}>{say(kw.matching)} <kbd>* m</kbd></button>}
        <button type="button" onClick={() => select((ids) => ids.clear())}>{say(kw.none)}</button></div>}
      <DataTable label={say(w.title)} columns={shown} rows={rows} id={({ alert }) => alert.id} cursor={rows.length === 0 ? -1 : props.cursor} move={props.move}
        open={(_, index) => props.open(index)} selected={({ alert }) => selected.has(alert.id)} select={toggle} more={next === null ? undefined : inbox_more}
        empty={loading ? say(common.loading) : say(w.empty)} tone={(row) => (outcome_of(row) === "open" ? "" : "faded")} />
    </>
  );
}
