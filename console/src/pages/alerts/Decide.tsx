/* Decide.tsx -- what one, or many, alerts come to.  A digit gives the usual outcome with its usual reason, so
 * the median alert is decided in two keys; anything else is chosen and written. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { number } from "../../money";
import { ReasonDialog } from "../../parts/Reveal";
import { both, named, say } from "../../tongue";
import { type ListRow, decide, decide_all, type Outcome } from "./alert";
import { decide_words as dw, hand_presets, outcome_words, presets } from "./words";

const OUTCOME_OF: Record<keyof typeof presets, Outcome> = {
  confirmed: "confirmed", false_merchant: "false_alarm", false_contact: "false_alarm", duplicate: "duplicate",
};

interface Props {
  rows: ListRow[];
  /* Hand on, and no other outcome. */
  onward: boolean;
  close: () => void;
  done: () => void;
}

function Many({ rows }: { rows: ListRow[] }) {
  return (
    <div class="notice">
      <p>{say(dw.sample)}</p>
      <ul>{rows.slice(0, 3).map(({ alert }) => <li key={alert.id}><span class="mono">{alert.subject}</span> {both(alert.title)}</li>)}</ul>
      <p>{say(dw.effect)}</p>
    </div>
  );
}

export function DecideDialog({ rows, onward, close, done }: Props) {
  const [chosen, choose] = useState<Outcome>(onward ? "handed_on" : "confirmed");
  const usual = onward ? Object.values(hand_presets).map((pair) => ({ says: say(pair), outcome: "handed_on" as Outcome }))
    : (Object.keys(presets) as (keyof typeof presets)[]).map((name) => ({ says: say(presets[name]), outcome: OUTCOME_OF[name] }));
  const go = async (reason: string) => {
    const outcome = usual.find(({ says }) => says === reason)?.outcome ?? chosen;
    const first = rows[0];
    if (rows.length === 1 && first !== undefined)
      await decide(first.alert.id, outcome, reason);
    else
      decide_all(rows.map(({ alert }) => alert.id), outcome, reason, say(dw.task, { outcome: named(outcome_words, outcome), n: number(rows.length) }));
    done();
  };
  return (
    <ReasonDialog title={onward ? say(dw.hand_on) : rows.length === 1 ? say(dw.title) : say(dw.title_many, { n: number(rows.length) })} close={close} go={go}
      preset={usual.map(({ says }) => says)} focus_reason before={
        <>
          {rows.length > 1 && <Many rows={rows} />}
          {!onward && (
            <label class="field"><span>{say(dw.outcome)}</span>
              <select value={chosen} onChange={(event) => choose(event.currentTarget.value as Outcome)}>
                {(["confirmed", "false_alarm", "duplicate", "handed_on"] as const).map((outcome) => <option key={outcome} value={outcome}>{say(outcome_words[outcome])}</option>)}
              </select></label>
          )}
        </>
      } />
  );
}
