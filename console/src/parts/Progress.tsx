/* Progress.tsx -- tasks that run, or have run: bar, rate, what is left, and each row that failed.  Those of the
 * service, and those that this console does itself. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useCell } from "../cell";
import { span } from "../dates";
import { number } from "../money";
import { server_tasks, type ServerTask } from "../server_tasks";
import { type Task, task_forget, tasks } from "../tasks";
import { say } from "../tongue";
import { w } from "../words";
import { pw } from "./words";

function One({ task }: { task: Task }) {
  const seconds = (performance.now() - task.started) / 1000, all = task.done + task.failed.length;
  const rate = all / Math.max(0.1, seconds);
  return (
    <li class="task" data-task={task.state}>
      <strong>{task.says}</strong>
      <progress max={task.all} value={all} aria-label={task.says} />
      <span>{say(pw.of, { done: number(all), all: number(task.all) })}</span>
      {task.state === "running"
        ? <small>{say(pw.rate, { n: rate.toFixed(1) })} · {say(pw.left, { span: span(((task.all - all) / Math.max(0.1, rate)) * 1000) })}</small>
        : <small>{say(task.state === "done" ? pw.done : pw.stopped)}</small>}
      {task.failed.length > 0 && (
        <details>
          <summary>{say(pw.failed, { n: task.failed.length })}</summary>
          <ul>{task.failed.slice(0, 50).map(({ id, why }) => <li key={id}><code>{id.slice(0, 18)}</code> {why}</li>)}</ul>
        </details>
      )}
      <span class="row">
        {task.state === "running" && <button type="button" onClick={task.stop}>{say(pw.stop)}</button>}
        {task.retry && <button type="button" onClick={task.retry}>{say(pw.retry)}</button>}
        {task.state !== "running" && <button type="button" onClick={() => task_forget(task.id)}>{say(w.close)}</button>}
      </span>
    </li>
  );
}

/* Most people have none of them: what draws one is fetched with the first. */
let Line: ComponentType<{ task: ServerTask }> | null = null;

function ServerLines({ of }: { of: readonly ServerTask[] }) {
  const [, again] = useState(0);
  useEffect(() => {
    if (Line === null)
      void import("../pages/tasks/Card").then(({ TaskLine }) => {
        Line = TaskLine;
        again((n) => n + 1);
      });
  }, []);
  const Drawn = Line;
  return <>{Drawn && of.map((task) => <Drawn key={task.id} task={task} />)}</>;
}

export function Progress() {
  const all = useCell(tasks), of_service = useCell(server_tasks);
  return all.length + of_service.length === 0 ? null : (
    <aside class="tasks" aria-label={say(w.tasks)}>
      <ul>{of_service.length > 0 && <ServerLines of={of_service} />}{all.map((task) => <One key={task.id} task={task} />)}</ul>
      <span class="unseen" role="status">{all.map(({ says, state }) => (state === "running" ? "" : `${says}: ${say(state === "done" ? pw.done : pw.stopped)}`)).join(" ")}</span>
    </aside>
  );
}
