/* law_words.ts -- words of law packs (things, restrictions, exceptions, acts), as people say them: the service's
 * own list, so that a measure reads here as it reads in a notice.  The build refuses one without both. */
/* SPDX-License-Identifier: Apache-2.0 */
import text from "../../src/law/codes.inc";
import type { Pair } from "./tongue";

const ROW = /^LAW_CODE\((\w+), (\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)/gm;

export const law_words: Record<string, Pair> = {};
const GROUPS: Record<string, string[]> = {};
for (const [, group = "", name = "", en = "", zh = ""] of text.matchAll(ROW)) {
  law_words[name] = [JSON.parse(`"${en}"`) as string, JSON.parse(`"${zh}"`) as string];
  (GROUPS[group] ??= []).push(name);
}

/* Those of one group, in the order of the list. */
export function law_group(group: string): Record<string, Pair> {
  return Object.fromEntries((GROUPS[group] ?? []).map((name) => [name, law_words[name] ?? [name, name]]));
}
