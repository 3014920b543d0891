/* dates.ts -- moments in the zone of whoever looks, in the habit of each tongue; the offset stands in the
 * title, so two people in two zones can agree on a moment. */
/* SPDX-License-Identifier: Apache-2.0 */
import { say, tongue } from "./tongue";
import { unit_words as w } from "./words";

const two = (n: number) => String(n).padStart(2, "0");

function offset_of(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  return (minutes < 0 ? "-" : "+") + two(Math.floor(Math.abs(minutes) / 60)) + ":" + two(Math.abs(minutes) % 60);
}

export function day(at: Date): string {
  if (tongue.value === "zh")
    return `${at.getFullYear()}年${at.getMonth() + 1}月${at.getDate()}日`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function clock_time(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/* "10:42:07" today, with its day otherwise. */
export function moment(text: string, now: number): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    return text;
  const today = new Date(now).toDateString() === at.toDateString();
  return today ? clock_time(at) : `${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock_time(at)}`;
}

/* All of it, with the offset. */
export function moment_full(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : `${day(at)} ${clock_time(at)} (${offset_of(at)})`;
}

/* 2:14 below an hour, 3 h 05 min, 2 d 4 h. */
export function span(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds < 3600)
    return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  if (seconds < 86400)
    return `${say(w.hours, { n: Math.floor(seconds / 3600) })} ${say(w.minutes, { n: Math.floor(seconds / 60) % 60 })}`;
  return `${say(w.days, { n: Math.floor(seconds / 86400) })} ${say(w.hours, { n: Math.floor(seconds / 3600) % 24 })}`;
}

/* For a voice: "2 min 14 s". */
export function span_said(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds < 60)
    return say(w.seconds, { n: seconds });
  return seconds < 3600 ? `${say(w.minutes, { n: Math.floor(seconds / 60) })} ${say(w.seconds, { n: seconds % 60 })}` : span(ms);
}
