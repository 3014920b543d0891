/* Leads.tsx -- checks of lines, against their clock of three minutes, and the tasks on the spot.
 *
 * An item is read again whenever an event names it, so a carrier's answer and a cluster appear by
 * themselves; the clock is the service's. */
/* SPDX-License-Identifier: Apache-2.0 */
import { span } from "../../dates";
import type { PageProps } from "../../pages";
import { Clock } from "../../parts/Clock";
import { PlainTable } from "../../parts/DataTable";
import type { StepKeys } from "../../parts/StepForm";
import { both, named, say, tongue } from "../../tongue";
import { clock_of, type Entry, field_of, type Item, item_clock, type Kind, state_of } from "../../work";
import { Grade } from "../alerts/Inbox";
import { cell_of, field_column, useItems } from "../cases/Cases";
import { MakeCase } from "../cases/make";
import { names } from "../words";
import { Fields } from "../work/Fields";
import { type ItemExtras, type ItemSeen, LinkTo, RELATIONS } from "../work/Item";
import { type QueueExtras, useKinds } from "../work/Queue";
import { WorkPage } from "../work/Work";
import { w } from "./words";

const KEYS: StepKeys = {
  request: "v", send: "s", send_now: "i", visit: "f", close: "e", clear: "x", reopen: "o", answer: "a", decline: "d",
  dispatch: "d", arrive: "b", report: "p", cancel: "x",
};
const ASKED = ["number", "carrier", "organisation", "partner", "route", "region", "purpose", "basis", "document", "seen_from", "seen_to"];
const ANSWERED = ["line_status", "network", "line_type", "holder_kind", "holder", "contract_date", "outlet", "address", "place", "imei", "cell",
  "cards", "numbers", "ported_from", "trunk", "complaints", "answered_by", "reply_reason"];

/* ---- queue ---- */

const QUEUE: QueueExtras = {
  views: [
    { name: "open", says: w.view_open, kind: "lead_check" }, { name: "received", says: w.view_received, kind: "lead_check", state: "received" },
    { name: "requested", says: w.view_requested, kind: "lead_check", state: "check_requested" }, { name: "sent", says: w.view_sent, kind: "lead_check", state: "sent" },
    { name: "single", says: w.view_single, kind: "lead_check", state: "single" }, { name: "field", says: w.view_field, kind: "lead_check", state: "field" },
    { name: "site", says: w.view_site, kind: "site_task" },
  ],
  about: (name, kinds) => {
    const kind = kinds.find((one) => one.kind === name);
    if (kind === undefined)
      return null;
    const column = (field: string, says: string, width: string) => field_column(kind, field, says, width);
    if (name === "site_task")
      return [column("leads_count", say(w.leads), "5rem"), column("why", say(w.why), "minmax(10rem, 1fr)"), column("address", say(w.address), "12rem"), column("finding", say(w.finding), "7rem")];
    return [
      { name: "grade", says: say(w.grade), width: "5rem", cell: ({ item }) => <Grade grade={typeof item.fields.grade === "string" ? item.fields.grade : null} /> },
      column("number", say(w.number), "minmax(8.5rem, 1fr)"), column("origin", say(w.origin), "5rem"), column("typology", say(w.typology), "8rem"),
      column("carrier", say(w.carrier), "5.5rem"), column("line_status", say(w.status), "5rem"),
    ];
  },
  bulk: (chosen, done) => <MakeCase items={chosen} done={done} />,
};

/* ---- one ---- */

const WAY = ["received", "check_requested", "sent", "answered", "clustered", "field", "result", "closed"];
const SITE_WAY = ["open", "dispatched", "on_site", "result", "closed"];

/* Where it stands on its way; whoever stands alone, or was cleared, stands where the way ended. */
function Stages({ kind, item }: { kind: Kind; item: Item }) {
  const way = kind.kind === "site_task" ? SITE_WAY : WAY.map((name) => (name === "clustered" && item.state === "single" ? "single" : name));
  const at = way.indexOf(item.state);
  return (
    <ol class="stages" aria-label={say(w.stages)}>
      {way.map((name, index) => (
        <li key={name} class={index < at ? "past" : index === at ? "here" : ""} aria-current={index === at ? "step" : undefined}>{both(state_of(kind, name))}</li>
      ))}
      {at < 0 && <li class="here" aria-current="step">{both(state_of(kind, item.state))}</li>}
    </ol>
  );
}

/* The clock that matters now, large. */
function Large({ kind, item, at }: ItemSeen) {
  const running = item.clocks?.filter(({ state }) => state === "running").sort((a, b) => (a.left_ms ?? 0) - (b.left_ms ?? 0))[0];
  const of = running && clock_of(kind, running.clock);
  return running === undefined ? null : <div class="large-clock"><Clock quiet name={of ? both(of) : running.clock} clock={item_clock(running, at)} /></div>;
}

function part(kind: Kind, names_wanted: readonly string[]): Kind {
  return { ...kind, fields: names_wanted.map((name) => field_of(kind, name)).filter((field) => field !== undefined) };
}

/* How long the carrier took, from the log. */
function taken(seen: ItemSeen): string | null {
  const time = (what: (to: string | undefined) => boolean) => [...(seen.log?.log ?? [])].reverse().find(({ to }) => what(to))?.time;
  const sent = time((to) => to === "sent"), answered = time((to) => to === "answered");
  return sent === undefined || answered === undefined ? null : say(w.answered_in, { span: span(Date.parse(answered) - Date.parse(sent)) });
}

/* The route is told in both tongues in one text, Chinese first. */
function spoken_route(item: Item): { route?: string } {
  const parts = typeof item.fields.route === "string" ? item.fields.route.split(" | ") : [];
  return parts.length === 2 ? { route: parts[tongue.value === "zh" ? 0 : 1] ?? "" } : {};
}

function Asked(seen: ItemSeen) {
  const { kind, item, revealed } = seen, asked = item.fields.purpose !== undefined;
  return (
    <section class="card" data-card="asked">
      <h2>{say(w.asked)}</h2>
      <Fields kind={part(kind, ASKED)} item={{ ...item, fields: { ...item.fields, ...spoken_route(item) } }} revealed={revealed} />
      {!asked && <p class="hint">{say(w.not_asked)}</p>}
    </section>
  );
}

function Answer(seen: ItemSeen) {
  const { kind, item, revealed } = seen, has = ANSWERED.some((name) => item.fields[name] !== undefined), took = taken(seen);
  return (
    <section class="card" data-card="answer" data-answered={has} aria-live="polite">
      <h2>{say(w.answer)} {took && <span class="tag good">{took}</span>}</h2>
      {has ? <Fields kind={part(kind, ANSWERED)} item={item} revealed={revealed} />
        : <p class="hint">{say(item.state === "sent" ? w.waiting : w.no_answer)}</p>}
    </section>
  );
}

function entries(item: Item): Exclude<Entry, string | number>[] {
  return Array.isArray(item.fields.why) ? item.fields.why.filter((entry) => typeof entry === "object") : [];
}

function Common(seen: ItemSeen) {
  const { item, log } = seen, kinds = useKinds(), why = entries(item);
  const known = item.fields.site, linked = log?.links.find(({ kind }) => kind === "site_task");
  const site = linked ?? (typeof known === "string" && known !== "" ? { relation: "led_to", item: known, kind: "site_task", state: "", forward: true } : undefined);
  const other = (id: string | number | undefined) => log?.links.find((link) => link.item === id);
  return (
    <section class="card" data-card="common" data-clustered={site !== undefined}>
      <h2>{say(w.common)}</h2>
      {why.length === 0 && <p class="hint">{say(["received", "check_requested", "sent"].includes(item.state) ? w.not_yet : w.alone)}</p>}
      <ul>
        {why.map((entry, at) => {
          const link = other(entry.with);
          return (
            <li key={at}><strong>{named(RELATIONS, String(entry.relation))}</strong> <small>{String((tongue.value === "zh" ? entry.zh : entry.en) ?? "")}</small>
              {" "}{say(w.with_lead)} {link ? <LinkTo link={link} kinds={kinds} /> : <a href={`/console/leads/${entry.with}`}>{entry.with}</a>}</li>
          );
        })}
      </ul>
      {site && <p data-site><strong>{say(w.site)}:</strong> <LinkTo link={site} kinds={kinds} /></p>}
      {typeof item.fields.alert === "string" && <p>{say(w.alert)}: <a href={`/console/alerts/${item.fields.alert}`}>{say(w.to_alert)}</a></p>}
    </section>
  );
}

/* The leads of a site task, with their states. */
function Pointing(seen: ItemSeen) {
  const kind = useKinds()?.find((one) => one.kind === "lead_check");
  const listed = (Array.isArray(seen.item.fields.leads) ? seen.item.fields.leads : [])
    .flatMap((entry) => (typeof entry === "object" ? Object.values(entry) : [entry])).map(String).filter((id) => /^w_[0-9a-f]{16}$/.test(id));
  const ids = [...(seen.log?.links ?? []).filter((link) => link.kind === "lead_check").map(({ item }) => item), ...listed];
  const items = useItems([...new Set(ids)], seen.log);
  const why = entries(seen.item);
  return kind === undefined ? null : (
    <section class="card" data-card="pointing">
      <h2>{say(w.of_site)}</h2>
      <PlainTable caption={say(w.of_site)} head={[say(w.lead), say(w.number), say(w.address), say(w.sign), say(w.state)]}
        rows={items.map((item) => {
          const sign = why.find((entry) => entry.with === item.id) ?? why[0];
          return [<a key="a" class="mono" href={`/console/leads/${item.id}`}>{item.id.slice(0, 8)}</a>, cell_of(kind, item, "number"), cell_of(kind, item, "address"),
            sign ? String((tongue.value === "zh" ? sign.zh : sign.en) ?? "") : "–", both(state_of(kind, item.state))];
        })} />
    </section>
  );
}

function Before(seen: ItemSeen) {
  return (
    <>
      <div class="card row spread"><Stages kind={seen.kind} item={seen.item} /><Large {...seen} /><MakeCase items={[seen.item]} /></div>
      {seen.kind.kind === "lead_check" && <div class="thirds"><Asked {...seen} /><Answer {...seen} /><Common {...seen} /></div>}
      {seen.kind.kind === "site_task" && <Pointing {...seen} />}
    </>
  );
}

const EXTRAS: ItemExtras = { keys: KEYS, own: (kind) => (kind.kind === "lead_check" ? [...ASKED, ...ANSWERED, "why", "site", "alert"] : ["why", "leads"]), before: (seen) => <Before {...seen} /> };

export default function Leads({ id }: PageProps) {
  return <WorkPage id={id} path="leads" says={say(names.leads)} kinds={["lead_check", "site_task"]} extras={EXTRAS} queue={QUEUE} />;
}
