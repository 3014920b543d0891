/* alert.ts -- an alert as the service tells it (alert.schema.json), and the inbox: pages of alerts, newest
 * first, and those that come while one looks.
 *
 * The inbox outlives its page: going to an alert and back changes nothing.  New ones are put in front in
 * groups, once a frame, so a burst costs no more than one drawing.
 *
 *     a page of the service ── slim ──> rows: what the list shows, 100,000 of them; one array, changed in
 *                                       place, so that a key copies none of it and leaves no garbage
 *     an alert that is opened ────────> whole, from the service; never kept in the list
 *
 * Whoever remembers something of `rows` remembers `turn` with it: it changes when the array does. */
/* SPDX-License-Identifier: Apache-2.0 */
import { follow as follow_stream, once_key, post, type Stream } from "../../api";
import { Cell } from "../../cell";
import { bulk_begin, type ServerTask, task_act, task_ended, type Which } from "../../server_tasks";
import type { Both } from "../../tongue";
import { precision_changed } from "./precision";
import type { View } from "./view";

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
  /* Alerts of before this was told have none. */
  score_parts?: { kind: "fixed" | "formula" | "usual"; source: string | null; value: number }[];
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

export interface Said {
  outcome: Outcome;
  code: string;
  by: string;
  name?: string;
  time: string;
  reason: string | null;
}

export interface AlertRow {
  number: number;
  shadow: boolean;
  /* A keyed name: the same subject has the same one, and nobody can read it. */
  subject: string;
  /* What a person made of it; outcome "open" after it was taken up again. */
  decision?: { outcome: Outcome; code: string; by: string; time: string };
  /* Of one that was asked for: who looks at it, and all that was said of it, oldest first; `name` and `reason` for
   * those who may know them. */
  holder?: { by: string; name?: string; until: string };
  decisions?: Said[];
  alert: Alert;
}

/* What the list shows of an alert.  Evidence, records and what speaks against it are ten times as much, and
 * looking through all of that for garbage takes longer than a key may. */
export type Slim = Pick<Alert, "id" | "time" | "rule" | "typology" | "subject_kind" | "subject" | "score" | "grade" | "respond" | "title" | "reason">;

export type ListRow = Omit<AlertRow, "alert" | "holder" | "decisions"> & { alert: Slim };

export type Outcome = "open" | "confirmed" | "handed_on" | "false_alarm" | "duplicate";

export const outcome_of = (row: Pick<AlertRow, "decision">): Outcome => row.decision?.outcome ?? "open";

export interface AlertPage {
  alerts: AlertRow[];
  next: number | null;
}

/* A filter may name somebody: it is asked for in a body, so that it stands in no address. */
export async function alerts_page(asked_for: { q: string; limit: number; before?: number }, signal?: AbortSignal): Promise<{ body: AlertPage }> {
  return post<AlertPage>("/v1/alerts/search", asked_for, { reads: true, ...(signal && { signal }) });
}

export interface InboxState {
  rows: readonly ListRow[];
  /* How often rows were changed. */
  turn: number;
  /* The view that was chosen; null: none. */
  view: View | null;
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
const EMPTY: InboxState = { rows: [], turn: 0, view: null, q: "", decided: false, next: null, loading: false, fault: null, live: false, arrived: 0 };

/* Where the row with that number stands, or the first older one; rows are in falling order. */
export function row_at(rows: readonly ListRow[], number: number): number {
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

/* Words that many alerts share are kept once: those of a rule, not those of a person. */
const words_kept = new Map<string, string>(), titles_kept = new Map<string, Both>();

function once_word(word: string): string {
  const kept = words_kept.get(word);
  if (kept === undefined)
    words_kept.set(word, word);
  return kept ?? word;
}

function once_title(title: Both): Both {
  const name = `${title.en}\n${title.zh}`, kept = titles_kept.get(name);
  if (kept === undefined)
    titles_kept.set(name, title);
  return kept ?? title;
}

function slim({ number, shadow, subject, decision, alert }: AlertRow): ListRow {
  return {
    number, shadow, subject, ...(decision && { decision }),
    alert: {
      id: alert.id, time: alert.time, rule: once_word(alert.rule), typology: once_word(alert.typology), subject_kind: once_word(alert.subject_kind),
      subject: alert.subject, score: alert.score, grade: alert.grade, respond: alert.respond, title: once_title(alert.title), reason: alert.reason,
    },
  };
}

/* The rows of inbox.value, to be changed; put_rows() tells of it. */
let kept: ListRow[] = [];

function put_rows(change: Partial<InboxState>): void {
  put({ rows: kept, turn: inbox.value.turn + 1, ...change });
}

let waiting: ListRow[] = [];
const FRONT_MAX = 1000; /* put in front as arguments of one call; more are a new array */

function arrive(): void {
  const newest = kept[0]?.number ?? 0;
  const fresh = waiting.filter(({ number }) => number > newest).reverse();
  waiting = [];
  if (fresh.length === 0)
    return;
  if (fresh.length > FRONT_MAX)
    kept = fresh.concat(kept);
  else
    kept.unshift(...fresh);
  put_rows({ arrived: inbox.value.arrived + fresh.length });
}

function follow(q: string, after: number): void {
  stream?.close();
  waiting = [];
  stream = follow_stream("/v1/alerts/stream", "alert", { q, after }, (data) => {
    if (waiting.push(slim(data as AlertRow)) === 1)
      requestAnimationFrame(arrive);
  }, (live) => put({ live }));
}

/* The filter that is sent: open ones alone, unless the person asks for an outcome or for all. */
export function wanted({ q, decided }: Pick<InboxState, "q" | "decided">): string {
  const narrowed = decided || /(outcome|结论)\s*[:：]/.test(q);
  return narrowed ? q : q.trim() === "" ? "outcome:open" : `(${q}) outcome:open`;
}

/* Begins anew, with another filter or the same. */
export async function inbox_open(q: string, decided = inbox.value.decided, view: View | null = null): Promise<void> {
  const mine = ++asked;
  stream?.close();
  kept = [];
  put_rows({ ...EMPTY, rows: kept, turn: inbox.value.turn + 1, q, decided, view, loading: true });
  try {
    const { body } = await alerts_page({ q: wanted(inbox.value), limit: FIRST_PAGE });
    if (mine !== asked)
      return;
    kept = body.alerts.map(slim);
    put_rows({ next: body.next, loading: false });
    follow(wanted(inbox.value), kept[0]?.number ?? 0);
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
    const { body } = await alerts_page({ q: wanted(inbox.value), before: next, limit: PAGE });
    if (mine !== asked)
      return;
    for (const row of body.alerts)
      kept.push(slim(row));
    put_rows({ next: body.next, loading: false });
  } catch (fault) {
    if (mine === asked)
      put({ loading: false, fault, next: null });
  }
}

export function inbox_close(): void {
  asked++;
  stream?.close();
  stream = null;
  waiting = [];
  kept = [];
  put({ ...EMPTY, rows: kept });
}

/* ---- decisions ---- */

/* What was decided last, to be taken back. */
let undoable: { id?: string; task?: ServerTask } | null = null;

/* The alert that was decided last, for a screen that shows one which is not in the list. */
export const decided_last = new Cell<AlertRow | null>(null);

function replace(row: AlertRow): void {
  const at = row_at(kept, row.number);
  decided_last.value = row;
  if (kept[at]?.number !== row.number)
    return;
  kept[at] = slim(row);
  put_rows({});
}

export interface Decision {
  outcome: Outcome;
  code: string;
  /* In words; empty where the code says enough. */
  reason: string;
}

export async function decide(id: string, decision: Decision): Promise<AlertRow> {
  const { body } = await post<AlertRow>(`/v1/alerts/${id}/decide`, decision, { key: once_key() });
  replace(body);
  precision_changed();
  if (decision.outcome !== "open")
    undoable = { id };
  return body;
}

/* Many, as a task of the service that one can see, stop and take back. */
export async function decide_all(which: Which, decision: Decision): Promise<void> {
  const task = await bulk_begin(which, decision);
  precision_changed();
  undoable = decision.outcome === "open" ? null : { task };
}

/* Takes the last decision up again; false: there is none. */
export async function decide_undo(reason: string): Promise<boolean> {
  if (undoable === null)
    return false;
  const { id, task } = undoable;
  undoable = null;
  if (id !== undefined)
    await decide(id, { outcome: "open", code: "taken_back", reason: "" });
  else if (task !== undefined)
    await task_act(task, "undo", reason);
  return true;
}

/* A task of one's own has come to its end: the list shows what was, so it begins anew. */
task_ended.listen(() => {
  if (stream !== null)
    void inbox_open(inbox.value.q, inbox.value.decided, inbox.value.view);
});

/* ---- taking ---- */

/* Alerts that were let go without a decision: not given again while this console is open. */
const let_go: string[] = [];
const LET_GO_MAX = 64;

/* The most urgent one that nobody else looks at, held for some minutes; null: there is none. */
export async function take_next(): Promise<AlertRow | null> {
  const { status, body } = await post<AlertRow>("/v1/alerts/take", { q: wanted(inbox.value), skip: let_go.slice(-LET_GO_MAX) });
  return status === 204 ? null : body;
}

/* Gives back what this person holds; whatever else happens to it, its lease ends by itself. */
export async function give_back(id: string): Promise<void> {
  let_go.push(id);
  await post(`/v1/alerts/${id}/release`, {}).catch(() => {});
}
