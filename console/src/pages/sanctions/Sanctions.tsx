/* Sanctions.tsx -- joint discipline: determinations with two persons, executors' orders, appeals, measures of
 * institutions; a person's standing; what is restricted and what is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
import { may } from "../../api";
import type { PageProps } from "../../pages";
import { both, say } from "../../tongue";
import type { Field, Value } from "../../work";
import { names } from "../words";
import type { ItemSeen } from "../work/Item";
import { value_text } from "../work/Fields";
import { is_listed, Listed } from "../work/Listed";
import { WorkPage } from "../work/Work";
import { Check } from "./Check";
import { w } from "./words";

function Shown({ field, value }: { field: Field; value: Value }) {
  return is_listed(value) ? <Listed field={field} lines={value} /> : <>{value_text(field, value)}</>;
}

/* Measures are lists of texts or JSON of the determination; shown as they stand, for each kind of executor. */
function Measures({ kind, item }: ItemSeen) {
  const fields = kind.fields.filter(({ name }) => /^(for_|measures|keeps|kept|notice_)/.test(name) && item.fields[name] !== undefined && item.fields[name] !== "");
  return (
    <section class="card">
      <h2>{say(w.measures)}</h2>
      {fields.length === 0 ? <p class="hint">{say(w.measures_none)}</p>
        : <dl class="pairs">{fields.map((field) => [<dt key={field.name}>{both(field)}</dt>, <dd key={`${field.name}=`} class="note"><Shown field={field} value={item.fields[field.name] ?? null} /></dd>])}</dl>}
    </section>
  );
}

export default function Sanctions({ id }: PageProps) {
  return (
    <>
      {id === null && may("sanctions:ask") && <Check />}
      <WorkPage id={id} path="sanctions" says={say(names.sanctions)} kinds={["sanction", "sanction_order", "appeal", "measure"]}
        extras={{ cards: (seen) => (seen.kind.kind === "sanction" || seen.kind.kind === "sanction_order" ? <Measures {...seen} /> : null) }} />
    </>
  );
}
