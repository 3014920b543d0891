/* Alerts.tsx -- the inbox and, in its place, one alert of it; the list and its cursor stay as they were. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { useCell } from "../../cell";
import type { PageProps } from "../../pages";
import { go } from "../../router";
import { inbox, inbox_close, inbox_open, row_at } from "./alert";
import { Inbox } from "./Inbox";
import { AlertScreen } from "./AlertScreen";

export default function Alerts({ id }: PageProps) {
  const { rows } = useCell(inbox);
  const [here, stay] = useState<number | null>(null);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    void inbox_open("");
    return inbox_close;
  }, []);
  const at = useMemo(() => (id === null ? -1 : rows.findIndex(({ alert }) => alert.id === id)), [rows, id]);
  const cursor = here === null ? 0 : row_at(rows, here);
  const move = (index: number) => stay(rows[index]?.number ?? null);
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined) {
      move(index);
      go("alerts", row.alert.id, id !== null);
    }
  };
  return id === null
    ? <Inbox cursor={cursor} move={move} selected={selected} select={select} open={open} />
    : <AlertScreen key={id} id={id} known={rows[at] ?? null} step={at < 0 ? null : (by) => open(at + by)} />;
}
