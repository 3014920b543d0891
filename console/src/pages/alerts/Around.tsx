/* Around.tsx -- what stands around an alert: the ladder of its records, where its money went, who of its
 * parties is met elsewhere, and in which regions it happened.
 *
 * Both are asked for when the alert is opened and come masked; the service reads them beside detection, so
 * they may be told to wait, and are asked again. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, may, post, type Problem } from "../../api";
import { clock_time, moment_full, span } from "../../dates";
import { money, money_short, number } from "../../money";
import { Graph } from "../../parts/Graph";
import { PlainTable } from "../../parts/DataTable";
import { ProblemBox } from "../../parts/Problem";
import { RevealButton, RevealDialog, useRevealed } from "../../parts/Reveal";
import { TileGrid } from "../../parts/TileGrid";
import { both, named, say } from "../../tongue";
import { subject_words, w as common } from "../../words";
import { DRAWN_MAX, picture } from "./picture";
import type { Payment, Trace } from "../money/trace";
import { cuts, ends, w as mw } from "../money/words";
import { type AlertPage, alerts_page } from "./alert";
import { Ladder } from "./Ladder";
import { type Ladder as Records, type Party, regions_of } from "./rungs";
import { around as a, part_words } from "./words";

interface Asked<T> {
  value: T | null;
  fault: Problem | null;
}

export function useAsked<T>(path: string | null): Asked<T> {
  const [asked, keep] = useState<Asked<T>>({ value: null, fault: null });
  useEffect(() => {
    const stop = new AbortController();
    keep({ value: null, fault: null });
    if (path !== null)
      get<T>(path, undefined, stop.signal).then(({ body }) => keep({ value: body, fault: null }), (fault: Problem) => !stop.signal.aborted && keep({ value: null, fault }));
    return () => stop.abort();
  }, [path]);
  return asked;
}

export function LadderCard({ id, asked, revealed }: { id: string; asked: Asked<Records>; revealed: ReturnType<typeof useRevealed<Records>> }) {
  const [asks, ask] = useState(false);
  const ladder = revealed.value ?? asked.value;
  return (
    <section class="card" data-card="ladder">
      <div class="row spread"><h2>{say(a.title)}</h2>
        {ladder !== null && may("alerts:reveal") && <RevealButton seconds={revealed.seconds} hide={revealed.hide} ask={() => ask(true)} />}</div>
      {ladder !== null ? <Ladder ladder={ladder} /> : asked.fault !== null ? <ProblemBox fault={asked.fault} /> : <p class="hint" role="status">{say(common.loading)}</p>}
      {asks && <RevealDialog close={() => ask(false)} go={async (reason) => revealed.show((await post<Records>(`/v1/alerts/${id}/records/reveal`, { reason })).body)} />}
    </section>
  );
}

/* ---- money ---- */

interface Money {
  trace: Trace;
}

/* "4.98 万 10:31", "3 × 1.2 万 10:31–10:40". */
function pair_says(payments: readonly Payment[]): string {
  const times = payments.map(({ time }) => clock_time(new Date(time)).slice(0, 5)), first = times[0] ?? "", last = times.at(-1) ?? "";
  const sum = money_short(String(payments.reduce((all, { traced }) => all + Number(traced), 0)));
  return `${payments.length > 1 ? `${say(a.times, { n: payments.length })} ` : ""}${sum} ${first === last ? first : `${first}–${last}`}`;
}

function MoneyGraph({ trace }: { trace: Trace }) {
  const unit = trace.currency ?? "CNY", stops = trace.stops ?? [];
  const expected = new Map(stops.map((stop) => [stop.account, stop.expected]));
  const drawn = useMemo(() => picture(trace, trace.payments, {
    account: ({ account, number: at }) => `${account ?? "–"}${expected.has(at) ? ` ${say(a.stoppable, { amount: money_short(expected.get(at) ?? "0") })}` : ""}`,
    pair: pair_says,
  }), [trace]);
  const table = {
    head: [say(mw.time), say(mw.payer), say(mw.payee), say(mw.amount), say(mw.traced), say(mw.delay)],
    rows: trace.payments.slice(0, DRAWN_MAX).map((payment) => [moment_full(payment.time), payment.payer ?? say(ends.cash), payment.payee ?? named(ends, payment.end), money(payment.amount, unit), money(payment.traced, unit), payment.delay_ms === null ? "–" : span(payment.delay_ms)]),
  };
  return (
    <>
      <Graph label={say(a.money_said, { start: trace.start ?? say(ends.cash) })} nodes={drawn.nodes} edges={drawn.edges} table={table} height={250} />
      {Object.entries(trace.sums.cuts).map(([name, cut]) => <p key={name} class="notice">{say(mw.cut, { name: named(cuts, name), amount: money(cut.amount, unit), n: number(cut.payments) })}</p>)}
      {stops.length === 0 ? <p class="hint">{say(mw.stops_none)}</p> : (
        <PlainTable caption={say(mw.stops)} head={[say(a.stop_account), say(mw.expected), say(mw.why)]}
          rows={stops.slice(0, 5).map((stop) => [<span key="a" class="mono">{trace.accounts[stop.account]?.account ?? "–"} <small>{trace.accounts[stop.account]?.bank ?? ""}</small></span>, <strong key="e">{money(stop.expected, unit)}</strong>, both(stop.reason)])} />
      )}
    </>
  );
}

export function MoneyCard({ id }: { id: string }) {
  const { value, fault } = useAsked<Money>(may("traces:read") ? `/v1/alerts/${id}/money` : null);
  if (!may("traces:read") || fault?.status === 404 || fault?.status === 503)
    return null;
  return (
    <section class="card" data-card="money">
      <h2>{say(a.money)}</h2>
      {value !== null ? <MoneyGraph trace={value.trace} /> : fault !== null ? <ProblemBox fault={fault} /> : <p class="hint" role="status">{say(common.loading)}</p>}
    </section>
  );
}

/* ---- parties elsewhere ---- */

/* The alerts on one party, when they are asked for. */
function Elsewhere({ party }: { party: Party }) {
  const [page, keep] = useState<AlertPage | null>(null);
  const look = () => void alerts_page({ q: `subject:${party.pseudonym ?? ""}`, limit: 20 }).then(({ body }) => keep(body), () => {});
  if (party.alerts === null || party.alerts === 0)
    return <>{party.alerts === null ? "–" : number(0)}</>;
  return page === null ? <button type="button" class="plain" onClick={look} aria-label={say(a.alerts_on, { n: party.alerts, letter: party.letter })}>{party.alerts >= 100 ? say(a.at_least, { n: 100 }) : number(party.alerts)}</button>
    : <ul>{page.alerts.slice(0, 8).map(({ alert }) => <li key={alert.id}><a href={`/console/alerts/${alert.id}`}>{moment_full(alert.time)} {both(alert.title)}</a></li>)}</ul>;
}

export function PartiesCard({ ladder }: { ladder: Records }) {
  const told = ladder.parties.filter(({ sought, alerts }) => sought || (alerts ?? 0) > 0).slice(0, 16);
  return (
    <section class="card" data-card="parties">
      <h2>{say(a.parties)}</h2>
      <PlainTable caption={say(a.parties)} head={[say(a.party), say(a.type), say(a.holder), say(a.seen), say(a.others), say(a.alerts)]}
        rows={told.map((party) => [<span key="n" class="mono">{party.letter} {party.name}{party.subject && <small class="tag">{say(a.subject)}</small>}</span>, named({ ...subject_words, imsi: a.imsi }, party.type),
          party.holder === null ? "–" : say(a.holder_n, { n: party.holder }), party.records === undefined ? "–" : number(party.records),
          party.others === undefined ? "–" : party.others_more ? say(a.at_least, { n: number(party.others) }) : number(party.others), <Elsewhere key="e" party={party} />])} />
      <p class="hint">{say(a.parties_hint)}</p>
    </section>
  );
}

export function RegionsCard({ ladder }: { ladder: Records }) {
  const tiles = regions_of(ladder).map(({ code, value, parts }) => ({ code, says: code, value, note: parts.map((part) => named(part_words, part)).join(" ") }));
  return (
    <section class="card" data-card="regions">
      <h2>{say(a.regions)}</h2>
      {tiles.length === 0 ? <p class="hint">{say(a.regions_none)}</p> : <TileGrid label={say(a.regions_said)} head={[say(a.region), say(a.records)]} tiles={tiles} />}
    </section>
  );
}
