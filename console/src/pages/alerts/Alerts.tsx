/* Alerts.tsx -- the inbox and, in its place, one alert of it; the list and its cursor stay as they were. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { may } from "../../api";
import { useCell } from "../../cell";
import { useKeys } from "../../keys";
import type { PageProps } from "../../pages";
import { problem_text } from "../../parts/Problem";
import { go } from "../../router";
import { say } from "../../tongue";
import { type ListRow, decide_undo, give_back, inbox, inbox_close, inbox_open, outcome_of, row_at, take_next, wanted } from "./alert";
import { Inbox } from "./Inbox";
import { AlertScreen } from "./AlertScreen";
import { DecideDialog } from "./Decide";
import { decide_words as dw, hold_words as hw, keys as kw } from "./words";

export default function Alerts({ id }: PageProps) {
  const { rows, turn } = useCell(inbox);
  const [here, stay] = useState<number | null>(null);
  const [shown, show] = useState<{ rows: ListRow[]; matching: string | null; hand_on: boolean } | null>(null);
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
  const [note, tell] = useState("");
  /* The alert that was taken by `n`, while it is on the screen. */
  const taken = useRef<string | null>(null);
  /* The next one is the service's to choose: of two who ask at once, each gets another. */
  const take = async () => {
    const before = taken.current;
    taken.current = null;
    tell("");
    try {
      if (before !== null && before === id)
        await give_back(before);
      const row = await take_next();
      if (row === null)
        return void (tell(say(hw.none)), id !== null && go("alerts"));
      taken.current = row.alert.id;
      stay(row.number);
      go("alerts", row.alert.id, id !== null);
    } catch (problem) {
      tell(problem_text(problem));
    }
  };
  /* Then the next open one: on the screen it is opened, in the list the cursor goes there; whoever took this one
   * is given another. */
  const onward = () => {
    if (id !== null && taken.current === id) {
      taken.current = null;
      return void take();
    }
    const from = id === null ? cursor : at, many = id === null && selected.size > 0;
    select((ids) => ids.clear());
    if (many || shown?.matching != null || (id !== null && at < 0))
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
      show({ rows: chosen, matching: null, hand_on });
  };
  /* All that fit the filter, loaded or not. */
  const ask_matching = () => show({ rows: [], matching: wanted(inbox.value), hand_on: false });
  useKeys([
    ...(decides ? [
      { key: "e", name: "alerts.decide", says: kw.decide, go: () => ask(false) },
      { key: "s", name: "alerts.hand-on", says: kw.hand_on, go: () => ask(true) },
      { key: "z", name: "alerts.undo", says: kw.undo, go: () => void decide_undo(say(dw.undo_reason)).catch((problem: unknown) => tell(problem_text(problem))) },
      { key: "n", name: "alerts.take-next", says: kw.take_next, go: () => void take() },
    ] : []),
  ]);
  const dialog = shown && <DecideDialog rows={shown.rows} matching={shown.matching} onward={shown.hand_on} close={() => show(null)} done={onward} />;
  return <>{dialog}{note !== "" && <p class="notice" role="status">{note}</p>}{id === null
    ? <Inbox decide={decides ? ask : null} decide_matching={decides ? ask_matching : null} cursor={cursor} move={move} selected={selected} select={select} open={open} />
    : <AlertScreen key={id} id={id} known={rows[at] ?? null} step={at < 0 ? null : (by) => open(at + by)}
        decide={decides ? ask : null} give_back={decides ? () => void give_back(id).then(() => go("alerts")) : null} seen={(row) => (alone.current = row)} />}</>;
}
