/* Form.tsx -- fields of a kind of work as controls: each type has one, choices make a list.
 *
 * What is typed stays text until it is sent: `form_values` makes of it what the service takes, and
 * leaves out what is empty.  The service is the judge of every value; it names the field that it refuses. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useId, useState } from "preact/hooks";
import { server_now } from "../clock";
import { say } from "../tongue";
import { choice_text, type Entry, type Field, id_of, type Value } from "../work";
import { w } from "../words";
import { Pick } from "./Named";
import { columns_of, field_label, Rows } from "./Rows";
import { fw, rw } from "./words";

export type Typed = Record<string, string>;

const HINTS: Partial<Record<Field["type"], keyof typeof fw>> = {
  list: "list_hint", moment: "moment_hint", amount: "amount_hint", place: "place_hint", phone: "phone_hint",
};

export const choices_of = (field: Field) => (field.choices ?? "").split(" ").filter((word) => word !== "");

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/* This second, by the service's clock, as a local field has it. */
function local_now(): string {
  const at = new Date(server_now());
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/* "2026-03-02T09:00" of a local field as RFC 3339 with the offset of that day. */
function moment_text(local: string): string {
  const at = new Date(local);
  if (Number.isNaN(at.getTime()))
    return local;
  const minutes = -at.getTimezoneOffset(), off = Math.abs(minutes);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${minutes < 0 ? "-" : "+"}${two(Math.floor(off / 60))}:${two(off % 60)}`;
}

/* "1234.50" in whole cents, exactly; what has another form is left to the service to refuse. */
function cents_of(text: string): Value {
  const parts = /^(-?\d+)(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(",", ""));
  return parts === null ? text.trim() : Number(`${parts[1] ?? "0"}${(parts[2] ?? "").padEnd(2, "0")}`);
}

/* A line of a list: {"kind":"goip","count":"3"} is an object, anything else a word. */
function entry_of(line: string): Entry {
  try {
    const read: unknown = line.startsWith("{") ? JSON.parse(line) : line;
    return typeof read === "object" && read !== null ? (read as Entry) : line;
  } catch {
    return line;
  }
}

function value_of(field: Field, text: string): Value {
  if (field.type === "flag")
    return text === "true";
  if (field.type === "whole" && /^-?\d+$/.test(text))
    return Number(text);
  if (field.type === "amount")
    return cents_of(text);
  if (field.type === "list")
    return text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "{}").map(entry_of);
  return field.type === "moment" ? moment_text(text) : text.trim();
}

export function form_values(fields: Field[], typed: Typed): Record<string, Value> {
  const out: Record<string, Value> = {};
  for (const field of fields) {
    const text = typed[field.name] ?? "";
    if (text.trim() !== "")
      out[field.name] = value_of(field, text);
  }
  return out;
}

function Control({ field, id, value, must, first, type }: {
  field: Field; id: string; value: string; must: boolean; first: boolean; type: (text: string) => void;
}) {
  const common = { id, name: field.name, required: must, "aria-describedby": `${id}-hint`, ...(first && { "data-first": true }) };
  const words = choices_of(field), of = id_of(field);
  if (of !== null)
    return <Pick of={of} value={value} pick={type} control={common} />;
  if (field.type === "flag" || (words.length > 0 && field.type !== "list"))
    return (
      <select {...common} value={value} onChange={(event) => type(event.currentTarget.value)}>
        <option value="">{say(fw.choose)}</option>
        {field.type === "flag"
          ? [<option key="t" value="true">{say(w.yes)}</option>, <option key="f" value="false">{say(w.no)}</option>]
          : words.map((word) => <option key={word} value={word}>{choice_text(field.name, word)}</option>)}
      </select>
    );
  if (columns_of(field).length > 0)
    return <Rows field={field} value={value} first={first} type={type} />;
  if (field.type === "list" || ((field.size_max ?? 0) > 256 && field.type === "text"))
    return <textarea {...common} rows={3} value={value} onInput={(event) => type(event.currentTarget.value)} />;
  if (field.type === "moment")
    return (
      <span class="row">
        <input {...common} type="datetime-local" step={1} value={value} onInput={(event) => type(event.currentTarget.value)} />
        <button type="button" class="plain" data-now onClick={() => type(local_now())}>{say(rw.now)}</button>
      </span>
    );
  return (
    <input {...common} type="text" value={value} autocomplete="off" spellcheck={false}
      inputMode={field.type === "whole" ? "numeric" : field.type === "amount" ? "decimal" : field.type === "phone" ? "tel" : "text"}
      maxLength={field.size_max ?? 256} onInput={(event) => type(event.currentTarget.value)} />
  );
}

export function FieldRow({ field, value, must, first, type }: {
  field: Field; value: string; must: boolean; first?: boolean; type: (text: string) => void;
}) {
  const id = useId();
  const hint = HINTS[field.type];
  return (
    <div class="field">
      <label for={id}>{field_label(field)}{must && <span class="must" title={say(w.required)} aria-hidden="true"> *</span>}</label>
      <Control field={field} id={id} value={value} must={must} first={first ?? false} type={type} />
      <small id={`${id}-hint`}>{hint && columns_of(field).length === 0 ? say(fw[hint]) : ""}{field.type === "list" && choices_of(field).length > 0 ? ` · ${choices_of(field).join(" ")}` : ""}</small>
    </div>
  );
}

/* Those that must be filled in, then those that may, folded away if there are many and none is filled in already. */
export function FormFields({ must, may: may_too, typed, type }: { must: Field[]; may: Field[]; typed: Typed; type: (name: string, text: string) => void }) {
  const may = may_too.filter(({ name }) => must.every((field) => field.name !== name)); /* some kinds name one in both */
  const row = (field: Field, needed: boolean, first: boolean) => (
    <FieldRow key={field.name} field={field} value={typed[field.name] ?? ""} must={needed} first={first} type={(text) => type(field.name, text)} />
  );
  const [filled] = useState(() => may.some(({ name }) => (typed[name] ?? "") !== ""));
  return (
    <>
      <div class="fields">{must.map((field, at) => row(field, true, at === 0))}</div>
      {may.length > 0 && (
        <details open={filled || may.length + must.length <= 5}>
          <summary>{say(fw.optional)} ({may.length})</summary>
          <div class="fields">{may.map((field, at) => row(field, false, must.length === 0 && at === 0))}</div>
        </details>
      )}
    </>
  );
}
