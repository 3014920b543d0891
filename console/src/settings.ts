/* settings.ts -- what a person likes: tongue, theme, keys.  No personal data; it is the only thing that
 * this console leaves in a browser, and the browser is asked again at each start. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Cell } from "./cell";
import { type Tongue, tongue } from "./tongue";

export type Theme = "system" | "light" | "dark" | "contrast";

export interface Liking {
  tongue: Tongue | "browser";
  theme: Theme;
  keys: boolean;
  remapped: Record<string, string>;
  sound: boolean;
  /* The step of the demo's tour; null: it was put away. */
  tour: number | null;
}

const NAME = "cutline.settings";
const USUAL: Liking = { tongue: "browser", theme: "system", keys: true, remapped: {}, sound: false, tour: 0 };

function read(): Liking {
  try {
    return { ...USUAL, ...(JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Liking>) };
  } catch {
    return USUAL;
  }
}

export const liking = new Cell<Liking>(read());

const darkness = matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const { tongue: wanted, theme } = liking.value;
  tongue.value = wanted !== "browser" ? wanted : navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  const root = document.documentElement;
  root.lang = tongue.value === "zh" ? "zh-CN" : "en";
  root.dataset.theme = theme !== "system" ? theme : darkness.matches ? "dark" : "light";
}

export function like(change: Partial<Liking>): void {
  liking.value = { ...liking.value, ...change };
  try {
    localStorage.setItem(NAME, JSON.stringify(liking.value));
  } catch {
    /* it holds for this page, then */
  }
  apply();
}

darkness.addEventListener("change", apply);
apply();
