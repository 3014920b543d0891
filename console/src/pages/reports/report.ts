/* report.ts -- a report as docs/report.md describes it. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { Both } from "../../tongue";

export interface Part {
  key: string;
  label: Both;
  withheld: boolean;
  number: number | null;
  text: Both;
}

export interface Figure {
  figure: string;
  name: Both;
  section: string;
  from: string;
  to: string;
  number: number | null;
  approximate: boolean;
  withheld: boolean;
  missing?: string;
  text: Both;
  comparison: Both | null;
  rows: number | null;
  query: string;
  source: string | null;
  source_text: Both | null;
  parts?: Part[];
}

export interface Report {
  by: string | null;
  sections: { section: string; name: Both }[];
  live: { from: string; to: string } | null;
  figures: Figure[];
}

export interface Row {
  source: string;
  day: string;
  region: string | null;
  type: string | null;
  count: number;
  yuan?: string | number;
  seconds?: number;
  item?: string;
}

export const BY = ["", "month", "region", "city", "county", "type"] as const;
