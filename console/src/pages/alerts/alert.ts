/* alert.ts -- an alert as the service tells it (alert.schema.json), and the inbox: pages of alerts, newest
 * first, and those that come while one looks.
 *
 * The inbox outlives its page: going to an alert and back changes nothing.  New ones are put in front in
 * groups, once a frame, so a burst costs no more than one drawing. */
/* SPDX-License-Identifier: Apache-2.0 */
import { get, listen, once_key, post, type Stream } from "../../api";
import { Cell } from "../../cell";
import { task_run } from "../../tasks";
import type { Both } from "../../tongue";

export interface Alert {
  id: string;
  time: string;
  rule: string;
  image: string;
  typology: string;
  subject_kind: string;
  subject: string;
  masked: boolean;
  score: number;
  grade: "low" | "medium" | "high" | "extreme" | null;
  respond: "lead" | "dissuasion" | "stop_payment" | "watch";
  title: Both;
  reason: Both;
  evidence: { condition: string; value: string | null; threshold: string | null; comparison: string | null; label: Both | null }[];
  against: (Both & { value: string | null })[];
  records: { file: string | number; line: number }[];
  first: boolean;
  repeat: boolean;
  merged: number;
  bounded: boolean;
}

export interface AlertRow {
  number: number;
  shadow: boolean;
  /* A keyed name: the same subject has the same one, and nobody can read it. */
  subject: string;
  /* What a person made of it; outcome "open" after it was taken up again. */
  decision?: { outcome: Outcome; by: string; time: string };
  alert: Alert;
}

export type Outcome = "open" | "confirmed" | "handed_on" | "false_alarm" | "duplicate";

export const outcome_of = (row: AlertRow): Outcome => row.decision?.outcome ?? "open";

export interface AlertPage {
  alerts: AlertRow[];
  next: number | null;
}

export interface InboxState {
  rows: readonly AlertRow[];
  /* As it was typed; `decided`: those that somebody has decided, too. */
  q: string;
  decided: boolean;
  next: number | null;
  loading: boolean;
  fault: unknown;
  live: boolean;
  arrived: number;
}

const FIRST_PAGE = 100;
const PAGE = 500;
const EMPTY: InboxState = { rows: [], q: "", decided: false, next: null, loading: false, fault: null, live: false, arrived: 0 };

/* Where the row with that number stands, or the first older one; rows are in falling order. */
export function row_at(rows: readonly AlertRow[], number: number): number {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.number ?? 0) > number)
      low = middle + 1;
    else
      high = middle;
  }
  return Math.min(low, Math.max(0, rows.length - 1));
}

export const inbox = new Cell<InboxState>(EMPTY);
let stream: Stream | null = null;
let asked = 0;

function put(change: Partial<InboxState>): void {
  inbox.value = { ...inbox.value, ...change };
}

let waiting: AlertRow[] = [];

function arrive(): void {
  const { rows, arrived } = inbox.value, newest = rows[0]?.number ?? 0;
  const fresh = waiting.filter(({ number }) => number > newest).reverse();
  waiting = [];
  if (fresh.length > 0)
    put({ rows: [...fresh, ...rows], arrived: arrived + fresh.length });
}

function follow(q: string, after: number): void {
  stream?.close();
  waiting = [];
  stream = listen("/v1/alerts/stream", "alert", { q, after }, (data) => {
    if (waiting.push(data as AlertRow) === 1)
      requestAnimationFrame(arrive);
  }, (live) => put({ live }));
}

/* The filter that is sent: open ones alone, unless the person asks for an outcome or for all. */
function wanted({ q, decided }: Pick<InboxState, "q" | "decided">): string {
  const narrowed = decided || /(outcome|结论)\s*[:：]/.test(q);
  return narrowed ? q : q.trim() === "" ? "outcome:open" : `(${q}) outcome:open`;
}

/* Begins anew, with another filter or the same. */
export async function inbox_open(q: string, decided = inbox.value.decided): Promise<void> {
  const mine = ++asked;
  stream?.close();
  put({ ...EMPTY, q, decided, loading: true });
  try {
    const { body } = await get<AlertPage>("/v1/alerts", { q: wanted(inbox.value), limit: FIRST_PAGE });
    if (mine !== asked)
      return;
    put({ rows: body.alerts, next: body.next, loading: false });
    follow(wanted(inbox.value), body.alerts[0]?.number ?? 0);
  } catch (fault) {
    if (mine === asked)
      put({ loading: false, fault });
  }
}

/* The next older page. */
export async function inbox_more(): Promise<void> {
  const { next, loading } = inbox.value, mine = asked;
  if (next === null || loading)
    return;
  put({ loading: true });
  try {
    const { body } = await get<AlertPage>("/v1/alerts", { q: wanted(inbox.value), before: next, limit: PAGE });
    if (mine === asked)
      put({ rows: [...inbox.value.rows, ...body.alerts], next: body.next, loading: false });
  } catch (fault) {
    if (mine === asked)
      put({ loading: false, fault, next: null });
  }
}

export function inbox_close(): void {
  asked++;
  stream?.close();
  stream = null;
  put(EMPTY);
}

/* ---- decisions ---- */

/* What was decided last, to be taken back. */
let undoable: { ids: string[]; outcome: Outcome } | null = null;

function replace(row: AlertRow): void {
  const { rows } = inbox.value, at = rows.findIndex(({ number }) => number === row.number);
  if (at >= 0)
    put({ rows: rows.with(at, row) });
}

export async function decide(id: string, outcome: Outcome, reason: string): Promise<AlertRow> {
  const { body } = await post<AlertRow>(`/v1/alerts/${id}/decide`, { outcome, reason }, { key: once_key() });
  replace(body);
  if (outcome !== "open")
    undoable = { ids: [id], outcome };
  return body;
}

/* Many, as a task that one can see, stop and take back. */
export function decide_all(ids: readonly string[], outcome: Outcome, reason: string, says: string): void {
  const done: string[] = [];
  task_run(says, ids, async (id) => {
    await decide(id, outcome, reason);
    done.push(id);
  }, () => (undoable = outcome === "open" || done.length === 0 ? null : { ids: done, outcome }));
}

/* Takes the last decision up again; false: there is none. */
export function decide_undo(reason: string, says: string): boolean {
  if (undoable === null)
    return false;
  const { ids } = undoable;
  undoable = null;
  if (ids.length === 1)
    void decide(ids[0] ?? "", "open", reason);
  else
    decide_all(ids, "open", reason, says);
  return true;
}
