/* Reports.tsx -- the figures of a period under their headings, each with its source and the rows that it was
 * counted from; as a page for print, PDF, CSV. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";
import { address, get } from "../../api";
import { useKeys } from "../../keys";
import { money_short, number } from "../../money";
import type { PageProps } from "../../pages";
import { Chart } from "../../parts/Chart";
import { PlainTable } from "../../parts/DataTable";
import { ProblemBox } from "../../parts/Problem";
import { type Tile, TileGrid } from "../../parts/TileGrid";
import { both, say, tongue } from "../../tongue";
import { w as common } from "../../words";
import { BY, type Figure, type Report, type Row } from "./report";
import { keys as kw, w } from "./words";

interface Asked {
  from: string;
  to: string;
  by: (typeof BY)[number];
}

const NAMES = { "": w.whole, month: w.month, region: w.region, city: w.city, county: w.county, type: w.type };

/* The year so far, until yesterday: today is not over. */
function usual(): Asked {
  const day = (at: Date) => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
  const now = new Date();
  return { from: `${now.getFullYear()}-01-01`, to: day(now), by: "" };
}

function Parts({ figure, by }: { figure: Figure; by: string }) {
  const parts = figure.parts ?? [], label = `${both(figure.name)} · ${say(w.parts)}`;
  const shown = parts.filter(({ number: value }) => value !== null);
  if (by === "month" && shown.length > 1)
    return <Chart label={label} head={say(w.month)} times={shown.map(({ key }) => Date.parse(`${key}-01T00:00:00`) / 1000)} series={[{ says: both(figure.name), values: shown.map(({ number: value }) => value), bars: true }]} />;
  if (["region", "city", "county"].includes(by) && shown.length > 0)
    return <TileGrid label={label} head={[say(w.place), say(w.number)]} tiles={shown.map((part): Tile => ({ code: part.key, says: both(part.label), value: Math.round(part.number ?? 0) }))} />;
  return <PlainTable caption={label} head={[say(w.by), say(w.number)]} rows={parts.map((part) => [both(part.label), part.withheld ? say(w.withheld) : both(part.text)])} />;
}

function Rows({ figure, asked, close }: { figure: Figure; asked: Asked; close: () => void }) {
  const [rows, keep] = useState<Row[]>([]);
  const [next, more_at] = useState<string | number | null>("");
  const [fault, fail] = useState<unknown>(null);
  const read = () => get<{ rows: Row[]; next: string | number | null }>(`/v1/reports/${figure.figure}/rows`, { from: asked.from, to: asked.to, limit: 100, after: next === "" ? null : next }).then(({ body }) => {
    keep((before) => [...before, ...body.rows]);
    more_at(body.next);
  }, fail);
  useEffect(() => void read(), []);
  useKeys([{ key: "u", name: "reports.back", says: kw.back, go: close }]);
  return (
    <section class="card">
      <div class="row spread"><h2>{both(figure.name)} · {say(w.rows)}</h2><button type="button" onClick={close}>{say(common.back)}</button></div>
      <p class="hint">{say(w.not_published)}</p>
      <ProblemBox fault={fault} />
      <PlainTable caption={say(w.rows)} head={[say(w.day), say(w.place), say(w.of_type), say(w.count), say(w.amount), say(w.item), say(w.source)]}
        rows={rows.map((row) => [row.day, row.region ?? "–", row.type ?? "–", number(row.count), row.yuan ?? row.seconds ?? "–", row.item ? <a href={`/console/work/${row.item}`}>{row.item}</a> : "–", row.source])} />
      {next !== null && rows.length > 0 && <button type="button" onClick={() => void read()}>{say(common.more)}</button>}
    </section>
  );
}

function FigureRow({ figure, by, rows }: { figure: Figure; by: string; rows: () => void }) {
  const value = figure.missing ? say(w.missing, { day: figure.missing }) : figure.withheld ? say(w.withheld) : both(figure.text);
  return (
    <article class="card figure" data-figure={figure.figure}>
      <h3>{both(figure.name)} <small class="mono">{figure.figure}</small></h3>
      <p class={figure.missing || figure.withheld ? "hint" : "figure-number"}>{value}</p>
      {figure.comparison && <p>{both(figure.comparison)}</p>}
      <p class="row"><small>{say(w.period)} {figure.from} – {figure.to}</small>{figure.source_text && <small>{both(figure.source_text)}</small>}
        {(figure.rows ?? 0) > 0 && <button type="button" class="plain" data-rows onClick={rows}>{say(w.show_rows)} ({money_short(String(figure.rows))})</button>}</p>
      <small class="mono block">{say(w.query)} {figure.query}</small>
      {by !== "" && (figure.parts?.length ?? 0) > 0 && <Parts figure={figure} by={by} />}
    </article>
  );
}

export default function Reports(_: PageProps) {
  const [asked, type] = useState<Asked>(usual);
  const [report, keep] = useState<{ of: Asked; report: Report } | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const [rows, show] = useState<Figure | null>(null);
  const make = () => {
    work(true);
    fail(null);
    show(null);
    get<Report>("/v1/reports", { from: asked.from, to: asked.to, by: asked.by }).then(({ body }) => keep({ of: asked, report: body }), fail).finally(() => work(false));
  };
  useKeys([{ key: "m", name: "reports.make", says: kw.make, go: make }]);
  const field = (name: "from" | "to", says: string) => (
    <label>{says} <input type="date" class="slim" name={name} value={asked[name]} required onInput={(event) => type({ ...asked, [name]: event.currentTarget.value })} /></label>
  );
  const form = (kind: string) => address("/v1/reports", { from: asked.from, to: asked.to, by: asked.by, form: kind, tongue: tongue.value });
  return (
    <>
      <div class="page-head"><h1>{say(w.title)}</h1>
        <form class="row" onSubmit={(event) => {
          event.preventDefault();
          make();
        }}>
          {field("from", say(w.from))}{field("to", say(w.to))}
          <label>{say(w.by)} <select class="slim" value={asked.by} onChange={(event) => type({ ...asked, by: event.currentTarget.value as Asked["by"] })}>{BY.map((by) => <option key={by} value={by}>{say(NAMES[by])}</option>)}</select></label>
          <button type="submit" class="main" data-make disabled={busy}>{say(busy ? w.making : w.make)}</button>
        </form>
        <span class="grow" />
        <span class="row no-print"><a href={form("html")} target="_blank" rel="noopener">{say(w.html)}</a><a href={form("pdf")} target="_blank" rel="noopener">{say(w.pdf)}</a><a href={form("csv")} target="_blank" rel="noopener">{say(w.csv)}</a>
          <button type="button" onClick={() => window.print()}>{say(w.print)}</button></span>
      </div>
      <ProblemBox fault={fault} retry={make} />
      {rows && report && <Rows figure={rows} asked={report.of} close={() => show(null)} />}
      {report && rows === null && report.report.sections.map(({ section, name }) => {
        const figures = report.report.figures.filter((figure) => figure.section === section);
        return figures.length === 0 ? null : (
          <section key={section}><h2>{both(name)}</h2><div class="cards">{figures.map((figure) => <FigureRow key={figure.figure} figure={figure} by={report.of.by} rows={() => show(figure)} />)}</div></section>
        );
      })}
    </>
  );
}
