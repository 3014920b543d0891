/* Alerts.tsx -- the inbox and, in its place, one alert of it; the list and its cursor stay as they were. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { may } from "../../api";
import { useCell } from "../../cell";
import { useKeys } from "../../keys";
import type { PageProps } from "../../pages";
import { go } from "../../router";
import { say } from "../../tongue";
import { type ListRow, decide_undo, inbox, inbox_close, inbox_open, outcome_of, row_at } from "./alert";
import { Inbox } from "./Inbox";
import { AlertScreen } from "./AlertScreen";
import { DecideDialog } from "./Decide";
import { decide_words as dw, keys as kw } from "./words";

/* Grade, then score: what the most urgent one has most of. */
function urgency(row: ListRow | undefined): number {
  return row === undefined ? -1 : ["low", "medium", "high", "extreme"].indexOf(row.alert.grade ?? "") + 1 + row.alert.score;
}

export default function Alerts({ id }: PageProps) {
  const { rows, turn } = useCell(inbox);
  const [here, stay] = useState<number | null>(null);
  const [shown, show] = useState<{ rows: ListRow[]; hand_on: boolean } | null>(null);
  /* One set, changed in place: with 100,000 selected a key copies none of them. */
  const selected = useRef(new Set<string>()).current;
  const [, again] = useState(0);
  const select = useCallback((change: (ids: Set<string>) => void) => {
    change(selected);
    again((n) => n + 1);
  }, [selected]);
  /* The alert on the screen, if the list does not hold it. */
  const alone = useRef<ListRow | null>(null);
  useEffect(() => {
    void inbox_open("");
    return inbox_close;
  }, []);
  const cursor = here === null ? 0 : row_at(rows, here);
  const at = useMemo(() => (id === null ? -1 : rows[cursor]?.alert.id === id ? cursor : rows.findIndex(({ alert }) => alert.id === id)), [rows, turn, id, cursor]);
  const move = (index: number) => stay(rows[index]?.number ?? null);
  const open = (index: number) => {
    const row = rows[index];
    if (row !== undefined) {
      move(index);
      go("alerts", row.alert.id, id !== null);
    }
  };
  /* Those that a decision is about: what is selected, or what the cursor or the screen shows. */
  const about = (): ListRow[] => {
    const one = id === null ? rows[cursor] : rows[at] ?? (alone.current?.alert.id === id ? alone.current : undefined);
    const chosen = id === null && selected.size > 0 ? rows.filter(({ alert }) => selected.has(alert.id)) : [one];
    return chosen.filter((row) => row !== undefined).filter((row) => outcome_of(row) === "open");
  };
  /* Then the next open one: on the screen it is opened, in the list the cursor goes there. */
  const onward = () => {
    const from = id === null ? cursor : at, many = id === null && selected.size > 0;
    select((ids) => ids.clear());
    if (many || (id !== null && at < 0))
      return;
    const next = rows.findIndex((row, index) => index > from && outcome_of(row) === "open");
    if (id !== null && next >= 0)
      open(next);
    else if (id !== null)
      go("alerts");
    else if (next >= 0)
      move(next);
  };
  const decides = may("alerts:decide");
  const ask = (hand_on: boolean) => {
    const chosen = about();
    if (chosen.length > 0)
      show({ rows: chosen, hand_on });
  };
  const first = () => rows.reduce((best, row, index) => (outcome_of(row) === "open" && urgency(row) > urgency(rows[best]) ? index : best), rows.findIndex((row) => outcome_of(row) === "open"));
  useKeys([
    ...(decides ? [
      { key: "e", name: "alerts.decide", says: kw.decide, go: () => ask(false) },
      { key: "s", name: "alerts.hand-on", says: kw.hand_on, go: () => ask(true) },
      { key: "z", name: "alerts.undo", says: kw.undo, go: () => void decide_undo(say(dw.undo_reason), say(dw.undone, { n: "" })) },
    ] : []),
    { key: "n", name: "alerts.take-next", says: kw.take_next, go: () => open(first()) },
  ]);
  const dialog = shown && <DecideDialog rows={shown.rows} onward={shown.hand_on} close={() => show(null)} done={onward} />;
  return <>{dialog}{id === null
    ? <Inbox decide={decides ? ask : null} cursor={cursor} move={move} selected={selected} select={select} open={open} />
    : <AlertScreen key={id} id={id} known={rows[at] ?? null} step={at < 0 ? null : (by) => open(at + by)}
        decide={decides ? ask : null} seen={(row) => (alone.current = row)} />}</>;
}
