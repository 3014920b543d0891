/* server_tasks.ts -- one decision on many alerts, as a task of the service: it goes on when the page is closed.
 *
 * This console only looks: once a second while one of this person's runs, else when somebody comes back to the
 * window or goes to another page, so that a console that nobody uses lets its session end.  What is over stays in
 * the strip at the foot until it is put away, and on the page of tasks as long as the service keeps it. */
/* SPDX-License-Identifier: Apache-2.0 */
import { get, may, once_key, post, whoami } from "./api";
import { Cell } from "./cell";

export type Act = "approve" | "pause" | "resume" | "cancel" | "undo" | "retry";

export interface Effect {
  grades: Record<string, number>;
  rules: { rule: string; alerts: number }[];
  held: number;
}

export interface ServerTask {
  id: string;
  number: number;
  state: "proposed" | "running" | "paused" | "done" | "cancelled";
  outcome: string;
  code: string;
  by: string;
  name?: string;
  approved_by: string | null;
  approver_name?: string;
  count: number;
  done: number;
  failed: number;
  created: string;
  begun: string | null;
  ended: string | null;
  undoes: string | null;
  undone: boolean;
  why: string | null;
  digest: string;
  effect: Effect;
  own: boolean;
  may: Act[];
  reason?: string;
  filter?: string | null;
}

/* With some of its alerts, and those that were left as they were. */
export interface WholeTask<Row> extends ServerTask {
  sample: Row[];
  failures: { at: number; alert: string; why: string }[];
  next: number | null;
}

export interface Preview<Row> {
  count: number;
  upto: number;
  alone: number;
  second_person: boolean;
  effect: Effect;
  sample: Row[];
}

/* This person's, those that wait for this person, and what was put away. */
export const server_tasks = new Cell<readonly ServerTask[]>([]);
const away = new Set<string>(), watched = new Set<string>();
/* Told of each of this person's that has come to its end while one looked. */
export const task_ended = new Cell<ServerTask | null>(null);

const RUNS_MS = 1000, LIST_MAX = 20;
let timer = 0, looking = false;

export const is_over = ({ state }: ServerTask) => state === "done" || state === "cancelled";

function heard(tasks: ServerTask[]): void {
  for (const task of tasks) {
    if (!is_over(task)) {
      watched.add(task.id);
    } else if (watched.delete(task.id)) {
      task_ended.value = task;
    } else if (!server_tasks.value.some(({ id }) => id === task.id)) {
      away.add(task.id); /* over before anybody looked here: it is on its page */
    }
  }
  server_tasks.value = tasks.filter(({ id }) => !away.has(id));
}

async function list(query: Record<string, number>): Promise<ServerTask[]> {
  return (await get<{ tasks: ServerTask[] }>("/v1/alerts/tasks", query)).body.tasks;
}

/* All of this person's, or everybody's. */
export async function tasks_all(all: boolean): Promise<ServerTask[]> {
  return list({ limit: 100, ...(all && { all: 1 }) });
}

export async function tasks_look(): Promise<void> {
  clearTimeout(timer);
  if (looking || !may("tasks:read"))
    return;
  looking = true;
  try {
    const own = await list({ limit: LIST_MAX });
    const others = may("alerts:approve") ? (await list({ all: 1, proposed: 1, limit: LIST_MAX })).filter((task) => !task.own) : [];
    heard([...own, ...others]);
  } catch {
    /* the next look will tell */
  } finally {
    looking = false;
    if (whoami.value && server_tasks.value.some(({ state, own }) => own && state === "running"))
      timer = window.setTimeout(() => void tasks_look(), RUNS_MS);
  }
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && whoami.value && void tasks_look());

export function task_put_away(id: string): void {
  away.add(id);
  server_tasks.value = server_tasks.value.filter((task) => task.id !== id);
}

export async function task_act(task: ServerTask, act: Act, reason: string): Promise<ServerTask> {
  const { body } = await post<ServerTask>(`/v1/alerts/tasks/${task.id}/${act}`, { ...(reason !== "" && { reason }), ...(act === "approve" && { digest: task.digest }) }, { key: once_key() });
  watched.add(act === "undo" ? body.id : task.id);
  away.delete(task.id);
  void tasks_look();
  return body;
}

export interface Which {
  ids?: readonly string[];
  q?: string;
  upto?: number;
}

export async function bulk_preview<Row>(which: Which, signal: AbortSignal): Promise<Preview<Row>> {
  return (await post<Preview<Row>>("/v1/alerts/bulk/preview", which, { signal, reads: true })).body;
}

export async function bulk_begin(which: Which, decision: { outcome: string; code: string; reason: string }): Promise<ServerTask> {
  const { body } = await post<ServerTask>("/v1/alerts/bulk", { ...which, ...decision }, { key: once_key() });
  watched.add(body.id);
  void tasks_look();
  return body;
}
