/* StepForm.tsx -- the steps of an item: one that brings nothing asks for a reason, one with fields has a
 * form; what a second person must say stands above with its digest and its end.
 *
 * If-Match names the version that is on the screen.  If somebody was faster the item is read again and
 * what was typed stays. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { once_key, post, Problem, type Reply, whoami } from "../api";
import { useCell } from "../cell";
import { useKeys } from "../keys";
import { name_of, names } from "../names";
import { both, named, say } from "../tongue";
import { field_of, type Item, item_step, type Kind, type Offered, state_of, step_of, steps_offered, type Step } from "../work";
import { role_words, w } from "../words";
import { Clock } from "./Clock";
import { Dialog } from "./Dialog";
import { form_values, FormFields, type Typed } from "./Form";
import { ProblemBox } from "./Problem";
import { ReasonDialog } from "./Reveal";
import { sw } from "./words";

/* Keys of steps, by the step's name.  `y` and `q` are the second person's yes and no. */
export type StepKeys = Record<string, string>;

interface Props {
  kind: Kind;
  item: Item;
  /* performance.now() when the item came. */
  at: number;
  changed: (reply: Reply<Item>) => void;
  again: () => Promise<void>;
  keys?: StepKeys;
}

function why_blocked({ step, blocked }: Offered): string {
  if (blocked === "role")
    return say(sw.blocked_role, { roles: step.roles.map((role) => named(role_words, role)).join(" ") });
  return blocked === "held" ? say(sw.blocked_held) : blocked === "asking" ? say(sw.blocked_asking) : "";
}

export function StepDialog({ kind, item, step, preset, changed, again, close }: {
  kind: Kind; item: Item; step: Step; preset?: Typed; changed: Props["changed"]; again: Props["again"]; close: () => void;
}) {
  const [typed, type] = useState<Typed>(preset ?? {});
  const [reason, give] = useState("");
  const [fault, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const [key] = useState(once_key);
  const fields = (names: string[]) => names.map((name) => field_of(kind, name)).filter((field) => field !== undefined);
  const must = fields(step.must), may = fields(step.may);
  const send = async () => {
    work(true);
    fail(null);
    try {
      changed(await item_step(item, step.name, form_values([...must, ...may], typed), reason.trim(), `${key}-${item.version}`));
      close();
    } catch (problem) {
      fail(problem);
      work(false);
      if (problem instanceof Problem && problem.name === "version_changed")
        await again();
    }
  };
  return (
    <Dialog title={both(step)} close={close} wide={must.length + may.length > 6}>
      <form data-step={step.name} onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}>
        {step.approval !== "alone" && <p class="hint">{say(step.approval === "two" ? sw.for_two : sw.after)}</p>}
        <FormFields must={must} may={may} typed={typed} type={(name, text) => type({ ...typed, [name]: text })} />
        {!step.may.includes("reason") && !step.must.includes("reason") && (
          <label class="field">
            <span>{say(w.reason)}</span>
            <textarea rows={2} maxLength={1000} value={reason} data-first={must.length + may.length === 0}
              onInput={(event) => give(event.currentTarget.value)} />
            <small>{say(w.reason_hint)}</small>
          </label>
        )}
        <ProblemBox fault={fault} />
        <footer>
          <button type="button" onClick={close}>{say(w.cancel)}</button>
          <button type="submit" class="main" disabled={busy}>{both(step)}</button>
        </footer>
      </form>
    </Dialog>
  );
}

function Asking({ kind, item, at, changed, again }: Props) {
  const [answer, choose] = useState<"approve" | "decline" | null>(null);
  const asking = item.asking;
  if (asking === undefined)
    return null;
  const step = step_of(kind, asking.step), own = asking.by === whoami.value?.id;
  const name = step === undefined ? asking.step : both(step);
  return (
    <AskingBox {...{ kind, item, at, changed, again, asking, own, name, answer, choose }} />
  );
}

type Box = Props & { asking: NonNullable<Item["asking"]>; own: boolean; name: string; answer: "approve" | "decline" | null; choose: (answer: "approve" | "decline" | null) => void };

function AskingBox({ item, at, changed, again, asking, own, name, answer, choose }: Box) {
  useCell(names);
  useKeys([
    ...(own ? [] : [{ key: "y", name: "step.approve", says: sw.approve, go: () => choose("approve") }]),
    { key: "q", name: "step.decline", says: own ? sw.withdraw : sw.decline, go: () => choose("decline") },
  ]);
  return (
    <div class="asking" role="group" aria-label={name}>
      <strong>{say(asking.done ? sw.asking_done : sw.asking, { step: name, by: name_of(asking.by) })}</strong>
      <Clock name={say(sw.until)} clock={{ state: "running", due: asking.expires, started: asking.asked, at, ...(asking.left_ms !== undefined && { left_ms: asking.left_ms }) }} />
      <small class="mono">{say(sw.digest, { digest: asking.digest.slice(0, 16) })}</small>
      <span class="row">
        {!own && <button type="button" class="main" data-approve onClick={() => choose("approve")}>{say(sw.approve)} <kbd>y</kbd></button>}
        <button type="button" data-decline onClick={() => choose("decline")}>{say(own ? sw.withdraw : sw.decline)} <kbd>q</kbd></button>
      </span>
      {answer && (
        <ReasonDialog title={`${say(answer === "approve" ? sw.approve : own ? sw.withdraw : sw.decline)} · ${name}`} close={() => choose(null)}
          go={async (reason) => {
            try {
              changed(await post<Item>(`/v1/work/${item.id}/${answer}`, { digest: asking.digest, reason }, { key: once_key() }));
            } catch (problem) {
              if (problem instanceof Problem && problem.name === "version_changed")
                await again();
              throw problem;
            }
          }} />
      )}
    </div>
  );
}

export function Steps(props: Props) {
  const { kind, item } = props;
  const [open, choose] = useState<Step | null>(null);
  const offered = steps_offered(kind, item);
  useKeys(offered.flatMap(({ step, blocked }) => {
    const key = props.keys?.[step.name];
    return key === undefined || blocked !== null ? [] : [{ key, name: `step.${step.name}`, says: [step.en, step.zh] as const, go: () => choose(step) }];
  }));
  return (
    <section class="steps" aria-label={say(sw.steps)}>
      <Asking {...props} />
      {offered.length === 0 && <p class="hint">{say(sw.none_left)}</p>}
      <div class="row">
        {offered.map((one, at) => {
          const to = state_of(kind, one.step.to);
          return (
            <button key={one.step.name} type="button" class={at === 0 && one.blocked === null ? "main" : ""} disabled={one.blocked !== null}
              data-step={one.step.name} title={[why_blocked(one), to && say(sw.then, { state: both(to) })].filter(Boolean).join(" · ")}
              onClick={() => choose(one.step)}>
              {both(one.step)}{one.blocked !== null && <small> ({why_blocked(one)})</small>}
              {one.blocked === null && props.keys?.[one.step.name] && <> <kbd>{props.keys[one.step.name]}</kbd></>}
            </button>
          );
        })}
      </div>
      {open && <StepDialog kind={kind} item={item} step={open} changed={props.changed} again={props.again} close={() => choose(null)} />}
    </section>
  );
}
