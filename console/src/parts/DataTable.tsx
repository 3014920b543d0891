/* DataTable.tsx -- a table of any length, of which only what is seen is drawn.
 *
 *     ┌ head ────────────────┐     rows all have one height, so row n lies at n · height:
 *     │ spacer               │     nothing is measured, and 100,000 rows cost as much as fifty.
 *     │ rows first … last    │
 *     │ spacer               │     aria-rowcount and aria-rowindex tell the whole to a reader.
 *     └──────────────────────┘
 *
 * It is a grid with one focus; the page moves the cursor (useKeys), the table keeps it in sight. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { number } from "../money";
import { say } from "../tongue";
import { w } from "../words";

export interface Column<Row> {
  name: string;
  says: string;
  /* CSS of a grid track: "8rem", "minmax(10rem, 1fr)". */
  width: string;
  cell: (row: Row, index: number) => ComponentChildren;
  right?: boolean;
  /* Instead of its words: a button that sorts. */
  head?: ComponentChildren;
  sorted?: "ascending" | "descending" | "none";
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  id: (row: Row) => string | number;
  cursor?: number;
  move?: (index: number) => void;
  open?: (row: Row, index: number) => void;
  selected?: (row: Row) => boolean;
  select?: (row: Row, index: number) => void;
  tone?: (row: Row) => string | undefined;
  /* Called when the end comes into sight and there may be more. */
  more?: (() => void) | undefined;
  empty?: string;
  height?: number;
}

interface RowProps<Row> {
  row: Row;
  index: number;
  here: boolean;
  chosen: boolean;
  selects: boolean;
  tone: string;
  columns: Column<Row>[];
  tracks: string;
  least: number;
  height: number;
  all: number;
  /* What the table was given last: a row that is not drawn anew still does what is wanted now. */
  newest: { current: Props<Row> };
}

/* Drawn anew only if what it shows has changed: a key moves two rows, not all that are seen.  A column
 * whose cells depend on more than their row is made anew by its page. */
class TableRow<Row> extends Component<RowProps<Row>> {
  override shouldComponentUpdate(next: RowProps<Row>): boolean {
    const now = this.props;
    return next.row !== now.row || next.index !== now.index || next.here !== now.here || next.chosen !== now.chosen || next.tone !== now.tone ||
      next.columns !== now.columns || next.tracks !== now.tracks || next.height !== now.height || (next.selects && next.all !== now.all);
  }

  override render({ row, index, here, chosen, selects, tone, columns, tracks, least, height, all, newest }: RowProps<Row>) {
    return (
      <div id={`row-${index}`} role="row" aria-rowindex={index + 2} aria-selected={chosen}
        class={`table-row${here ? " cursor" : ""}${chosen ? " chosen" : ""} ${tone}`}
        style={{ gridTemplateColumns: tracks, minWidth: `${least}rem`, height: `${height}px` }}
        onClick={() => newest.current.move?.(index)} onDblClick={() => newest.current.open?.(row, index)}>
        {selects && (
          <div role="gridcell" class="table-box">
            <input type="checkbox" checked={chosen} tabIndex={-1} aria-label={say(w.row_of, { n: number(index + 1), all: number(all) })}
              onClick={(event) => event.stopPropagation()} onChange={() => newest.current.select?.(row, index)} />
          </div>
        )}
        {columns.map((column) => (
          <div key={column.name} role="gridcell" class={column.right ? "right" : ""}>{column.cell(row, index)}</div>
        ))}
      </div>
    );
  }
}

const BESIDE = 4; /* rows drawn beyond what is seen */
export function DataTable<Row>(props: Props<Row>) {
  const { columns, rows, cursor, more } = props;
  const height = props.height ?? 32;
  const box = useRef<HTMLDivElement>(null);
  const [view, look] = useState({ top: 0, size: 600 });
  const head = 32;

  useLayoutEffect(() => {
    const node = box.current;
    if (node === null)
      return;
    const measure = () => look({ top: node.scrollTop, size: node.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    node.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      node.removeEventListener("scroll", measure);
    };
  }, []);
  useLayoutEffect(() => {
    const node = box.current;
    if (node === null || cursor === undefined || cursor < 0)
      return;
    const top = cursor * height, seen = node.clientHeight - head;
    if (top < node.scrollTop)
      node.scrollTop = top;
    else if (top + height > node.scrollTop + seen)
      node.scrollTop = top + height - seen;
  }, [cursor, height]);

  const begin = Math.max(0, Math.floor(view.top / height) - BESIDE);
  const end = Math.min(rows.length, Math.ceil((view.top + view.size) / height) + BESIDE);
  useEffect(() => {
    if (more !== undefined && end >= rows.length - BESIDE)
      more();
  }, [end, rows.length, more]);
  /* Row n is drawn in slot n mod `slots`, as many as are ever drawn at once: a jump writes other text into the
   * rows that are there and makes none, going on by one changes one. */
  const slots = Math.ceil(view.size / height) + 2 * BESIDE + 1;
  /* Narrower than this the table scrolls sideways, in itself. */
  const least = columns.reduce((sum, { width }) => sum + Number(/([\d.]+)rem/.exec(width)?.[1] ?? 5), props.select ? 2 : 0);
  const tracks = (props.select ? "2rem " : "") + columns.map(({ width }) => width).join(" ");

  const newest = useRef(props);
  newest.current = props;

  return (
    <div ref={box} class="table" role="grid" aria-label={props.label} aria-rowcount={rows.length + 1} tabIndex={0}
      aria-multiselectable={props.select !== undefined} aria-activedescendant={cursor !== undefined && cursor >= 0 ? `row-${cursor}` : undefined}>
      <div class="table-row table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks, minWidth: `${least}rem` }}>
        {props.select && <div role="columnheader" aria-label={say(w.selected_count, { n: "" })} />}
        {columns.map((column) => (
          <div key={column.name} role="columnheader" class={column.right ? "right" : ""} aria-sort={column.sorted}>{column.head ?? column.says}</div>
        ))}
      </div>
      {rows.length === 0 && props.empty !== undefined && (
        <div role="row"><div role="gridcell" class="table-empty">{props.empty}</div></div>
      )}
      <div role="presentation" style={{ height: `${begin * height}px` }} />
      {rows.slice(begin, end).map((row, at) => {
        const index = begin + at;
        return (
          <TableRow<Row> key={index % slots} row={row} index={index} here={index === cursor} chosen={props.selected?.(row) ?? false} selects={props.select !== undefined}
            tone={props.tone?.(row) ?? ""} columns={columns} tracks={tracks} least={least} height={height} all={rows.length} newest={newest} />
        );
      })}
      <div role="presentation" style={{ height: `${(rows.length - end) * height}px` }} />
    </div>
  );
}

/* A small table, drawn whole: the twin of a chart or a graph. */
export function PlainTable({ caption, head, rows }: { caption: string; head: string[]; rows: ComponentChildren[][] }) {
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={caption}>
      <table class="plain-table">
        <caption class="unseen">{caption}</caption>
        <thead><tr>{head.map((text) => <th key={text} scope="col">{text}</th>)}</tr></thead>
        <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
