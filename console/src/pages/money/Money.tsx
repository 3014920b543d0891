/* Money.tsx -- where money went, or whose it is: a question with its reason, or a trace that was kept. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get, may, once_key, post, type Reply } from "../../api";
import { useKeys } from "../../keys";
import { number } from "../../money";
import type { PageProps } from "../../pages";
import { ProblemBox } from "../../parts/Problem";
import { go, handed_over } from "../../router";
import { say } from "../../tongue";
import { w as common } from "../../words";
import type { Kept } from "./trace";
import { TraceScreen } from "./TraceScreen";
import { keys as kw, methods, w } from "./words";

export interface Question {
  from: string;
  method: string;
  direction: string;
  depth: number;
  payments: number;
  /* Of one account that are followed; read at all. */
  fan?: number;
  reads?: number;
  reason: string;
}

/* How many payments an answer may have, and how many may be read for it: a large one is slower. */
const READS: Record<number, number> = { 1000: 20000, 5000: 100000, 10000: 200000 };

export function trace_ask(question: Question): Promise<Reply<Kept>> {
  return post<Kept>("/v1/traces", question, { key: once_key() });
}

function Ask() {
  const [question, type] = useState<Question>(() => ({ from: handed_over<string>("trace_from") ?? "", method: "timestamp", direction: "forward", depth: 10, payments: 1000, reason: "" }));
  const [fault, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const change = (part: Partial<Question>) => type({ ...question, ...part });
  const choice = (name: "method" | "direction", says: string, all: [string, string][]) => (
    <label class="field"><span>{says}</span>
      <select value={question[name]} onChange={(event) => change({ [name]: event.currentTarget.value })}>
        {all.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select></label>
  );
  return (
    <form class="card narrow" onSubmit={(event) => {
      event.preventDefault();
      work(true);
      fail(null);
      trace_ask({ ...question, fan: question.payments, reads: READS[question.payments] ?? 20000 }).then(({ body }) => go("money", body.id), fail).finally(() => work(false));
    }}>
      <label class="field"><span>{say(w.from)}</span>
        <input data-first value={question.from} required autocomplete="off" spellcheck={false} onInput={(event) => change({ from: event.currentTarget.value.trim() })} />
        <small>{say(w.from_hint)}</small></label>
      <div class="fields">
        {choice("direction", say(w.direction), [["forward", say(w.forward)], ["backward", say(w.backward)]])}
        {choice("method", say(w.method), Object.entries(methods).map(([name, pair]) => [name, say(pair)]))}
        <label class="field"><span>{say(w.depth)}</span>
          <input type="number" min={1} max={64} value={question.depth} onInput={(event) => change({ depth: Number(event.currentTarget.value) })} /></label>
        <label class="field"><span>{say(w.payments_max)}</span>
          <select name="payments" value={question.payments} onChange={(event) => change({ payments: Number(event.currentTarget.value) })}>
            {Object.keys(READS).map((most) => <option key={most} value={most}>{number(Number(most))}</option>)}
          </select></label>
      </div>
      <label class="field"><span>{say(w.reason)}</span>
        <input value={question.reason} required onInput={(event) => change({ reason: event.currentTarget.value })} /><small>{say(common.reason_hint)}</small></label>
      <ProblemBox fault={fault} />
      <footer><button type="submit" class="main" disabled={busy}>{say(busy ? w.following : w.follow)}</button></footer>
    </form>
  );
}

function Shown({ id }: { id: string }) {
  const [kept, keep] = useState<Kept | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const again = () => get<Kept>(`/v1/traces/${encodeURIComponent(id)}`).then(({ body }) => {
    keep(body);
    fail(null);
  }, fail);
  useEffect(() => void again(), [id]);
  if (kept === null)
    return fault === null ? <p class="hint" role="status">{say(common.loading)}</p> : <ProblemBox fault={fault} retry={() => void again()} />;
  return <TraceScreen key={kept.id} kept={kept} again={again} />;
}

export default function Money({ id }: PageProps) {
  useKeys(id === null ? [{ key: "a", name: "money.ask", says: kw.ask, go: () => document.querySelector<HTMLInputElement>("[data-first]")?.focus() }]
    : [{ key: "u", name: "money.back", says: kw.back, go: () => go("money") }]);
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1><span class="grow" />{id !== null && <button type="button" onClick={() => go("money")}>{say(w.another)}</button>}</div>
      {id !== null ? <Shown id={id} /> : may("traces:ask") ? <Ask /> : <p class="hint">{say(common.not_allowed)}</p>}
    </>
  );
}
