/* Tasks.tsx -- one's own tasks of the service and what became of them; those that wait for a second person, and
 * everybody's, for whoever may see them. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { has_role, may } from "../../api";
import { useCell } from "../../cell";
import { ProblemBox } from "../../parts/Problem";
import { server_tasks, type ServerTask, tasks_all } from "../../server_tasks";
import { say } from "../../tongue";
import { w as common } from "../../words";
import { TaskCard } from "./Card";
import { w } from "./words";

function Section({ title, tasks, done }: { title: string; tasks: ServerTask[]; done: () => void }) {
  return tasks.length === 0 ? null : <section><h2>{title}</h2><ul class="task-list">{tasks.map((task) => <TaskCard key={task.id} task={task} done={done} />)}</ul></section>;
}

export default function Tasks() {
  const sees_all = may("alerts:approve") || has_role("auditor");
  const [tasks, keep] = useState<ServerTask[] | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const known = useCell(server_tasks);
  const look = () => void tasks_all(sees_all).then((all) => {
    keep(all);
    fail(null);
  }, fail);
  useEffect(look, [known]); /* whatever the strip hears of is news here, too */
  const waiting = tasks?.filter((task) => task.may.includes("approve")) ?? [];
  const mine = tasks?.filter(({ own }) => own) ?? [], others = tasks?.filter((task) => !task.own && !task.may.includes("approve")) ?? [];
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1></div>
      <ProblemBox fault={fault} retry={look} />
      {tasks === null ? <p class="hint" role="status">{say(common.loading)}</p> : tasks.length === 0 && <p class="hint">{say(w.none)}</p>}
      <Section title={say(w.waiting)} tasks={waiting} done={look} />
      <Section title={say(w.mine)} tasks={mine} done={look} />
      <Section title={say(w.others)} tasks={others} done={look} />
    </>
  );
}
