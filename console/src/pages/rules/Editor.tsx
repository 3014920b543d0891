/* Editor.tsx -- rules as they are typed, held against the compiler of the service half a second after the
 * last letter: each fault with its line, a caret under the place, and what was perhaps meant. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useRef, useState } from "preact/hooks";
import { once_key, post, Problem } from "../../api";
import { ProblemBox } from "../../parts/Problem";
import { ReasonDialog } from "../../parts/Reveal";
import { both, named, say, type Both } from "../../tongue";
import { w as common } from "../../words";
import type { Diag, File } from "./book";
import { History } from "./History";
import { verdicts, w } from "./words";

const PAUSE_MS = 500;

interface Checked {
  image: string | null;
  diagnostics: Diag[];
}

/* A refusal that is about the rules themselves has the same diagnostics. */
async function check(files: File[], signal: AbortSignal): Promise<Checked> {
  try {
    return (await post<Checked>("/v1/rules/check", { files }, { signal })).body;
  } catch (fault) {
    const diagnostics = fault instanceof Problem ? fault.document.diagnostics : undefined;
    if (Array.isArray(diagnostics))
      return { image: null, diagnostics: diagnostics as Diag[] };
    throw fault;
  }
}

function useCheck(files: File[]) {
  const [checked, keep] = useState<Checked | null>(null);
  const [fault, fail] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      check(files, stop.signal).then((found) => {
        keep(found);
        fail(null);
      }, (problem: unknown) => !stop.signal.aborted && fail(problem));
    }, PAUSE_MS);
    keep(null);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [files]);
  return { checked, fault };
}

function Place({ diag, files, show }: { diag: Diag; files: File[]; show: () => void }) {
  const line = files.find(({ path }) => path === diag.file)?.text.split("\n")[diag.line - 1] ?? "";
  const width = diag.end.line === diag.line ? Math.max(1, diag.end.display_column - diag.display_column) : 1;
  return (
    <li data-diag={diag.code}>
      <button type="button" class="plain" onClick={show}><span class={`tag ${diag.severity === "error" ? "bad" : "warn"}`}>{diag.code}</span> {diag.file}:{diag.line}:{diag.display_column}</button>
      <strong class="block">{both(diag.message)}</strong>
      <pre class="scrolls" tabIndex={0}>{line}{"\n"}{" ".repeat(Math.max(0, diag.display_column - 1))}{"^".repeat(width)}{diag.suggestion ? ` ${diag.suggestion}?` : ""}</pre>
      {diag.note && <small>{both(diag.note)}</small>}
    </li>
  );
}

interface Played {
  played: number;
  passed: number;
  faults: number;
  scenes: {
    path: string; line: number; column?: number; title?: Both; passed: boolean; fault?: Both; /* a text that is no scene */
    checks?: { verdict: "met" | "missed" | "forbidden" | "unexpected"; line: number; expected: string; came: Both }[];
  }[];
}

function Scene({ scene }: { scene: Played["scenes"][number] }) {
  const wrong = (scene.checks ?? []).filter(({ verdict }) => verdict !== "met");
  return (
    <li data-scene={scene.passed ? "passed" : "failed"}>
      <span class={`tag ${scene.passed ? "good" : "bad"}`}>{say(scene.passed ? w.passed : w.failed)}</span> {scene.path}:{scene.line}{scene.column ? `:${scene.column}` : ""} {both(scene.fault ?? scene.title)}
      {wrong.length > 0 && <ul>{wrong.map((check) => <li key={`${check.line}${check.verdict}`}>{named(verdicts, check.verdict)} <code>{check.expected}</code> {both(check.came)}</li>)}</ul>}
    </li>
  );
}

function Scenes({ files }: { files: File[] }) {
  const [text, type] = useState("");
  const [played, keep] = useState<Played | null>(null);
  const [fault, fail] = useState<unknown>(null);
  return (
    <details class="card">
      <summary>{say(w.scenes)}</summary>
      <label class="field"><span>{say(w.scenes_text)}</span><textarea rows={8} class="mono" spellcheck={false} value={text} onInput={(event) => type(event.currentTarget.value)} /></label>
      <button type="button" data-play disabled={text.trim() === ""} onClick={() => {
        keep(null);
        post<Played>("/v1/rules/scenes", { files, scenes: [{ path: "typed.scene", text }] }).then(({ body }) => {
          keep(body);
          fail(null);
        }, fail);
      }}>{say(w.play)}</button>
      <ProblemBox fault={fault} />
      {played && <div role="status"><p>{say(w.played, { passed: played.passed, n: played.played })}</p>
        <ul>{played.scenes.map((scene, at) => <Scene key={at} scene={scene} />)}</ul></div>}
    </details>
  );
}

export function Editor({ from, close, handed }: { from: File[]; close: () => void; handed: (version: number) => void }) {
  const [files, change] = useState<File[]>(from.length > 0 ? from : [{ path: "new.cut", text: "" }]);
  const [at, choose] = useState(0);
  const [asking, ask] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const { checked, fault } = useCheck(files);
  const file = files[at] ?? { path: "", text: "" };
  const write = (part: Partial<File>) => change(files.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const diags = checked?.diagnostics ?? [], errors = diags.filter(({ severity }) => severity === "error").length;
  const show = (diag: Diag) => {
    const index = files.findIndex(({ path }) => path === diag.file);
    choose(Math.max(0, index));
    requestAnimationFrame(() => {
      const lines = (files[index]?.text ?? "").split("\n"), start = lines.slice(0, diag.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
      area.current?.focus();
      area.current?.setSelectionRange(start, start + (lines[diag.line - 1]?.length ?? 0));
    });
  };
  return (
    <>
      <div class="page-head"><h1>{say(w.edit)}</h1><span class="grow" />
        <button type="button" onClick={close}>{say(common.cancel)}</button>
        <button type="button" class="main" data-submit disabled={checked === null || errors > 0} onClick={() => ask(true)}>{say(w.submit)}</button>
      </div>
      <div class="item-cards">
        <section class="card">
          <div class="row">
            <label>{say(w.file)} <select class="slim" value={at} onChange={(event) => choose(Number(event.currentTarget.value))}>{files.map(({ path }, index) => <option key={path} value={index}>{path}</option>)}</select></label>
            <label>{say(w.path)} <input value={file.path} onInput={(event) => write({ path: event.currentTarget.value })} /></label>
            <button type="button" data-add-file onClick={() => {
              change([...files, { path: `new${files.length}.cut`, text: "" }]);
              choose(files.length);
            }}>{say(w.add_file)}</button>
          </div>
          <textarea ref={area} class="mono rules-text" aria-label={file.path} rows={26} spellcheck={false} wrap="off" value={file.text} onInput={(event) => write({ text: event.currentTarget.value })} />
        </section>
        <section class="card" aria-live="polite">
          {checked === null && fault === null && <p class="hint">{say(w.checking)}</p>}
          <ProblemBox fault={fault} />
          {checked && errors === 0 && <p class="tag good" data-sound>{say(w.sound, { image: (checked.image ?? "").slice(0, 12) })}</p>}
          {errors > 0 && <p class="tag bad">{say(w.faults, { n: errors })}</p>}
          {diags.length > errors && <p class="tag warn">{say(w.warnings, { n: diags.length - errors })}</p>}
          <ul class="diags">{diags.map((diag, index) => <Place key={index} diag={diag} files={files} show={() => show(diag)} />)}</ul>
        </section>
      </div>
      <Scenes files={files} />
      <History rules={{ files }} image={errors === 0 ? checked?.image ?? null : null} />
      {asking && <ReasonDialog title={say(w.submit)} asks={say(w.note)} close={() => ask(false)} go={async (note) => {
        const { body } = await post<{ version: number }>("/v1/rules", { files, note }, { key: once_key() });
        handed(body.version);
      }} />}
    </>
  );
}
