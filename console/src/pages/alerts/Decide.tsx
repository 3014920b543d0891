/* Decide.tsx -- what one, or many, alerts come to.  A digit gives the usual outcome with its usual reason, so
 * the median alert is decided in two keys; anything else is chosen, and written where the reason wants words. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { number } from "../../money";
import { ProblemBox } from "../../parts/Problem";
import { ReasonDialog } from "../../parts/Reveal";
import { bulk_preview, type Preview, type Which } from "../../server_tasks";
import { both, say } from "../../tongue";
import { EffectList, SampleList } from "../tasks/Card";
import { w as tw } from "../tasks/words";
import { type AlertRow, type Decision, type ListRow, decide, decide_all, type Outcome } from "./alert";
import { CODES, codes_of } from "./codes";
import { decide_words as dw, hand_presets, outcome_words, presets } from "./words";

interface Props {
  rows: ListRow[];
  /* The filter of all that fit it, instead of rows; null: rows. */
  matching: string | null;
  /* Hand on, and no other outcome. */
  onward: boolean;
  close: () => void;
  done: () => void;
}

/* What a digit gives: what it is called here, and the code of the service's list. */
function usual_of(onward: boolean): { says: string; decision: Decision }[] {
  return Object.entries(onward ? hand_presets : presets).map(([code, pair]) => ({
    says: say(pair), decision: { outcome: CODES.find((one) => one.code === code)?.outcomes[0] ?? "open", code, reason: "" },
  }));
}

/* Before it begins: how many, some of them, what becomes of them, and whether somebody else must say yes. */
function Many({ preview }: { preview: Preview<AlertRow> | null }) {
  if (preview === null)
    return <p class="notice" role="status">{say(tw.counting)}</p>;
  return (
    <div class="notice" data-preview={preview.count}>
      <EffectList effect={preview.effect} />
      <p>{say(dw.sample)}</p>
      <SampleList rows={preview.sample.slice(0, 3)} />
      <p>{say(dw.effect)} {preview.second_person ? <strong data-second-person>{say(tw.needs, { n: number(preview.alone) })}</strong> : say(tw.alone)}</p>
    </div>
  );
}

function usePreview(which: Which | null): { preview: Preview<AlertRow> | null; fault: unknown } {
  const [preview, keep] = useState<Preview<AlertRow> | null>(null);
  const [fault, fail] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    if (which !== null)
      bulk_preview<AlertRow>(which, stop.signal).then(keep, (problem: unknown) => !stop.signal.aborted && fail(problem));
    return () => stop.abort();
  }, []);
  return { preview, fault };
}

/* Outcome and code; the code that wants words comes first, for whoever writes has a reason of their own. */
function Choice({ onward, outcome, code, choose }: { onward: boolean; outcome: Outcome; code: string; choose: (outcome: Outcome, code: string) => void }) {
  return (
    <>
      {!onward && (
        <label class="field"><span>{say(dw.outcome)}</span>
          <select name="outcome" value={outcome} onChange={(event) => choose(event.currentTarget.value as Outcome, "other")}>
            {(["confirmed", "false_alarm", "duplicate", "handed_on"] as const).map((one) => <option key={one} value={one}>{say(outcome_words[one])}</option>)}
          </select></label>
      )}
      <label class="field"><span>{say(dw.code)}</span>
        <select name="code" value={code} onChange={(event) => choose(outcome, event.currentTarget.value)}>
          {[...codes_of(outcome)].reverse().map((one) => <option key={one.code} value={one.code}>{both(one)}</option>)}
        </select></label>
    </>
  );
}

export function DecideDialog({ rows, matching, onward, close, done }: Props) {
  const [{ outcome, code }, choose] = useState<{ outcome: Outcome; code: string }>({ outcome: onward ? "handed_on" : "confirmed", code: "other" });
  const usual = usual_of(onward), first = rows[0], many = matching !== null || rows.length > 1;
  const [which] = useState<Which | null>(matching !== null ? { q: matching } : many ? { ids: rows.map(({ alert }) => alert.id) } : null);
  const { preview, fault } = usePreview(which);
  const count = matching === null ? rows.length : preview?.count;
  const go = async (reason: string) => {
    const decision = usual.find(({ says }) => says === reason)?.decision ?? { outcome, code, reason };
    if (which === null && first !== undefined)
      await decide(first.alert.id, decision);
    else if (which !== null && (matching === null || preview !== null))
      await decide_all({ ...which, ...(preview !== null && matching !== null && { upto: preview.upto }) }, decision);
    else
      throw new Error(say(tw.counting)); /* nobody decides on what was not counted yet */
    done();
  };
  return (
    <ReasonDialog title={onward ? say(dw.hand_on) : many ? say(dw.title_many, { n: count === undefined ? "…" : number(count) }) : say(dw.title)} close={close} go={go}
      preset={usual.map(({ says }) => says)} focus_reason asks={say(dw.words)} optional={!(CODES.find((one) => one.code === code)?.words ?? true)} before={
        <>
          {many && <><ProblemBox fault={fault} />{fault === null && <Many preview={preview} />}</>}
          <Choice onward={onward} outcome={outcome} code={code} choose={(one, other) => choose({ outcome: one, code: other })} />
        </>
      } />
  );
}
