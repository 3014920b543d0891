/* keys.ts -- single keys, one registry.
 *
 * A page says which keys it has while it is drawn; `?` shows them all.  No key fires while an input
 * method composes (a pinyin user types letters that are not meant for us), in a field, with Ctrl, Alt
 * or Meta, or on repeat where it would do something twice.  Single keys can be turned off and each can be
 * put elsewhere (WCAG 2.1.4); Ctrl-K and those of dialogs stay.
 *
 * Sequences: `g` and a letter goes to a page, `*` and a letter selects; the second must follow within
 * 1.5 s. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useLayoutEffect, useRef } from "preact/hooks";
import { Cell } from "./cell";
import { liking } from "./settings";
import type { Pair } from "./tongue";

export interface Binding {
  /* "j", "Enter", "g a", "* a" */
  key: string;
  /* Its name in settings and in tests; unique within a page. */
  name: string;
  says: Pair;
  go: () => void;
  repeats?: boolean;
}

const SEQUENCE_MS = 1500;
const layers: Binding[][] = [];
export const bindings = new Cell<readonly Binding[]>([]);
/* While a dialog is open the page's keys rest. */
export const dialogs = new Cell(0);
let first = "", first_at = 0;

function publish(): void {
  const seen = new Set<string>();
  bindings.value = [...layers].reverse().flat().filter(({ name }) => !seen.has(name) && seen.add(name));
}

export function key_of(binding: Pick<Binding, "name" | "key">): string {
  return liking.value.remapped[binding.name] ?? binding.key;
}

export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || event.key === "Process";
}

function in_field(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement))
    return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT")
    return true;
  const quiet = ["checkbox", "radio", "button", "submit", "range"];
  return target instanceof HTMLInputElement && !quiet.includes(target.type);
}

/* Enter and space belong to what has the focus. */
function belongs_to_target(event: KeyboardEvent): boolean {
  return (event.key === "Enter" || event.key === " ") && event.target instanceof HTMLElement &&
    event.target.closest("button, a, summary, input, [role=option], [role=menuitem]") !== null;
}

function wanted(event: KeyboardEvent): boolean {
  return !event.defaultPrevented && !composing(event) && !event.ctrlKey && !event.altKey && !event.metaKey &&
    liking.value.keys && dialogs.value === 0 && !in_field(event.target) && !belongs_to_target(event);
}

function on_key(event: KeyboardEvent): void {
  if (!wanted(event) || ["Shift", "Control", "Alt", "Meta"].includes(event.key))
    return;
  const pressed = event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
  const fresh = first !== "" && performance.now() - first_at < SEQUENCE_MS;
  const whole = fresh ? `${first} ${pressed}` : pressed;
  first = "";
  const found = bindings.value.find((binding) => key_of(binding) === whole);
  if (found !== undefined) {
    event.preventDefault();
    if (!event.repeat || found.repeats)
      found.go();
  } else if (bindings.value.some((binding) => key_of(binding).startsWith(`${pressed} `))) {
    event.preventDefault();
    [first, first_at] = [pressed, performance.now()];
  }
}

document.addEventListener("keydown", on_key);

/* These keys, while the part is drawn.  The list may be made anew at each drawing. */
export function useKeys(list: Binding[]): void {
  const newest = useRef(list);
  newest.current = list;
  const names = list.map(({ name, key }) => `${name} ${key}`).join("|");
  useLayoutEffect(() => { /* what is drawn hears keys at once, not a frame later */
    const layer = newest.current.map((binding, at) => ({ ...binding, go: () => newest.current[at]?.go() }));
    layers.push(layer);
    publish();
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      publish();
    };
  }, [names]);
}
