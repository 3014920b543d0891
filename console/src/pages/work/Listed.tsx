/* Listed.tsx -- a list of small objects as lines: what a column is called is said where it is known. */
/* SPDX-License-Identifier: Apache-2.0 */
import { decimal_of_cents, money } from "../../money";
import { columns_of } from "../../parts/Rows";
import { column_words, row_choices } from "../../parts/words";
import { name_of } from "../../names";
import { named, say, tongue } from "../../tongue";
import type { Entry, Field, Value } from "../../work";

type Line = Exclude<Entry, string | number>;

export function is_listed(value: Value): value is Line[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === "object");
}

function cell_text(field: Field, column: string, value: unknown): string {
  if (column === "share" && /^\d+$/.test(String(value))) /* whole cents, as all sums of work */
    return money(decimal_of_cents(BigInt(String(value))));
  if (column === "id" || column === "organisation")
    return name_of(String(value));
  const choices = row_choices[`${field.of}.${field.name}.${column}`];
  if (choices !== undefined) /* one word, or several */
    return String(value).split(" ").map((word) => named(choices, word)).join(tongue.value === "zh" ? "、" : ", ");
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}

function Entry({ field, line }: { field: Field; line: Line }) {
  const said = tongue.value === "zh" ? line.zh ?? line.en : line.en;
  if (said !== undefined)
    return <>{String(said)}</>;
  const alone = columns_of(field).length === 1;
  return <>{Object.entries(line).filter(([, value]) => value !== "").map(([column, value], at) => (
    <span key={column}>{at > 0 && " · "}{!alone && Object.hasOwn(column_words, column) && <small>{say(column_words[column as keyof typeof column_words])} </small>}{cell_text(field, column, value)}</span>
  ))}</>;
}

export function Listed({ field, lines }: { field: Field; lines: Line[] }) {
  return <ul class="list-rows">{lines.map((line, at) => <li key={at}><Entry field={field} line={line} /></li>)}</ul>;
}
