/* Log.tsx -- what happened to an item, newest first, with the number of each entry in the audit log. */
/* SPDX-License-Identifier: Apache-2.0 */
import { server_now } from "../clock";
import { moment, moment_full, span } from "../dates";
import { both, named, say } from "../tongue";
import { clock_words } from "../words";
import { useCell } from "../cell";
import { name_of, names } from "../names";
import { field_of, type ItemLog, type Kind, state_of, step_of } from "../work";
import { lw } from "./words";

export function When({ at }: { at: string | undefined }) {
  return at === undefined ? <span>–</span> : <time dateTime={at} title={moment_full(at)}>{moment(at, server_now())}</time>;
}

export function Log({ kind, log }: { kind: Kind; log: ItemLog }) {
  useCell(names);
  const said_of = (thing: { en: string; zh: string } | undefined, otherwise: string | undefined) => (thing ? both(thing) : otherwise ?? "");
  if (log.log.length === 0)
    return <p class="hint">{say(lw.empty)}</p>;
  return (
    <ol class="log">
      {[...log.log].reverse().map((entry, at) => {
        const step = entry.step === undefined ? undefined : step_of(kind, entry.step);
        return (
          <li key={at} data-what={entry.what}>
            <When at={entry.time} />
            <span class="log-what">
              <strong>{named(lw, entry.what)}{entry.step && ` · ${said_of(step, entry.step)}`}</strong>
              {entry.to && ` → ${said_of(state_of(kind, entry.to), entry.to)}`}
              {entry.late_ms ? ` · ${say(clock_words.late, { span: span(entry.late_ms) })}` : ""}
              {entry.fields && entry.fields.length > 0 &&
                <small> {say(lw.brought, { fields: entry.fields.map((field) => said_of(field_of(kind, field), field)).join(" ") })}</small>}
              {entry.reason && <q>{entry.reason}</q>}
            </span>
            <small class="log-who">
              {[entry.by === "machine" ? say(lw.machine) : entry.by && name_of(entry.by), entry.asked_by && say(lw.asked_by, { by: name_of(entry.asked_by) }), entry.audit !== undefined && say(lw.audit, { n: entry.audit })]
                .filter(Boolean).join(" · ")}
            </small>
          </li>
        );
      })}
    </ol>
  );
}
