/* Views.tsx -- the filters that were kept: chosen by a digit, kept under a name, changed, removed. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { may, once_key } from "../../api";
import { useCell } from "../../cell";
import { composing } from "../../keys";
import { Dialog } from "../../parts/Dialog";
import { ProblemBox } from "../../parts/Problem";
import { say } from "../../tongue";
import { w as common } from "../../words";
import { inbox, inbox_open, wanted } from "./alert";
import { type Draft, type View, view_keep, view_remove, views_list } from "./view";
import { view_words as vw, w } from "./words";

const DIGITS = 9;

/* A kept filter says by itself whether decided ones belong to it. */
export function view_choose(view: View): void {
  void inbox_open(view.filter, !/(outcome|结论)\s*[:：]/.test(view.filter), view);
}

function Keep({ before, kept, cancel }: { before: View | null; kept: (view: View) => void; cancel: () => void }) {
  const [draft, type] = useState<Draft>(() => (before === null ? { name: "", filter: wanted(inbox.value), shared: false } : { name: before.name, filter: before.filter, shared: before.shared }));
  const [fault, fail] = useState<unknown>(null);
  const [key, renew] = useState(once_key);
  const change = (part: Partial<Draft>) => type({ ...draft, ...part });
  return (
    <form data-keep onSubmit={(event) => {
      event.preventDefault();
      view_keep({ ...draft, name: draft.name.trim(), filter: draft.filter.trim() }, before, key).then(kept, (problem: unknown) => {
        fail(problem);
        renew(once_key()); /* what is sent again may be another text */
      });
    }}>
      <h3>{say(before === null ? vw.keep : vw.change)}</h3>
      <div class="fields">
        <label class="field"><span>{say(vw.name)}</span>
          <input name="name" data-first required maxLength={40} value={draft.name} autocomplete="off" onInput={(event) => change({ name: event.currentTarget.value })} /></label>
        <label class="field"><span>{say(w.filter)}</span>
          <input name="filter" class="mono" maxLength={1024} value={draft.filter} autocomplete="off" spellcheck={false} onInput={(event) => change({ filter: event.currentTarget.value })} />
          <small>{say(vw.filter_hint)}</small></label>
      </div>
      {may("views:share") && <label><input type="checkbox" name="shared" checked={draft.shared} onChange={(event) => change({ shared: event.currentTarget.checked })} /> {say(vw.share)}</label>}
      <ProblemBox fault={fault} />
      <footer><button type="button" onClick={cancel}>{say(common.cancel)}</button><button type="submit" class="main">{say(common.save)}</button></footer>
    </form>
  );
}

function Row({ view, at, here, choose, change, remove }: { view: View; at: number; here: boolean; choose: () => void; change: () => void; remove: () => void }) {
  return (
    <li class="row spread" data-view={view.name}>
      <button type="button" class={here ? "main" : ""} aria-pressed={here} onClick={choose}>{at < DIGITS && <kbd aria-hidden="true">{at + 1}</kbd>} {view.name}</button>
      <code class="grow">{view.filter === "" ? say(w.clear) : view.filter}</code>
      <span class="tag">{say(view.shared ? vw.shared : vw.own)}</span>
      {view.may_change && <span class="row">
        <button type="button" class="plain" data-change aria-label={`${say(vw.change)}: ${view.name}`} onClick={change}>{say(vw.change)}</button>
        <button type="button" class="plain" data-remove aria-label={`${say(vw.remove)}: ${view.name}`} onClick={remove}>{say(vw.remove)}</button></span>}
    </li>
  );
}

/* `keeping`: the form for the present filter is there at once. */
export function ViewsDialog({ keeping, close }: { keeping: boolean; close: () => void }) {
  const [views, list] = useState<View[] | null>(null);
  const [edits, edit] = useState<View | "new" | null>(keeping ? "new" : null);
  const [fault, fail] = useState<unknown>(null);
  const { view } = useCell(inbox);
  const again = () => views_list().then(list, fail);
  useEffect(() => void again(), []);
  const choose = (chosen: View) => {
    view_choose(chosen);
    close();
  };
  useEffect(() => {
    const digit = (event: KeyboardEvent) => {
      const chosen = /^[1-9]$/.test(event.key) ? views?.[Number(event.key) - 1] : undefined;
      if (chosen === undefined || composing(event) || event.ctrlKey || event.altKey || event.metaKey || event.target instanceof HTMLInputElement)
        return;
      event.preventDefault();
      choose(chosen);
    };
    document.addEventListener("keydown", digit); /* wherever in the dialog the focus is */
    return () => document.removeEventListener("keydown", digit);
  }, [views]);
  return (
    <Dialog title={say(vw.title)} close={close} wide>
      <div class="views">
        {views === null && fault === null && <p class="hint" role="status">{say(common.loading)}</p>}
        {views?.length === 0 && <p class="hint">{say(vw.none)}</p>}
        <ul class="plain-list">
          {views?.map((one, at) => (
            <Row key={one.id} view={one} at={at} here={one.id === view?.id} choose={() => choose(one)} change={() => edit(one)}
              remove={() => void view_remove(one.id).then(again, fail)} />
          ))}
        </ul>
        <ProblemBox fault={fault} />
        {edits === null ? <p><button type="button" data-new onClick={() => edit("new")}>{say(vw.keep)}</button></p>
          : <Keep key={edits === "new" ? "" : edits.id} before={edits === "new" ? null : edits} cancel={() => edit(null)} kept={() => {
            edit(null);
            void again();
          }} />}
      </div>
    </Dialog>
  );
}
