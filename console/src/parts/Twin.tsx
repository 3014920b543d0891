/* Twin.tsx -- a picture and the table that says the same; either is one key away from the other. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { say } from "../tongue";
import { w } from "../words";
import { PlainTable } from "./DataTable";

export interface TwinTable {
  head: string[];
  rows: ComponentChildren[][];
}

export function Twin({ label, table, children, note }: { label: string; table: TwinTable; children: ComponentChildren; note?: ComponentChildren }) {
  const [as_table, turn] = useState(false);
  return (
    <figure class="twin" aria-label={label}>
      <figcaption>
        <strong>{label}</strong>
        <span class="twin-note">{note}</span>
        <button type="button" class="plain" aria-pressed={as_table} onClick={() => turn(!as_table)}>{say(as_table ? w.chart_twin : w.table_twin)}</button>
      </figcaption>
      {as_table ? <PlainTable caption={label} head={table.head} rows={table.rows} /> : children}
    </figure>
  );
}
