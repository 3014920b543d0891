/* Fields.tsx -- what an item holds, in the order of its kind; masked values say so, revealed ones are marked. */
/* SPDX-License-Identifier: Apache-2.0 */
import { moment_full } from "../../dates";
import { decimal_of_cents, money, number } from "../../money";
import { both, named, say } from "../../tongue";
import type { Field, Item, Kind, Value } from "../../work";
import { grade_words, typology_words, value_words, w as common } from "../../words";

/* A word of a list, said if it is a common one. */
export function word_text(value: string): string {
  return named({ ...value_words, ...typology_words, ...grade_words }, value);
}

export function value_text(field: Field, value: Value): string {
  if (value === null)
    return "–";
  if (typeof value === "boolean")
    return say(value ? common.yes : common.no);
  if (Array.isArray(value))
    return value.map(String).join(", ");
  if (field.type === "moment")
    return moment_full(String(value));
  if (field.type === "amount" && /^-?\d+$/.test(String(value))) /* of work: whole cents */
    return money(decimal_of_cents(BigInt(value)));
  if (typeof value === "number")
    return number(value);
  return field.type === "word" || field.name === "grade" || field.name === "typology" ? word_text(value) : value;
}

export function Fields({ kind, item, revealed }: { kind: Kind; item: Item; revealed: Record<string, Value> | null }) {
  const names = kind.fields.filter(({ name }) => item.fields[name] !== undefined || revealed?.[name] !== undefined);
  return (
    <dl class="pairs">
      {names.map((field) => {
        const plain = revealed?.[field.name], masked = item.masked?.includes(field.name) ?? false;
        return (
          <div key={field.name} class="pair" data-field={field.name}>
            <dt>{both(field)}</dt>
            <dd class={plain !== undefined && masked ? "plain-value" : ""}>
              {value_text(field, plain ?? item.fields[field.name] ?? null)}{masked && plain === undefined && <small> {say(common.masked)}</small>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
