/* codes.ts -- why an alert came to what it came to: the service's own list, so that what is offered here is
 * what the service takes. */
/* SPDX-License-Identifier: Apache-2.0 */
import text from "../../../../src/bulletin/codes.inc";
import { type Both, both } from "../../tongue";
import type { Outcome } from "./alert";

export interface Code extends Both {
  code: string;
  outcomes: Outcome[];
  /* Something must be written beside it. */
  words: boolean;
}

const ROW = /^CODE\((\w+), ([^,]+), (\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)/gm;

export const CODES: readonly Code[] = [...text.matchAll(ROW)].map(([, code = "", outcomes = "", words = "", en = "", zh = ""]) => ({
  code, words: words === "WANTS_WORDS", en: JSON.parse(`"${en}"`) as string, zh: JSON.parse(`"${zh}"`) as string,
  outcomes: [...outcomes.matchAll(/O\((\w+)\)/g)].map(([, name]) => name as Outcome),
}));

export const codes_of = (outcome: Outcome) => CODES.filter(({ outcomes }) => outcomes.includes(outcome));

/* In words; empty: of a decision from before there were codes. */
export function code_says(code: string): string {
  const found = CODES.find((one) => one.code === code);
  return found === undefined ? code : both(found);
}
