/* Queue.tsx -- items in the order of the service: priority, deadline, age; the next is taken by one key. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, listen, may, once_key, post, whoami } from "../../api";
import { useCell } from "../../cell";
import { useKeys } from "../../keys";
import { name_of, names } from "../../names";
import { Clock } from "../../parts/Clock";
import { type Column, DataTable } from "../../parts/DataTable";
import { Dialog } from "../../parts/Dialog";
import { form_values, FormFields, type Typed } from "../../parts/Form";
import { When } from "../../parts/Log";
import { ProblemBox } from "../../parts/Problem";
import { go } from "../../router";
import { both, type Pair, say } from "../../tongue";
import { all_kinds, clock_of, field_of, type Item, item_clock, type Kind, state_of } from "../../work";
import { w as common } from "../../words";
import { value_text } from "./Fields";
import { keys as kw, w } from "./words";

interface Page {
  work: Item[];
  next: string | null;
}

export interface Listed {
  item: Item;
  at: number;
}

export function useKinds(): Kind[] | null {
  const [kinds, keep] = useState<Kind[] | null>(null);
  useEffect(() => {
    all_kinds().then(keep, () => keep([]));
  }, []);
  return kinds;
}

export function holder_text(item: Item): string {
  return item.holder === undefined ? say(w.nobody) : item.holder === whoami.value?.id ? say(w.me) : item.holder === "-" ? say(w.somebody) : name_of(item.holder);
}

/* Some of its fields, as one line. */
function about(kind: Kind, item: Item): string {
  return kind.fields.filter(({ name }) => item.fields[name] !== undefined && item.fields[name] !== "").slice(0, 4)
    .map((field) => `${both(field)} ${value_text(field, item.fields[field.name] ?? null)}`).join(" · ");
}

function soonest({ item, at }: Listed, kind: Kind) {
  const running = (item.clocks ?? []).filter(({ state }) => state === "running").sort((a, b) => (a.left_ms ?? 0) - (b.left_ms ?? 0))[0];
  if (running !== undefined) {
    const clock = clock_of(kind, running.clock);
    return <Clock quiet name={clock ? both(clock) : running.clock} clock={item_clock(running, at)} />;
  }
  return item.due ? <Clock quiet name="" clock={{ state: "running", due: item.due }} /> : <span class="hint">–</span>;
}

/* What a special page has for its queue. */
export interface QueueExtras {
  /* Ready filters; a number key each. */
  views?: { name: string; says: Pair; kind: string; state?: string }[];
  /* In the place of the line of fields, for this kind ("": several). */
  about?: (kind: string, kinds: Kind[]) => Column<Listed>[] | null;
  /* Rows can be chosen (x), and this stands above them then. */
  bulk?: (chosen: Item[], done: () => void) => ComponentChildren;
  /* Above the table. */
  above?: (kind: string) => ComponentChildren;
}

function columns(kinds: Kind[], several: boolean, own: Column<Listed>[] | null): Column<Listed>[] {
  const kind_of = (item: Item) => kinds.find(({ kind }) => kind === item.kind);
  const all: (Column<Listed> | false)[] = [
    { name: "due", says: say(w.due), width: "17.5rem", cell: (row) => {
      const kind = kind_of(row.item);
      return kind ? soonest(row, kind) : "";
    } },
    several && { name: "kind", says: say(w.kind), width: "9rem", cell: ({ item }) => both(kind_of(item)) },
    { name: "state", says: say(w.state), width: "8rem", cell: ({ item }) => {
      const kind = kind_of(item);
      return both(kind && state_of(kind, item.state));
    } },
    ...(own ?? [{ name: "about", says: say(w.about), width: "minmax(16rem, 1fr)", cell: ({ item }) => {
      const kind = kind_of(item);
      return kind ? about(kind, item) : "";
    } } as Column<Listed>]),
    { name: "place", says: say(w.place), width: "5.5rem", cell: ({ item }) => item.place ?? "–" },
    { name: "holder", says: say(w.holder), width: "7rem", cell: ({ item }) => <span title={item.holder}>{holder_text(item)}</span> },
    { name: "created", says: say(w.created), width: "6.5rem", cell: ({ item }) => <When at={item.created} /> },
  ];
  return all.filter((column) => column !== false);
}

/* The list, read again when something of these kinds moves. */
function useQueue(wanted: { kind: string; state: string; mine: boolean; ended: boolean }, kinds: string[] | undefined) {
  const [rows, keep] = useState<Listed[]>([]);
  const [next, more_at] = useState<string | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const [loading, load] = useState(true);
  const [turn, again] = useState(0);
  const query = { kind: wanted.kind, state: wanted.state, mine: wanted.mine || null, all: wanted.ended || null, limit: 100 };
  const fits = (item: Item) => kinds === undefined || kinds.includes(item.kind);
  const key = JSON.stringify(query);
  useEffect(() => {
    const stop = new AbortController();
    load(true);
    get<Page>("/v1/work", query, stop.signal).then(({ body, at }) => {
      keep(body.work.filter(fits).map((item) => ({ item, at })));
      more_at(body.next);
      fail(null);
    }, (problem: unknown) => !stop.signal.aborted && fail(problem)).finally(() => load(false));
    return () => stop.abort();
  }, [key, turn]);
  useEffect(() => {
    let timer = 0, live = false;
    const stream = listen("/v1/work/events", "work", {}, () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => again((n) => n + 1), 400);
    }, (open) => {
      if (open !== live && open)
        again((n) => n + 1);
      live = open;
    });
    const turn = setInterval(() => void (live || document.hidden || again((n) => n + 1)), 5000);
    return () => {
      clearTimeout(timer);
      clearInterval(turn);
      stream.close();
    };
  }, []);
  const more = useCallback(() => {
    if (next === null || loading)
      return;
    load(true);
    get<Page>("/v1/work", { ...query, after: next }).then(({ body, at }) => {
      keep((before) => [...before, ...body.work.filter(fits).map((item) => ({ item, at }))]);
      more_at(body.next);
    }, fail).finally(() => load(false));
  }, [next, loading, key]);
  return { rows, fault, loading, more: next === null ? undefined : more, again: () => again((n) => n + 1) };
}

export function NewDialog({ kind, close, made, preset }: { kind: Kind; close: () => void; made: (item: Item) => void; preset?: Typed }) {
  const [typed, type] = useState<Typed>(preset ?? {});
  const [fault, fail] = useState<unknown>(null);
  const [key] = useState(once_key);
  const fields = (all: string[]) => all.map((name) => field_of(kind, name)).filter((field) => field !== undefined);
  const must = fields(kind.first_must), may_too = fields(kind.first_may);
  return (
    <Dialog title={`${say(w.new_item)} · ${both(kind)}`} close={close} wide>
      <form onSubmit={(event) => {
        event.preventDefault();
        post<Item>("/v1/work", { kind: kind.kind, fields: form_values([...must, ...may_too], typed) }, { key }).then(({ body }) => {
          close();
          made(body);
        }, fail);
      }}>
        <FormFields must={must} may={may_too} typed={typed} type={(name, text) => type({ ...typed, [name]: text })} />
        <ProblemBox fault={fault} />
        <footer>
          <button type="button" onClick={close}>{say(common.cancel)}</button>
          <button type="submit" class="main">{say(w.new_item)}</button>
        </footer>
      </form>
    </Dialog>
  );
}

function SearchDialog({ close, found }: { close: () => void; found: (items: Item[], at: number) => void }) {
  const [identifier, type] = useState("");
  const field = useRef<HTMLInputElement>(null);
  return (
    <Dialog title={say(w.search)} close={close}>
      <label class="field"><span>{say(w.identifier)}</span>
        <input ref={field} data-first value={identifier} autocomplete="off" spellcheck={false} onInput={(event) => type(event.currentTarget.value)} /></label>
      <SearchReason identifier={identifier} close={close} found={found} />
    </Dialog>
  );
}

function SearchReason({ identifier, close, found }: { identifier: string; close: () => void; found: (items: Item[], at: number) => void }) {
  const [reason, type] = useState("");
  const [fault, fail] = useState<unknown>(null);
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      post<Page>("/v1/work/search", { identifier: identifier.trim(), reason: reason.trim() }).then(({ body, at }) => {
        found(body.work, at);
        close();
      }, fail);
    }}>
      <label class="field"><span>{say(common.reason)}</span>
        <input value={reason} required onInput={(event) => type(event.currentTarget.value)} /><small>{say(common.reason_hint)}</small></label>
      <ProblemBox fault={fault} />
      <footer><button type="button" onClick={close}>{say(common.cancel)}</button><button type="submit" class="main" disabled={identifier.trim() === ""}>{say(w.search)}</button></footer>
    </form>
  );
}

export function Queue({ path, says, kinds: wanted_kinds, extras }: { path: string; says: string; kinds?: string[]; extras?: QueueExtras }) {
  const kinds = useKinds();
  const [wanted, want] = useState({ kind: extras?.views?.[0]?.kind ?? (wanted_kinds?.length === 1 ? wanted_kinds[0] ?? "" : ""), state: "", mine: false, ended: false });
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  /* Keys come faster than frames: each goes on from the one before, and not from what is drawn. */
  const [cursor, draw_cursor] = useState(0), place = useRef(0);
  const move = (to: number) => draw_cursor(place.current = to);
  const [fault, fail] = useState<unknown>(null);
  const [note, tell] = useState("");
  const [dialog, show] = useState<"new" | "search" | null>(null);
  const [found, find] = useState<Listed[] | null>(null);
  const queue = useQueue(wanted, wanted_kinds);
  const rows = found ?? queue.rows;
  const offered = (kinds ?? []).filter(({ kind }) => wanted_kinds === undefined || wanted_kinds.includes(kind));
  const chosen = offered.find(({ kind }) => kind === wanted.kind);
  const can_add = chosen !== undefined && may("work:write") && chosen.creators.some((role) => whoami.value?.roles.includes(role));
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined)
      go(path, row.item.id);
  };
  const take_next = () => {
    tell("");
    post<Item | "">("/v1/work/take", wanted.kind === "" ? {} : { kind: wanted.kind }).then(({ status, body }) => {
      if (status === 204 || body === "")
        tell(say(w.nothing_to_take));
      else
        go(path, body.id);
    }, fail);
  };
  const last = Math.max(0, rows.length - 1);
  const view = (at: number) => {
    const wished = extras?.views?.[at];
    if (wished !== undefined) {
      want({ ...wanted, kind: wished.kind, state: wished.state ?? "" });
      move(0);
    }
  };
  const toggle = (id: string | undefined) => select((before) => {
    const next = new Set(before);
    if (id !== undefined && !next.delete(id))
      next.add(id);
    return next;
  });
  const bulk = extras?.bulk !== undefined;
  useKeys([
    ...(extras?.views ?? []).map(({ name, says: named }, at) => ({ key: String(at + 1), name: `work.view.${name}`, says: named, go: () => view(at) })),
    ...(bulk ? [{ key: "x", name: "work.select", says: kw.select, go: () => toggle(rows[Math.min(place.current, last)]?.item.id) }] : []),
    { key: "j", name: "work.down", says: kw.down, repeats: true, go: () => move(Math.min(last, place.current + 1)) },
    { key: "k", name: "work.up", says: kw.up, repeats: true, go: () => move(Math.max(0, place.current - 1)) },
    { key: "o", name: "work.open", says: kw.open, go: () => open(place.current) },
    { key: "Enter", name: "work.enter", says: kw.open, go: () => open(place.current) },
    { key: "/", name: "work.search", says: kw.search, go: () => show("search") },
    ...(may("work:write") ? [{ key: "n", name: "work.next", says: kw.take_next, go: take_next }] : []),
    ...(can_add ? [{ key: "a", name: "work.new", says: kw.new_item, go: () => show("new") }] : []),
  ]);
  const called = useCell(names);
  const shown = useMemo(() => columns(kinds ?? [], wanted.kind === "", extras?.about?.(wanted.kind, kinds ?? []) ?? null), [kinds, wanted.kind, called]);
  return (
    <>
      <div class="page-head">
        <h1>{says}</h1>
        {offered.length !== 1 && (
          <select class="slim" aria-label={say(w.kind)} value={wanted.kind} onChange={(event) => want({ ...wanted, kind: event.currentTarget.value, state: "" })}>
            {wanted_kinds === undefined || wanted_kinds.length > 1 ? <option value="">{say(w.all_kinds)}</option> : null}
            {offered.map((kind) => <option key={kind.kind} value={kind.kind}>{both(kind)}</option>)}
          </select>
        )}
        {chosen && (
          <select class="slim" aria-label={say(w.state)} value={wanted.state} onChange={(event) => want({ ...wanted, state: event.currentTarget.value })}>
            <option value="">{say(w.any_state)}</option>
            {chosen.states.map((state) => <option key={state.name} value={state.name}>{both(state)}</option>)}
          </select>
        )}
        <label><input type="checkbox" checked={wanted.mine} onChange={() => want({ ...wanted, mine: !wanted.mine })} /> {say(w.mine)}</label>
        <label><input type="checkbox" checked={wanted.ended} onChange={() => want({ ...wanted, ended: !wanted.ended })} /> {say(w.ended)}</label>
        <span class="grow" />
        {may("work:write") && <button type="button" class="main" data-take-next onClick={take_next}>{say(w.take_next)} <kbd>n</kbd></button>}
        {can_add && <button type="button" data-new onClick={() => show("new")}>{say(w.new_item)}</button>}
        <button type="button" onClick={() => show("search")}>{say(w.search)}</button>
        {found && <button type="button" onClick={() => find(null)}>{say(w.found)}: {found.length} ✕</button>}
      </div>
      <ProblemBox fault={fault ?? queue.fault} retry={queue.again} />
      {note && <p class="notice" role="status">{note}</p>}
      {extras?.views && (
        <div class="row views" role="group" aria-label={say(w.views)}>
          {extras.views.map(({ name, says: named, kind, state }, at) => (
            <button key={name} type="button" data-view={name} aria-pressed={wanted.kind === kind && wanted.state === (state ?? "")} onClick={() => view(at)}>
              {say(named)} <kbd>{at + 1}</kbd>
            </button>
          ))}
        </div>
      )}
      {extras?.above?.(wanted.kind)}
      {selected.size > 0 && (
        <div class="row bulk">
          <strong>{say(common.selected_count, { n: selected.size })}</strong>
          {extras?.bulk?.(rows.filter(({ item }) => selected.has(item.id)).map(({ item }) => item), () => select(new Set()))}
          <button type="button" class="plain" onClick={() => select(new Set())}>{say(common.none)}</button>
        </div>
      )}
      <DataTable label={says} columns={shown} rows={rows} id={({ item }) => item.id} cursor={rows.length === 0 ? -1 : Math.min(cursor, last)} move={move}
        {...(bulk && { selected: ({ item }: Listed) => selected.has(item.id), select: ({ item }: Listed) => toggle(item.id) })}
        open={(_, index) => open(index)} more={found ? undefined : queue.more} empty={queue.loading ? say(common.loading) : say(w.empty)} />
      {dialog === "new" && chosen && <NewDialog kind={chosen} close={() => show(null)} made={(item) => go(path, item.id)} />}
      {dialog === "search" && <SearchDialog close={() => show(null)} found={(items, at) => find(items.map((item) => ({ item, at })))} />}
    </>
  );
}

