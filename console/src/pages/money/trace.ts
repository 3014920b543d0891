/* trace.ts -- a trace as trace.schema.json and docs/http.md describe it, and the sums that it must keep. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { Both } from "../../tongue";

export interface Cut {
  amount: string;
  payments: number;
}

export interface Account {
  number: number;
  account: string | null;
  bank: string | null;
  level: number;
  contact: string | null;
  in: string;
  out: string;
  held: string;
  ends: Record<string, string>;
  cuts: Record<string, Cut>;
}

export interface Payment {
  id: string | null;
  time: string;
  payer: string | null;
  payee: string | null;
  from: number | null;
  to: number | null;
  amount: string;
  traced: string;
  level: number;
  delay_ms: number | null;
  end: string | null;
  own: boolean;
}

export interface Stop {
  account: number;
  held: string;
  expected: string;
  stays: number;
  reason: Both;
}

export interface Trace {
  direction: "forward" | "backward";
  method: string;
  masked: boolean;
  start: string | null;
  currency: string | null;
  sums: { started: string; touched: string; held: string; ends: Record<string, string>; cuts: Record<string, Cut> };
  accounts: Account[];
  payments: Payment[];
  stops: Stop[] | null;
}

export interface Kept {
  id: string;
  made: string;
  by: string;
  position: number;
  orders: { account: number; item: string }[];
  trace: Trace;
}

/* As whole hundredths of a cent and less: amounts have at most eight digits behind the point. */
function exact(decimal: string): bigint {
  const [whole = "0", behind = ""] = decimal.replace("-", "").split(".");
  const size = BigInt(whole + behind.padEnd(8, "0").slice(0, 8));
  return decimal.startsWith("-") ? -size : size;
}

/* started + touched = held + ends + cuts, to the cent. */
export function sums_agree({ sums }: Trace): boolean {
  const right = [sums.held, ...Object.values(sums.ends), ...Object.values(sums.cuts).map(({ amount }) => amount)];
  return exact(sums.started) + exact(sums.touched) === right.reduce((sum, text) => sum + exact(text), 0n);
}

/* What had happened by then. */
export function payments_until(trace: Trace, ms: number): Payment[] {
  return trace.payments.filter(({ time }) => Date.parse(time) <= ms);
}
