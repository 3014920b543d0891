/* Reveal.tsx -- masked until revealed with a reason; what was revealed is hidden again in time.
 *
 * The values live in the memory of this part alone: leaving the page forgets them. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { say } from "../tongue";
import { reveal_words as rw, w } from "../words";
import { Dialog } from "./Dialog";
import { ProblemBox } from "./Problem";

export const REVEALED_SECONDS = 120;

/* What was revealed, for so long. */
export function useRevealed<T>(of: string): { value: T | null; seconds: number; show: (value: T) => void; hide: () => void } {
  const [held, hold] = useState<{ value: T; until: number } | null>(null);
  const [, again] = useState(0);
  useEffect(() => hold(null), [of]);
  useEffect(() => {
    if (held === null)
      return;
    const timer = setInterval(() => (performance.now() >= held.until ? hold(null) : again((n) => n + 1)), 1000);
    return () => clearInterval(timer);
  }, [held]);
  return {
    value: held?.value ?? null,
    seconds: held === null ? 0 : Math.max(0, Math.ceil((held.until - performance.now()) / 1000)),
    show: (value) => hold({ value, until: performance.now() + REVEALED_SECONDS * 1000 }),
    hide: () => hold(null),
  };
}

export function RevealButton({ seconds, hide, ask }: { seconds: number; hide: () => void; ask: () => void }) {
  return seconds > 0 ? (
    <span class="revealed">
      <span role="timer">{say(rw.left, { n: seconds })}</span>
      <button type="button" onClick={hide}>{say(rw.hide)}</button>
    </span>
  ) : <button type="button" onClick={ask}>{say(rw.ask)}</button>;
}

/* Asks for the reason; `go` asks the service. */
export function ReasonDialog({ title, notice, go, close, confirm, preset, before, asks, focus_reason, optional }: {
  title: string; notice?: string; go: (reason: string) => Promise<void>; close: () => void; confirm?: string; preset?: string[];
  /* More to fill in, in front of the reason. */
  before?: ComponentChildren;
  /* The reason has the focus although something stands in front of it. */
  focus_reason?: boolean;
  /* What the text is, if it is no reason. */
  asks?: string;
  /* The text may be empty. */
  optional?: boolean;
}) {
  const [reason, type] = useState("");
  const [fault, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const send = async (text: string) => {
    if (busy)
      return;
    work(true);
    fail(null);
    try {
      await go(text);
      close();
    } catch (problem) {
      fail(problem);
      work(false);
    }
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={(event) => {
        event.preventDefault();
        void send(reason.trim());
      }}>
        {notice && <p>{notice}</p>}
        {preset && (
          <div class="presets" role="group" aria-label={say(w.reason)}>
            {preset.map((text, at) => (
              <button key={text} type="button" data-preset={at + 1} onClick={() => void send(text)}>
                <kbd aria-hidden="true">{at + 1}</kbd> {text}
              </button>
            ))}
          </div>
        )}
        {before}
        <label class="field">
          <span>{asks ?? say(w.reason)}</span>
          <textarea data-first={before === undefined || focus_reason} rows={2} required={!optional} maxLength={1000} value={reason} onInput={(event) => type(event.currentTarget.value)}
            onKeyDown={(event) => {
              const at = Number(event.key);
              if (event.isComposing || event.keyCode === 229)
                return;
              if (preset && reason === "" && at >= 1 && at <= preset.length) {
                event.preventDefault();
                void send(preset[at - 1] ?? "");
              } else if (event.key === "Enter" && !event.shiftKey && (optional || reason.trim() !== "")) {
                event.preventDefault();
                void send(reason.trim());
              }
            }} />
          <small>{asks === undefined ? say(w.reason_hint) : ""}</small>
        </label>
        <ProblemBox fault={fault} />
        <footer>
          <button type="button" onClick={close}>{say(w.cancel)}</button>
          <button type="submit" class="main" disabled={busy || (!optional && reason.trim() === "")}>{confirm ?? say(w.confirm)}</button>
        </footer>
      </form>
    </Dialog>
  );
}

export function RevealDialog({ go, close }: { go: (reason: string) => Promise<void>; close: () => void }) {
  return <ReasonDialog title={say(rw.title)} notice={say(rw.notice, { n: REVEALED_SECONDS })} go={go} close={close} confirm={say(rw.ask)} />;
}
