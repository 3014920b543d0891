/* router.ts -- where we are: /console/PAGE or /console/PAGE/ID, and nothing that names a person.  What a
 * page filters by stays in its memory, not in the address. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Cell } from "./cell";

export interface Place {
  page: string;
  id: string | null;
}

function read(): Place {
  const [, first, page, id] = location.pathname.split("/");
  return first === "console" && page ? { page, id: id ? decodeURIComponent(id) : null } : { page: "", id: null };
}

export const place = new Cell<Place>(read());

export function path_of(page: string, id?: string | null): string {
  return page === "" ? "/" : id ? `/console/${page}/${encodeURIComponent(id)}` : `/console/${page}`;
}

export function go(page: string, id?: string | null, instead = false): void {
  const path = path_of(page, id);
  if (path !== location.pathname)
    history[instead ? "replaceState" : "pushState"](null, "", path);
  place.value = read();
}

addEventListener("popstate", () => (place.value = read()));

/* Links of our own are followed without loading the page anew. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || link.target !== "")
    return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || !(url.pathname === "/" || url.pathname.startsWith("/console/")))
    return;
  event.preventDefault();
  const [, , page = "", id] = url.pathname.split("/");
  go(page, id ? decodeURIComponent(id) : null);
});

/* What one page hands to the next, like an account to follow: in memory, once, and never in an address. */
const handed = new Map<string, unknown>();

export function hand(name: string, value: unknown): void {
  handed.set(name, value);
}

export function handed_over<T>(name: string): T | null {
  const value = (handed.get(name) as T | undefined) ?? null;
  handed.delete(name);
  return value;
}
