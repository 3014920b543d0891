/* api.ts -- the service's public interface, and nothing else: docs/http.md and /openapi.json.
 *
 * A refusal is a Problem (RFC 9457), in the tongue of the page.  A severe action that wants the second
 * factor again has a dialog ask for it, and is then sent again by itself.  A session that has ended
 * brings the login in front of the page, which stays as it is.
 *
 * The session lies in a cookie that scripts cannot read; what goes into X-CSRF-Token lies in memory
 * here, and after a reload comes from /v1/whoami.  Nothing is ever written into the browser's storage. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Cell } from "./cell";
import { heard } from "./clock";
import { tongue } from "./tongue";

export interface Whoami {
  id: string;
  by: "session" | "token";
  organisation: string;
  level: string | null;
  home: boolean;
  stepped_up: boolean;
  roles: string[];
  scopes: string[];
  csrf: string;
  /* Whether this is the demo, which has a tour. */
  tour?: boolean;
}

export class Problem extends Error {
  constructor(
    override readonly name: string, readonly status: number, readonly title: string, readonly detail: string | null,
    readonly wait_seconds: number | null, readonly document: Record<string, unknown>,
  ) {
    super(title);
  }
}

export interface Reply<T> {
  status: number;
  body: T;
  etag: string | null;
  /* performance.now() when it came: what `left_ms` counts from. */
  at: number;
}

export interface Asking {
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  if_match?: string | null;
  /* Makes the request once, however often it is sent; once_key() makes one. */
  key?: string;
  signal?: AbortSignal;
  /* Changes nothing, though its question goes in a body: it may be sent again. */
  reads?: boolean;
  /* Of an attachment. */
  raw?: { bytes: Blob; type: string };
}

/* Who looks; null: nobody has logged in, undefined: it is not known yet. */
export const whoami = new Cell<Whoami | null | undefined>(undefined);
/* Whether nobody is here because a session ended under a page, and not because somebody left. */
export const ended = new Cell(false);
/* Asks for the second factor; main.tsx sets it.  false: the person did not want to. */
export const step_up = { ask: async (): Promise<boolean> => false };

let csrf = "";

export function keep_csrf(value: string): void {
  csrf = value;
}

export function once_key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function may(scope: string): boolean {
  return whoami.value?.scopes.includes(scope) ?? false;
}

export function has_role(...roles: string[]): boolean {
  return whoami.value?.roles.some((role) => roles.includes(role)) ?? false;
}

export function address(path: string, query: Asking["query"]): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== null && value !== undefined && value !== "")
      search.set(name, String(value === true ? 1 : value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

function headers_of(method: string, asking: Asking): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": tongue.value };
  if (method !== "GET" && csrf !== "")
    headers["X-CSRF-Token"] = csrf;
  if (asking.raw !== undefined)
    headers["Content-Type"] = asking.raw.type;
  else if (method !== "GET")
    headers["Content-Type"] = "application/json";
  if (asking.if_match)
    headers["If-Match"] = asking.if_match;
  if (asking.key !== undefined)
    headers["Idempotency-Key"] = asking.key;
  return headers;
}

function problem_of(status: number, document: Record<string, unknown>, wait: string | null): Problem {
  const type = typeof document.type === "string" ? document.type : "";
  return new Problem(type.replace("urn:cutline:problem:", "") || "unreachable", status,
    typeof document.title === "string" ? document.title : "",
    typeof document.detail === "string" ? document.detail : null, wait === null ? null : Number(wait), document);
}

async function once<T>(method: string, path: string, asking: Asking): Promise<Reply<T>> {
  const asked = performance.now();
  let reply: Response;
  try {
    reply = await fetch(address(path, asking.query), {
      method, headers: headers_of(method, asking), signal: asking.signal ?? null, cache: "no-store", credentials: "same-origin",
      body: method === "GET" ? null : asking.raw?.bytes ?? JSON.stringify(asking.body ?? {}),
    });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError")
      throw fault;
    throw problem_of(0, {}, null);
  }
  const at = performance.now();
  heard(reply.headers.get("Date"), asked, at);
  const type = reply.headers.get("Content-Type") ?? "";
  const body: unknown = type.includes("json") ? await reply.json() : await reply.text();
  if (reply.status >= 400)
    throw problem_of(reply.status, (typeof body === "object" ? body : {}) as Record<string, unknown>, reply.headers.get("Retry-After"));
  return { status: reply.status, body: body as T, etag: reply.headers.get("ETag"), at };
}

const RETRIES_MAX = 4;
const WAIT_SECONDS_MAX = 5;

/* Throws a Problem, or AbortError. */
export async function ask<T>(method: "GET" | "POST", path: string, asking: Asking = {}): Promise<Reply<T>> {
  for (let tries = 0; ; tries++) {
    try {
      return await once<T>(method, path, asking);
    } catch (fault) {
      if (!(fault instanceof Problem))
        throw fault;
      const wait = fault.wait_seconds ?? 1;
      if (fault.status === 429 && (method === "GET" || asking.reads) && tries < RETRIES_MAX && wait <= WAIT_SECONDS_MAX)
        await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      else if (fault.name === "step_up_needed" && tries === 0 && await step_up.ask())
        continue;
      else {
        if (fault.status === 401 && whoami.value && path !== "/v1/login") {
          ended.value = true;
          whoami.value = null;
        }
        throw fault;
      }
    }
  }
}

export async function get<T>(path: string, query?: Asking["query"], signal?: AbortSignal): Promise<Reply<T>> {
  return ask<T>("GET", path, { ...(query && { query }), ...(signal && { signal }) });
}

export async function post<T>(path: string, body: unknown, asking: Asking = {}): Promise<Reply<T>> {
  return ask<T>("POST", path, { ...asking, body });
}

/* Asks who we are; null: nobody. */
export async function who(): Promise<Whoami | null> {
  try {
    const { body } = await once<Whoami>("GET", "/v1/whoami", {});
    csrf = body.csrf;
    whoami.value = body;
  } catch (fault) {
    if (!(fault instanceof Problem) || fault.status !== 401)
      throw fault;
    whoami.value = null;
  }
  return whoami.value ?? null;
}

/* ---- streams ---- */

export interface Stream {
  close(): void;
}

/* Server-sent events; the browser goes on behind the last one by itself (Last-Event-ID).  If the service
 * refuses (429: too many streams), it is tried again a little later, behind the last number heard. */
export function listen(path: string, event: string, query: Asking["query"], take: (data: unknown, id: string) => void,
  state: (open: boolean) => void = () => {}): Stream {
  let source: EventSource | null = null, timer = 0, last = "", closed = false;
  const open = () => {
    source = new EventSource(address(path, last === "" ? query : { ...query, after: last }));
    source.addEventListener(event, (message) => {
      const { data, lastEventId } = message as MessageEvent<string>;
      last = lastEventId;
      take(JSON.parse(data), lastEventId);
    });
    source.onopen = () => state(true);
    source.onerror = () => {
      state(false);
      if (source?.readyState === EventSource.CLOSED && !closed)
        timer = window.setTimeout(open, 5000 + Math.random() * 5000);
    };
  };
  open();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      source?.close();
    },
  };
}

const AGAIN_MS = 5000;

/* What a stream of server-sent events says: each event of that name, and the rest that is not whole yet. */
function events_take(text: string, event: string, take: (data: unknown, id: string) => void): string {
  const blocks = text.split("\n\n"), rest = blocks.pop() ?? "";
  for (const block of blocks) {
    const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
    if (field("event") === event)
      take(JSON.parse(field("data")), field("id"));
  }
  return rest;
}

/* The same where the question may name somebody: it goes into a body, which no address shows, and which
 * EventSource cannot send.  Goes on behind the last number heard when the connection breaks. */
export function follow(path: string, event: string, body: { q: string; after: number }, take: (data: unknown) => void,
  state: (open: boolean) => void = () => {}): Stream {
  const stop = new AbortController();
  let timer = 0, after = body.after;
  const hear = async () => {
    const reply = await fetch(path, {
      method: "POST", headers: { ...headers_of("POST", {}), Accept: "text/event-stream" }, signal: stop.signal, cache: "no-store",
      credentials: "same-origin", body: JSON.stringify({ ...body, after }),
    });
    const reader = reply.status === 200 ? reply.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined;
    if (reader === undefined)
      return;
    state(true);
    let text = "";
    for (let got = await reader.read(); !got.done; got = await reader.read())
      text = events_take(text + got.value, event, (data, id) => {
        after = Number(id);
        take(data);
      });
  };
  const again = () => {
    if (stop.signal.aborted)
      return;
    state(false);
    timer = window.setTimeout(open, AGAIN_MS * (1 + Math.random()));
  };
  const open = () => void hear().then(again, again);
  open();
  return {
    close() {
      stop.abort();
      clearTimeout(timer);
    },
  };
}
