/* StepUp.tsx -- the second factor again, asked for by an action that the service refused without it; the
 * action then goes on by itself.  Several that wait get one dialog. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { ask, keep_csrf, step_up, who } from "../../api";
import { Cell, useCell } from "../../cell";
import { Dialog } from "../../parts/Dialog";
import { ProblemBox } from "../../parts/Problem";
import { say } from "../../tongue";
import { w as common } from "../../words";
import { Text, useSending } from "./Login";
import { w } from "./words";

const waiting = new Cell<((shown: boolean) => void)[]>([]);

step_up.ask = () => new Promise<boolean>((resolve) => (waiting.value = [...waiting.value, resolve]));

export function StepUp() {
  const open = useCell(waiting).length > 0;
  return open ? <StepUpDialog /> : null;
}

function StepUpDialog() {
  const [code, type] = useState("");
  const [fault, busy, go] = useSending();
  const end = (shown: boolean) => {
    const all = waiting.value;
    waiting.value = [];
    all.forEach((resolve) => resolve(shown));
  };
  return (
    <Dialog title={say(w.step_up)} close={() => end(false)}>
      <form data-form="step-up" onSubmit={(event) => {
        event.preventDefault();
        go(async () => {
          const { body } = await ask<{ csrf: string }>("POST", "/v1/session/step-up", { body: { code } });
          keep_csrf(body.csrf);
          await who();
          end(true);
        });
      }}>
        <p>{say(w.step_up_hint)}</p>
        <Text first name="code" says={say(w.code)} hint={say(w.code_hint)} value={code} type={type} autocomplete="one-time-code" digits />
        <ProblemBox fault={fault} />
        <footer>
          <button type="button" onClick={() => end(false)}>{say(common.cancel)}</button>
          <button type="submit" class="main" disabled={busy}>{say(w.go_on)}</button>
        </footer>
      </form>
    </Dialog>
  );
}
