/* make.tsx -- a case made of items: they are linked with it, and their identifiers stay where they are. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useState } from "preact/hooks";
import { has_role, may, post } from "../../api";
import { useKeys } from "../../keys";
import { go } from "../../router";
import { task_run } from "../../tasks";
import { say } from "../../tongue";
import type { Item } from "../../work";
import { NewDialog, useKinds } from "../work/Queue";
import { keys as kw, w } from "./words";

/* What all of them have, or nothing. */
function shared(items: readonly Item[], name: string): Record<string, string> {
  const values = new Set(items.map(({ fields }) => fields[name]));
  const [value] = [...values];
  return values.size === 1 && typeof value === "string" ? { [name]: value } : {};
}

export function MakeCase({ items, done }: { items: readonly Item[]; done?: () => void }) {
  const kind = useKinds()?.find((one) => one.kind === "case");
  const [open, show] = useState(false);
  const allowed = kind !== undefined && may("work:write") && has_role(...kind.creators) && items.length > 0;
  useKeys(allowed ? [{ key: "w", name: "case.make", says: kw.make, go: () => show(true) }] : []);
  if (!allowed)
    return null;
  const made = (item: Item) => {
    task_run(say(w.linking, { n: items.length }), items.map(({ id }) => id), async (id) => {
      await post(`/v1/work/${id}/link`, { other: item.id, relation: "part_of" });
    }, () => {
      done?.();
      go("cases", item.id);
    });
  };
  return (
    <>
      <button type="button" data-make-case onClick={() => show(true)}>{say(items.length > 1 ? w.make_many : w.make)} <kbd>w</kbd></button>
      {open && <NewDialog kind={kind} preset={shared(items, "scam")} close={() => show(false)} made={made} />}
    </>
  );
}
