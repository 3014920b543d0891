/* AlertLog.tsx -- what became of an alert: raised, shown, taken, decided and why, and the work made of it.
 *
 * Every decision comes with the alert itself; what else the audit log says is shown to those who may read it.
 * Looking for work is written down, so it waits until somebody asks. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get, may, post } from "../../api";
import { page_of_kind } from "../../pages";
import { When } from "../../parts/Log";
import { Named } from "../../parts/Named";
import { path_of } from "../../router";
import { both, named, say } from "../../tongue";
import { type Item, type Kind, state_of } from "../../work";
import type { Entry } from "../audit/prove";
import { useKinds } from "../work/Queue";
import type { Alert, AlertRow, Said } from "./alert";
import { code_says } from "./codes";
import { action_words, decide_words as dw, keys as kw, onward_words as ow, outcome_words } from "./words";

const ENTRIES_MAX = 50;

/* Work that names the alert, and work on its subject if that is known. */
export async function work_of(id: string, subject: string | null): Promise<Item[]> {
  const look = async (identifier: string) => (await post<{ work: Item[] }>("/v1/work/search", { identifier, reason: say(dw.work_reason) })).body.work;
  const found = [...await look(id), ...(subject === null ? [] : await look(subject))];
  return found.filter((item, at) => found.findIndex((other) => other.id === item.id) === at);
}

function useEntries(id: string, decision: AlertRow["decision"]): Entry[] {
  const [entries, keep] = useState<Entry[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    if (may("audit:read"))
      get<{ entries: Entry[] }>("/v1/audit", { object: id, limit: ENTRIES_MAX }, stop.signal).then(({ body }) => keep(body.entries), () => {});
    return () => stop.abort();
  }, [id, decision?.time, decision?.outcome]);
  return entries;
}

/* One line: a decision, with the number of its audit entry if that is known, or another entry. */
interface Line {
  what: string;
  time: string;
  who: string;
  name: string | undefined;
  sequence: number | null;
  said: Said | null;
  reason: string;
}

const NEAR_MS = 5000;

/* Newest first.  A decision and its entry are one transaction, so their times are next to each other. */
function lines_of(said: readonly Said[], entries: readonly Entry[]): Line[] {
  const decided = entries.filter(({ action }) => action === "alert.decide"), others = entries.filter(({ action }) => action !== "alert.decide");
  const lines: Line[] = said.map((one) => {
    const entry = decided.find(({ time, actor }) => actor === one.by && Math.abs(Date.parse(time) - Date.parse(one.time)) < NEAR_MS);
    return { what: "alert.decide", time: one.time, who: one.by, name: one.name, sequence: entry?.sequence ?? null, said: one, reason: one.reason ?? "" };
  });
  const names = new Map(said.flatMap(({ by, name }) => (name === undefined ? [] : [[by, name]])));
  for (const { action, time, actor, sequence, reason } of others)
    lines.push({ what: action, time, who: actor, name: names.get(actor), sequence, said: null, reason });
  return lines.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

function WorkLine({ item, kinds }: { item: Item; kinds: Kind[] | null }) {
  const kind = kinds?.find((one) => one.kind === item.kind);
  return (
    <li data-work={item.id}>
      <When at={item.created} />
      <span class="log-what"><strong><a href={path_of(page_of_kind(item.kind), item.id)}>{kind ? both(kind) : item.kind}</a></strong> → {both(kind && state_of(kind, item.state)) || item.state}</span>
      <small class="log-who">{item.ended ? say(ow.ended) : item.id}</small>
    </li>
  );
}

export function AlertLog({ row, alert, work, look }: { row: AlertRow; alert: Alert; work: Item[] | null; look: () => void }) {
  const entries = useEntries(alert.id, row.decision), kinds = useKinds();
  return (
    <section class="card">
      <h2>{say(ow.log)}</h2>
      <ol class="log">
        {work?.map((item) => <WorkLine key={item.id} item={item} kinds={kinds} />)}
        {lines_of(row.decisions ?? [], entries).map((line) => (
          <li key={`${line.what} ${line.time} ${line.sequence ?? ""}`} data-what={line.what}>
            <When at={line.time} />
            <span class="log-what">
              <strong>{named(action_words, line.what)}</strong>{line.said && ` → ${named(outcome_words, line.said.outcome)}`}
              {line.said && line.said.code !== "" && <> · <span data-code={line.said.code}>{code_says(line.said.code)}</span></>}
              {line.reason && <q>{line.reason}</q>}
            </span>
            <small class="log-who">{line.name ?? <Named id={line.who} />}{line.sequence !== null && ` · ${say(ow.entry, { n: line.sequence })}`}</small>
          </li>
        ))}
        <li data-what="raised"><When at={alert.time} /><span class="log-what"><strong>{say(ow.raised, { rule: alert.rule })}</strong></span><small class="log-who">{alert.score.toFixed(2)}</small></li>
      </ol>
      {work?.length === 0 && <p class="hint">{say(ow.looked_none)}</p>}
      {may("work:read") && <p><button type="button" onClick={look}>{say(ow.look)} <kbd aria-label={say(kw.work)}>v</kbd></button></p>}
    </section>
  );
}
