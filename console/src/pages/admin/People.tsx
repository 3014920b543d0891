/* People.tsx -- who may come in: people, their organisations, and tokens of programs. What is shown once is
 * shown in a dialog, and nowhere kept. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { may, once_key, post, whoami } from "../../api";
import type { Organisation } from "../../names";
import { Dialog } from "../../parts/Dialog";
import { When } from "../../parts/Log";
import { Named, Pick } from "../../parts/Named";
import { ReasonDialog } from "../../parts/Reveal";
import { named, say } from "../../tongue";
import { role_words, w as common } from "../../words";
import { Listed, useRead } from "./Admin";
import { w } from "./words";

interface User {
  id: string;
  organisation: string;
  login: string;
  name: string;
  roles: string[];
  state: string;
}

interface Token {
  id: string;
  organisation: string;
  user: string | null;
  name: string;
  scopes: string[];
  expires: string | null;
  revoked: string | null;
}

const words_of = (text: string) => text.split(/\s+/).filter((word) => word !== "");

/* A form with a reason: text fields by name, then the request that they make. */
function Asking({ title, fields, go, close }: {
  title: string; fields: { name: string; says: string; hint?: string; value?: string; of?: "organisation" }[]; go: (values: Record<string, string>, reason: string) => Promise<void>; close: () => void;
}) {
  const [values, type] = useState<Record<string, string>>(Object.fromEntries(fields.map(({ name, value }) => [name, value ?? ""])));
  return (
    <ReasonDialog title={title} close={close} go={(reason) => go(values, reason)} before={fields.length === 0 ? undefined : (
      <div class="fields">{fields.map(({ name, says, hint, of }, at) => (
        <label key={name} class="field"><span>{says}</span>
          {of ? <Pick of={of} value={values[name] ?? ""} pick={(id) => type({ ...values, [name]: id })} control={{ name }} />
            : <input name={name} data-first={at === 0} value={values[name]} autocomplete="off" spellcheck={false} onInput={(event) => type({ ...values, [name]: event.currentTarget.value })} />}
          <small>{hint ?? ""}</small></label>
      ))}</div>
    )} />
  );
}

function Once({ says, value, close }: { says: string; value: string; close: () => void }) {
  return (
    <Dialog title={says} close={close} alarming>
      <p><code data-once>{value}</code></p>
      <footer><button type="button" data-first onClick={close}>{say(common.close)}</button></footer>
    </Dialog>
  );
}

type Act<T> = { what: string; of: T | null } | null;

export function Users() {
  const { value, fault, again } = useRead<{ users: User[] }>("/v1/users?limit=500");
  const [act, choose] = useState<Act<User>>(null);
  const [code, show] = useState<string | null>(null);
  const writes = may("users:write");
  const send = async (path: string, body: Record<string, unknown>) => {
    const reply = await post<{ code?: string }>(path, body, { key: once_key() });
    show(reply.body.code ?? null);
    again();
  };
  const of = act?.of ?? null;
  return (
    <>
      <Listed label={say(w.users)} fault={fault} loading={value === null} head={[say(w.login), say(w.name), say(w.roles), say(w.organisation), say(w.state), ""]}
        rows={(value?.users ?? []).map((user) => [
          <strong key="l">{user.login}</strong>, user.name, user.roles.map((role) => named(role_words, role)).join(" "), <Named key="o" id={user.organisation} />, user.state,
          writes && user.id !== whoami.value?.id ? (
            <span key="a" class="row">
              <button type="button" onClick={() => choose({ what: "roles", of: user })}>{say(w.change_roles)}</button>
              <button type="button" onClick={() => choose({ what: user.state === "disabled" ? "enable" : "disable", of: user })}>{say(user.state === "disabled" ? w.enable : w.disable)}</button>
              <button type="button" onClick={() => choose({ what: "reset", of: user })}>{say(w.reset)}</button>
            </span>
          ) : "",
        ])}>
        {writes && <button type="button" class="main" data-add onClick={() => choose({ what: "add", of: null })}>{say(w.add_user)}</button>}
      </Listed>
      {act?.what === "add" && <Asking title={say(w.add_user)} close={() => choose(null)}
        fields={[{ name: "login", says: say(w.login) }, { name: "name", says: say(w.name) }, { name: "roles", says: say(w.roles), hint: say(w.space) }, { name: "organisation", says: say(w.organisation), value: whoami.value?.organisation ?? "", of: "organisation" }]}
        go={({ login, name, roles, organisation }, reason) => send("/v1/users", { login, name, roles: words_of(roles ?? ""), reason, ...(organisation && { organisation }) })} />}
      {act?.what === "roles" && of && <Asking title={`${say(w.change_roles)} · ${of.login}`} close={() => choose(null)} fields={[{ name: "roles", says: say(w.roles), hint: say(w.space), value: of.roles.join(" ") }]}
        go={({ roles }, reason) => send(`/v1/users/${of.id}/roles`, { roles: words_of(roles ?? ""), reason })} />}
      {act && of && act.what !== "roles" && <Asking title={`${say(act.what === "reset" ? w.reset : act.what === "enable" ? w.enable : w.disable)} · ${of.login}`} close={() => choose(null)} fields={[]}
        go={(_, reason) => send(`/v1/users/${of.id}/${act.what}`, { reason })} />}
      {code !== null && act === null && <Once says={say(w.code)} value={code} close={() => show(null)} />}
    </>
  );
}

export function Organisations() {
  const { value, fault, again } = useRead<{ organisations: Organisation[] }>("/v1/organisations?limit=500");
  const [act, choose] = useState<Act<Organisation>>(null);
  const writes = may("organisations:write"), of = act?.of ?? null;
  const send = async (path: string, body: Record<string, unknown>) => {
    await post(path, body, { key: once_key() });
    again();
  };
  return (
    <>
      <Listed label={say(w.organisations)} fault={fault} loading={value === null} head={[say(w.name), say(w.kind), say(w.level), say(w.state), ""]}
        rows={(value?.organisations ?? []).map((one) => [
          <span key="n"><strong>{one.name}</strong> <small class="mono">{one.id}</small></span>, one.kind, one.level ?? "–", one.home ? say(w.home) : say(one.disabled ? w.disabled : w.active),
          writes && !one.home ? <button key="a" type="button" onClick={() => choose({ what: one.disabled ? "enable" : "disable", of: one })}>{say(one.disabled ? w.enable : w.disable)}</button> : "",
        ])}>
        {writes && <button type="button" class="main" data-add onClick={() => choose({ what: "add", of: null })}>{say(w.add_organisation)}</button>}
      </Listed>
      {act?.what === "add" && <Asking title={say(w.add_organisation)} close={() => choose(null)}
        fields={[{ name: "name", says: say(w.name) }, { name: "kind", says: say(w.kind), hint: "carrier bank payment police centre internet credit" }, { name: "level", says: say(w.level), hint: "county city province ministry" }]}
        go={({ name, kind, level }, reason) => send("/v1/organisations", { name, kind, reason, ...(level && { level }) })} />}
      {act && of && <Asking title={`${say(act.what === "enable" ? w.enable : w.disable)} · ${of.name}`} close={() => choose(null)} fields={[]} go={(_, reason) => send(`/v1/organisations/${of.id}/${act.what}`, { reason })} />}
    </>
  );
}

export function Tokens() {
  const { value, fault, again } = useRead<{ tokens: Token[] }>("/v1/tokens?limit=500");
  const [act, choose] = useState<Act<Token>>(null);
  const [secret, show] = useState<string | null>(null);
  const writes = may("tokens:write"), of = act?.of ?? null;
  return (
    <>
      <Listed label={say(w.tokens)} fault={fault} loading={value === null} head={[say(w.name), say(w.organisation), say(w.scopes), say(w.expires), ""]}
        rows={(value?.tokens ?? []).map((one) => [
          <strong key="n">{one.name}</strong>, <Named key="o" id={one.organisation} />, one.scopes.join(" "), one.expires ? <When at={one.expires} /> : "–",
          writes && !one.revoked ? <button key="a" type="button" onClick={() => choose({ what: "revoke", of: one })}>{say(w.revoke)}</button> : "",
        ])}>
        {writes && <button type="button" class="main" data-add onClick={() => choose({ what: "add", of: null })}>{say(w.add_token)}</button>}
      </Listed>
      {act?.what === "add" && <Asking title={say(w.add_token)} close={() => choose(null)}
        fields={[{ name: "name", says: say(w.name) }, { name: "scopes", says: say(w.scopes), hint: say(w.space), value: "records:write" }, { name: "days", says: say(w.days), value: "90" }]}
        go={async ({ name, scopes, days }, reason) => {
          const { body } = await post<{ secret: string }>("/v1/tokens", { name, scopes: words_of(scopes ?? ""), days: Number(days), reason }, { key: once_key() });
          show(body.secret);
          again();
        }} />}
      {act?.what === "revoke" && of && <Asking title={`${say(w.revoke)} · ${of.name}`} close={() => choose(null)} fields={[]} go={async (_, reason) => {
        await post(`/v1/tokens/${of.id}/revoke`, { reason }, { key: once_key() });
        again();
      }} />}
      {secret !== null && act === null && <Once says={say(w.secret)} value={secret} close={() => show(null)} />}
    </>
  );
}
