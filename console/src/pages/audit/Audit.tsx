/* Audit.tsx -- who did what: searched, and each entry proved in the browser against the signed checkpoint. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { get } from "../../api";
import { moment_full } from "../../dates";
import { useKeys } from "../../keys";
import { type Column, DataTable } from "../../parts/DataTable";
import { When } from "../../parts/Log";
import { Named } from "../../parts/Named";
import { ProblemBox } from "../../parts/Problem";
import { say } from "../../tongue";
import { w as common } from "../../words";
import { type Checkpoint, type Entry, type Proof, prove, type Verdict } from "./prove";
import { keys as kw, w } from "./words";

const TRIES_MAX = 8;
const NOTHING = { actor: "", action: "", object: "" };

function useEntries(asked: typeof NOTHING) {
  const [rows, keep] = useState<Entry[]>([]);
  const [state, turn] = useState<"loading" | "more" | "end">("loading");
  const [fault, fail] = useState<unknown>(null);
  const read = (before: number | null) => get<{ entries: Entry[] }>("/v1/audit", { ...asked, before, limit: 200 });
  useEffect(() => {
    turn("loading");
    read(null).then(({ body }) => {
      keep(body.entries);
      turn(body.entries.length < 200 ? "end" : "more");
      fail(null);
    }, fail);
  }, [asked]);
  const more = useCallback(() => {
    const last = rows.at(-1);
    if (state !== "more" || last === undefined)
      return;
    turn("loading");
    read(last.sequence).then(({ body }) => {
      keep((all) => [...all, ...body.entries]);
      turn(body.entries.length < 200 ? "end" : "more");
    }, fail);
  }, [rows, state, asked]);
  return { rows, more: state === "end" ? undefined : more, fault, loading: state === "loading" };
}

function Line({ good, text }: { good: boolean | null; text: string }) {
  return <li><span class={`tag ${good === null ? "warn" : good ? "good" : "bad"}`}>{good === null ? "?" : good ? "✓" : "✗"}</span> {text}</li>;
}

function Proved({ verdict }: { verdict: Verdict }) {
  const holds = verdict.entry && verdict.path && verdict.signed !== false;
  return (
    <div role="status" data-proof={holds ? "holds" : "broken"}>
      <ul>
        <Line good={verdict.entry} text={say(w.entry_fits)} />
        <Line good={verdict.path} text={say(w.path_fits, { size: verdict.size })} />
        <Line good={verdict.signed} text={say(verdict.signed === null ? w.unsigned : w.signed)} />
      </ul>
      <p><strong>{say(holds ? w.fits : w.broken)}</strong> {say(w.root)} <code>{verdict.root}</code></p>
    </div>
  );
}

/* The log is signed once a second: the newest entries wait for it. */
async function covering(sequence: number): Promise<Checkpoint> {
  for (let tries = 0; ; tries++) {
    const { body } = await get<Checkpoint>("/v1/audit/checkpoint");
    if (body.size > sequence || tries === TRIES_MAX)
      return body;
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}

function One({ entry }: { entry: Entry }) {
  const [verdict, keep] = useState<Verdict | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const check = async () => {
    work(true);
    try {
      const checkpoint = await covering(entry.sequence);
      const proof = (await get<Proof>("/v1/audit/proof", { entry: entry.sequence, size: checkpoint.size })).body;
      keep(await prove(proof, checkpoint, entry));
      fail(null);
    } catch (problem) {
      fail(problem);
    }
    work(false);
  };
  useEffect(() => keep(null), [entry.sequence]);
  useKeys([{ key: "v", name: "audit.prove", says: kw.prove, go: () => void check() }]);
  const rows: [string, ComponentChildren][] = [[say(w.sequence), String(entry.sequence)], [say(w.time), moment_full(entry.time)], [say(w.actor), <Named key="a" id={entry.actor} />], [say(w.organisation), <Named key="o" id={entry.organisation} />],
    [say(w.action), entry.action], [say(w.object), `${entry.object_kind} ${entry.object_id}`], [say(w.outcome), entry.outcome], [say(w.reason), entry.reason || "–"]];
  return (
    <section class="card">
      <dl class="pairs">{rows.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}</dl>
      {entry.detail !== "" && <pre class="scrolls" tabIndex={0} aria-label={say(w.detail)}>{entry.detail}</pre>}
      <p class="hint">{say(w.what)}</p>
      <button type="button" class="main" data-prove disabled={busy} onClick={() => void check()}>{say(busy ? w.proving : w.prove)} <kbd>v</kbd></button>
      <ProblemBox fault={fault} />
      {verdict && <Proved verdict={verdict} />}
    </section>
  );
}

export default function Audit() {
  const [typed, type] = useState(NOTHING);
  const [asked, ask] = useState(NOTHING);
  const [cursor, move] = useState(0);
  const { rows, more, fault, loading } = useEntries(asked);
  const last = Math.max(0, rows.length - 1), entry = rows[Math.min(cursor, last)];
  useKeys([
    { key: "j", name: "audit.down", says: kw.down, repeats: true, go: () => move(Math.min(last, cursor + 1)) },
    { key: "k", name: "audit.up", says: kw.up, repeats: true, go: () => move(Math.max(0, cursor - 1)) },
    { key: "/", name: "audit.search", says: kw.search, go: () => document.querySelector<HTMLInputElement>("[name=actor]")?.focus() },
  ]);
  const columns: Column<Entry>[] = [
    { name: "sequence", says: say(w.sequence), width: "5rem", cell: ({ sequence }) => sequence },
    { name: "time", says: say(w.time), width: "8rem", cell: ({ time }) => <When at={time} /> },
    { name: "actor", says: say(w.actor), width: "11rem", cell: ({ actor }) => <Named id={actor} /> },
    { name: "action", says: say(w.action), width: "11rem", cell: ({ action }) => action },
    { name: "object", says: say(w.object), width: "minmax(11rem, 1fr)", cell: ({ object_kind, object_id }) => `${object_kind} ${object_id}` },
    { name: "outcome", says: say(w.outcome), width: "7rem", cell: ({ outcome }) => <span class={`tag ${["ok", "done", "made"].includes(outcome) ? "" : "warn"}`}>{outcome}</span> },
  ];
  const field = (name: keyof typeof NOTHING, says: string) => (
    <label>{says} <input name={name} value={typed[name]} autocomplete="off" spellcheck={false} onInput={(event) => type({ ...typed, [name]: event.currentTarget.value })} /></label>
  );
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1>
        <form class="row" onSubmit={(event) => {
          event.preventDefault();
          move(0);
          ask({ actor: typed.actor.trim(), action: typed.action.trim(), object: typed.object.trim() });
        }}>{field("actor", say(w.actor))}{field("action", say(w.action))}{field("object", say(w.object))}<button type="submit">{say(w.search)}</button></form>
      </div>
      <ProblemBox fault={fault} />
      <div class="item-cards audit-cards">
        <DataTable label={say(w.title)} columns={columns} rows={rows} id={({ sequence }) => String(sequence)} cursor={rows.length === 0 ? -1 : Math.min(cursor, last)} move={move} more={more} empty={say(loading ? common.loading : w.empty)} />
        {entry && <One entry={entry} />}
      </div>
    </>
  );
}
