/* Card.tsx -- one task of the service: how far it is, what it does, what was left and why, and what one may do
 * with it; small in the strip at the foot, whole on its page. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { get } from "../../api";
import { server_now } from "../../clock";
import { span } from "../../dates";
import { number } from "../../money";
import { When } from "../../parts/Log";
import { ProblemBox } from "../../parts/Problem";
import { ReasonDialog } from "../../parts/Reveal";
import { pw } from "../../parts/words";
import { path_of } from "../../router";
import { type Act, type Effect, is_over, type ServerTask, task_act, task_put_away, type WholeTask } from "../../server_tasks";
import { both, named, say } from "../../tongue";
import { grade_words, w as common } from "../../words";
import type { AlertRow } from "../alerts/alert";
import { code_says } from "../alerts/codes";
import { outcome_words } from "../alerts/words";
import { fault_says } from "./faults";
import { acts, states, w, whys } from "./words";

export function EffectList({ effect }: { effect: Effect }) {
  return (
    <dl class="pairs">
      <dt>{say(w.grades)}</dt><dd class="row">{Object.entries(effect.grades).map(([grade, n]) => <span key={grade} class={`tag ${grade}`}>{grade === "none" ? say(w.ungraded) : named(grade_words, grade)} {number(n)}</span>)}</dd>
      <dt>{say(w.rules)}</dt><dd class="row">{effect.rules.map(({ rule, alerts }) => <span key={rule} class="tag"><code>{rule}</code> {number(alerts)}</span>)}</dd>
      {effect.held > 0 && <><dt /><dd class="hint">{say(w.held, { n: number(effect.held) })}</dd></>}
    </dl>
  );
}

export function SampleList({ rows }: { rows: AlertRow[] }) {
  return <ul>{rows.map(({ alert }) => <li key={alert.id}><a href={path_of("alerts", alert.id)}><span class="mono">{alert.subject}</span> {both(alert.title)}</a> <span class={`tag ${alert.grade ?? ""}`}>{alert.grade === null ? "–" : named(grade_words, alert.grade)}</span></li>)}</ul>;
}

export const task_says = ({ undoes, outcome, count }: ServerTask) => (undoes === null ? say(w.says, { outcome: named(outcome_words, outcome), n: number(count) }) : say(w.undoes, { n: number(count) }));

function Bar({ task }: { task: ServerTask }) {
  const all = task.done + task.failed, seconds = task.begun === null ? 0 : (server_now() - Date.parse(task.begun)) / 1000, rate = all / Math.max(0.5, seconds);
  return (
    <>
      <progress max={task.count} value={all} aria-label={task_says(task)} />
      <span class="number">{say(pw.of, { done: number(all), all: number(task.count) })}</span>
      {task.state === "running" && all > 0 && <small>{say(pw.rate, { n: rate.toFixed(1) })} · {say(pw.left, { span: span(((task.count - all) / Math.max(0.1, rate)) * 1000) })}</small>}
      {task.why !== null && <small>{named(whys, task.why)}</small>}
    </>
  );
}

const ASKS: readonly Act[] = ["approve", "undo"];

export function Acts({ task, done }: { task: ServerTask; done: () => void }) {
  const [asked, ask] = useState<Act | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const go = (act: Act) => task_act(task, act, "").then(() => {
    fail(null);
    done();
  }, fail);
  return (
    <span class="row">
      {task.may.map((act) => <button key={act} type="button" data-act={act} class={act === "approve" ? "main" : ""} onClick={() => (ASKS.includes(act) ? ask(act) : void go(act))}>{say(acts[act])}</button>)}
      {asked && <ReasonDialog title={`${say(acts[asked])} · ${task_says(task)}`} close={() => ask(null)} go={async (reason) => {
        await task_act(task, asked, reason);
        done();
      }} />}
      <ProblemBox fault={fault} />
    </span>
  );
}

function Details({ task }: { task: ServerTask }) {
  const [whole, keep] = useState<WholeTask<AlertRow> | null>(null);
  const [fault, fail] = useState<unknown>(null);
  return (
    <details data-details onToggle={(event) => event.currentTarget.open && get<WholeTask<AlertRow>>(`/v1/alerts/tasks/${task.id}`).then(({ body }) => keep(body), fail)}>
      <summary>{say(w.look)}{task.failed > 0 && ` · ${say(w.left, { n: number(task.failed) })}`}</summary>
      <ProblemBox fault={fault} />
      <EffectList effect={task.effect} />
      <dl class="pairs">
        {task.filter && <><dt>{say(w.filter)}</dt><dd class="mono">{task.filter}</dd></>}
        <dt>{say(w.reason)}</dt><dd>{code_says(task.code)}{task.reason && <q>{task.reason}</q>}</dd>
      </dl>
      {whole !== null && whole.sample.length > 0 && <><h3>{say(w.sample)}</h3><SampleList rows={whole.sample} /></>}
      {whole !== null && whole.failures.length > 0 && (
        <><h3>{say(w.left, { n: number(task.failed) })}{whole.next !== null && <small> {say(w.shown, { n: number(whole.failures.length) })}</small>}</h3>
          <ul data-failures>{whole.failures.map(({ alert, why }) => <li key={alert}><a class="mono" href={path_of("alerts", alert)}>{alert.slice(0, 12)}</a> {fault_says(why)}</li>)}</ul></>
      )}
    </details>
  );
}

/* Whole, on its page. */
export function TaskCard({ task, done }: { task: ServerTask; done: () => void }) {
  return (
    <li class="card" data-task-id={task.id} data-state={task.state}>
      <div class="row spread">
        <strong>{task_says(task)}</strong>
        <span class="row"><span class={`tag ${task.state === "done" ? "good" : task.state === "proposed" ? "warn" : ""}`}>{named(states, task.state)}</span><When at={task.created} /></span>
      </div>
      <p class="row"><Bar task={task} /></p>
      <p class="hint">{say(w.by, { who: task.name ?? task.by })}{task.approved_by && ` · ${say(w.approved, { who: task.approver_name ?? task.approved_by })}`}</p>
      <Details task={task} />
      <Acts task={task} done={done} />
    </li>
  );
}

/* Small, in the strip at the foot. */
export function TaskLine({ task }: { task: ServerTask }) {
  return (
    <li class="task" data-task={task.state}>
      <a href={path_of("tasks", null)}><strong>{task_says(task)}</strong></a>
      <Bar task={task} />
      {task.failed > 0 && <small>{say(w.left, { n: number(task.failed) })}</small>}
      <small>{named(states, task.state)}</small>
      <span class="row"><Acts task={task} done={() => {}} />{is_over(task) && <button type="button" onClick={() => task_put_away(task.id)}>{say(common.close)}</button>}</span>
    </li>
  );
}
