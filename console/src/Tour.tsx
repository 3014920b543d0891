/* Tour.tsx -- the demo's tour, a step at a time, above whatever page one is on; it is there if the service says that
 * it is the demo, can be put away, and comes back by a button.  The words are the demo's own (demo_tour.inc), as
 * `cutline demo` prints them. */
/* SPDX-License-Identifier: Apache-2.0 */
import list from "../../src/main/demo_tour.inc";
import { has_role } from "./api";
import { useCell } from "./cell";
import { PAGES, page_allowed } from "./pages";
import { path_of } from "./router";
import { like, liking } from "./settings";
import { named, say, tongue } from "./tongue";
import { login_words, role_words, tour_words as w } from "./words";

export interface TourStep {
  page: string;
  login: string;
  en: string;
  zh: string;
}

/* TOUR(page, mark, login, command, English, Chinese): texts of C, on a line each. */
export const STEPS: readonly TourStep[] = list.split("\n").filter((line) => line.startsWith("TOUR(")).map((line) => {
  const texts = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => (text ?? "").replace(/\\(.)/g, "$1"));
  const [page = "", , login = "", , en = "", zh = ""] = texts;
  return { page, login, en, zh };
});

export function TourButton() {
  return useCell(liking).tour === null ? <button type="button" data-tour-again onClick={() => like({ tour: 0 })}>{say(w.again)}</button> : null;
}

export function Tour() {
  const kept = useCell(liking).tour;
  if (kept === null)
    return null;
  const at = Math.min(Math.max(0, kept), STEPS.length - 1), step = STEPS[at];
  const page = PAGES.find(({ path }) => path === step?.page);
  if (step === undefined || page === undefined)
    return null;
  const own = Object.hasOwn(role_words, step.login) && has_role(step.login);
  return (
    <aside class="tour" aria-label={say(w.title, { n: at + 1, all: STEPS.length })} data-tour={at + 1}>
      <strong>{say(w.title, { n: at + 1, all: STEPS.length })}</strong>
      <span role="status" class="grow">{tongue.value === "zh" ? step.zh : step.en} <small>{own ? say(w.whose, { role: named(role_words, step.login) })
        : say(w.other, { login: named(login_words, step.login) })}</small></span>
      <span class="row">
        {page_allowed(page) && <a href={path_of(page.path)}>{say(w.open, { page: say(page.says) })}</a>}
        <button type="button" disabled={at === 0} onClick={() => like({ tour: at - 1 })}>{say(w.back)}</button>
        <button type="button" class="main" data-tour-next disabled={at === STEPS.length - 1} onClick={() => like({ tour: at + 1 })}>{say(w.next)}</button>
        <button type="button" data-tour-away onClick={() => like({ tour: null })}>{say(w.away)}</button>
      </span>
    </aside>
  );
}
