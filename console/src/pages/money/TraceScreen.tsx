/* TraceScreen.tsx -- one trace: its sums, which must agree; the flow as it had come by the time that the
 * slider names; the accounts that are worth stopping, from which orders are made without typing. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useMemo, useState } from "preact/hooks";
import { may, once_key, post } from "../../api";
import { moment_full, span } from "../../dates";
import { useKeys } from "../../keys";
import { money, money_short, number } from "../../money";
import { type Column, DataTable } from "../../parts/DataTable";
import { type Edge, Graph, type Node } from "../../parts/Graph";
import { When } from "../../parts/Log";
import { ReasonDialog, RevealButton, RevealDialog, useRevealed } from "../../parts/Reveal";
import { go } from "../../router";
import { both, named, say } from "../../tongue";
import { trace_ask } from "./Money";
import { type Account, type Kept, type Payment, payments_until, sums_agree, type Trace } from "./trace";
import { cuts, ends, keys as kw, methods, w } from "./words";

/* More than this are not drawn one by one: a picture of thousands says nothing. The table has all of them. */
const DRAWN_MAX = 400;

function Sums({ trace }: { trace: Trace }) {
  const unit = trace.currency ?? "CNY", { sums } = trace, good = sums_agree(trace);
  const parts: [string, string][] = [[say(w.held), sums.held], ...Object.entries(sums.ends).map(([name, amount]): [string, string] => [named(ends, name), amount]),
    ...Object.entries(sums.cuts).map(([name, cut]): [string, string] => [named(cuts, name), cut.amount])];
  return (
    <section class="card">
      <p class="row sums" data-sums={good ? "agree" : "differ"}>
        <span>{say(w.started)} <strong>{money(sums.started, unit)}</strong></span>
        {Number(sums.touched) !== 0 && <span>+ {say(w.touched)} <strong>{money(sums.touched, unit)}</strong></span>}
        <span>=</span>
        {parts.map(([name, amount], at) => <span key={name}>{at > 0 && "+ "}{name} <strong>{money(amount, unit)}</strong></span>)}
        <span class={`tag ${good ? "good" : "bad"}`}>{say(good ? w.sum_holds : w.sum_broken)}</span>
      </p>
      {Object.entries(sums.cuts).map(([name, cut]) => <p key={name} class="notice">{say(w.cut, { name: named(cuts, name), amount: money(cut.amount, unit), n: number(cut.payments) })}</p>)}
    </section>
  );
}

const START = "start";

function picture(trace: Trace, shown: Payment[]): { nodes: Node[]; edges: Edge[] } {
  const stoppable = new Set((trace.stops ?? []).map(({ account }) => account));
  const nodes = new Map<string, Node>(), edges: Edge[] = [];
  const account_node = (at: number | null): string => {
    const account = at === null ? undefined : trace.accounts[at], id = account === undefined ? START : `a${account.number}`;
    if (!nodes.has(id))
      nodes.set(id, { id, says: account === undefined ? trace.start ?? say(ends.cash) : account.account ?? "–", level: account?.level ?? 0,
        ...(id === START || account?.level === 0 ? { tone: "start" as const } : stoppable.has(account?.number ?? -1) ? { tone: "warn" as const } : {}) });
    return id;
  };
  for (const payment of shown.slice(0, DRAWN_MAX)) {
    const from = account_node(payment.from), end = payment.end;
    const to = payment.to !== null ? account_node(payment.to) : `e${payment.level}${end ?? ""}`;
    if (payment.to === null && !nodes.has(to))
      nodes.set(to, { id: to, says: named(ends, end ?? "unseen"), level: payment.level + 1, tone: "bad" });
    edges.push({ from, to, says: money_short(payment.traced), weight: Number(payment.traced) });
  }
  return { nodes: [...nodes.values()], edges };
}

function Flow({ trace }: { trace: Trace }) {
  const times = trace.payments.map(({ time }) => Date.parse(time));
  const first = Math.min(...times), last = Math.max(...times);
  const [until, slide] = useState(last);
  const drawn = useMemo(() => picture(trace, payments_until(trace, until)), [trace, until]);
  const table = useMemo(() => ({
    head: [say(w.time), say(w.payer), say(w.payee), say(w.traced)],
    rows: payments_until(trace, until).slice(0, DRAWN_MAX).map((payment) => [moment_full(payment.time), payment.payer ?? "–", payment.payee ?? "–", payment.traced]),
  }), [trace, until]);
  if (trace.payments.length === 0)
    return null;
  return (
    <section class="card">
      <label class="field"><span>{say(w.until, { moment: moment_full(new Date(until).toISOString()) })}</span>
        <input type="range" aria-label={say(w.slider)} min={first} max={last} step={1000} value={until} onInput={(event) => slide(Math.max(first, Number(event.currentTarget.value)))} /></label>
      <Graph label={say(w.picture)} nodes={drawn.nodes} edges={drawn.edges} table={table} height={340} />
    </section>
  );
}

function Stops({ kept, trace, again }: { kept: Kept; trace: Trace; again: () => Promise<void> }) {
  const [chosen, choose] = useState<ReadonlySet<number>>(new Set());
  const [asking, ask] = useState(false);
  const unit = trace.currency ?? "CNY", stops = trace.stops ?? [];
  const order_of = (account: number) => kept.orders.find((order) => order.account === account)?.item;
  const can = may("traces:order");
  const turn = (account: number) => {
    const next = new Set(chosen);
    if (!next.delete(account))
      next.add(account);
    choose(next);
  };
  useKeys(can ? [
    { key: "x", name: "money.choose", says: kw.choose, go: () => {
      const next = stops.find(({ account }) => !chosen.has(account) && order_of(account) === undefined);
      if (next)
        turn(next.account);
    } },
    { key: "p", name: "money.order", says: kw.order, go: () => chosen.size > 0 && ask(true) },
  ] : []);
  return (
    <section class="card">
      <h2>{say(w.stops)}</h2>
      {stops.length === 0 ? <p class="hint">{say(w.stops_none)}</p> : (
        <div class="scrolls" tabIndex={0} role="region" aria-label={say(w.stops)}><table class="plain-table stops">
          <thead><tr><th scope="col" /><th scope="col">{say(w.account)}</th><th scope="col">{say(w.held)}</th><th scope="col">{say(w.expected)}</th><th scope="col">{say(w.why)}</th></tr></thead>
          <tbody>{stops.map((stop) => {
            const account = trace.accounts[stop.account], item = order_of(stop.account), name = account?.account ?? "–";
            return (
              <tr key={stop.account}>
                <td>{item ? <a href={`/console/orders/${item}`}>{say(w.ordered)}</a> : can && <input type="checkbox" aria-label={say(w.choose, { account: name })} checked={chosen.has(stop.account)} onChange={() => turn(stop.account)} />}</td>
                <td class="mono">{name} <small>{account?.bank ?? ""}</small></td><td class="right">{money(stop.held, unit)}</td><td class="right"><strong>{money(stop.expected, unit)}</strong></td><td>{both(stop.reason)}</td>
              </tr>
            );
          })}</tbody>
        </table></div>
      )}
      {can && stops.length > 0 && <button type="button" class="main" data-order disabled={chosen.size === 0} onClick={() => ask(true)}>{say(w.order, { n: chosen.size })}</button>}
      {asking && <ReasonDialog title={say(w.order, { n: chosen.size })} close={() => ask(false)} go={async (reason) => {
        await post(`/v1/traces/${kept.id}/orders`, { accounts: [...chosen].map(String), reason }, { key: once_key() });
        choose(new Set());
        await again();
      }} />}
    </section>
  );
}

function Tables({ trace }: { trace: Trace }) {
  const unit = trace.currency ?? "CNY";
  const [row, move] = useState(0);
  const accounts: Column<Account>[] = [
    { name: "level", says: say(w.level), width: "4rem", cell: ({ level }) => level },
    { name: "account", says: say(w.account), width: "minmax(12rem, 1fr)", cell: ({ account }) => <span class="mono">{account ?? "–"}</span> },
    { name: "bank", says: say(w.bank), width: "8rem", cell: ({ bank }) => bank ?? "–" },
    { name: "in", says: say(w.came), width: "9rem", right: true, cell: (account) => money(account.in, unit) },
    { name: "out", says: say(w.went), width: "9rem", right: true, cell: ({ out }) => money(out, unit) },
    { name: "held", says: say(w.held), width: "9rem", right: true, cell: ({ held }) => <strong>{money(held, unit)}</strong> },
  ];
  const payments: Column<Payment>[] = [
    { name: "time", says: say(w.time), width: "8rem", cell: ({ time }) => <When at={time} /> },
    { name: "payer", says: say(w.payer), width: "minmax(10rem, 1fr)", cell: ({ payer }) => <span class="mono">{payer ?? "–"}</span> },
    { name: "payee", says: say(w.payee), width: "minmax(10rem, 1fr)", cell: ({ payee, end }) => payee ?? named(ends, end) },
    { name: "amount", says: say(w.amount), width: "9rem", right: true, cell: ({ amount }) => money(amount, unit) },
    { name: "traced", says: say(w.traced), width: "9rem", right: true, cell: ({ traced }) => <strong>{money(traced, unit)}</strong> },
    { name: "delay", says: say(w.delay), width: "6rem", cell: ({ delay_ms }) => (delay_ms === null ? "–" : span(delay_ms)) },
  ];
  return (
    <>
      <section class="card tall"><h2>{say(w.accounts)}</h2><DataTable label={say(w.accounts)} columns={accounts} rows={trace.accounts} id={({ number: at }) => String(at)} /></section>
      <section class="card tall"><h2>{say(w.payments)}</h2><DataTable label={say(w.payments)} columns={payments} rows={trace.payments} id={(payment) => String(trace.payments.indexOf(payment))} cursor={row} move={move} /></section>
    </>
  );
}

export function TraceScreen({ kept, again }: { kept: Kept; again: () => Promise<void> }) {
  const revealed = useRevealed<Trace>(kept.id);
  const [dialog, show] = useState<"reveal" | "method" | null>(null);
  const [method, want] = useState("");
  const trace = revealed.value ?? kept.trace, can_reveal = may("traces:reveal");
  useKeys(can_reveal ? [{ key: "r", name: "money.reveal", says: kw.reveal, go: () => show("reveal") }] : []);
  return (
    <>
      <header class="card row spread">
        <span class="row"><strong class="mono">{trace.start ?? say(ends.cash)}</strong><span class="tag">{say(trace.direction === "forward" ? w.forward : w.backward)}</span>
          <small>{say(w.made, { by: kept.by, moment: moment_full(kept.made) })}</small></span>
        <span class="row">
          {may("traces:ask") && revealed.value?.start && (
            <label>{say(w.method)} <select class="slim" value={trace.method} onChange={(event) => {
              want(event.currentTarget.value);
              show("method");
            }}>{Object.entries(methods).map(([name, pair]) => <option key={name} value={name}>{say(pair)}</option>)}</select></label>
          )}
          {!revealed.value && <span class="tag">{named(methods, trace.method)}</span>}
          {can_reveal && <RevealButton seconds={revealed.seconds} hide={revealed.hide} ask={() => show("reveal")} />}
        </span>
      </header>
      <Sums trace={trace} />
      <div class="trace-columns">
        <Flow trace={trace} />
        {trace.stops !== null && <Stops kept={kept} trace={trace} again={again} />}
      </div>
      <Tables trace={trace} />
      {dialog === "reveal" && <RevealDialog close={() => show(null)} go={async (reason) => revealed.show((await post<Kept>(`/v1/traces/${kept.id}/reveal`, { reason })).body.trace)} />}
      {dialog === "method" && <ReasonDialog title={named(methods, method)} close={() => show(null)} go={async (reason) => {
        const origin = trace.payments.find(({ from }) => from === null)?.id;
        const { body } = await trace_ask({ from: origin ? `payment:${origin}` : `account:${trace.start ?? ""}`, method, direction: trace.direction, depth: 5, reason });
        go("money", body.id);
      }} />}
    </>
  );
}
