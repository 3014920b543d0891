/* Now.tsx -- what is going on, on one screen: alerts, open work by its clocks, money, feeds and how far
 * they are behind, the pulse of calls and payments.
 *
 *     ┌ figures ─────────────────────────────────────────────┐
 *     │ open work by clock      │ alerts by type │ feeds     │
 *     │ calls and payments      │ alerts         │ checks    │
 *     └──────────────────────────────────────────────────────┘
 *
 * /console/now/wall is the same for a screen on a wall: alone, large, nothing to press, nothing hidden. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { may } from "../../api";
import { useTicks } from "../../clock";
import { span } from "../../dates";
import { useKeys } from "../../keys";
import { decimal_of_cents, money, money_short, number } from "../../money";
import { page_of_kind, type PageProps } from "../../pages";
import { Chart, type Series } from "../../parts/Chart";
import { PlainTable } from "../../parts/DataTable";
import { ProblemBox } from "../../parts/Problem";
import { Twin } from "../../parts/Twin";
import { go, path_of } from "../../router";
import { both, named, say, tongue } from "../../tongue";
import { typology_words, w as common } from "../../words";
import { useKinds } from "../work/Queue";
import { type Look, type Now as Told, type Open, STALE_MS, useNow } from "./look";
import { feed_words, keys as kw, w } from "./words";

const none = () => say(w.untold);

/* "14:05:09" where the house stands. */
function house_time(ms: number, zone_minutes: number): string {
  return new Date(ms + zone_minutes * 60000).toISOString().slice(11, 19);
}

function HouseClock({ look }: { look: Look }) {
  useTicks(1000);
  const age = performance.now() - look.at, stale = age > STALE_MS;
  return (
    <>
      <span class="number now-clock" data-clock>{look.now.today} {house_time(look.now.time_ms + age, look.now.zone_minutes)}</span>
      <span class={`tag ${stale ? "bad" : "good"}`} data-stale={stale} role="status">
        {say(stale ? w.stale : w.fresh, { span: span(age), time: house_time(look.now.time_ms, look.now.zone_minutes) })}
      </span>
    </>
  );
}

/* ---- figures ---- */

function Figure({ name, says, value, note, title, tone }: { name: string; says: string; value: string; note?: string; title?: string; tone?: string | undefined }) {
  return (
    <div class={`figure ${tone ?? ""}`} data-figure={name} title={title}>
      <dt>{says}</dt>
      <dd><strong>{value}</strong>{note && <small>{note}</small>}</dd>
    </div>
  );
}

function lag_text(us: number | null): string {
  return us === null ? none() : us < 10e6 ? say(w.ms, { n: number(Math.round(us / 1000)) }) : span(us / 1000);
}

function sum_text(cents: number | null, short: boolean): string {
  return cents === null ? none() : short ? money_short(decimal_of_cents(cents)) : money(decimal_of_cents(cents));
}

function Figures({ now }: { now: Told }) {
  const { alerts, work, money: sums, detection } = now;
  const extreme = alerts?.grades.extreme ?? 0, high = alerts?.grades.high ?? 0, all = work?.all;
  return (
    <dl class="figures" aria-label={say(w.figures)}>
      {alerts && <Figure name="alerts" says={say(w.alerts_today)} value={number(alerts.today)} note={say(w.alerts_note, { n: number(alerts.first), m: number(alerts.shadow) })} />}
      {alerts && <Figure name="grave" says={say(w.grave)} value={number(extreme + high)} tone={extreme > 0 ? "bad" : undefined} note={say(w.grave_note, { n: number(extreme), m: number(high) })} />}
      {all && <Figure name="open" says={say(w.open)} value={number(all.open)} note={say(w.open_note, { n: number(all.held) })} />}
      {all && <Figure name="overdue" says={say(w.overdue)} value={number(all.overdue)} tone={all.overdue > 0 ? "bad" : "good"} note={say(w.overdue_note, { n: number(all.open) })} />}
      {all && <Figure name="due" says={say(w.due)} value={number(all.due_3m)} tone={all.due_3m > 0 ? "warn" : undefined} note={say(w.due_note, { n: number(all.due_10m), m: number(all.due_1h) })} />}
      {sums && <Figure name="risk" says={say(w.risk)} value={sum_text(sums.at_risk, true)} title={sum_text(sums.at_risk, false)} tone={sums.at_risk > 0 ? "warn" : undefined} note={say(w.risk_note, { n: number(sums.at_risk_orders) })} />}
      {sums && <Figure name="stopped" says={say(w.stopped)} value={sum_text(sums.stopped_today, true)} title={sum_text(sums.stopped_today, false)} tone={sums.stopped_today ? "good" : undefined} note={say(w.stopped_note, { n: number(sums.stopped_today_orders), m: number(sums.stopped_today_untold) })} />}
      {detection && <Figure name="lag" says={say(w.lag)} value={lag_text(detection.lag_us)} tone={detection.stands || detection.lag_us > 5e6 ? "bad" : undefined} note={detection.stands ? say(w.stands) : say(w.lag_note, { n: number(detection.behind), p: lag_text(detection.p99_us) })} />}
    </dl>
  );
}

/* ---- work ---- */

function numbers(of: Open): ComponentChildren[] {
  const tone = (n: number, name: string) => (n > 0 ? <strong class={`tone-${name}`}>{number(n)}</strong> : <span class="hint">0</span>);
  return [number(of.open), number(of.held), tone(of.overdue, "bad"), tone(of.due_3m, "bad"), tone(of.due_10m, "warn"), number(of.due_1h)];
}

function Work({ work, wall }: { work: NonNullable<Told["work"]>; wall: boolean }) {
  const kinds = useKinds();
  const name_of = (name: string) => both(kinds?.find(({ kind }) => kind === name)) || name;
  const rows = [...work.kinds].sort((a, b) => b.due_3m - a.due_3m || b.overdue - a.overdue || b.open - a.open);
  return (
    <section class="card" data-card="work">
      <h2>{say(w.work)}</h2>
      {rows.length === 0 ? <p class="hint">{say(w.work_none)}</p> : (
        <PlainTable caption={say(w.work)} head={[say(w.kind), say(w.col_open), say(w.col_held), say(w.col_overdue), say(w.col_3m), say(w.col_10m), say(w.col_1h)]}
          rows={[...rows.map((row) => [wall ? name_of(row.kind) : <a key="k" href={path_of(page_of_kind(row.kind))}>{name_of(row.kind)}</a>, ...numbers(row)]),
            [<strong key="k">{say(w.all)}</strong>, ...numbers(work.all)]]} />
      )}
    </section>
  );
}

/* ---- alerts ---- */

function Typologies({ alerts }: { alerts: NonNullable<Told["alerts"]> }) {
  const rows = [...alerts.typologies].sort((a, b) => b.alerts - a.alerts);
  const most = Math.max(1, ...rows.map((row) => row.alerts));
  return (
    <section class="card" data-card="types">
      <Twin label={say(w.typologies)} table={{ head: [say(w.type), say(w.count)], rows: rows.map((row) => [named(typology_words, row.typology), number(row.alerts)]) }}>
        {rows.length === 0 ? <p class="hint">{say(w.no_alerts)}</p> : (
          <ul class="bars">
            {rows.map((row) => (
              <li key={row.typology}>
                <span>{named(typology_words, row.typology)}</span>
                <span class="bar" aria-hidden="true"><span style={{ width: `${(100 * row.alerts) / most}%` }} /></span>
                <strong class="number">{number(row.alerts)}</strong>
              </li>
            ))}
          </ul>
        )}
      </Twin>
    </section>
  );
}

/* ---- pulse ---- */

/* The series keep their identity while nothing new was told, so a plot is not drawn for nothing. */
function usePulse(pulse: NonNullable<Told["pulse"]>, of: (pulse: NonNullable<Told["pulse"]>) => Series[]) {
  return useMemo(() => {
    const from = Date.parse(pulse.from) / 1000;
    return { times: pulse.calls.map((_, at) => from + at * 60), series: of(pulse) };
  }, [JSON.stringify(pulse), tongue.value]);
}

interface PulseProps {
  pulse: NonNullable<Told["pulse"]>;
  wall: boolean;
}

const chart_height = (wall: boolean) => (wall ? Math.max(180, Math.round(innerHeight * 0.26)) : 190);

function Traffic({ pulse, wall }: PulseProps) {
  const { times, series } = usePulse(pulse, ({ calls, payments }) => [{ says: say(w.calls), values: calls }, { says: say(w.payments), values: payments }]);
  return <section class="card" data-card="pulse"><Chart label={say(w.pulse)} head={say(w.minute)} times={times} series={series} height={chart_height(wall)} /></section>;
}

function Beats({ pulse, wall }: PulseProps) {
  const { times, series } = usePulse(pulse, ({ alerts }) => [{ says: say(w.alerts), values: alerts, bars: true }]);
  return <section class="card" data-card="beats"><Chart label={say(w.alerts_pulse)} head={say(w.minute)} times={times} series={series} height={chart_height(wall)} /></section>;
}

/* ---- feeds and checks ---- */

function Feeds({ feeds }: { feeds: NonNullable<Told["feeds"]> }) {
  const live = feeds.kinds.filter(({ records }) => records > 0), quiet = feeds.kinds.filter(({ records }) => records === 0);
  const age = feeds.heartbeat_age_ms, ill = age === null || age > 5000;
  return (
    <section class="card" data-card="feeds">
      <header class="row spread">
        <h2>{say(w.feeds)}</h2>
        <span class={`tag ${ill ? "bad" : "good"}`}>{age === null ? `${say(w.heartbeat)} ${none()}` : say(w.heartbeat_age, { span: lag_text(age * 1000) })}</span>
      </header>
      {live.length === 0 ? <p class="hint">{say(w.no_feed)}</p> : (
        <PlainTable caption={say(w.feeds)} head={[say(w.feed), say(w.per_second), say(w.last), say(w.records)]}
          rows={live.map((feed) => [named(feed_words, feed.kind), feed.per_second === null ? none() : number(feed.per_second), feed.age_ms === null ? none() : span(feed.age_ms), number(feed.records)])} />
      )}
      <p class="row">
        {feeds.rejected > 0 && <span class="tag warn">{say(w.rejected, { n: number(feeds.rejected) })}</span>}
        {feeds.refused > 0 && <span class="tag bad">{say(w.refused, { n: number(feeds.refused) })}</span>}
        {feeds.tails.behind_bytes > 0 && <span class="tag warn">{say(w.behind, { n: number(feeds.tails.behind_bytes) })}</span>}
        {live.length > 0 && quiet.length > 0 && <small>{say(w.quiet, { names: quiet.map(({ kind }) => named(feed_words, kind)).join(tongue.value === "zh" ? "、" : ", ") })}</small>}
      </p>
    </section>
  );
}

function Health({ health, wall }: { health: NonNullable<Told["health"]>; wall: boolean }) {
  const ill = health.checks.filter(({ holds }) => !holds), well = health.checks.filter(({ holds }) => holds);
  const line = (check: (typeof ill)[number]) => (
    <li key={check.name} class={check.holds ? "hint" : ""}><span aria-hidden="true">{check.holds ? "✓" : "⚠"}</span> {tongue.value === "zh" ? check.says_zh : check.says}</li>
  );
  return (
    <section class="card" data-card="health">
      <h2>{say(w.health)}</h2>
      {ill.length > 0 && <ul class="ill">{ill.map(line)}</ul>}
      {wall ? <p><span class={`tag ${ill.length === 0 ? "good" : ""}`}>{say(w.health_some, { n: well.length, all: health.checks.length })}</span></p> : (
        <details>
          <summary><span class={`tag ${ill.length === 0 ? "good" : ""}`}>{say(w.health_some, { n: well.length, all: health.checks.length })}</span></summary>
          <ul>{well.map(line)}</ul>
        </details>
      )}
    </section>
  );
}

/* ---- the page ---- */

function Board({ look, wall }: { look: Look; wall: boolean }) {
  const { now } = look;
  return (
    <>
      <Figures now={now} />
      <div class="now-grid">
        <div class="now-column">
          {now.work && <Work work={now.work} wall={wall} />}
          {now.pulse && <Traffic pulse={now.pulse} wall={wall} />}
        </div>
        <div class="now-column">
          {now.alerts && <Typologies alerts={now.alerts} />}
          {now.pulse && <Beats pulse={now.pulse} wall={wall} />}
        </div>
        <div class="now-column">
          {now.feeds && <Feeds feeds={now.feeds} />}
          {now.health && <Health health={now.health} wall={wall} />}
        </div>
      </div>
    </>
  );
}

/* The browser's full screen ends by its own Escape, which no page hears. */
function useFullScreen(wall: boolean): void {
  useEffect(() => {
    if (!wall)
      return;
    const changed = () => {
      if (document.fullscreenElement === null)
        go("now", null, true);
    };
    document.addEventListener("fullscreenchange", changed);
    return () => {
      document.removeEventListener("fullscreenchange", changed);
      if (document.fullscreenElement !== null)
        void document.exitFullscreen();
    };
  }, [wall]);
}

function to_wall(): void {
  document.documentElement.requestFullscreen?.().catch(() => {});
  go("now", "wall");
}

export default function Now({ id }: PageProps) {
  const { look, fault } = useNow();
  const wall = id === "wall";
  useFullScreen(wall);
  useKeys(wall ? [{ key: "Escape", name: "now.leave", says: kw.leave, go: () => go("now", null, true) }]
    : [{ key: "w", name: "now.wall", says: kw.wall, go: to_wall }]);
  return (
    <div class={`now${wall ? " wall" : ""}`} data-wall={wall}>
      <div class="page-head">
        <h1>{say(w.title)}</h1>
        {look && <HouseClock look={look} />}
        <span class="grow" />
        {wall ? <button type="button" class="skip" onClick={() => go("now", null, true)}>{say(w.leave)}</button>
          : <button type="button" data-wall-go onClick={to_wall}>{say(w.wall)} <kbd>w</kbd></button>}
      </div>
      {look === null && fault === null && <p class="hint" role="status">{say(common.loading)}</p>}
      {fault !== null && (look === null || may("now:read")) && (look === null ? <ProblemBox fault={fault} />
        : <p class="notice" role="alert" data-lost>{say(w.lost, { time: house_time(look.now.time_ms, look.now.zone_minutes) })}</p>)}
      {look && <Board look={look} wall={wall} />}
    </div>
  );
}
