/* Desk.tsx -- the person's panel: ways of contact beside what is said by each, what came of it, and the
 * outcome in two keys.
 *
 * Keys: k and a digit contacts (signing for it first, if nobody has), t and a digit notes a try, v the
 * person was reached, e and a digit or letter is the outcome.  What needs more than its code opens its form. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import type { Reply } from "../../api";
import { type Binding, useKeys } from "../../keys";
import { ProblemBox } from "../../parts/Problem";
import { StepDialog } from "../../parts/StepForm";
import { both, type Pair, say } from "../../tongue";
import { choice_text, type Item, item_step, step_of, steps_offered, type Value } from "../../work";
import { Grade } from "../alerts/Inbox";
import { Fields } from "../work/Fields";
import type { ItemSeen } from "../work/Item";
import { script_of } from "./scripts";
import { keys as kw, w } from "./words";

export const WAYS = ["call", "sms", "flash_sms", "voice", "second_call", "family", "bank", "visit"];
const TRIES = ["no_answer", "busy", "off", "refused", "answered", "sent"];
const OUTCOMES: [key: string, code: string][] = [
  ["1", "D01"], ["2", "D02"], ["3", "D03"], ["4", "D11"], ["5", "D20"], ["6", "D21"], ["7", "D30"], ["8", "D31"], ["9", "D32"], ["0", "D33"], ["a", "D40"], ["b", "D90"],
];
const FOLLOWS = ["F1", "F2", "F3", "F4"];
const PANEL = ["person", "phone", "involved_number", "scam", "reason", "at_risk", "account", "relative", "area", "address", "channel", "attempt", "receipt", "tries", "outcome", "followed"];
export const OWN = [...PANEL, "grade", "on_call"];

const text_of = (value: Value | undefined, otherwise: string) => (typeof value === "string" && value !== "" ? value : otherwise);
const pair_of = (field: string, word: string): Pair => [choice_text(field, word), choice_text(field, word)];

/* Steps one after another, each on what the one before left; the screen takes the last. */
function useSteps(seen: ItemSeen) {
  const [fault, fail] = useState<unknown>(null);
  const [told, tell] = useState("");
  const [busy, work] = useState(false);
  const run = async (says: string, chain: [step: string, values: Record<string, Value>][]) => {
    if (busy)
      return;
    work(true);
    fail(null);
    let last: Reply<Item> | null = null;
    try {
      for (const [step, values] of chain)
        last = await item_step(last?.body ?? seen.item, step, values, "");
      tell(say(w.recorded, { what: says }));
    } catch (problem) {
      fail(problem);
      await seen.again();
    } finally {
      if (last !== null)
        seen.changed(last);
      work(false);
    }
  };
  return { fault, told, run };
}

function Checklist() {
  return (
    <details>
      <summary>{say(w.checklist)}</summary>
      <ol class="checklist">{[w.look_1, w.look_2, w.look_3, w.look_4, w.ask_1, w.ask_2, w.ask_3, w.protect].map((line) => <li key={line[0]}><label><input type="checkbox" /> {say(line)}</label></li>)}</ol>
    </details>
  );
}

function Script({ scam, way }: { scam: string; way: string }) {
  const found = script_of(scam, way);
  return (
    <section class="card" data-card="script" data-way={way}>
      <h2>{say(w.script)} · {choice_text("channel", way)} {found && <small>{say(w.for_scam, { scam: choice_text("scam", found.scam) })}</small>}</h2>
      {found && <p class="script">{both(found.says)}</p>}
      <Checklist />
    </section>
  );
}

interface Can {
  sign: boolean;
  contact: boolean;
  try: boolean;
  reach: boolean;
  outcome: boolean;
  follow: boolean;
}

function bindings_of(can: Can, act: { way: (way: string) => void; try: (word: string) => void; reach: () => void; outcome: (code: string) => void; follow: (code: string) => void; sign: () => void }): Binding[] {
  const said = (field: string, word: string, pair: Pair): Pair => [pair[0].replace("{way}", pair_of(field, word)[0]), pair[1].replace("{way}", pair_of(field, word)[1])];
  return [
    ...WAYS.map((way, at): Binding => ({ key: `k ${at + 1}`, name: `desk.way.${way}`, says: said("channel", way, kw.way), go: () => act.way(way) })),
    ...(can.try ? TRIES.map((word, at): Binding => ({ key: `t ${at + 1}`, name: `desk.try.${word}`, says: pair_of("attempt", word), go: () => act.try(word) })) : []),
    ...(can.sign ? [{ key: "s", name: "desk.sign", says: kw.sign, go: act.sign }] : []),
    ...(can.reach ? [{ key: "v", name: "desk.reach", says: kw.reach, go: act.reach }] : []),
    ...(can.outcome ? OUTCOMES.map(([key, code]): Binding => ({ key: `e ${key}`, name: `desk.outcome.${code}`, says: pair_of("outcome", code), go: () => act.outcome(code) })) : []),
    ...(can.follow ? FOLLOWS.map((code, at): Binding => ({ key: `f ${at + 1}`, name: `desk.follow.${code}`, says: pair_of("followed", code), go: () => act.follow(code) })) : []),
  ];
}

function Codes({ title, field, codes, go }: { title: string; field: string; codes: [key: string, code: string][]; go: (code: string) => void }) {
  return (
    <div role="group" aria-label={title} data-codes={field}>
      <h3>{title}</h3>
      <div class="codes">{codes.map(([key, code]) => <button key={code} type="button" data-code={code} onClick={() => go(code)}><kbd>{key}</kbd> {choice_text(field, code)}</button>)}</div>
    </div>
  );
}

export function Desk(seen: ItemSeen) {
  const { kind, item, revealed } = seen;
  const scam = text_of(item.fields.scam, "T00");
  const [way, choose] = useState(text_of(item.fields.channel, "call"));
  const [dialog, open] = useState<{ step: string; preset: Record<string, string> } | null>(null);
  const { fault, told, run } = useSteps(seen);
  const offered = steps_offered(kind, item);
  const is = (name: string) => offered.some(({ step, blocked }) => step.name === name && blocked === null);
  const can: Can = { sign: is("sign"), contact: is("contact"), try: is("try"), reach: is("reach"), outcome: is("outcome"), follow: is("follow") };
  const act = {
    sign: () => void run(both(step_of(kind, "sign")), [["sign", {}]]),
    way: (next: string) => {
      choose(next);
      if (can.contact && next === "family")
        open({ step: "contact", preset: { channel: next } });
      else if (can.contact || (can.sign && next !== "family"))
        void run(choice_text("channel", next), [...(can.contact ? [] : [["sign", {}] as [string, Record<string, Value>]]), ["contact", { channel: next }]]);
    },
    try: (word: string) => void run(choice_text("attempt", word), [["try", { channel: way, attempt: word }]]),
    reach: () => void run(say(w.reached), [["reach", { channel: way }]]),
    outcome: (code: string) => void run(choice_text("outcome", code), [["outcome", { outcome: code }]]),
    follow: (code: string) => (code === "F2" ? open({ step: "follow", preset: { followed: code } }) : void run(choice_text("followed", code), [["follow", { followed: code }]])),
  };
  useKeys(bindings_of(can, act));
  const held = offered.some(({ blocked }) => blocked === "held"), step = dialog && step_of(kind, dialog.step);
  return (
    <>
      <div class="halves">
        <section class="card" data-card="contact">
          <h2>{say(w.contact)} <Grade grade={typeof item.fields.grade === "string" ? item.fields.grade : null} /> {item.fields.on_call === true && <span class="tag extreme">{say(w.on_call)}</span>}</h2>
          <div class="row" role="group" aria-label={say(w.by)}>
            {WAYS.map((one, at) => <button key={one} type="button" aria-pressed={one === way} data-way={one} onClick={() => act.way(one)}><kbd>k {at + 1}</kbd> {choice_text("channel", one)}</button>)}
          </div>
          <Fields kind={{ ...kind, fields: kind.fields.filter(({ name }) => PANEL.includes(name)) }} item={item} revealed={revealed} />
        </section>
        <Script scam={scam} way={way} />
      </div>
      <section class="card" data-card="actions">
        <p class="unseen" role="status">{told}</p>
        {told && <p class="tag good" data-told>{told}</p>}
        <ProblemBox fault={fault} />
        {held && <p class="notice">{say(w.take_first)}</p>}
        {can.try && <Codes title={say(w.tries)} field="attempt" codes={TRIES.map((word, at) => [`t ${at + 1}`, word])} go={act.try} />}
        {can.reach && <p><button type="button" class="main" data-reach onClick={act.reach}>{say(w.reached)} <kbd>v</kbd></button></p>}
        {can.outcome && <Codes title={say(w.outcome)} field="outcome" codes={OUTCOMES.map(([key, code]) => [`e ${key}`, code])} go={act.outcome} />}
        {can.follow && <Codes title={say(w.follow)} field="followed" codes={FOLLOWS.map((code, at) => [`f ${at + 1}`, code])} go={act.follow} />}
        {!held && !can.try && !can.reach && !can.outcome && !can.follow && !can.contact && !can.sign && <p class="hint">{say(w.nothing_now)}</p>}
      </section>
      {step && dialog && <StepDialog kind={kind} item={item} step={step} preset={dialog.preset} changed={seen.changed} again={seen.again} close={() => open(null)} />}
    </>
  );
}
