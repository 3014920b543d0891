/* Settings.tsx -- tongue, theme, keys. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useCell } from "../../cell";
import { type Binding, bindings, key_of } from "../../keys";
import { like, type Liking, liking, type Theme } from "../../settings";
import { type Pair, say } from "../../tongue";
import { w } from "./words";

function Choice<Value extends string>({ says, name, value, all, choose }: {
  says: string; name: string; value: Value; all: Record<Value, Pair>; choose: (value: Value) => void;
}) {
  return (
    <label class="field">
      <span>{says}</span>
      <select name={name} value={value} onChange={(event) => choose(event.currentTarget.value as Value)}>
        {(Object.entries(all) as [Value, Pair][]).map(([word, pair]) => <option key={word} value={word}>{say(pair)}</option>)}
      </select>
    </label>
  );
}

/* Keys of pages that are not drawn keep what was chosen for them. */
function KeyRow({ binding, all, remap }: { binding: Binding; all: readonly Binding[]; remap: (key: string) => void }) {
  const key = key_of(binding), other = all.find((one) => one.name !== binding.name && key_of(one) === key);
  return (
    <label class="key-row">
      <span>{say(binding.says)}</span>
      {other && <small class="must">{say(w.taken, { other: say(other.says) })}</small>}
      <input value={key} maxLength={10} aria-label={say(w.key_of, { what: say(binding.says) })} spellcheck={false} autocomplete="off"
        onChange={(event) => remap(event.currentTarget.value.trim())} />
    </label>
  );
}

export default function Settings() {
  const { tongue, theme, keys, remapped } = useCell(liking);
  const all = useCell(bindings);
  const remap = (name: string, usual: string) => (key: string) => {
    const { [name]: _, ...others } = remapped;
    like({ remapped: key === "" || key === usual ? others : { ...others, [name]: key } });
  };
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1></div>
      <div class="cards">
        <section class="card">
          <h2>{say(w.look)}</h2>
          <Choice says={say(w.tongue)} name="tongue" value={tongue} all={{ browser: w.browser, en: w.english, zh: w.chinese }} choose={(value: Liking["tongue"]) => like({ tongue: value })} />
          <Choice says={say(w.theme)} name="theme" value={theme} all={{ system: w.system, light: w.light, dark: w.dark, contrast: w.contrast }} choose={(value: Theme) => like({ theme: value })} />
        </section>
        <section class="card">
          <h2>{say(w.keys)}</h2>
          <p><label><input type="checkbox" name="keys" checked={keys} onChange={() => like({ keys: !keys })} /> {say(w.keys_on)}</label></p>
          <p class="hint">{say(w.keys_hint)}</p>
          {all.map((binding) => <KeyRow key={binding.name} binding={binding} all={all} remap={remap(binding.name, binding.key)} />)}
          <p><button type="button" onClick={() => like({ remapped: {} })}>{say(w.usual)}</button></p>
        </section>
        <section class="card"><h2>{say(w.about)}</h2><p class="hint">{say(w.about_hint)}</p></section>
      </div>
    </>
  );
}
