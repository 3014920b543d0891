/* Login.tsx -- password and second factor; and enrolling with a one-time code, which shows the key of the
 * second factor once. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { keep_csrf, post, who } from "../../api";
import { ProblemBox } from "../../parts/Problem";
import { kind_words } from "../../parts/words";
import { like } from "../../settings";
import { say, tongue } from "../../tongue";
import { w as common } from "../../words";
import { level_words, w } from "./words";

export function Text({ says, hint, value, type, ...more }: {
  says: string; hint?: string; value: string; type: (text: string) => void; kind?: string; autocomplete?: string; name?: string; first?: boolean; digits?: boolean;
}) {
  return (
    <label class="field">
      <span>{says}</span>
      <input name={more.name} type={more.kind ?? "text"} value={value} required autocomplete={more.autocomplete ?? "off"} autofocus={more.first ?? false} data-first={more.first}
        spellcheck={false} {...(more.digits && { inputMode: "numeric" as const, maxLength: 6, pattern: "[0-9]{6}" })} onInput={(event) => type(event.currentTarget.value)} />
      {hint && <small>{hint}</small>}
    </label>
  );
}

export function useSending(): [fault: unknown, busy: boolean, go: (work: () => Promise<void>) => void] {
  const [fault, fail] = useState<unknown>(null);
  const [busy, turn] = useState(false);
  return [fault, busy, (work) => {
    turn(true);
    fail(null);
    void work().catch(fail).finally(() => turn(false));
  }];
}

export function LoginForm({ note }: { note?: string }) {
  const [login, type_login] = useState(""), [password, type_password] = useState(""), [code, type_code] = useState("");
  const [fault, busy, go] = useSending();
  return (
    <form data-form="login" onSubmit={(event) => {
      event.preventDefault();
      go(async () => {
        const { body } = await post<{ csrf: string }>("/v1/login", { login, password, code });
        keep_csrf(body.csrf);
        await who();
      });
    }}>
      {note && <p class="notice">{note}</p>}
      <Text first name="login" says={say(w.login)} value={login} type={type_login} autocomplete="username" />
      <Text name="password" says={say(w.password)} value={password} type={type_password} kind="password" autocomplete="current-password" />
      <Text name="code" says={say(w.code)} hint={say(w.code_hint)} value={code} type={type_code} autocomplete="one-time-code" digits />
      <ProblemBox fault={fault} />
      <button type="submit" class="main" disabled={busy}>{say(w.go)}</button>
    </form>
  );
}

interface Enrolled {
  login: string;
  totp: { key: string; uri: string };
}

function First({ typed, type }: { typed: Record<string, string>; type: (name: string, text: string) => void }) {
  const choose = (name: string, says: string, of: typeof kind_words | typeof level_words) => (
    <label class="field">
      <span>{says}</span>
      <select name={name} value={typed[name]} onChange={(event) => type(name, event.currentTarget.value)}>
        {Object.entries(of).map(([value, pair]) => <option key={value} value={value}>{say(pair)}</option>)}
      </select>
    </label>
  );
  return (
    <>
      <Text name="login" says={say(w.login)} value={typed.login ?? ""} type={(text) => type("login", text)} autocomplete="username" />
      <Text name="name" says={say(w.name)} value={typed.name ?? ""} type={(text) => type("name", text)} />
      <Text name="organisation" says={say(w.organisation)} value={typed.organisation ?? ""} type={(text) => type("organisation", text)} />
      {choose("kind", say(w.kind), kind_words)}
      {choose("level", say(w.level), level_words)}
    </>
  );
}

function EnrolForm({ done }: { done: (enrolled: Enrolled) => void }) {
  const [typed, put] = useState<Record<string, string>>({ kind: "centre", level: "none" });
  const [first, turn] = useState(false);
  const [fault, busy, go] = useSending();
  const type = (name: string, text: string) => put((before) => ({ ...before, [name]: text }));
  const { code = "", password = "", ...others } = typed;
  return (
    <form data-form="enrol" onSubmit={(event) => {
      event.preventDefault();
      go(async () => {
        const { level, ...most } = others;
        const more = first ? { ...most, ...(level !== "none" && { level }) } : {};
        done((await post<Enrolled>("/v1/enrol", { code: code.trim(), password, ...more })).body);
      });
    }}>
      <p class="hint">{say(w.enrol_hint)}</p>
      <Text first name="code" says={say(w.one_time)} value={code} type={(text) => type("code", text)} />
      <Text name="password" says={say(w.new_password)} hint={say(w.password_hint)} value={password} type={(text) => type("password", text)} kind="password" autocomplete="new-password" />
      <p><label><input type="checkbox" name="first" checked={first} onChange={() => turn(!first)} /> {say(w.first)}</label></p>
      {first && <First typed={typed} type={type} />}
      <ProblemBox fault={fault} />
      <button type="submit" class="main" disabled={busy}>{say(w.enrol)}</button>
    </form>
  );
}

function Key({ enrolled, done }: { enrolled: Enrolled; done: () => void }) {
  return (
    <div data-form="key">
      <h2>{say(w.enrolled)}</h2>
      <p class="hint">{say(w.enrolled_hint)}</p>
      <dl class="pairs">
        <dt>{say(w.login)}</dt><dd>{enrolled.login}</dd>
        <dt>{say(w.key)}</dt><dd class="mono" data-key>{enrolled.totp.key.replace(/(.{4})/g, "$1 ").trim()}</dd>
      </dl>
      <p><a href={enrolled.totp.uri}>{say(w.uri)}</a></p>
      <p><button type="button" class="main" onClick={done}>{say(w.written)}</button></p>
    </div>
  );
}

export function Entrance() {
  const [view, turn] = useState<"login" | "enrol" | Enrolled>("login");
  return (
    <main class="alone">
      <div class="card">
        <header class="row spread">
          <h1>{say(common.product)}</h1>
          <span class="row">
            <button type="button" class="plain" lang="zh-CN" aria-pressed={tongue.value === "zh"} onClick={() => like({ tongue: "zh" })}>{say(w.chinese)}</button>
            <button type="button" class="plain" lang="en" aria-pressed={tongue.value === "en"} onClick={() => like({ tongue: "en" })}>{say(w.english)}</button>
          </span>
        </header>
        {view === "login" && <><LoginForm /><p><button type="button" class="plain" onClick={() => turn("enrol")}>{say(w.to_enrol)}</button></p></>}
        {view === "enrol" && <><EnrolForm done={turn} /><p><button type="button" class="plain" onClick={() => turn("login")}>{say(w.to_login)}</button></p></>}
        {typeof view === "object" && <Key enrolled={view} done={() => turn("login")} />}
      </div>
    </main>
  );
}
