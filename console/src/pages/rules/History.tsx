/* History.tsx -- rules over the records that are kept: begun, watched, stopped, and what they would have said
 * against what those in force said.  The trial is the service's: it goes on when the page is closed, and is
 * there again when it is opened. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get, may, post, Problem, whoami } from "../../api";
import { moment_full, span } from "../../dates";
import { number } from "../../money";
import { PlainTable } from "../../parts/DataTable";
import { When } from "../../parts/Log";
import { ProblemBox } from "../../parts/Problem";
import { pw } from "../../parts/words";
import { both, say, type Both } from "../../tongue";
import type { File } from "./book";
import { history as w } from "./words";

const EVERY_MS = 1000, AGAIN_MS = 5000;
const KINDS = ["new", "gone", "same"] as const;
type Kind = typeof KINDS[number];

interface Decided {
  confirmed: number;
  false_alarm: number;
}
interface Counts extends Record<Kind, number> {
  alerts: number;
  alerts_live: number;
  decided: Decided;
  decided_live: Decided;
}
interface Example {
  live: string | null; /* id of the alert of those in force */
  alert: { id: string; time: string; rule: string; subject: string; reason: Both }; /* masked */
}
interface Result extends Counts {
  begins: string | null;
  records: number;
  warmed: number;
  registers: boolean;
  cut: Both | null;
  rules: (Counts & { rule: string; typology: string })[];
  days: { day: string; alerts: number; alerts_live: number }[];
  other_days: { alerts: number; alerts_live: number };
  examples: Record<Kind, Example[]>;
}
interface Task {
  id: string;
  state: "running" | "done" | "failed" | "stopped";
  image: string;
  by: string;
  started: string;
  ran_ms: number;
  hours: number;
  done: number;
  of: number;
  why?: Both;
  result: Result | null;
}
export type Tried = { files: File[] } | { version: number };

const is_lost = (fault: unknown) => fault instanceof Problem && fault.status === 404;

/* Asks once a second while it runs, and goes on asking when the service does not answer. */
function useTask(id: string | null, fail: (fault: unknown) => void): Task | null {
  const [task, keep] = useState<Task | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const look = () => void get<Task>(`/v1/tasks/${id}`, {}, stop.signal).then(({ body }) => {
      keep(body);
      fail(null);
      if (body.state === "running")
        timer = window.setTimeout(look, EVERY_MS);
    }, (fault: unknown) => {
      if (stop.signal.aborted)
        return;
      fail(fault);
      if (!is_lost(fault))
        timer = window.setTimeout(look, AGAIN_MS);
    });
    keep(null);
    if (id !== null)
      look();
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [id]);
  return task;
}

const sum = ({ confirmed, false_alarm }: Decided) => confirmed + false_alarm;

function share(decided: Decided): string {
  const all = sum(decided);
  return all === 0 ? "–" : say(w.of_decided, { n: decided.confirmed, all, share: Math.floor((100 * decided.confirmed) / all) });
}

function Precision({ result }: { result: Result }) {
  const { decided, decided_live } = result;
  if (sum(decided_live) === 0)
    return <p class="hint" data-undecided>{say(w.undecided)}</p>;
  return (
    <section data-precision>
      <h2>{say(w.precision)}</h2>
      <dl class="pairs">
        <dt>{say(w.in_force)}</dt><dd>{say(w.share)}: {share(decided_live)}</dd>
        <dt>{say(w.these)}</dt><dd>{say(w.share)}: {share(decided)}</dd>
      </dl>
      <p>{say(w.lost_true, { n: decided_live.confirmed - decided.confirmed })} · {say(w.spared_false, { n: decided_live.false_alarm - decided.false_alarm })}</p>
      <p class="hint">{say(w.only_decided)}</p>
    </section>
  );
}

function Examples({ result }: { result: Result }) {
  return (
    <>
      {KINDS.filter((kind) => result[kind] > 0).map((kind) => (
        <details key={kind} data-examples={kind}>
          <summary>{say(w[`examples_${kind}`], { n: result.examples[kind].length, all: result[kind] })}</summary>
          <ul>
            {result.examples[kind].map(({ live, alert }) => (
              <li key={alert.id}><When at={alert.time} /> <strong>{alert.subject}</strong> {alert.rule}: {both(alert.reason)} {live === null
                ? <small>({say(w.no_alert)})</small>
                : <a href={`/console/alerts/${live}`} target="_blank" rel="noopener">{say(w.open)}</a>}</li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}

function Rules({ result }: { result: Result }) {
  const decided = sum(result.decided_live) > 0;
  const more = (row: Counts) => (decided ? [share(row.decided_live), share(row.decided)] : []);
  return (
    <PlainTable caption={say(w.by_rule)}
      head={[say(w.rule), say(w.alerts_live), say(w.alerts), say(w.new), say(w.gone), say(w.same), ...(decided ? [`${say(w.holds)}, ${say(w.in_force)}`, `${say(w.holds)}, ${say(w.these)}`] : [])]}
      rows={result.rules.map((row) => [row.rule, number(row.alerts_live), number(row.alerts), number(row.new), number(row.gone), number(row.same), ...more(row)])} />
  );
}

function Days({ result }: { result: Result }) {
  const { days, other_days: others } = result;
  const rows = days.map((row) => [row.day, number(row.alerts_live), number(row.alerts)]);
  if (others.alerts + others.alerts_live > 0)
    rows.push([say(w.other_days), number(others.alerts_live), number(others.alerts)]);
  return <PlainTable caption={say(w.by_day)} head={[say(w.day), say(w.alerts_live), say(w.alerts)]} rows={rows} />;
}

function Found({ task, result }: { task: Task; result: Result }) {
  const all = result.records + result.warmed;
  const rate = task.ran_ms >= 1000 ? ` ${say(w.rate, { n: number(Math.round((all * 1000) / task.ran_ms)) })}` : "";
  return (
    <div data-found>
      {result.cut && <p class="tag warn" data-cut>{both(result.cut)}</p>}
      <p>{all === 0 ? say(w.nothing) : say(w.window, { records: number(result.records), warmed: number(result.warmed), since: result.begins === null ? "–" : moment_full(result.begins), span: span(task.ran_ms) }) + rate}</p>
      {!result.registers && <p class="hint">{say(w.no_registers)}</p>}
      <h2>{say(w.diff)}</h2>
      <dl class="pairs">{KINDS.map((kind) => <><dt>{say(w[kind])}</dt><dd data-count={kind}>{number(result[kind])}</dd></>)}</dl>
      <Examples result={result} />
      <Precision result={result} />
      {result.rules.length > 0 && <><h2>{say(w.by_rule)}</h2><Rules result={result} /></>}
      {result.days.length > 0 && <><h2>{say(w.by_day)}</h2><Days result={result} /></>}
      <p class="hint">{say(w.notice)}</p>
    </div>
  );
}

function Running({ task }: { task: Task | null }) {
  if (task === null || task.of === 0)
    return <p>{say(w.begins)} <progress aria-label={say(w.title)} /></p>;
  const rate = (task.done * 1000) / Math.max(1, task.ran_ms);
  return (
    <>
      <p data-running>{say(pw.of, { done: number(task.done), all: number(task.of) })} <progress aria-label={say(w.title)} max={task.of} value={task.done} /> {rate > 0 && <small>{say(pw.rate, { n: number(Math.round(rate)) })} · {say(pw.left, { span: span(((task.of - task.done) / rate) * 1000) })}</small>}</p>
      <p class="hint">{say(w.stays)}</p>
    </>
  );
}

/* Whose rules, how far, and what came of it. */
function One({ task, image, fail, again }: { task: Task; image: string | null; fail: (fault: unknown) => void; again: () => void }) {
  const mine = task.by === whoami.value?.id;
  const stop = () => void post(`/v1/tasks/${task.id}/stop`, {}).then(again, fail);
  return (
    <>
      <div class="row" data-task={task.state}>
        <span>{say(w.task, { when: moment_full(task.started), by: mine ? say(w.you) : task.by, hours: task.hours, image: task.image.slice(0, 12) })}</span>
        {task.state === "running" && (mine || may("rules:approve")) && <button type="button" data-stop onClick={stop}>{say(w.stop)}</button>}
      </div>
      {image !== null && image !== task.image && <p class="tag warn" data-others>{say(w.others)}</p>}
      <div role="status">
        {task.state === "running" && <Running task={task} />}
        {task.state === "stopped" && <p data-stopped>{say(w.stopped)}</p>}
        {task.state === "failed" && <p class="tag bad">{both(task.why)}</p>}
      </div>
      {task.result && <Found task={task} result={task.result} />}
    </>
  );
}

/* `rules` null: only what was tried last is shown, if there was anything.  `image`: of the rules of this page;
 * null: they are not sound, or none. */
export function History({ rules, image }: { rules: Tried | null; image: string | null }) {
  const [hours, type] = useState("24");
  const [id, begin] = useState<string | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const task = useTask(id, fail);
  const wanted = Number(hours), right = Number.isInteger(wanted) && wanted >= 1 && wanted <= 720;
  const busy = task?.state === "running" && !is_lost(fault);
  const newest = () => get<{ tasks: { id: string }[] }>("/v1/tasks").then(({ body }) => begin(body.tasks[0]?.id ?? null), fail);
  const start = () => void post<Task>("/v1/rules/backtest", { ...rules, hours: wanted }).then(({ body }) => begin(body.id), (problem: unknown) => {
    void newest(); /* perhaps somebody else's runs */
    fail(problem);
  });
  useEffect(() => {
    if (may("rules:try"))
      void newest();
  }, []);
  if (!may("rules:try") || (rules === null && id === null))
    return null;
  return (
    <details class="card" data-history>
      <summary>{say(rules === null ? w.newest : w.title)}</summary>
      {rules !== null && (
        <>
          <p class="hint">{say(w.says)}</p>
          <div class="row">
            <label>{say(w.hours)} <input class="slim" name="hours" inputMode="numeric" value={hours} aria-invalid={!right} onInput={(event) => type(event.currentTarget.value)} /></label>
            <button type="button" data-try disabled={!right || image === null || busy} onClick={start}>{say(w.start)}</button>
          </div>
        </>
      )}
      {is_lost(fault) ? <p class="tag warn" role="status" data-lost>{say(w.lost)}</p> : <ProblemBox fault={fault} />}
      {id !== null && task === null && fault === null && <Running task={null} />}
      {task && !is_lost(fault) && <One task={task} image={image} fail={fail} again={() => void newest()} />}
    </details>
  );
}
