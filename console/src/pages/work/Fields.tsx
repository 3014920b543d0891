/* Fields.tsx -- what an item holds, in the order of its kind; masked values say so, revealed ones are marked. */
/* SPDX-License-Identifier: Apache-2.0 */
import { moment_full } from "../../dates";
import { decimal_of_cents, money, number } from "../../money";
import { field_label } from "../../parts/Rows";
import { name_of, names as called } from "../../names";
import { useCell } from "../../cell";
import { say, tongue } from "../../tongue";
import { choice_text, type Entry, type Field, id_of, type Item, type Kind, type Value } from "../../work";
import { w as common } from "../../words";
import { is_listed, Listed } from "./Listed";

/* A word of a list, said if it is a common one. */
export function word_text(value: string): string {
  return choice_text("", value);
}

/* Texts that are codes, as carriers answer with them. */
const CODED = ["line_status", "holder_kind", "grade", "typology"];

function entry_text(field: Field, entry: Entry): string {
  if (typeof entry !== "object")
    return choice_text(field.name, String(entry));
  const said = tongue.value === "zh" ? entry.zh ?? entry.en : entry.en;
  return said === undefined ? Object.values(entry).map((part) => choice_text(field.name, String(part))).join(" ") : String(said);
}

export function value_text(field: Field, value: Value): string {
  if (value === null)
    return "–";
  if (typeof value === "boolean")
    return say(value ? common.yes : common.no);
  if (Array.isArray(value))
    return value.map((entry) => entry_text(field, entry)).join("; ");
  if (id_of(field) !== null)
    return name_of(String(value));
  if (field.type === "moment")
    return moment_full(String(value));
  if (field.type === "amount" && /^-?\d+$/.test(String(value))) /* of work: whole cents */
    return money(decimal_of_cents(BigInt(String(value))));
  if (field.type === "word" || field.choices !== undefined || CODED.includes(field.name))
    return choice_text(field.name, String(value));
  return typeof value === "number" && !field.name.endsWith("_year") ? number(value) : String(value);
}

export function Fields({ kind, item, revealed }: { kind: Kind; item: Item; revealed: Record<string, Value> | null }) {
  useCell(called);
  const names = kind.fields.filter(({ name }) => item.fields[name] !== undefined || revealed?.[name] !== undefined);
  return (
    <dl class="pairs">
      {names.map((field) => {
        const plain = revealed?.[field.name], masked = item.masked?.includes(field.name) ?? false;
        const value = plain ?? item.fields[field.name] ?? null;
        return (
          <div key={field.name} class="pair" data-field={field.name}>
            <dt>{field_label(field)}</dt>
            <dd class={plain !== undefined && masked ? "plain-value" : ""}>
              {is_listed(value) ? <Listed field={field} lines={value} /> : value_text(field, value)}{masked && plain === undefined && <small> {say(common.masked)}</small>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
