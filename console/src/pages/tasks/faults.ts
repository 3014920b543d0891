/* faults.ts -- why an alert of a task was left as it was: the service's own list. */
/* SPDX-License-Identifier: Apache-2.0 */
import text from "../../../../src/task/faults.inc";
import { type Both, both } from "../../tongue";

const FAULTS = new Map<string, Both>();
for (const [, name = "", en = "", zh = ""] of text.matchAll(/^TASK_FAULT\((\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)/gm))
  FAULTS.set(name, { en, zh });

export function fault_says(name: string): string {
  const found = FAULTS.get(name);
  return found === undefined ? name : both(found);
}
