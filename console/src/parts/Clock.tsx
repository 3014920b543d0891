/* Clock.tsx -- a deadline: what is left of it, its state in words, a bar, and the instant itself.
 *
 * What is left is counted from what the service said (`left_ms`, at the instant of its reply) or from
 * the deadline by the service's clock; this computer's clock plays no part.  At 60, 30, 10 and 0
 * seconds a polite live region tells it. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useRef, useState } from "preact/hooks";
import { server_now, useTicks } from "../clock";
import { moment, moment_full, span, span_said } from "../dates";
import { say } from "../tongue";
import { clock_words as cw } from "../words";

export interface ClockState {
  state: "idle" | "running" | "met" | "expired" | "paused";
  due?: string;
  started?: string;
  /* What was left at `at` (performance.now()). */
  left_ms?: number;
  at?: number;
  late_ms?: number;
}

const TELLS = [60, 30, 10, 0];

export function left_of(clock: ClockState): number {
  if (clock.left_ms !== undefined && clock.at !== undefined)
    return clock.left_ms - (performance.now() - clock.at);
  return clock.due === undefined ? 0 : Date.parse(clock.due) - server_now();
}

/* What the live region says, and when. */
function useTold(name: string, left: number, running: boolean): string {
  const [told, tell] = useState("");
  const before = useRef<number | null>(null);
  useEffect(() => {
    const seconds = Math.ceil(left / 1000), last = before.current;
    before.current = seconds;
    if (!running || last === null)
      return;
    const passed = TELLS.find((at) => last > at && seconds <= at);
    if (passed !== undefined)
      tell(passed === 0 ? say(cw.said_over, { name }) : say(cw.said_left, { name, span: span_said(passed * 1000) }));
  });
  return told;
}

export function Clock({ name, clock, quiet }: { name: string; clock: ClockState; quiet?: boolean }) {
  useTicks(clock.state === "running" ? 250 : 60000);
  const left = left_of(clock);
  const running = clock.state === "running";
  const told = useTold(name, left, running);
  const over = clock.state === "expired" || (running && left <= 0);
  const whole = clock.started !== undefined && clock.due !== undefined ? Date.parse(clock.due) - Date.parse(clock.started) : 0;
  const hurry = !running ? "rest" : over ? "over" : left <= 30000 ? "soon" : left <= 60000 ? "near" : "calm";
  const words = running ? say(left > 0 ? cw.left : cw.over, { span: span(left) })
    : clock.state === "expired" && clock.late_ms ? `${say(cw.expired)} · ${say(cw.late, { span: span(clock.late_ms) })}` : say(cw[clock.state]);
  return (
    <span class={`clock ${hurry}`} data-state={over ? "expired" : clock.state} title={clock.due && `${name} ${moment_full(clock.due)}`.trim()}>
      <span aria-hidden="true" class="clock-mark">{over ? "⚠" : running ? "●" : clock.state === "met" ? "✓" : "○"}</span>
      <span class="clock-name">{name}</span>
      <span class="clock-left">{words}</span>
      {running && whole > 0 && <meter class="clock-bar" aria-label={name} min={0} max={1} value={Math.max(0, Math.min(1, left / whole))} />}
      {clock.due && running && <span class="clock-due">{say(cw.due, { moment: moment(clock.due, server_now()) })}</span>}
      {!quiet && <span class="unseen" role="status" aria-live="polite">{told}</span>}
    </span>
  );
}
