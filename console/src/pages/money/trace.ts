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
  limits: { depth: number; fan: number; payments: number; reads: number; amount_min: string; since: string | null; until: string | null };
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

/* In units of which each amount is a whole number: amounts have at most eight digits behind the point. */
export function exact(decimal: string): bigint {
  const [whole = "0", behind = ""] = decimal.replace("-", "").split(".");
  const size = BigInt(whole + behind.padEnd(8, "0").slice(0, 8));
  return decimal.startsWith("-") ? -size : size;
}

/* started + touched = held + ends + cuts, to the cent. */
export function sums_agree({ sums }: Trace): boolean {
  const right = [sums.held, ...Object.values(sums.ends), ...Object.values(sums.cuts).map(({ amount }) => amount)];
  return exact(sums.started) + exact(sums.touched) === right.reduce((sum, text) => sum + exact(text), 0n);
}

/* As the service writes it: without those digits that say nothing, but with two. */
export function decimal_of(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(9, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -8)}.${digits.slice(-8).replace(/0{1,6}$/, "")}`;
}
