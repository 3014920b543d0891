/* precision.ts -- how often each rule was right: of the alerts that people decided, how many held.
 *
 * Asked for once a minute at most, for all rules; what was handed on or known already says neither. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api";
import { number } from "../../money";
import { say } from "../../tongue";
import { precision_words as pw } from "./words";

export interface Judged {
  rule: string;
  typology: string;
  shadow: boolean;
  confirmed: number;
  false_alarm: number;
  handed_on: number;
  duplicate: number;
  precision: number | null;
}

export interface Precision {
  days: number;
  rules: Judged[];
}

const KEPT_MS = 60_000;
let kept: { at: number; reply: Promise<Precision> } | null = null;

export function precision_ask(): Promise<Precision> {
  const now = performance.now();
  if (kept === null || now - kept.at > KEPT_MS)
    kept = { at: now, reply: get<Precision>("/v1/alerts/precision").then(({ body }) => body) };
  kept.reply.catch(() => (kept = null));
  return kept.reply;
}

/* Somebody here decided: what is known is old. */
export function precision_changed(): void {
  kept = null;
}

export function usePrecision(asks: boolean): Precision | null {
  const [known, keep] = useState<Precision | null>(null);
  useEffect(() => {
    let gone = false;
    if (asks)
      precision_ask().then((one) => gone || keep(one), () => {});
    return () => void (gone = true);
  }, [asks]);
  return known;
}

/* "78 %: 7 of 9 that were decided held; 3 handed on" */
export function precision_says({ confirmed, false_alarm, handed_on, precision }: Judged): string {
  const more = handed_on > 0 ? ` · ${say(pw.handed_on, { n: number(handed_on) })}` : "";
  return (precision === null ? say(pw.none) : say(pw.held, { share: (precision * 100).toFixed(0), n: number(confirmed), all: number(confirmed + false_alarm) })) + more;
}
