/* Frame.tsx -- what stands around a page: navigation by what one may, keys, palette, tasks.
 *
 *     ┌ product ─ Ctrl-K ──────────── roles · settings · out ┐
 *     │ pages   │ the page                                   │
 *     └─────────┴────────────────────────────────────────────┘ */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentType } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ended, post, whoami, type Whoami } from "./api";
import { useCell } from "./cell";
import { type Binding, bindings, composing, dialogs, key_of, useKeys } from "./keys";
import { group_words, type Group, type Page, page_allowed, page_home, type PageProps, PAGES } from "./pages";
import { Dialog } from "./parts/Dialog";
import { ProblemBox } from "./parts/Problem";
import { Progress } from "./parts/Progress";
import { tasks_look } from "./server_tasks";
import { go, path_of, place } from "./router";
import { liking } from "./settings";
import { named, say } from "./tongue";
import { Tour, TourButton } from "./Tour";
import { role_words, w } from "./words";

const GROUPS: Group[] = ["watch", "work", "records", "house", "self"];

function Navigation({ current }: { current: string }) {
  const allowed = PAGES.filter((page) => !page.quiet && page_allowed(page));
  return (
    <nav class="side" aria-label={say(w.navigation)}>
      {GROUPS.map((group) => {
        const pages = allowed.filter((page) => page.group === group);
        return pages.length === 0 ? null : (
          <div key={group}>
            <h2>{say(group_words[group])}</h2>
            <ul>
              {pages.map((page) => (
                <li key={page.path}>
                  <a href={path_of(page.path)} aria-current={page.path === current ? "page" : undefined}>
                    {say(page.says)}{page.letter && <kbd aria-hidden="true">g {page.letter}</kbd>}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

export function HelpDialog({ close }: { close: () => void }) {
  const all = useCell(bindings);
  return (
    <Dialog title={say(w.help)} close={close} wide>
      {!liking.value.keys && <p class="notice">{say(w.keys_off)}</p>}
      <div class="keys-list">
        {all.map((binding) => <div key={binding.name}><span>{say(binding.says)}</span><kbd>{key_of(binding)}</kbd></div>)}
        <div><span>{say(w.palette)}</span><kbd>Ctrl-K</kbd></div>
      </div>
    </Dialog>
  );
}

interface Command {
  name: string;
  says: string;
  key: string;
  go: () => void;
}

function Palette({ close }: { close: () => void }) {
  const [text, type] = useState("");
  const [at, move] = useState(0);
  const all = useMemo<Command[]>(() => [
    ...PAGES.filter(page_allowed).map((page) => ({ name: `page ${page.path}`, says: say(w.go_page, { page: say(page.says) }), key: page.letter ? `g ${page.letter}` : "", go: () => go(page.path) })),
    ...bindings.value.filter(({ name }) => !name.startsWith("go.")).map((binding) => ({ name: binding.name, says: say(binding.says), key: key_of(binding), go: binding.go })),
  ], []);
  const wanted = text.trim().toLowerCase();
  const found = all.filter(({ says, name }) => `${says} ${name}`.toLowerCase().includes(wanted)).slice(0, 60);
  const chosen = Math.min(at, found.length - 1);
  const take = (command: Command | undefined) => {
    close();
    if (command !== undefined)
      setTimeout(command.go);
  };
  return (
    <Dialog title={say(w.palette)} close={close}>
      <input data-first role="combobox" aria-expanded="true" aria-controls="palette-list" aria-label={say(w.palette)} autocomplete="off"
        aria-activedescendant={found.length > 0 ? `command-${chosen}` : undefined} value={text}
        onInput={(event) => {
          type(event.currentTarget.value);
          move(0);
        }}
        onKeyDown={(event) => {
          if (composing(event))
            return;
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            move(Math.max(0, Math.min(found.length - 1, chosen + (event.key === "ArrowDown" ? 1 : -1))));
          } else if (event.key === "Enter") {
            event.preventDefault();
            take(found[chosen]);
          }
        }} />
      <div id="palette-list" class="palette-list" role="listbox" aria-label={say(w.palette)}>
        {found.map((command, index) => (
          <div key={command.name} id={`command-${index}`} role="option" aria-selected={index === chosen} onClick={() => take(command)}>
            <span>{command.says}</span>{command.key && <kbd>{command.key}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="hint">{say(w.nothing_found)}</p>}
    </Dialog>
  );
}

const loaded = new Map<string, ComponentType<PageProps>>();

function Loaded({ page, id }: { page: Page; id: string | null }) {
  const [, again] = useState(0);
  const [fault, fail] = useState<unknown>(null);
  const [tries, retry] = useState(0);
  const Inside = loaded.get(page.path);
  useEffect(() => {
    if (loaded.has(page.path))
      return;
    fail(null);
    page.load().then(({ default: made }) => {
      loaded.set(page.path, made);
      again((n) => n + 1);
    }, fail);
  }, [page, tries]);
  if (fault !== null)
    return <ProblemBox fault={new Error(say(w.page_failed))} retry={() => retry(tries + 1)} />;
  return Inside === undefined ? <p class="hint" role="status">{say(w.loading)}</p> : <Inside id={id} />;
}

async function log_out() {
  try {
    await post("/v1/logout", {});
  } finally {
    ended.value = false;
    whoami.value = null;
  }
}

function useFrameKeys(show: (what: "help" | "palette") => void): void {
  const pages = PAGES.filter((page) => page.letter !== undefined && page_allowed(page));
  const list: Binding[] = [
    { key: "?", name: "help", says: w.show_help, go: () => show("help") },
    ...pages.map((page): Binding => ({ key: `g ${page.letter}`, name: `go.${page.path}`, says: page.says, go: () => go(page.path) })),
  ];
  useKeys(list);
  useEffect(() => {
    const on_key = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !composing(event) && dialogs.value === 0) {
        event.preventDefault();
        show("palette");
      }
    };
    document.addEventListener("keydown", on_key);
    return () => document.removeEventListener("keydown", on_key);
  }, []);
}

export function Frame({ who }: { who: Whoami }) {
  const at = useCell(place);
  const [shown, show] = useState<"help" | "palette" | null>(null);
  const main = useRef<HTMLElement>(null);
  const home = page_home();
  const page = at.page === "" ? home : PAGES.find(({ path }) => path === at.page);
  const allowed = page !== undefined && page_allowed(page);
  useFrameKeys(show);
  useEffect(() => {
    document.title = page === undefined ? say(w.product) : `${say(page.says)} · ${say(w.product)}`;
  });
  useEffect(() => {
    main.current?.focus({ preventScroll: true });
    void tasks_look();
  }, [page?.path]);
  if (allowed && page.bare !== undefined && at.id === page.bare)
    return (
      <main ref={main} id="page" class="page bare" tabIndex={-1} data-page={page.path}>
        <Loaded key={page.path} page={page} id={at.id} />
        {shown === "help" && <HelpDialog close={() => show(null)} />}
      </main>
    );
  return (
    <div class="frame">
      <a class="skip" href="#page" onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>{say(w.skip)}</a>
      <header class="top">
        <span class="brand">{say(w.product)}</span>
        <button type="button" onClick={() => show("palette")}>{say(w.palette)} <small>{say(w.palette_hint)}</small></button>
        <span class="grow" />
        <small data-roles>{who.roles.map((role) => named(role_words, role)).join(" · ")}</small>
        {who.tour === true && <TourButton />}
        <button type="button" onClick={() => show("help")}>{say(w.help)} <small>?</small></button>
        <button type="button" data-logout onClick={() => void log_out()}>{say(w.log_out)}</button>
      </header>
      <Navigation current={page?.path ?? ""} />
      <main ref={main} id="page" class="page" tabIndex={-1} data-page={page?.path}>
        {who.tour === true && <Tour />}
        {page === undefined ? <p class="hint">{say(w.no_page)}</p>
          : allowed ? <Loaded key={page.path} page={page} id={at.id} /> : <p class="hint">{say(w.not_allowed)}</p>}
      </main>
      <Progress />
      {shown === "help" && <HelpDialog close={() => show(null)} />}
      {shown === "palette" && <Palette close={() => show(null)} />}
    </div>
  );
}
