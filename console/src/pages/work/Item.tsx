/* Item.tsx -- one item of any kind: clocks, steps, what is known, links, notes, attachments, log. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { ask, listen, may, once_key, post, type Reply } from "../../api";
import { useCell } from "../../cell";
import { useKeys } from "../../keys";
import { number } from "../../money";
import { names } from "../../names";
import { Clock } from "../../parts/Clock";
import { Log, When } from "../../parts/Log";
import { Named, Pick } from "../../parts/Named";
import { ProblemBox } from "../../parts/Problem";
import { ReasonDialog, RevealButton, RevealDialog, useRevealed } from "../../parts/Reveal";
import { type StepKeys, Steps } from "../../parts/StepForm";
import { lw } from "../../parts/words";
import { page_of_kind } from "../../pages";
import { go } from "../../router";
import { both, named, say } from "../../tongue";
import { clock_of, holds, type Item as WorkItem, item_clock, item_get, item_log, type ItemLog, type Kind, kind_of, state_of, type Value } from "../../work";
import { w as common } from "../../words";
import { Fields } from "./Fields";
import { holder_text, useKinds } from "./Queue";
import { w, keys as kw } from "./words";

export interface ItemSeen {
  kind: Kind;
  item: WorkItem;
  at: number;
  log: ItemLog | null;
  revealed: Record<string, Value> | null;
  changed: (reply: Reply<WorkItem>) => void;
  again: () => Promise<void>;
}

/* What a special page adds. */
export interface ItemExtras {
  /* In front of everything but the head. */
  before?: (seen: ItemSeen) => ComponentChildren;
  /* Among the cards. */
  cards?: (seen: ItemSeen) => ComponentChildren;
  /* Names of fields that stand in cards of its own, and not among the rest. */
  own?: (kind: Kind) => readonly string[];
  /* Of steps; a key that the item has itself is taken by the step. */
  keys?: StepKeys;
}

/* The item, read again when an event names it. */
export function useItem(id: string) {
  const [seen, keep] = useState<{ item: WorkItem; at: number } | null>(null);
  const [kind, know] = useState<Kind | null>(null);
  const [log, log_keep] = useState<ItemLog | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const take = useCallback((reply: Reply<WorkItem>) => {
    keep({ item: reply.body, at: reply.at });
    item_log(reply.body.id).then(log_keep, () => {});
  }, []);
  const again = useCallback(async () => {
    try {
      const reply = await item_get(id);
      know((await kind_of(reply.body.kind)) ?? null);
      take(reply);
      fail(null);
    } catch (problem) {
      fail(problem);
    }
  }, [id]);
  useEffect(() => {
    void again();
    /* What happened while no stream stood is read, and until one stands, now and then. */
    let live = false;
    const stream = listen("/v1/work/events", "work", {}, (data) => {
      if ((data as { item?: string }).item === id)
        void again();
    }, (open) => {
      live = open;
      if (open)
        void again();
    });
    const timer = setInterval(() => void (live || document.hidden || again()), 4000);
    return () => {
      clearInterval(timer);
      stream.close();
    };
  }, [id]);
  return { seen, kind, log, fault, take, again };
}

/* A link to an item, on the page of its kind, with its state. */
export function LinkTo({ link, kinds }: { link: ItemLog["links"][number]; kinds: readonly Kind[] | null }) {
  const kind = kinds?.find((one) => one.kind === link.kind);
  return (
    <>
      <a href={`/console/${page_of_kind(link.kind)}/${link.item}`}>{kind ? both(kind) : link.kind} <span class="mono">{link.item}</span></a>
      {" "}<small>{kind ? both(state_of(kind, link.state)) || link.state : link.state}</small>
    </>
  );
}

function Links({ log }: { log: ItemLog }) {
  const kinds = useKinds();
  return log.links.length === 0 ? <p class="hint">{say(common.none)}</p> : (
    <ul>{log.links.map((link) => (
      <li key={link.item + link.relation}>{named(RELATIONS, link.relation)} {link.forward ? "→" : "←"} <LinkTo link={link} kinds={kinds} /></li>
    ))}</ul>
  );
}

export const RELATIONS = {
  same_place: w.relation_same_place, same_device: w.relation_same_device, same_holder: w.relation_same_holder,
  same_outlet: w.relation_same_outlet, part_of: w.relation_part_of, led_to: w.relation_led_to,
};

function Notes({ log }: { log: ItemLog }) {
  return (
    <ul>
      {log.notes.map((note, at) => <li key={at}><When at={note.time} /> <small>{note.by && <Named id={note.by} />}</small><p class="note">{note.text}</p></li>)}
      {log.notes.length === 0 && <li class="hint">{say(common.none)}</li>}
    </ul>
  );
}

async function download(id: string, sha256: string, name: string): Promise<void> {
  const reply = await fetch(`/v1/work/${id}/attachments/${sha256}`, { credentials: "same-origin" });
  if (!reply.ok)
    return;
  const link = document.createElement("a"), url = URL.createObjectURL(await reply.blob());
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function Attachments({ item, log, again }: { item: WorkItem; log: ItemLog; again: () => Promise<void> }) {
  const [fault, fail] = useState<unknown>(null);
  return (
    <>
      <ul>
        {log.attachments.map(({ sha256, name, size, time }) => (
          <li key={sha256}><When at={time} /> <button type="button" class="plain" onClick={() => void download(item.id, sha256, name)}>{name}</button> <small>{number(size)} B · {sha256.slice(0, 12)}</small></li>
        ))}
        {log.attachments.length === 0 && <li class="hint">{say(common.none)}</li>}
      </ul>
      {may("work:write") && (
        <label class="file"><span class="file-face">{say(w.attach)}</span>
          <input type="file" class="unseen" accept="application/pdf,image/jpeg,image/png,text/plain" onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined)
              ask("POST", `/v1/work/${item.id}/attachments`, { query: { name: file.name }, raw: { bytes: file, type: file.type || "text/plain" } }).then(again, fail);
          }} /></label>
      )}
      <ProblemBox fault={fault} />
    </>
  );
}

/* While one looks at what one holds, the lease goes on. */
function useRenewed(kind: Kind | null, item: WorkItem | null): void {
  const held = item !== null && kind !== null && kind.lease_ms > 0 && holds(item) && !item.ended;
  useEffect(() => {
    if (!held)
      return;
    const timer = setInterval(() => void (document.hidden || post(`/v1/work/${item.id}/renew`, {}).catch(() => {})), Math.max(30000, kind.lease_ms / 3));
    return () => clearInterval(timer);
  }, [held, item?.id]);
}

function HandOver({ item, close, changed }: { item: WorkItem; close: () => void; changed: (reply: Reply<WorkItem>) => void }) {
  const [to, type] = useState("");
  return (
    <ReasonDialog title={say(w.hand_over)} close={close} go={async (reason) => {
      const whom = to.startsWith("o_") ? { organisation: to } : { user: to };
      changed(await post<WorkItem>(`/v1/work/${item.id}/hand-over`, { ...whom, reason }, { if_match: `"${item.version}"`, key: once_key() }));
    }} before={<label class="field"><span>{say(w.hand_to)}</span><Pick of="either" value={to} pick={type} control={{ name: "to", required: true, "data-first": true }} /></label>} />
  );
}

function Head({ kind, item, at, path, children }: { kind: Kind; item: WorkItem; at: number; path: string; children: ComponentChildren }) {
  useCell(names);
  return (
    <header class="card item-head">
      <div class="row spread">
        <span class="row">
          <button type="button" onClick={() => go(path)}>{say(common.back)}</button>
          <h1>{both(kind)}</h1><span class={`tag ${item.ended ? "good" : ""}`} data-state={item.state}>{both(state_of(kind, item.state))}</span>
          <small class="mono">{item.id}</small>{item.into && <small>{say(w.merged_into, { id: item.into })}</small>}
        </span>
        <span class="row"><small>{say(w.holder)}</small><strong title={item.holder}>{holder_text(item)}</strong>{item.lease_until && holds(item) && <Clock quiet name={say(w.lease)} clock={{ state: "running", due: item.lease_until }} />}{children}</span>
      </div>
      <div class="row clocks">
        {(item.clocks ?? []).map((clock) => {
          const of = clock_of(kind, clock.clock);
          return <Clock key={clock.clock + clock.started} name={of ? both(of) : clock.clock} clock={item_clock(clock, at)} />;
        })}
      </div>
    </header>
  );
}

export function Item({ id, path, extras }: { id: string; path: string; extras?: ItemExtras }) {
  const { seen, kind, log, fault, take, again } = useItem(id);
  const [dialog, show] = useState<"reveal" | "note" | "hand" | null>(null);
  const [problem, fail] = useState<unknown>(null);
  const revealed = useRevealed<Record<string, Value>>(id);
  const item = seen?.item ?? null;
  useRenewed(kind, item);
  const hold = () => {
    if (item !== null)
      post<WorkItem>(`/v1/work/${item.id}/${holds(item) ? "release" : "take"}`, {}, { if_match: `"${item.version}"` }).then((reply) => {
        fail(null);
        void again();
        return reply;
      }, fail);
  };
  const writes = may("work:write"), can_reveal = may("work:reveal") && (item?.masked?.length ?? 0) > 0;
  useKeys([
    { key: "u", name: "item.back", says: kw.back, go: () => go(path) },
    { key: "Escape", name: "item.escape", says: kw.back, go: () => go(path) },
    ...(writes ? [
      { key: "l", name: "item.take", says: kw.take, go: hold },
      { key: "c", name: "item.note", says: kw.comment, go: () => show("note") },
      { key: "1", name: "item.step", says: kw.step, go: () => document.querySelector<HTMLButtonElement>(".steps button[data-step]:enabled")?.click() },
    ] : []),
    ...(can_reveal ? [{ key: "r", name: "item.reveal", says: kw.reveal, go: () => show("reveal") }] : []),
  ]);
  if (seen === null || kind === null || item === null)
    return fault === null ? <p class="hint" role="status">{say(common.loading)}</p> : <ProblemBox fault={fault} retry={() => void again()} />;
  const all: ItemSeen = { kind, item, at: seen.at, log, revealed: revealed.value, changed: take, again };
  return (
    <>
      <Head kind={kind} item={item} at={seen.at} path={path}>
        {writes && !item.ended && kind.lease_ms > 0 && <button type="button" data-hold onClick={hold}>{say(holds(item) ? w.release : w.take)}</button>}
        {writes && !item.ended && <button type="button" onClick={() => show("hand")}>{say(w.hand_over)}</button>}
        {can_reveal && <RevealButton seconds={revealed.seconds} hide={revealed.hide} ask={() => show("reveal")} />}
      </Head>
      <ProblemBox fault={problem} />
      {extras?.before?.(all)}
      <div class="item-cards">
        <div class="item-main">
          <section class="card"><Steps kind={kind} item={item} at={seen.at} changed={take} again={again} {...(extras?.keys && { keys: extras.keys })} /></section>
          <section class="card"><h2>{say(w.fields)}</h2><Fields kind={{ ...kind, fields: kind.fields.filter(({ name }) => !extras?.own?.(kind).includes(name)) }} item={item} revealed={revealed.value} /></section>
        </div>
        <div class="item-side">
          {extras?.cards?.(all)}
          {log && <section class="card"><h2>{say(w.links)}</h2><Links log={log} /></section>}
          {log && <section class="card"><h2>{say(w.notes)}</h2><Notes log={log} />{writes && <button type="button" onClick={() => show("note")}>{say(w.add_note)}</button>}</section>}
          {log && <section class="card"><h2>{say(w.attachments)}</h2><Attachments item={item} log={log} again={again} /></section>}
        </div>
      </div>
      {log && <section class="card"><h2>{say(lw.log)}</h2><Log kind={kind} log={log} /></section>}
      {dialog === "reveal" && <RevealDialog close={() => show(null)} go={async (reason) => {
        revealed.show((await post<WorkItem>(`/v1/work/${item.id}/reveal`, { fields: item.masked ?? [], reason })).body.fields);
        void again();
      }} />}
      {dialog === "note" && <ReasonDialog title={say(w.add_note)} close={() => show(null)} confirm={say(w.add_note)} asks={say(w.notes)} go={async (text) => {
        await post(`/v1/work/${item.id}/note`, { text }, { key: once_key(), if_match: `"${item.version}"` });
        await again();
      }} />}
      {dialog === "hand" && <HandOver item={item} close={() => show(null)} changed={take} />}
    </>
  );
}
