/* Rules.tsx -- the versions of the rules: read, compared, decided by a second person who names the very
 * image; and a new one, written and checked while it is typed. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get, may, once_key, post, whoami } from "../../api";
import { useKeys } from "../../keys";
import type { PageProps } from "../../pages";
import { type Column, DataTable } from "../../parts/DataTable";
import { When } from "../../parts/Log";
import { ProblemBox } from "../../parts/Problem";
import { ReasonDialog } from "../../parts/Reveal";
import { go } from "../../router";
import { named, say } from "../../tongue";
import { w as common } from "../../words";
import { changes_only, type File, lines_differ, type Version } from "./book";
import { Editor } from "./Editor";
import { History } from "./History";
import { Right } from "./Right";
import { keys as kw, states, w } from "./words";

const state_of = ({ state, role }: Version) => named(states, role !== null && state === "approved" ? role : state);

function useVersions() {
  const [versions, keep] = useState<Version[] | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const again = () => get<{ versions: Version[] }>("/v1/rules", { limit: 100 }).then(async ({ body }) => {
    const folder = in_force(body.versions) ? [] : [(await get<Version>("/v1/rules/0")).body];
    keep([...body.versions, ...folder]);
  }).catch(fail);
  useEffect(() => void again(), []);
  return { versions, fault, again, fail };
}

/* The newest that is in force, or the folder's rules if none of the book is; its files are what a change begins with
 * and is held against. */
function in_force(versions: Version[]): Version | undefined {
  const live = versions.find(({ role, state }) => role === "live" && state !== "retired" && state !== "replaced");
  return live ?? versions.find(({ state }) => state === "folder");
}

function Differences({ before, after }: { before: File[]; after: File[] }) {
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].sort();
  const text = (files: File[], path: string) => files.find((file) => file.path === path)?.text ?? "";
  const changed = paths.filter((path) => text(before, path) !== text(after, path));
  return changed.length === 0 ? <p class="hint">{say(w.no_changes)}</p> : (
    <>{changed.map((path) => (
      <details key={path} open={changed.length <= 3}>
        <summary class="mono">{path}</summary>
        <pre class="scrolls diff" tabIndex={0}>{changes_only(lines_differ(text(before, path), text(after, path))).map((line, at) => (
          <div key={at} class={line.what === "+" ? "came" : line.what === "-" ? "went" : ""}>{line.what} {line.text}</div>
        ))}</pre>
      </details>
    ))}</>
  );
}

type Act = "live" | "shadow" | "reject" | "retire";

function Acts({ version, again }: { version: Version; again: () => void }) {
  const [act, choose] = useState<Act | null>(null);
  const waits = version.state === "submitted", own = version.author === whoami.value?.id;
  const shadows = version.role === "shadow" && version.state === "approved";
  if (!may("rules:approve") || !(waits || shadows))
    return null;
  const says: Record<Act, string> = { live: say(w.live), shadow: say(w.shadow), reject: say(w.reject), retire: say(w.retire) };
  const offered: Act[] = shadows ? ["retire"] : own ? ["reject"] : ["live", "shadow", "reject"];
  return (
    <p class="row">
      {offered.map((one) => <button key={one} type="button" data-act={one} class={one === "live" ? "main" : ""} onClick={() => choose(one)}>{says[one]}</button>)}
      {act && <ReasonDialog title={`${says[act]} · ${say(w.version, { n: version.version })}`} close={() => choose(null)} go={async (reason) => {
        const role = act === "live" || act === "shadow" ? { role: act } : {};
        await post(`/v1/rules/${version.version}/${act === "live" || act === "shadow" ? "approve" : act}`, { image: version.image, reason, ...role }, { key: once_key() });
        again();
      }} />}
    </p>
  );
}

function One({ number, versions, edit, listed }: { number: number; versions: Version[]; edit: (files: File[]) => void; listed: () => void }) {
  const [version, keep] = useState<Version | null>(null);
  const [base, hold] = useState<File[]>([]);
  const [fault, fail] = useState<unknown>(null);
  const again = () => get<Version>(`/v1/rules/${number}`).then(({ body }) => keep(body), fail);
  const live = in_force(versions)?.version;
  useEffect(() => {
    void again();
    if (live !== undefined && live !== number)
      get<Version>(`/v1/rules/${live}`).then(({ body }) => hold(body.files ?? []), () => {});
  }, [number, live]);
  useKeys([{ key: "u", name: "rules.back", says: kw.back, go: () => go("rules") },
    ...(may("rules:write") ? [{ key: "e", name: "rules.edit", says: kw.edit, go: () => version?.files && edit(version.files) }] : [])]);
  if (version === null)
    return fault === null ? <p class="hint" role="status">{say(common.loading)}</p> : <ProblemBox fault={fault} retry={() => void again()} />;
  return (
    <>
      <header class="card">
        <div class="row spread">
          <span class="row"><button type="button" onClick={() => go("rules")}>{say(common.back)}</button><h1>{say(w.version, { n: number })}</h1><span class="tag" data-state={version.state}>{state_of(version)}</span></span>
          {may("rules:write") && <button type="button" data-edit onClick={() => edit(version.files ?? [])}>{say(w.edit)}</button>}
        </div>
        <p>{version.note}</p>
        <dl class="pairs"><dt>{say(w.author)}</dt><dd>{version.author}</dd><dt>{say(w.decider)}</dt><dd>{version.decider ?? "–"}</dd><dt>{say(w.image)}</dt><dd class="mono">{version.image}</dd></dl>
        <Acts version={version} again={() => {
          void again();
          listed();
        }} />
      </header>
      {live !== undefined && live !== number && <section class="card"><h2>{say(w.changes)}</h2><Differences before={base} after={version.files ?? []} /></section>}
      <History rules={{ version: number }} image={version.image} />
      <section class="card"><h2>{say(w.files)}</h2>{(version.files ?? []).map((file) => <details key={file.path}><summary class="mono">{file.path}</summary><pre class="scrolls" tabIndex={0}>{file.text}</pre></details>)}</section>
    </>
  );
}

export default function Rules({ id }: PageProps) {
  const { versions, fault, again, fail } = useVersions();
  const [cursor, move] = useState(0);
  const [editing, edit] = useState<File[] | null>(null);
  const rows = versions ?? [];
  const open = (at: number) => rows[at] !== undefined && go("rules", String(rows[at]?.version));
  useKeys(id !== null || editing !== null ? [] : [
    { key: "j", name: "rules.down", says: kw.back, repeats: true, go: () => move(Math.min(rows.length - 1, cursor + 1)) },
    { key: "k", name: "rules.up", says: kw.back, repeats: true, go: () => move(Math.max(0, cursor - 1)) },
    { key: "o", name: "rules.open", says: kw.edit, go: () => open(cursor) },
  ]);
  if (editing !== null)
    return <Editor from={editing} close={() => edit(null)} handed={(number) => {
      edit(null);
      void again();
      go("rules", String(number));
    }} />;
  if (id !== null && /^\d+$/.test(id))
    return <One key={id} number={Number(id)} versions={rows} edit={edit} listed={() => void again()} />;
  const columns: Column<Version>[] = [
    { name: "number", says: say(w.number), width: "6rem", cell: ({ version }) => <a href={`/console/rules/${version}`}>{version}</a> },
    { name: "state", says: say(w.state), width: "11rem", cell: (version) => <span class="tag">{state_of(version)}</span> },
    { name: "note", says: say(w.note), width: "minmax(14rem, 1fr)", cell: ({ note }) => note || say(w.of_folder) },
    { name: "author", says: say(w.author), width: "11rem", cell: ({ author }) => author },
    { name: "submitted", says: say(w.submitted), width: "8rem", cell: ({ submitted }) => (submitted ? <When at={submitted} /> : "–") },
    { name: "effective", says: say(w.effective), width: "8rem", cell: ({ effective }) => (effective ? <When at={effective} /> : "–") },
  ];
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1><span class="grow" />
        {may("rules:write") && <button type="button" data-edit class="main" disabled={in_force(rows) === undefined} onClick={() => {
          const live = in_force(rows);
          if (live !== undefined)
            get<Version>(`/v1/rules/${live.version}`).then(({ body }) => edit(body.files ?? []), fail);
        }}>{say(w.edit)}</button>}
      </div>
      <ProblemBox fault={fault} />
      <DataTable label={say(w.versions)} columns={columns} rows={rows} id={({ version }) => String(version)} cursor={rows.length === 0 ? -1 : cursor} move={move} open={(_, at) => open(at)} empty={versions === null ? say(common.loading) : say(w.empty)} />
      <History rules={null} image={null} />
      <Right />
    </>
  );
}
