/* Check.tsx -- what an executor asks before it opens, transfers or keeps, with the receipt of the answer. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { post } from "../../api";
import { ProblemBox } from "../../parts/Problem";
import { both, say, type Both } from "../../tongue";
import { w as common } from "../../words";
import { acts, objects, w, ways } from "./words";

interface Verdict {
  stands: boolean;
  may: boolean;
  object_says?: Both;
  restriction: string | null;
  restriction_says?: Both;
  exception: string | null;
  exception_says?: Both;
  article: string | null;
  mark: string | null;
  pack: string | null;
  until: string | null;
  floor?: boolean;
}

interface Checked extends Partial<Verdict> {
  answer?: Verdict;
  receipt?: unknown;
}

function Answer({ checked }: { checked: Checked }) {
  const verdict = (checked.answer ?? checked) as Verdict;
  const rows: [string, string | null][] = [[say(w.object), both(verdict.object_says)],
    [say(w.restriction), both(verdict.restriction_says)], [say(w.exception), both(verdict.exception_says)],
    [say(w.article), verdict.article && `${verdict.article} ${verdict.mark ?? ""}`], [say(w.until), verdict.until], [say(w.pack), verdict.pack]];
  return (
    <div role="status" data-may={verdict.may}>
      <p class="row"><span class={`tag ${verdict.may ? "good" : "bad"}`}>{say(verdict.may ? w.may : w.may_not)}</span><span>{say(verdict.stands ? w.stands : w.stands_not)}</span></p>
      {verdict.floor && <p class="notice">{say(w.floor)}</p>}
      <dl class="pairs">{rows.filter(([, value]) => value).map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}</dl>
      <details><summary>{say(w.receipt)}</summary><pre class="scrolls" tabIndex={0}>{JSON.stringify(checked, null, 1)}</pre></details>
    </div>
  );
}

export function Check() {
  const [asked, type] = useState({ document: "", act: "open", object: "phone_card", way: "" });
  const [checked, keep] = useState<Checked | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const choice = (name: "act" | "object" | "way", says: string, all: Record<string, readonly [string, string]>) => (
    <label class="field"><span>{says}</span>
      <select value={asked[name]} onChange={(event) => type({ ...asked, [name]: event.currentTarget.value })}>
        {name === "way" && <option value="">{say(common.none)}</option>}
        {Object.entries(all).map(([value, pair]) => <option key={value} value={value}>{say(pair)}</option>)}
      </select></label>
  );
  return (
    <form class="card" onSubmit={(event) => {
      event.preventDefault();
      keep(null);
      const { way, ...most } = asked;
      post<Checked>("/v1/sanctions/check", { ...most, ...(way && asked.act === "transfer" && { way }) }).then(({ body }) => {
        keep(body);
        fail(null);
      }, fail);
    }}>
      <h2>{say(w.check)}</h2>
      <div class="fields">
        <label class="field"><span>{say(w.document)}</span><input value={asked.document} required autocomplete="off" spellcheck={false} onInput={(event) => type({ ...asked, document: event.currentTarget.value.trim() })} />
          <small>{say(w.document_hint)}</small></label>
        {choice("act", say(w.act), acts)}
        {choice("object", say(w.object), objects)}
        {asked.act === "transfer" && choice("way", say(w.way), ways)}
      </div>
      <button type="submit" class="main" data-check>{say(w.ask)}</button>
      <ProblemBox fault={fault} />
      {checked && <Answer checked={checked} />}
    </form>
  );
}
