/* AlertScreen.tsx -- one alert on one screen, without tabs: the sentence, what to do next and why, each
 * condition with its value, what speaks against it, who else has the same, and how sound the data are. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, may, post, whoami } from "../../api";
import { useCell } from "../../cell";
import { server_now } from "../../clock";
import { moment, span } from "../../dates";
import { useKeys } from "../../keys";
import { name_of } from "../../names";
import { number } from "../../money";
import { page_of_kind } from "../../pages";
import { PlainTable } from "../../parts/DataTable";
import { When } from "../../parts/Log";
import { ProblemBox, problem_text } from "../../parts/Problem";
import { RevealButton, RevealDialog, useRevealed } from "../../parts/Reveal";
import { go } from "../../router";
import { both, named, say } from "../../tongue";
import type { Item } from "../../work";
import { respond_words, subject_words, typology_words, w as common } from "../../words";
import { type Alert, type AlertPage, type AlertRow, alerts_page, decided_last, type ListRow, outcome_of } from "./alert";
import { AlertLog, work_of } from "./AlertLog";
import { LadderCard, MoneyCard, PartiesCard, RegionsCard, useAsked } from "./Around";
import { Grade } from "./Inbox";
import type { Ladder as Records } from "./rungs";
import { Onward, type Way, ways_of } from "./Onward";
import { type Judged, precision_says, usePrecision } from "./precision";
import { Timeline } from "./Timeline";
import { decide_words as dw, hold_words as hw, keys as kw, one, onward_words as ow, outcome_words, precision_words as pw, w } from "./words";

interface Props {
  id: string;
  /* What the list has of it; the rest is asked for. */
  known: ListRow | null;
  /* Opens the alert so many rows further down the list; null: it is not in the list. */
  step: ((by: number) => void) | null;
  decide: ((hand_on: boolean) => void) | null;
  /* Gives back what one has taken; null: one takes none. */
  give_back: (() => void) | null;
  /* Told of the alert when it has come. */
  seen: (row: AlertRow) => void;
}

const NEXT = { lead: one.next_lead, dissuasion: one.next_dissuasion, stop_payment: one.next_stop_payment, watch: one.next_watch };

/* Milliseconds of "645715ms", "1h"; null: no span. */
function span_ms(text: string): number | null {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const [, size, unit] = /^([\d.]+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return size === undefined || unit === undefined ? null : Number(size) * (units[unit] ?? 1);
}

/* "3.2" for a value of 64 and a threshold of 20; nothing if one of them is no number, or they are of
 * different kinds. */
function beyond(value: string | null, threshold: string | null): string {
  const texts = [value ?? "", threshold ?? ""], spans = texts.map(span_ms);
  const [a = NaN, b = NaN] = spans.every((ms) => ms !== null) ? spans.map(Number) : texts.map(Number);
  return value !== null && threshold !== null && Number.isFinite(a) && Number.isFinite(b) && b > 0 ? (a / b).toFixed(1) : "–";
}

/* A span is said as one; all else as the rule has it. */
function value_said(value: string | null): string {
  const ms = value === null ? null : span_ms(value);
  return value === null ? say(common.yes) : ms === null ? value : span(ms);
}

/* How much of the score is what; conditions have no part of their own. */
function Share({ alert }: { alert: Alert }) {
  const parts = alert.score_parts ?? [];
  const says = { fixed: one.share_fixed, formula: one.share_formula, usual: one.share_usual };
  const cut = parts.some(({ kind }) => kind === "formula") && (alert.score <= 0 || alert.score >= 1);
  return (
    <>
      <p class="hint">{say(one.needed)}</p>
      {parts.length > 0 && (
        <dl class="pairs" data-share aria-label={say(one.share, { score: alert.score.toFixed(2) })}>
          <dt>{say(one.share, { score: alert.score.toFixed(2) })}</dt>
          <dd>{parts.map(({ kind, source, value }, at) => <span key={kind} class="block">{at > 0 && value >= 0 && "+ "}<strong class="number">{value.toFixed(2)}</strong> {say(says[kind])}{source !== null && <> <code>{source}</code></>}</span>)}{cut && <small>{say(one.share_capped)}</small>}</dd>
        </dl>
      )}
    </>
  );
}

function Evidence({ alert, shadow }: { alert: Alert; shadow: boolean }) {
  return (
    <section class="card">
      <h2>{say(one.evidence)}</h2>
      {alert.bounded && <p class="notice">{say(one.bounded)}</p>}
      <PlainTable caption={say(one.evidence)} head={[say(one.condition), say(one.value), say(one.threshold), say(one.beyond)]}
        rows={alert.evidence.map(({ condition, value, threshold, comparison, label }) => [
          <span key="c">{label ? both(label) : <code>{condition}</code>}{label && <small class="block mono">{condition}</small>}</span>,
          <strong key="v">{value_said(value)}</strong>, <span key="t" class="whole">{threshold === null ? "–" : `${comparison ?? ""} ${threshold}`}</span>, beyond(value, threshold),
        ])} />
      <Share alert={alert} />
      <Right rule={alert.rule} shadow={shadow} />
    </section>
  );
}

/* How often this rule was right: what speaks for or against all that it raises. */
function useJudged(rule: string, shadow: boolean): { days: number; judged: Judged | null } | null {
  const precision = usePrecision(true);
  return precision && { days: precision.days, judged: precision.rules.find((one) => one.rule === rule && one.shadow === shadow) ?? null };
}

function Past({ rule, shadow }: { rule: string; shadow: boolean }) {
  const known = useJudged(rule, shadow);
  if (known === null)
    return null;
  const { days, judged } = known;
  return <li>{judged === null || judged.precision === null ? say(dw.past_none) : say(pw.wrong, { n: number(judged.false_alarm), all: number(judged.confirmed + judged.false_alarm), days: number(days) })}</li>;
}

function Right({ rule, shadow }: { rule: string; shadow: boolean }) {
  const known = useJudged(rule, shadow);
  return known && <p class="hint" data-precision={known.judged?.precision ?? ""}><code>{rule}</code> · {known.judged === null ? say(pw.none) : precision_says(known.judged)} · {say(pw.days, { n: number(known.days) })}</p>;
}

function Against({ alert, shadow }: { alert: Alert; shadow: boolean }) {
  return (
    <section class="card">
      <h2>{say(one.against)}</h2>
      <ul><Past rule={alert.rule} shadow={shadow} />{alert.against.map((fact) => <li key={fact.en}>{both(fact)}{fact.value !== null && <strong> {fact.value}</strong>}</li>)}</ul>
      {alert.against.length === 0 && <p class="hint">{say(one.against_none)}</p>}
    </section>
  );
}

/* How many alerts there are with the same; at most a page is counted. */
function useCounted(q: string | null): AlertPage | null {
  const [page, keep] = useState<AlertPage | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    if (q === null)
      return;
    alerts_page({ q, limit: 100 }, stop.signal).then(({ body }) => keep(body), () => {});
    return () => stop.abort();
  }, [q]);
  return page;
}

function Related({ row, same }: { row: AlertRow; same: AlertPage | null }) {
  const rule = useCounted(`rule:${row.alert.rule}`);
  const counted = (page: AlertPage | null) => (page === null ? "…" : page.next === null ? number(page.alerts.length) : say(one.at_least, { n: number(page.alerts.length) }));
  const others = same?.alerts.filter(({ alert }) => alert.id !== row.alert.id) ?? [];
  return (
    <section class="card">
      <h2>{say(one.related)}</h2>
      <dl class="pairs">
        <dt>{say(one.same_subject)}</dt><dd>{say(one.prevalence, { n: counted(same) })}</dd>
        <dt>{say(w.rule)}</dt><dd>{say(one.prevalence, { n: counted(rule) })}</dd>
      </dl>
      <ul>
        {others.slice(0, 6).map((other) => (
          <li key={other.alert.id}><a href={`/console/alerts/${other.alert.id}`}><When at={other.alert.time} /> {both(other.alert.title)}</a> <Grade grade={other.alert.grade} /> <small>{named(outcome_words, outcome_of(other))}</small></li>
        ))}
      </ul>
    </section>
  );
}

interface Ready {
  ready?: boolean;
  checks?: Record<string, { ok?: boolean } | boolean>;
}

function Health({ alert }: { alert: Alert }) {
  const [ready, keep] = useState<boolean | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    get<Ready>("/readyz", undefined, stop.signal).then(() => keep(true), () => keep(stop.signal.aborted ? null : false));
    return () => stop.abort();
  }, []);
  const age = server_now() - Date.parse(alert.time);
  return (
    <section class="card">
      <h2>{say(one.health)}</h2>
      <ul>
        <li>{ready === null ? "…" : <span class={`tag ${ready ? "good" : "bad"}`}>{say(ready ? one.health_ready : one.health_not, { names: "/readyz" })}</span>}</li>
        <li>{say(one.health_lag, { span: span(age) })}</li>
      </ul>
    </section>
  );
}

function Details({ row, alert }: { row: AlertRow; alert: Alert }) {
  return (
    <section class="card">
      <h2>{say(one.details)}</h2>
      <dl class="pairs">
        <dt>{say(w.subject)}</dt><dd><span class="mono">{alert.subject}</span> <small>{named(subject_words, alert.subject_kind)}{alert.masked && ` · ${say(common.masked)}`}</small></dd>
        <dt>{say(one.pseudonym)}</dt><dd class="mono">{row.subject}</dd>
        <dt>{say(w.rule)}</dt><dd><code>{alert.rule}</code> <small>{say(one.image)} {alert.image.slice(0, 12)}</small></dd>
        <dt>{say(one.merged)}</dt><dd>{number(alert.merged)}</dd>
        <dt>{say(one.records)}</dt><dd class="mono">{alert.records.map(({ file, line }) => say(one.record_at, { file, line })).join("  ")}</dd>
      </dl>
    </section>
  );
}

const WAY_KEYS: Record<Way, string> = { trace: "t", dissuasion: "d", stop_order: "p" };

/* Who looks at it now, and until when. */
function Holder({ row, give_back }: { row: AlertRow; give_back: Props["give_back"] }) {
  const { holder } = row;
  if (holder === undefined || outcome_of(row) !== "open" || Date.parse(holder.until) <= server_now())
    return null;
  const mine = holder.by === whoami.value?.id, at = moment(holder.until, server_now());
  return (
    <p class="row" data-holder={mine ? "mine" : "theirs"}>
      <span class={`tag ${mine ? "good" : "warn"}`}>{mine ? say(hw.mine, { at }) : say(hw.theirs, { who: holder.name ?? name_of(holder.by), at })}</span>
      {mine && give_back && <button type="button" data-give-back onClick={give_back}>{say(hw.give_back)} <kbd>b</kbd></button>}
    </p>
  );
}

function Next({ row, alert, note, decide, give_back, begin }: { row: AlertRow; alert: Alert; note: string; decide: Props["decide"]; give_back: Props["give_back"]; begin: (way: Way) => void }) {
  const ways = ways_of(alert);
  return (
    <section class="card">
      <h2>{say(one.next_action)}</h2>
      {note && <p class="notice" role="status">{note}</p>}
      <Holder row={row} give_back={give_back} />
      <p><strong>{named(respond_words, alert.respond)}</strong> — {say(NEXT[alert.respond])}</p>
      <p class="hint">{say(one.because, { title: both(alert.title), score: alert.score.toFixed(2) })}</p>
      {ways.length > 0 && <p class="row">{ways.map((way) => <button key={way} type="button" data-way={way} onClick={() => begin(way)}>{say(ow[way])} <kbd>{WAY_KEYS[way]}</kbd></button>)}</p>}
      {outcome_of(row) === "open" && decide && (
        <p class="row">
          <button type="button" class="main" onClick={() => decide(false)}>{say(dw.title)} <kbd>e</kbd></button>
          <button type="button" onClick={() => decide(true)}>{say(dw.hand_on)} <kbd>s</kbd></button>
        </p>
      )}
      {row.decision && row.decision.outcome !== "open" && (
        <p><strong>{say(dw.decided, { outcome: named(outcome_words, row.decision.outcome), by: row.decisions?.at(-1)?.name ?? name_of(row.decision.by) })}</strong> <When at={row.decision.time} /></p>
      )}
    </section>
  );
}

function Head({ row, alert, children }: { row: ListRow; alert: ListRow["alert"] & { repeat?: boolean }; children?: preact.ComponentChildren }) {
  return (
    <header class="card alert-head">
      <div class="row spread">
        <span class="row">
          <button type="button" onClick={() => go("alerts")}>{say(common.back)}</button>
          <h1>{both(alert.title)}</h1>
          <Grade grade={alert.grade} /><strong class="number">{alert.score.toFixed(2)}</strong>
          <span class="tag">{named(typology_words, alert.typology)}</span>
          {row.shadow && <span class="tag warn">{say(w.trial)}</span>}{alert.repeat && <span class="tag">{say(w.repeat)}</span>}
        </span>
        <span class="row"><When at={alert.time} /><span class="hint number">#{number(row.number)}</span>{children}</span>
      </div>
      <p class="sentence">{both(alert.reason)}</p>
    </header>
  );
}

/* The whole alert from the service, with the newest decision that anybody here knows of. */
function useAlert(id: string, known: ListRow | null, seen: Props["seen"]): { row: AlertRow | null; fault: unknown } {
  const [whole, keep] = useState<AlertRow | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const last = useCell(decided_last);
  const told = last?.alert.id === id ? last.decision?.time : undefined;
  useEffect(() => {
    const stop = new AbortController();
    get<AlertRow>(`/v1/alerts/${id}`, undefined, stop.signal).then(({ body }) => keep(body), (problem: unknown) => !stop.signal.aborted && fail(problem));
    return () => stop.abort();
  }, [id, told]); /* decided here: its history has grown */
  const decision = last?.alert.id === id ? last.decision : known?.decision ?? whole?.decision;
  const row = useMemo(() => (whole === null ? null : { ...whole, ...(decision && { decision }) }), [whole, decision]);
  useEffect(() => {
    if (row !== null)
      seen(row);
  }, [row]);
  return { row, fault };
}

function Cards({ row, alert, note, decide, give_back, begin, work, look }: { row: AlertRow; alert: Alert; note: string; decide: Props["decide"]; give_back: Props["give_back"]; begin: (way: Way) => void; work: Item[] | null; look: () => void }) {
  const same = useCounted(`subject:${row.subject}`), id = row.alert.id;
  const records = useAsked<Records>(`/v1/alerts/${id}/records`), revealed = useRevealed<Records>(id);
  const ladder = revealed.value ?? records.value;
  return (
    <div class="alert-cards">
      <div class="alert-side a-3">
        <Next row={row} alert={alert} note={note} decide={decide} give_back={give_back} begin={begin} />
        <Against alert={alert} shadow={row.shadow} />
      </div>
      <div class="alert-side a-6"><Evidence alert={alert} shadow={row.shadow} /></div>
      <div class="alert-side a-3">
        <Related row={row} same={same} />
        <Health alert={alert} />
      </div>
      <div class="a-12"><LadderCard id={id} asked={records} revealed={revealed} /></div>
      <div class="alert-side a-7">
        <MoneyCard id={id} />
        {same !== null && same.alerts.length > 1 && <section class="card"><Timeline rows={same.alerts} id={alert.id} /></section>}
        <AlertLog row={row} alert={alert} work={work} look={look} />
      </div>
      <div class="alert-side a-5">
        {ladder !== null && <PartiesCard key={id} ladder={ladder} />}
        {ladder !== null && <RegionsCard ladder={ladder} />}
        <Details row={row} alert={alert} />
      </div>
    </div>
  );
}

export function AlertScreen({ id, known, step, decide, give_back, seen }: Props) {
  const { row, fault } = useAlert(id, known, seen);
  const [asks, ask] = useState(false);
  const [way, begin] = useState<Way | null>(null);
  const [work, found] = useState<Item[] | null>(null);
  const [note, tell] = useState("");
  const revealed = useRevealed<Alert>(id);
  const can_reveal = may("alerts:reveal");
  const reveal = async (reason: string) => revealed.show((await post<Alert>(`/v1/alerts/${id}/reveal`, { reason })).body);
  const look = (onward: boolean) => void work_of(id, revealed.value?.subject ?? null).then((items) => {
    const only = items.length === 1 ? items[0] : undefined;
    found(items);
    tell(items.length === 0 ? say(dw.work_none) : "");
    if (onward && only !== undefined)
      go(page_of_kind(only.kind), only.id);
  }, (problem: unknown) => tell(problem_text(problem)));
  const says = { trace: kw.trace, dissuasion: kw.dissuasion, stop_order: kw.stop_order };
  useKeys([
    { key: "[", name: "alert.previous", says: kw.previous, go: () => step?.(-1) },
    { key: "]", name: "alert.next", says: kw.next, go: () => step?.(1) },
    { key: "u", name: "alert.back", says: kw.back, go: () => go("alerts") },
    { key: "Escape", name: "alert.escape", says: kw.back, go: () => go("alerts") },
    ...(give_back ? [{ key: "b", name: "alert.give-back", says: kw.give_back, go: give_back }] : []),
    ...(may("work:read") ? [{ key: "v", name: "alert.work", says: kw.work, go: () => look(true) }] : []),
    ...(can_reveal ? [{ key: "r", name: "alert.reveal", says: kw.reveal, go: () => ask(true) }] : []),
    ...(row === null ? [] : ways_of(row.alert)).map((one) => ({ key: WAY_KEYS[one], name: `alert.${one}`, says: says[one], go: () => begin(one) })),
  ]);
  if (row === null)
    return <>{known !== null && <Head row={known} alert={known.alert} />}{fault === null ? <p class="hint" role="status">{say(common.loading)}</p> : <ProblemBox fault={fault} />}</>;
  const alert = revealed.value ?? row.alert;
  return (
    <>
      <Head row={row} alert={alert}>
        {can_reveal && <RevealButton seconds={revealed.seconds} hide={revealed.hide} ask={() => ask(true)} />}
      </Head>
      <Cards row={row} alert={alert} note={note} decide={decide} give_back={give_back} begin={begin} work={work} look={() => look(false)} />
      {way !== null && <Onward key={way} way={way} alert={row.alert} clear={revealed.value} reveal={reveal} close={() => begin(null)} />}
      {asks && <RevealDialog close={() => ask(false)} go={reveal} />}
    </>
  );
}
