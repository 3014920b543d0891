/* Appeal.tsx -- the public form: no login, nothing is kept in the browser, and the answer is the same whether
 * there is such a notice or not. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { once_key, post } from "../../api";
import { ProblemBox } from "../../parts/Problem";
import { like } from "../../settings";
import { say, tongue } from "../../tongue";
import { w as common } from "../../words";
import { w as login } from "../login/words";
import { w } from "./words";

export default function Appeal() {
  const [typed, type] = useState({ reference: "", ground: "disagrees", statement: "", contact: "" });
  const [fault, fail] = useState<unknown>(null);
  const [received, keep] = useState(false);
  const [key] = useState(once_key);
  const change = (name: keyof typeof typed) => (event: { currentTarget: { value: string } }) => type({ ...typed, [name]: event.currentTarget.value });
  return (
    <main class="alone">
      <div class="card">
        <header class="row spread">
          <h1>{say(w.title)}</h1>
          <span class="row">
            <button type="button" class="plain" lang="zh-CN" aria-pressed={tongue.value === "zh"} onClick={() => like({ tongue: "zh" })}>{say(login.chinese)}</button>
            <button type="button" class="plain" lang="en" aria-pressed={tongue.value === "en"} onClick={() => like({ tongue: "en" })}>{say(login.english)}</button>
          </span>
        </header>
        {received ? <p class="notice" role="status" data-received>{say(w.received)}</p> : (
          <form onSubmit={(event) => {
            event.preventDefault();
            const { contact, ...most } = typed;
            post("/v1/appeals", { ...most, ...(contact.trim() && { contact }) }, { key }).then(() => keep(true), fail);
          }}>
            <p class="hint">{say(w.intro)}</p>
            <label class="field"><span>{say(w.reference)}</span><input name="reference" value={typed.reference} required maxLength={32} autocomplete="off" onInput={change("reference")} /><small>{say(w.reference_hint)}</small></label>
            <label class="field"><span>{say(w.ground)}</span><select name="ground" value={typed.ground} onChange={change("ground")}>
              <option value="disagrees">{say(w.disagrees)}</option><option value="not_lifted">{say(w.not_lifted)}</option></select></label>
            <label class="field"><span>{say(w.statement)}</span><textarea name="statement" rows={6} value={typed.statement} required maxLength={4096} onInput={change("statement")} /></label>
            <label class="field"><span>{say(w.contact)}</span><input name="contact" value={typed.contact} maxLength={128} autocomplete="off" onInput={change("contact")} /></label>
            <ProblemBox fault={fault} />
            <footer><button type="submit" class="main">{say(w.send)}</button></footer>
          </form>
        )}
        <p><a href="/">{say(w.to_login)}</a> <small>{say(common.product)}</small></p>
      </div>
    </main>
  );
}
