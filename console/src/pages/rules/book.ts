/* book.ts -- the book of rules over the interface, and what differs between two texts. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { Both } from "../../tongue";

export interface File {
  path: string;
  text: string;
}

export interface Version {
  version: number;
  state: string;
  role: string | null;
  image: string;
  author: string;
  decider: string | null;
  note: string;
  submitted: string | null;
  decided: string | null;
  effective: string | null;
  files?: File[];
}

export interface Diag {
  code: string;
  severity: "error" | "warning";
  message: Both;
  note?: Both;
  file: string;
  line: number;
  display_column: number;
  end: { line: number; display_column: number };
  suggestion?: string;
}

export interface Line {
  what: " " | "+" | "-";
  text: string;
}

const TABLE_MAX = 4_000_000;

/* Lines that went and came, the longest common ones kept; beyond the bound all went and all came. */
export function lines_differ(before: string, after: string): Line[] {
  const a = before.split("\n"), b = after.split("\n"), wide = b.length + 1;
  if ((a.length + 1) * wide > TABLE_MAX)
    return [...a.map((text): Line => ({ what: "-", text })), ...b.map((text): Line => ({ what: "+", text }))];
  const common = new Uint16Array((a.length + 1) * wide), at = (i: number, j: number) => common[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const out: Line[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j])
      out.push({ what: " ", text: a[i++] ?? "" }), j++;
    else if (j < b.length && (i === a.length || at(i, j + 1) >= at(i + 1, j)))
      out.push({ what: "+", text: b[j++] ?? "" });
    else
      out.push({ what: "-", text: a[i++] ?? "" });
  }
  return out;
}

/* With three lines around each change. */
export function changes_only(lines: Line[]): Line[] {
  const near = (at: number) => lines.slice(Math.max(0, at - 3), at + 4).some(({ what }) => what !== " ");
  return lines.filter((_, at) => near(at));
}
