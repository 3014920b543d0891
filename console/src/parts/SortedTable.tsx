/* SortedTable.tsx -- a table of thousands that one sorts by its heads and narrows by typing; arrows move in it,
 * Enter opens.  It says how many of how many are shown. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useMemo, useState } from "preact/hooks";
import { number } from "../money";
import { say } from "../tongue";
import { type Column, DataTable } from "./DataTable";
import { tw } from "./words";

export interface SortedColumn<Row> extends Column<Row> {
  /* What it is sorted by; absent: it is not. */
  by?: (row: Row) => number | bigint | string;
}

interface Props<Row> {
  label: string;
  columns: SortedColumn<Row>[];
  rows: readonly Row[];
  /* What is looked through when somebody types. */
  text_of: (row: Row) => string;
  open?: (row: Row) => void;
  tone?: (row: Row) => string | undefined;
}

interface Order {
  name: string;
  down: boolean;
}

function sorted<Row>(rows: readonly Row[], column: SortedColumn<Row> | undefined, down: boolean): readonly Row[] {
  const by = column?.by;
  if (by === undefined)
    return rows;
  const keyed = rows.map((row, at) => ({ row, at, key: by(row) })), turn = down ? -1 : 1;
  keyed.sort((a, b) => (a.key === b.key ? a.at - b.at : a.key < b.key ? -turn : turn));
  return keyed.map(({ row }) => row);
}

export function SortedTable<Row>({ label, columns, rows, text_of, open, tone }: Props<Row>) {
  const [order, sort] = useState<Order | null>(null);
  const [typed, type] = useState("");
  const [cursor, move] = useState(-1);
  const wanted = typed.trim().toLowerCase();
  /* Made when somebody types first: a table is seen before it is searched. */
  const texts = useMemo(() => new Map(wanted === "" ? [] : rows.map((row) => [row, text_of(row).toLowerCase()])), [rows, wanted === ""]);
  const shown = useMemo(() => {
    const some = wanted === "" ? rows : rows.filter((row) => texts.get(row)?.includes(wanted));
    return sorted(some, columns.find(({ name }) => name === order?.name), order?.down ?? false);
  }, [rows, texts, wanted, order]);
  const heads = useMemo(() => columns.map((column) => ({
    ...column,
    ...(column.by && {
      sorted: order?.name === column.name ? (order.down ? "descending" as const : "ascending" as const) : "none" as const,
      head: (
        <button type="button" class="head-sort" data-sort={column.name} onClick={() => {
          sort(order?.name !== column.name ? { name: column.name, down: column.right === true } : { name: column.name, down: !order.down });
          move(0);
        }}>{column.says}<span aria-hidden="true">{order?.name === column.name ? (order.down ? " ▼" : " ▲") : ""}</span></button>
      ),
    }),
  })), [columns, order]);
  const step = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -shown.length, End: shown.length };
    const by = steps[event.key], row = shown[cursor];
    if (event.target instanceof HTMLElement && event.target.role !== "grid")
      return;
    if (by !== undefined)
      move(Math.max(0, Math.min(shown.length - 1, cursor + by)));
    else if (event.key === "Enter" && row !== undefined && open)
      open(row);
    else
      return;
    event.preventDefault();
  };
  return (
    <>
      <div class="row spread">
        <h2>{label}</h2>
        <span class="row">
          <small role="status" data-shown={shown.length}>{say(tw.shown, { n: number(shown.length), all: number(rows.length) })}</small>
          <label class="slim-search"><span class="unseen">{say(tw.narrow, { label })}</span>
            <input type="search" placeholder={say(tw.narrow_hint)} value={typed} autocomplete="off" spellcheck={false} onInput={(event) => {
              type(event.currentTarget.value);
              move(-1);
            }} /></label>
        </span>
      </div>
      <div class="sorted" onKeyDown={step}>
        <DataTable label={label} columns={heads} rows={shown} id={(row) => text_of(row)} cursor={cursor} move={move} empty={say(tw.none)} {...(open && { open })} {...(tone && { tone })} />
      </div>
    </>
  );
}
