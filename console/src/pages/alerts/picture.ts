/* picture.ts -- a small trace as nodes and edges: accounts in columns by level, the ends behind them, one
 * edge for all payments of a pair.  Large ones are folded: pages/money/fold.ts. */
/* SPDX-License-Identifier: Apache-2.0 */
import { money_short } from "../../money";
import type { Edge, Node } from "../../parts/Graph";
import { named, say } from "../../tongue";
import type { Account, Payment, Trace } from "../money/trace";
import { ends } from "../money/words";

/* More than this are not drawn one by one: a picture of thousands says nothing. The table has all of them. */
export const DRAWN_MAX = 400;

const START = "start";

interface Says {
  account?: (account: Account) => string;
  /* One edge for all payments of a pair, in order of time. */
  pair?: (payments: readonly Payment[]) => string;
}

export function picture(trace: Trace, shown: readonly Payment[], says: Says = {}): { nodes: Node[]; edges: Edge[] } {
  const stoppable = new Set((trace.stops ?? []).map(({ account }) => account));
  const nodes = new Map<string, Node>(), edges: Edge[] = [], pairs = new Map<string, { from: string; to: string; of: Payment[] }>();
  const account_node = (at: number | null): string => {
    const account = at === null ? undefined : trace.accounts[at], id = account === undefined ? START : `a${account.number}`;
    if (!nodes.has(id))
      nodes.set(id, { id, says: account === undefined ? trace.start ?? say(ends.cash) : says.account?.(account) ?? account.account ?? "–", level: account?.level ?? 0,
        ...(id === START || account?.level === 0 ? { tone: "start" as const } : stoppable.has(account?.number ?? -1) ? { tone: "warn" as const } : {}) });
    return id;
  };
  for (const payment of shown.slice(0, DRAWN_MAX)) {
    const from = account_node(payment.from), end = payment.end;
    const to = payment.to !== null ? account_node(payment.to) : `e${payment.level}${end ?? ""}`;
    if (payment.to === null && !nodes.has(to))
      nodes.set(to, { id: to, says: named(ends, end ?? "unseen"), level: payment.level + 1, tone: "bad" });
    const key = says.pair === undefined ? String(pairs.size) : `${from} ${to}`, pair = pairs.get(key) ?? { from, to, of: [] };
    pair.of.push(payment);
    pairs.set(key, pair);
  }
  for (const { from, to, of } of pairs.values()) {
    const weight = of.reduce((sum, { traced }) => sum + Number(traced), 0);
    edges.push({ from, to, says: says.pair?.(of) ?? money_short(String(weight)), weight });
  }
  return { nodes: [...nodes.values()], edges };
}
