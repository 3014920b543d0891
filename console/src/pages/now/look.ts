/* look.ts -- what GET /v1/now says, asked again every few seconds.
 *
 * What is on the screen stays there until something newer has come; if nothing comes, its age is told
 * and grows.  A tab that nobody sees does not ask. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api";

export interface Open {
  open: number;
  held: number;
  overdue: number;
  due_3m: number;
  due_10m: number;
  due_1h: number;
}

export interface Now {
  time: string;
  time_ms: number;
  zone_minutes: number;
  today: string;
  work: { at: string; all: Open; kinds: (Open & { kind: string })[] } | null;
  money: { currency: string | null; at_risk: number; at_risk_orders: number; stopped_today: number | null; stopped_today_orders: number; stopped_today_untold: number } | null;
  alerts: { today: number; first: number; shadow: number; since: number | null; grades: Record<string, number>;
    typologies: { typology: string; alerts: number }[]; rules: { rule: string; typology: string; shadow: boolean; alerts: number }[] } | null;
  health: { ready: boolean; checks: { name: string; holds: boolean; says: string; says_zh: string }[] } | null;
  feeds: { heartbeat_age_ms: number | null; offered: number; accepted: number; rejected: number; refused: number; waiting: number;
    tails: { followed: number; rows: number; rejected: number; behind_bytes: number };
    kinds: { kind: string; records: number; last: string | null; age_ms: number | null; per_second: number | null }[] } | null;
  pulse: { from: string; minutes: number; calls: (number | null)[]; payments: (number | null)[]; alerts: (number | null)[] } | null;
  detection: { stands: boolean; behind: number; queue_bytes: number; lag_us: number; p50_us: number | null; p99_us: number | null } | null;
}

const EVERY_MS = 2000;
export const STALE_MS = 10000;

export interface Look {
  now: Now;
  /* performance.now() when it came. */
  at: number;
}

export function useNow(): { look: Look | null; fault: unknown } {
  const [look, keep] = useState<Look | null>(null);
  const [fault, fail] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const turn = async () => {
      if (!document.hidden) {
        try {
          const { body, at } = await get<Now>("/v1/now", undefined, stop.signal);
          keep({ now: body, at });
          fail(null);
        } catch (problem) {
          if (stop.signal.aborted)
            return;
          fail(problem);
        }
      }
      timer = window.setTimeout(() => void turn(), EVERY_MS);
    };
    void turn();
    const seen = () => {
      if (!document.hidden) {
        clearTimeout(timer);
        void turn();
      }
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  return { look, fault };
}
