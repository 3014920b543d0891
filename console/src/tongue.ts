/* tongue.ts -- the two tongues.  A word is a pair, so one that is missing in either does not compile;
 * words stand in words.ts beside their page, and build.mjs holds them against one another.
 *
 *   export const w = words({ taken: ["{n} taken", "已领取 {n} 项"] });
 *   say(w.taken, { n: 3 })
 *
 * The service speaks both tongues too: what it sends as {en, zh} is said by `both`. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Cell } from "./cell";

export type Tongue = "en" | "zh";
export type Pair = readonly [en: string, zh: string];
export interface Both {
  en: string;
  zh: string;
}

export const tongue = new Cell<Tongue>("en");

/* Holds what it is given to its form and hands it back. */
export function words<const T extends Record<string, Pair | Record<string, Pair>>>(all: T): T {
  return all;
}

export function say(pair: Pair, holes?: Record<string, string | number>): string {
  const text = pair[tongue.value === "zh" ? 1 : 0];
  return holes === undefined ? text : text.replace(/\{(\w+)\}/g, (whole, name: string) => String(holes[name] ?? whole));
}

export function both(text: Both | null | undefined): string {
  return text === null || text === undefined ? "" : text[tongue.value];
}

/* What the service names by a word of its own, like a grade: the word itself if we have no pair for it. */
export function named(pairs: Record<string, Pair>, name: string | null | undefined): string {
  if (name === null || name === undefined)
    return "–";
  const pair = Object.hasOwn(pairs, name) ? pairs[name] : undefined;
  return pair === undefined ? name : say(pair);
}
