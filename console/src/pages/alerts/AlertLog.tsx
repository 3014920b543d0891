/* AlertLog.tsx -- what became of an alert: raised, shown, decided, and the work that was made of it.
 *
 * What the audit log says is shown to those who may read it; to others the last decision, which the alert
 * itself has.  Looking for work is written down, so it waits until somebody asks. */
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
import type { Alert, AlertRow } from "./alert";
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

function outcome_in({ detail }: Entry): string {
  try {
    return (JSON.parse(detail) as { outcome?: string }).outcome ?? "";
  } catch {
    return "";
  }
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
  const entries = useEntries(alert.id, row.decision), kinds = useKinds(), { decision } = row;
  return (
    <section class="card">
      <h2>{say(ow.log)}</h2>
      <ol class="log">
        {work?.map((item) => <WorkLine key={item.id} item={item} kinds={kinds} />)}
        {entries.map((entry) => (
          <li key={entry.sequence} data-what={entry.action}>
            <When at={entry.time} />
            <span class="log-what"><strong>{named(action_words, entry.action)}</strong>{outcome_in(entry) && ` → ${named(outcome_words, outcome_in(entry))}`}{entry.reason && <q>{entry.reason}</q>}</span>
            <small class="log-who"><Named id={entry.actor} /> · {say(ow.entry, { n: entry.sequence })}</small>
          </li>
        ))}
        {entries.length === 0 && decision && (
          <li data-what="decision"><When at={decision.time} /><span class="log-what"><strong>{named(action_words, "alert.decide")}</strong> → {named(outcome_words, decision.outcome)}</span><small class="log-who"><Named id={decision.by} /></small></li>
        )}
        <li data-what="raised"><When at={alert.time} /><span class="log-what"><strong>{say(ow.raised, { rule: alert.rule })}</strong></span><small class="log-who">{alert.score.toFixed(2)}</small></li>
      </ol>
      {work?.length === 0 && <p class="hint">{say(ow.looked_none)}</p>}
      {may("work:read") && <p><button type="button" onClick={look}>{say(ow.look)} <kbd aria-label={say(kw.work)}>v</kbd></button></p>}
    </section>
  );
}
