/* TraceScreen.tsx -- one trace: its sums, which must agree; the flow as it had come by the time that the
 * slider names; the accounts that are worth stopping, from which orders are made without typing. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useMemo, useState } from "preact/hooks";
import { may, once_key, post } from "../../api";
import { useCell } from "../../cell";
import { moment_full, span } from "../../dates";
import { useKeys } from "../../keys";
import { money, number } from "../../money";
import { When } from "../../parts/Log";
import { name_of, names } from "../../names";
import { ReasonDialog, RevealButton, RevealDialog, useRevealed } from "../../parts/Reveal";
import { type SortedColumn, SortedTable } from "../../parts/SortedTable";
import { go } from "../../router";
import { both, named, say } from "../../tongue";
import { Flow } from "./Flow";
import { trace_ask } from "./Money";
import { type Account, exact, type Kept, type Payment, sums_agree, type Trace } from "./trace";
import { cuts, ends, keys as kw, methods, w } from "./words";

function Sums({ trace }: { trace: Trace }) {
  const unit = trace.currency ?? "CNY", { sums } = trace, good = useMemo(() => sums_agree(trace), [trace]);
  const parts: [string, string][] = [[say(w.held), sums.held], ...Object.entries(sums.ends).map(([name, amount]): [string, string] => [named(ends, name), amount]),
    ...Object.entries(sums.cuts).map(([name, cut]): [string, string] => [named(cuts, name), cut.amount])];
  return (
    <>
      <section class="card always"><p class="row sums" data-sums={good ? "agree" : "differ"}>
        <span>{say(w.started)} <strong>{money(sums.started, unit)}</strong></span>
        {Number(sums.touched) !== 0 && <span>+ {say(w.touched)} <strong>{money(sums.touched, unit)}</strong></span>}
        <span>=</span>
        {parts.map(([name, amount], at) => <span key={name}>{at > 0 && "+ "}{name} <strong>{money(amount, unit)}</strong></span>)}
        <span class={`tag ${good ? "good" : "bad"}`}>{say(good ? w.sum_holds : w.sum_broken)}</span>
      </p></section>
      {Object.entries(sums.cuts).map(([name, cut]) => <p key={name} class="notice">{say(w.cut, { name: named(cuts, name), amount: money(cut.amount, unit), n: number(cut.payments) })}</p>)}
    </>
  );
}

/* The most expected first: whoever wants more asks for them. */
const STOPS_SHOWN = 20, STOPS_ORDERED = 100; /* more cannot be ordered of one trace */

function Stops({ kept, trace, again }: { kept: Kept; trace: Trace; again: () => Promise<void> }) {
  const [chosen, choose] = useState<ReadonlySet<number>>(new Set());
  const [asking, ask] = useState(false), [whole, show] = useState(false);
  const unit = trace.currency ?? "CNY", stops = (trace.stops ?? []).slice(0, STOPS_ORDERED);
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
      const next = (whole ? stops : stops.slice(0, STOPS_SHOWN)).find(({ account }) => !chosen.has(account) && order_of(account) === undefined);
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
          <tbody>{(whole ? stops : stops.slice(0, STOPS_SHOWN)).map((stop) => {
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
      {!whole && stops.length > STOPS_SHOWN && <button type="button" class="plain" data-whole onClick={() => show(true)}>{say(w.stops_whole, { n: stops.length })}</button>}
      {can && stops.length > 0 && <button type="button" class="main" data-order disabled={chosen.size === 0} onClick={() => ask(true)}>{say(w.order, { n: chosen.size })}</button>}
      {asking && <ReasonDialog title={say(w.order, { n: chosen.size })} close={() => ask(false)} go={async (reason) => {
        await post(`/v1/traces/${kept.id}/orders`, { accounts: [...chosen].map(String), reason }, { key: once_key() });
        choose(new Set());
        await again();
      }} />}
    </section>
  );
}

function Tables({ trace, look_at }: { trace: Trace; look_at: (account: number) => void }) {
  const unit = trace.currency ?? "CNY";
  const [accounts, payments] = useMemo((): [SortedColumn<Account>[], SortedColumn<Payment>[]] => [[
    { name: "level", says: say(w.level), width: "4.5rem", cell: ({ level }) => level, by: ({ level }) => level },
    { name: "account", says: say(w.account), width: "minmax(12rem, 1fr)", cell: ({ account }) => <span class="mono">{account ?? "–"}</span>, by: ({ account }) => account ?? "" },
    { name: "bank", says: say(w.bank), width: "8rem", cell: ({ bank }) => bank ?? "–", by: ({ bank }) => bank ?? "" },
    { name: "in", says: say(w.came), width: "11.5rem", right: true, cell: (account) => money(account.in, unit), by: (account) => exact(account.in) },
    { name: "out", says: say(w.went), width: "11.5rem", right: true, cell: ({ out }) => money(out, unit), by: ({ out }) => exact(out) },
    { name: "held", says: say(w.held), width: "11.5rem", right: true, cell: ({ held }) => <strong>{money(held, unit)}</strong>, by: ({ held }) => exact(held) },
  ], [
    { name: "time", says: say(w.time), width: "8rem", cell: ({ time }) => <When at={time} />, by: ({ time }) => Date.parse(time) },
    { name: "payer", says: say(w.payer), width: "minmax(10rem, 1fr)", cell: ({ payer }) => <span class="mono">{payer ?? "–"}</span>, by: ({ payer }) => payer ?? "" },
    { name: "payee", says: say(w.payee), width: "minmax(10rem, 1fr)", cell: ({ payee, end }) => payee ?? named(ends, end), by: ({ payee, end }) => payee ?? named(ends, end) },
    { name: "amount", says: say(w.amount), width: "11.5rem", right: true, cell: ({ amount }) => money(amount, unit), by: ({ amount }) => exact(amount) },
    { name: "traced", says: say(w.traced), width: "11.5rem", right: true, cell: ({ traced }) => <strong>{money(traced, unit)}</strong>, by: ({ traced }) => exact(traced) },
    { name: "delay", says: say(w.delay), width: "7.5rem", cell: ({ delay_ms }) => (delay_ms === null ? "–" : span(delay_ms)), by: ({ delay_ms }) => delay_ms ?? -1 },
  ]], [unit]);
  return (
    <>
      <section class="card tall" data-table="accounts"><SortedTable label={say(w.accounts)} columns={accounts} rows={trace.accounts}
        text_of={({ account, bank }) => `${account ?? ""} ${bank ?? ""}`} open={({ number: at }) => look_at(at)} /></section>
      <section class="card tall" data-table="payments"><SortedTable label={say(w.payments)} columns={payments} rows={trace.payments}
        text_of={({ id, payer, payee, end }) => `${id ?? ""} ${payer ?? ""} ${payee ?? ""} ${end === null ? "" : named(ends, end)}`}
        open={({ from, to }) => look_at(to ?? from ?? 0)} /></section>
    </>
  );
}

export function TraceScreen({ kept, again }: { kept: Kept; again: () => Promise<void> }) {
  const revealed = useRevealed<Trace>(kept.id);
  useCell(names);
  const [dialog, show] = useState<"reveal" | "method" | null>(null);
  const [method, want] = useState("");
  const [looked, look_at] = useState<readonly number[]>([]);
  const trace = revealed.value ?? kept.trace, can_reveal = may("traces:reveal");
  useKeys(can_reveal ? [{ key: "r", name: "money.reveal", says: kw.reveal, go: () => show("reveal") }] : []);
  return (
    <>
      <header class="card row spread">
        <span class="row"><strong class="mono">{trace.start ?? say(ends.cash)}</strong><span class="tag">{say(trace.direction === "forward" ? w.forward : w.backward)}</span>
          <small>{say(w.made, { by: name_of(kept.by), moment: moment_full(kept.made) })}</small></span>
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
        <Flow trace={trace} wanted={looked} />
        {trace.stops !== null && <Stops kept={kept} trace={trace} again={again} />}
      </div>
      <Tables trace={trace} look_at={(account) => {
        look_at([account, ...looked.filter((other) => other !== account)]);
        document.querySelector("main")?.scrollTo({ top: document.querySelector<HTMLElement>(".trace-columns")?.offsetTop ?? 0 });
      }} />
      {dialog === "reveal" && <RevealDialog close={() => show(null)} go={async (reason) => revealed.show((await post<Kept>(`/v1/traces/${kept.id}/reveal`, { reason })).body.trace)} />}
      {dialog === "method" && <ReasonDialog title={named(methods, method)} close={() => show(null)} go={async (reason) => {
        const origin = trace.payments.find(({ from }) => from === null)?.id;
        const { depth, fan, payments, reads } = trace.limits; /* as it was asked */
        const { body } = await trace_ask({ from: origin ? `payment:${origin}` : `account:${trace.start ?? ""}`, method, direction: trace.direction, depth, fan, payments, reads, reason });
        go("money", body.id);
      }} />}
    </>
  );
}
