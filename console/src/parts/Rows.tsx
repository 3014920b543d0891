/* Rows.tsx -- a list of small objects as lines that one types into, [{"sha256","what"}]: its columns are
 * those that its field names.  There is always one empty line more, so nothing must be pressed for another.
 *
 * What is typed is kept as text, an object of JSON on each line, like everything else that is typed. */
/* SPDX-License-Identifier: Apache-2.0 */
import { both, named, say } from "../tongue";
import { type Field, id_of } from "../work";
import { Pick } from "./Named";
import { column_words as columns, row_choices, rw } from "./words";

type Line = Record<string, string>;

export function columns_of(field: Field): string[] {
  const inside = field.type === "list" ? /\[\{(.*?)\}\]/.exec(field.en)?.[1] ?? "" : "";
  return [...inside.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? "");
}

/* Its words without its columns. */
export function field_label(field: Field): string {
  const says = both(field).replace(/[:：]?\s*\[\{.*?\}\]/, "");
  return id_of(field) === null ? says : says.replace(/ \((id|user|id of the organisation)\)$|（机构编号）$|编号$/, ""); /* it is picked by name */
}

function lines_of(text: string): Line[] {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    try {
      const read: unknown = JSON.parse(line);
      return typeof read === "object" && read !== null ? (read as Line) : {};
    } catch {
      return {};
    }
  });
}

const is_empty = (line: Line | undefined) => line !== undefined && Object.values(line).every((value) => value.trim() === "");

function text_of(lines: Line[]): string {
  while (is_empty(lines.at(-1)))
    lines.pop();
  return lines.map((line) => JSON.stringify(Object.fromEntries(Object.entries(line).filter(([, value]) => value.trim() !== "")))).join("\n");
}

const choices_of = (field: Field, column: string) => row_choices[`${field.of}.${field.name}.${column}`];

/* All that can be said of one column is known: a box for each. */
function Boxes({ field, column, value, first, type }: { field: Field; column: string; value: string; first: boolean; type: (text: string) => void }) {
  const lines = lines_of(value), all = choices_of(field, column) ?? {};
  return (
    <div class="boxes" role="group" aria-label={field_label(field)}>
      {Object.entries(all).map(([word, pair], at) => (
        <label key={word}>
          <input type="checkbox" name={`${field.name}.${word}`} {...(first && at === 0 && { "data-first": true })} checked={lines.some((line) => line[column] === word)}
            onChange={(event) => type(text_of(event.currentTarget.checked ? [...lines, { [column]: word }] : lines.filter((line) => line[column] !== word)))} /> {say(pair)}
        </label>
      ))}
    </div>
  );
}

export function Rows({ field, value, first, type }: { field: Field; value: string; first: boolean; type: (text: string) => void }) {
  const names = columns_of(field), lines = lines_of(value);
  const only = names.length === 1 ? names[0] ?? "" : "";
  if (choices_of(field, only) !== undefined)
    return <Boxes {...{ field, column: only, value, first, type }} />;
  return (
    <div class="lines" role="group" aria-label={field_label(field)}>
      {[...lines, {} as Line].map((line, at) => (
        <div key={at} class="row">
          {names.map((name, column) => {
            const choices = choices_of(field, name), says = `${named(columns, name)} ${at + 1}`;
            const put = (text: string) => type(text_of([...lines.slice(0, at), { ...line, [name]: text }, ...lines.slice(at + 1)]));
            const common = { name: `${field.name}.${at}.${name}`, "aria-label": says, value: line[name] ?? "", ...(first && at + column === 0 && { "data-first": true }) };
            if (name === "id" && field.name === "executors")
              return <Pick key={name} of="organisation" value={line[name] ?? ""} pick={put} control={{ ...common, value: undefined }} />;
            return choices !== undefined
              ? <select key={name} {...common} onChange={(event) => put(event.currentTarget.value)}><option value="">{say(rw.choose)}</option>
                {Object.entries(choices).map(([word, pair]) => <option key={word} value={word}>{say(pair)}</option>)}</select>
              : <input key={name} {...common} placeholder={named(columns, name)} autocomplete="off" spellcheck={false} onInput={(event) => put(event.currentTarget.value)} />;
          })}
        </div>
      ))}
    </div>
  );
}
