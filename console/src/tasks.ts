/* tasks.ts -- long work that one can see: how far it is, what failed and why, stop, and try those again.
 *
 * A task belongs to the open console, not to a page: leaving the page does not end it.  Each thing that it
 * does is a request of its own with its own key, so a retry does nothing twice. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Cell } from "./cell";
import { problem_text } from "./parts/Problem";

export interface Task {
  id: number;
  says: string;
  all: number;
  done: number;
  failed: { id: string; why: string }[];
  state: "running" | "stopped" | "done";
  started: number;
  stop: () => void;
  retry: (() => void) | null;
}

export const tasks = new Cell<readonly Task[]>([]);
let next = 1;

function put(task: Task): void {
  const found = tasks.value.some(({ id }) => id === task.id);
  tasks.value = found ? tasks.value.map((one) => (one.id === task.id ? task : one)) : [...tasks.value, task];
}

export function task_forget(id: number): void {
  tasks.value = tasks.value.filter((task) => task.id !== id);
}

/* Does `go` for each, four at a time. */
export function task_run(says: string, ids: readonly string[], go: (id: string) => Promise<void>, after: () => void = () => {}): void {
  const waiting = [...ids];
  let task: Task = {
    id: next++, says, all: ids.length, done: 0, failed: [], state: "running", started: performance.now(), retry: null,
    stop: () => {
      waiting.length = 0;
      put(task = { ...task, state: "stopped" });
    },
  };
  put(task);
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await go(id);
        task = { ...task, done: task.done + 1 };
      } catch (fault) {
        task = { ...task, failed: [...task.failed, { id, why: problem_text(fault) }] };
      }
      put(task);
    }
  };
  void Promise.all([worker(), worker(), worker(), worker()]).then(() => {
    const failed = task.failed.map(({ id }) => id);
    put(task = {
      ...task, state: task.state === "stopped" ? "stopped" : "done",
      retry: failed.length === 0 ? null : () => {
        task_forget(task.id);
        task_run(says, failed, go, after);
      },
    });
    after();
  });
}
