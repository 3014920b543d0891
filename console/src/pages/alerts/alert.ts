/* alert.ts -- an alert as the service tells it (alert.schema.json), and the inbox: pages of alerts, newest
 * first, and those that come while one looks.
 *
 * The inbox outlives its page: going to an alert and back changes nothing.  New ones are put in front in
 * groups, once a frame, so a burst costs no more than one drawing. */
/* SPDX-License-Identifier: Apache-2.0 */
import { get, listen, type Stream } from "../../api";
import { Cell } from "../../cell";
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
  alert: Alert;
}

export interface AlertPage {
  alerts: AlertRow[];
  next: number | null;
}

export interface InboxState {
  rows: readonly AlertRow[];
  q: string;
  next: number | null;
  loading: boolean;
  fault: unknown;
  live: boolean;
  arrived: number;
}

const FIRST_PAGE = 100;
const PAGE = 500;
const EMPTY: InboxState = { rows: [], q: "", next: null, loading: false, fault: null, live: false, arrived: 0 };

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

/* Begins anew, with another filter or the same. */
export async function inbox_open(q: string): Promise<void> {
  const mine = ++asked;
  stream?.close();
  put({ ...EMPTY, q, loading: true });
  try {
    const { body } = await get<AlertPage>("/v1/alerts", { q, limit: FIRST_PAGE });
    if (mine !== asked)
      return;
    put({ rows: body.alerts, next: body.next, loading: false });
    follow(q, body.alerts[0]?.number ?? 0);
  } catch (fault) {
    if (mine === asked)
      put({ loading: false, fault });
  }
}

/* The next older page. */
export async function inbox_more(): Promise<void> {
  const { next, loading, q } = inbox.value, mine = asked;
  if (next === null || loading)
    return;
  put({ loading: true });
  try {
    const { body } = await get<AlertPage>("/v1/alerts", { q, before: next, limit: PAGE });
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
