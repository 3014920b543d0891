/* Dissuasion.tsx -- whoever is being worked on, most urgent first; one person, what to say, what came of it. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { has_role, may, post } from "../../api";
import { span } from "../../dates";
import { useKeys } from "../../keys";
import type { PageProps } from "../../pages";
import { page_of_kind } from "../../pages";
import { Clock } from "../../parts/Clock";
import { When } from "../../parts/Log";
import { ReasonDialog } from "../../parts/Reveal";
import { lw } from "../../parts/words";
import { both, named, say } from "../../tongue";
import { clock_of, type Item, item_clock, state_of, step_of } from "../../work";
import { Grade } from "../alerts/Inbox";
import { field_column, useItems } from "../cases/Cases";
import { MakeCase } from "../cases/make";
import { names } from "../words";
import type { ItemExtras, ItemSeen } from "../work/Item";
import { NewDialog, type QueueExtras, useKinds } from "../work/Queue";
import { WorkPage } from "../work/Work";
import { Desk, OWN } from "./Desk";
import { keys as kw, w } from "./words";

const QUEUE: QueueExtras = {
  views: [
    { name: "open", says: w.view_open, kind: "dissuasion" }, { name: "new", says: w.view_new, kind: "dissuasion", state: "new" },
    { name: "contacting", says: w.view_contacting, kind: "dissuasion", state: "contacting" }, { name: "unreached", says: w.view_unreached, kind: "dissuasion", state: "unreached" },
    { name: "follow", says: w.view_follow, kind: "dissuasion", state: "follow_due" }, { name: "holds", says: w.view_holds, kind: "hold" },
  ],
  about: (name, kinds) => {
    const kind = kinds.find((one) => one.kind === name);
    if (kind === undefined)
      return null;
    const column = (field: string, says: string, width: string) => field_column(kind, field, says, width);
    if (name === "hold")
      return [column("account", say(w.account), "11rem"), column("phone", say(w.phone), "11rem"), column("basis", say(w.basis), "minmax(10rem, 1fr)")];
    return [
      { name: "grade", says: say(w.grade), width: "5.5rem", cell: ({ item }) => <><Grade grade={typeof item.fields.grade === "string" ? item.fields.grade : null} />{item.fields.on_call === true && <span class="tag extreme" title={say(w.on_call)}>☎</span>}</> },
      column("phone", say(w.phone), "10rem"), column("scam", say(w.scam), "minmax(9rem, 1fr)"), column("at_risk", say(w.at_risk), "8rem"),
    ];
  },
  bulk: (chosen, done) => <MakeCase items={chosen} done={done} />,
};

/* ---- time line ---- */

/* Every item that holds the person's number; the number is revealed for it, with the same reason. */
function useEverything(seen: ItemSeen) {
  const [found, keep] = useState<Item[] | null>(null);
  const look = async (reason: string) => {
    let phone = seen.revealed?.phone ?? seen.item.fields.phone;
    if (seen.item.masked?.includes("phone") && seen.revealed?.phone === undefined)
      phone = (await post<Item>(`/v1/work/${seen.item.id}/reveal`, { fields: ["phone"], reason })).body.fields.phone;
    keep((await post<{ work: Item[] }>("/v1/work/search", { identifier: String(phone ?? ""), reason })).body.work.filter(({ id }) => id !== seen.item.id));
  };
  return { found, look };
}

function TimeLine(seen: ItemSeen) {
  const { kind, item, log } = seen, kinds = useKinds();
  const { found, look } = useEverything(seen);
  const [asks, ask] = useState(false);
  const allowed = may("work:reveal") && item.fields.phone !== undefined;
  useKeys(allowed ? [{ key: "i", name: "person.everything", says: kw.everything, go: () => ask(true) }] : []);
  const begun = Date.parse(item.created);
  const own = (log?.log ?? []).map((entry) => ({ time: entry.time, says: entry.step ? both(step_of(kind, entry.step)) || entry.step : named(lw, entry.what), href: "", more: entry.to ? both(state_of(kind, entry.to)) : "" }));
  const others = (found ?? []).map((other) => {
    const its = kinds?.find((one) => one.kind === other.kind);
    return { time: other.created, says: both(its) || other.kind, href: `/console/${page_of_kind(other.kind)}/${other.id}`, more: its ? both(state_of(its, other.state)) : other.state };
  });
  const lines = [...own, ...others].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  return (
    <section class="card" data-card="timeline">
      <header class="row spread">
        <h2>{say(w.timeline)} {found && <small>{say(w.found, { n: found.length })}</small>}</h2>
        {allowed && <button type="button" onClick={() => ask(true)}>{say(w.everything)} <kbd>i</kbd></button>}
      </header>
      <ol class="timeline">
        {lines.map((line, at) => {
          const after = Date.parse(line.time) - begun;
          return (
            <li key={at}><When at={line.time} /><small class="number">{after < 0 ? "−" : "+"}{span(after)}</small>
              <span>{line.href ? <a href={line.href}>{line.says}</a> : line.says} {line.more && <small>→ {line.more}</small>}</span></li>
          );
        })}
      </ol>
      {asks && <ReasonDialog title={say(w.everything)} notice={say(w.everything_notice)} go={look} close={() => ask(false)} />}
    </section>
  );
}

/* ---- protective hold ---- */

function Hold(seen: ItemSeen) {
  const kind = useKinds()?.find((one) => one.kind === "hold");
  const [asks, ask] = useState(false);
  const ids = (seen.log?.links ?? []).filter((link) => link.kind === "hold").map(({ item }) => item);
  const holds = useItems(ids, seen.log), at = performance.now();
  const allowed = kind !== undefined && may("work:write") && has_role(...kind.creators) && !seen.item.ended;
  useKeys(allowed ? [{ key: "h", name: "person.hold", says: kw.hold, go: () => ask(true) }] : []);
  if (kind === undefined)
    return null;
  const known = seen.revealed?.account ?? (seen.item.masked?.includes("account") ? undefined : seen.item.fields.account);
  return (
    <section class="card" data-card="hold">
      <header class="row spread"><h2>{say(w.hold)}</h2>{allowed && <button type="button" data-new-hold onClick={() => ask(true)}>{say(w.new_hold)} <kbd>h</kbd></button>}</header>
      {holds.length === 0 ? <p class="hint">{say(w.no_hold)}</p> : (
        <ul>{holds.map((hold) => (
          <li key={hold.id} class="row"><a href={`/console/dissuasion/${hold.id}`}>{both(state_of(kind, hold.state))}</a>
            {(hold.clocks ?? []).filter(({ state }) => state === "running").map((clock) => <Clock key={clock.clock} quiet name={both(clock_of(kind, clock.clock))} clock={item_clock(clock, at)} />)}</li>
        ))}</ul>
      )}
      <p class="hint">{say(w.objects)}</p>
      {asks && <NewDialog kind={kind} preset={{ about: seen.item.id, ...(typeof known === "string" && { account: known }) }} close={() => ask(false)} made={() => void seen.again()} />}
    </section>
  );
}

const EXTRAS: ItemExtras = {
  keys: { grade: "d", assign: "a", visit: "b", meet: "m", miss: "z", paid: "p", move: "o", withdraw: "x", place: "p", drop: "x", execute: "e", lift: "x", object: "o", confirm_lift: "v" },
  own: (kind) => (kind.kind === "dissuasion" ? OWN : []),
  before: (seen) => seen.kind.kind === "dissuasion" && <Desk key={seen.item.id} {...seen} />,
  cards: (seen) => seen.kind.kind === "dissuasion" && <><TimeLine {...seen} /><Hold {...seen} /><p class="row"><MakeCase items={[seen.item]} /></p></>,
};

export default function Dissuasion({ id }: PageProps) {
  return <WorkPage id={id} path="dissuasion" says={say(names.dissuasion)} kinds={["dissuasion", "hold"]} extras={EXTRAS} queue={QUEUE} />;
}
