/* clock.ts -- what time it is where deadlines are kept.  A wrong clock of this computer changes nothing:
 * between two replies time is counted by the browser's steady ticks, and each reply says what it was
 * at the service.
 *
 * The Date header has whole seconds: at some instant between asking and answering the service's clock
 * stood in [date, date + 1 s).  Each reply so gives an interval for (service − ticks); their
 * intersection is soon narrow.  An empty one means that the service's clock was set: begin anew.
 * Clocks of work come with `left_ms` and need none of it. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";

let low = -Infinity, high = Infinity;

export function heard(date: string | null, asked: number, answered: number): void {
  const said = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(said))
    return;
  const from = said - answered, to = said + 1000 - asked;
  if (from > high || to < low)
    [low, high] = [from, to];
  else
    [low, high] = [Math.max(low, from), Math.min(high, to)];
}

/* Milliseconds since 1970 at the service; this computer's until something was heard. */
export function server_now(): number {
  if (low === -Infinity)
    return Date.now();
  return performance.now() + (low + high) / 2;
}

/* Draws the part anew `every` so many milliseconds, aligned to them. */
export function useTicks(every: number): void {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((n) => n + 1), every);
    return () => clearInterval(timer);
  }, [every]);
}
