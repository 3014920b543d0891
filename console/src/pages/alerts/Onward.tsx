/* Onward.tsx -- what an alert leads to: its money followed, its person warned, its payment stopped.
 *
 *     key ── shown unmasked already? ─ no ─> reason ─> shown ──┬─ trace: the account is handed to that page
 *                     └─ yes ──────────────────────────────────┴─ item: open work on the subject is opened,
 *                                                                 else a form filled from the alert
 *
 * Nobody types a number that the alert holds.  Who may not see it unmasked has the form without it. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useRef, useState } from "preact/hooks";
import { has_role, may, post } from "../../api";
import { ProblemBox } from "../../parts/Problem";
import { Dialog } from "../../parts/Dialog";
import type { Typed } from "../../parts/Form";
import { ReasonDialog } from "../../parts/Reveal";
import { page_of_kind } from "../../pages";
import { go, hand } from "../../router";
import { both, say } from "../../tongue";
import { all_kinds, type Item, type Kind } from "../../work";
import { reveal_words as rw, w as common } from "../../words";
import { NewDialog } from "../work/Queue";
import type { Alert } from "./alert";
import { onward_words as ow } from "./words";

export type Way = "trace" | "dissuasion" | "stop_order";

/* What the proposed action of the alert allows to whoever looks. */
export function ways_of({ respond, subject_kind }: Pick<Alert, "respond" | "subject_kind">): Way[] {
  const works = may("work:write") && has_role("analyst", "duty", "supervisor");
  const person = subject_kind === "person" || subject_kind === "phone";
  const ways: Way[] = [];
  if (subject_kind === "account" && may("traces:ask") && may("alerts:reveal"))
    ways.push("trace");
  if (works && person && (respond === "dissuasion" || respond === "stop_payment"))
    ways.push("dissuasion");
  if (works && respond === "stop_payment")
    ways.push("stop_order");
  return ways;
}

/* As the service grades what it makes of alerts itself: docs/dissuasion.md. */
function grade_of({ respond, score }: Alert): string {
  return respond === "stop_payment" ? "extreme" : score >= 0.8 ? "high" : score >= 0.5 ? "medium" : "low";
}

/* The form's fields as the alert fills them; `clear`: it is unmasked. */
export function filled_from(way: "dissuasion" | "stop_order", alert: Alert, clear: boolean): Typed {
  const subject = (kind: string, field: string): Typed => (clear && alert.subject_kind === kind ? { [field]: alert.subject } : {});
  return way === "stop_order" ? { level: "1", ...subject("account", "payee") }
    : { source: "alert", grade: grade_of(alert), scam: "T00", reason: both(alert.reason).slice(0, 300), ...subject("phone", "phone"), ...subject("person", "document") };
}

/* Open work of that kind on the subject; looking for it is written down. */
async function open_work(way: Way, alert: Alert, reason: string): Promise<string | null> {
  const { body } = await post<{ work: Item[] }>("/v1/work/search", { identifier: alert.subject, reason: say(ow.look_reason, { id: alert.id, reason }).slice(0, 900) });
  return body.work.find((item) => item.kind === way && !item.ended)?.id ?? null;
}

interface Props {
  way: Way;
  alert: Alert;
  /* Unmasked; null: not yet. */
  clear: Alert | null;
  reveal: (reason: string) => Promise<void>;
  close: () => void;
}

/* After the subject is known: to the page of money, to the item there is, or the form. */
function Went({ way, alert, clear, reason, close }: Omit<Props, "reveal"> & { reason: string }) {
  const [kind, know] = useState<Kind | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const begun = useRef(false);
  const begin = async () => {
    if (way === "trace") {
      hand("trace_from", `account:${clear?.subject ?? ""}`);
      go("money");
      return;
    }
    const there = clear === null ? null : await open_work(way, clear, reason);
    if (there !== null)
      go(page_of_kind(way), there);
    else
      know((await all_kinds()).find((one) => one.kind === way) ?? null);
  };
  useEffect(() => {
    if (!begun.current)
      begin().catch(fail);
    begun.current = true;
  }, []);
  if (kind !== null && way !== "trace")
    return <NewDialog kind={kind} preset={filled_from(way, clear ?? alert, clear !== null)} close={close} made={(item) => go(page_of_kind(way), item.id)} />;
  return <Dialog title={say(ow[way])} close={close}>{fault === null ? <p class="hint" role="status">{say(common.loading)}</p> : <ProblemBox fault={fault} />}</Dialog>;
}

export function Onward({ way, alert, clear, reveal, close }: Props) {
  const [reason, give] = useState<string | null>(clear === null && may("alerts:reveal") ? null : say(ow[way]));
  const shown = useRef(false);
  /* What was shown when the way was begun stays known to it, even if it is hidden meanwhile. */
  const known = useRef(clear);
  known.current ??= clear;
  if (reason !== null)
    return <Went way={way} alert={alert} clear={known.current} reason={reason} close={close} />;
  return <ReasonDialog title={say(ow[way])} notice={say(ow.reveal_notice)} confirm={say(rw.ask)} close={() => shown.current || close()} go={async (text) => {
    await reveal(text);
    shown.current = true;
    give(text);
  }} />;
}
