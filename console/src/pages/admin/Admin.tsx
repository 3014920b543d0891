/* Admin.tsx -- people, organisations, tokens; partners, law packs and readiness. Each part is there for whom
 * the service lets see it; what changes something asks for a reason, and for the second factor. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, may } from "../../api";
import type { PageProps } from "../../pages";
import { PlainTable } from "../../parts/DataTable";
import { When } from "../../parts/Log";
import { ProblemBox } from "../../parts/Problem";
import { go } from "../../router";
import { both, type Both, type Pair, say } from "../../tongue";
import { w as common } from "../../words";
import { Organisations, Tokens, Users } from "./People";
import { w } from "./words";

/* What a GET answers; `again` reads it anew. */
export function useRead<T>(path: string): { value: T | null; fault: unknown; again: () => void } {
  const [value, keep] = useState<T | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const [turn, again] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    get<T>(path, {}, stop.signal).then(({ body }) => {
      keep(body);
      fail(null);
    }, (problem: unknown) => !stop.signal.aborted && fail(problem));
    return () => stop.abort();
  }, [path, turn]);
  return { value, fault, again: () => again((n) => n + 1) };
}

export function Listed({ label, head, rows, fault, loading, children }: {
  label: string; head: string[]; rows: ComponentChildren[][]; fault: unknown; loading: boolean; children?: ComponentChildren;
}) {
  return (
    <section class="card">
      <div class="row spread"><h2>{label}</h2><span class="row">{children}</span></div>
      <ProblemBox fault={fault} />
      {rows.length > 0 ? <PlainTable caption={label} head={head} rows={rows} /> : <p class="hint">{say(loading ? common.loading : w.empty)}</p>}
    </section>
  );
}

interface Partner {
  id: string;
  name: Both;
  kind: string;
  open: number;
  overdue: number;
  failures: number;
  heard: string | null;
}

function Partners() {
  const { value, fault } = useRead<{ partners: Partner[] }>("/v1/partners");
  return <Listed label={say(w.partners)} fault={fault} loading={value === null} head={[say(w.name), say(w.kind), say(w.letters), say(w.overdue), say(w.failures), say(w.heard)]}
    rows={(value?.partners ?? []).map((one) => [<span key="n">{both(one.name)} <small class="mono">{one.id}</small></span>, one.kind, one.open, one.overdue > 0 ? <strong class="bad">{one.overdue}</strong> : 0, one.failures, one.heard ? <When at={one.heard} /> : say(w.never)])} />;
}

interface Pack {
  in_force: boolean;
  pack: { pack: string; subject: string; draft: boolean; from: string; sha256: string; entries: number; open: number };
}

function Packs() {
  const { value, fault } = useRead<{ packs: Pack[] }>("/v1/packs");
  return <Listed label={say(w.packs)} fault={fault} loading={value === null} head={[say(w.name), say(w.state), say(w.entries), say(w.open), say(w.sha)]}
    rows={(value?.packs ?? []).map(({ in_force, pack }) => [<span key="n">{pack.pack} <small>{pack.from}</small></span>, in_force ? <span key="s" class="tag good">{say(w.in_force)}</span> : pack.draft ? say(w.draft) : "–",
      pack.entries, pack.open, <code key="h">{pack.sha256.slice(0, 16)}</code>])} />;
}

interface Ready {
  checks: { name: string; holds: boolean; says: string; says_zh: string }[];
}

function Readiness() {
  const { value, fault } = useRead<Ready>("/readyz");
  return <Listed label={say(w.feeds)} fault={fault} loading={value === null} head={[say(w.check), say(w.state), say(w.says)]}
    rows={(value?.checks ?? []).map((check) => [check.name, <span key="s" class={`tag ${check.holds ? "good" : "bad"}`}>{say(check.holds ? w.good : w.bad)}</span>, both({ en: check.says, zh: check.says_zh })])} />;
}

const PARTS: { id: string; says: Pair; scope?: string; part: () => ComponentChildren }[] = [
  { id: "users", says: w.users, scope: "users:read", part: () => <Users /> },
  { id: "organisations", says: w.organisations, scope: "organisations:read", part: () => <Organisations /> },
  { id: "tokens", says: w.tokens, scope: "tokens:read", part: () => <Tokens /> },
  { id: "partners", says: w.partners, scope: "partners:read", part: () => <Partners /> },
  { id: "packs", says: w.packs, part: () => <Packs /> },
  { id: "ready", says: w.feeds, part: () => <Readiness /> },
];

export default function Admin({ id }: PageProps) {
  const parts = PARTS.filter(({ scope }) => scope === undefined || may(scope));
  const chosen = parts.find((part) => part.id === id) ?? parts[0];
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1>
        <nav class="row" aria-label={say(w.title)}>{parts.map((part) => (
          <button key={part.id} type="button" class={part === chosen ? "main" : ""} aria-current={part === chosen ? "true" : undefined} onClick={() => go("admin", part.id)}>{say(part.says)}</button>
        ))}</nav>
      </div>
      {chosen?.part()}
    </>
  );
}
