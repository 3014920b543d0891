/* Right.tsx -- how often each rule was right, by what people decided of its alerts. */
/* SPDX-License-Identifier: Apache-2.0 */
import { may } from "../../api";
import { number } from "../../money";
import { PlainTable } from "../../parts/DataTable";
import { named, say } from "../../tongue";
import { typology_words } from "../../words";
import { usePrecision } from "../alerts/precision";
import { outcome_words, precision_words as pw, w } from "../alerts/words";

export function Right() {
  const known = usePrecision(may("alerts:read"));
  if (known === null)
    return null;
  return (
    <section class="card" data-right>
      <h2>{say(pw.title)} <small class="hint">{say(pw.days, { n: number(known.days) })}</small></h2>
      {known.rules.length === 0 ? <p class="hint">{say(pw.none)}</p> : (
        <PlainTable caption={say(pw.title)} head={[say(w.rule), say(w.typology), say(pw.title), say(outcome_words.confirmed), say(outcome_words.false_alarm), say(outcome_words.handed_on), say(outcome_words.duplicate)]}
          rows={known.rules.map((one) => [
            <span key="r"><code>{one.rule}</code> {one.shadow && <span class="tag warn">{say(w.trial)}</span>}</span>, named(typology_words, one.typology),
            <strong key="p" data-rule={one.rule}>{one.precision === null ? "–" : `${(one.precision * 100).toFixed(0)} %`}</strong>,
            number(one.confirmed), number(one.false_alarm), number(one.handed_on), number(one.duplicate),
          ])} />
      )}
    </section>
  );
}
