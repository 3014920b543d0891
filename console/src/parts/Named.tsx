/* Named.tsx -- a person or an organisation by name, its id beside it for whoever needs that; and a field that
 * offers those that there are.
 *
 * A list of the browser's own, so keys, first letters and screen readers work as everywhere.  Where there may be
 * more than one has been told of (an organisation that is not home), one types, and the known ones are proposed. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useId } from "preact/hooks";
import { whoami } from "../api";
import { useCell } from "../cell";
import { ID, name_of, names, type Organisation, type Person } from "../names";
import { named, say } from "../tongue";
import { role_words } from "../words";
import { kind_words, nw } from "./words";

export function Named({ id }: { id: string }) {
  useCell(names);
  const name = name_of(id);
  return name === id ? <span>{id}</span> : <span title={id} data-id={id}>{name}</span>;
}

const OFFERED_MAX = 300; /* more are typed and proposed: nobody looks through a list of thousands */

interface Offer {
  id: string;
  says: string;
  group: string;
}

const organisation_offer = (one: Organisation): Offer => ({ id: one.id, says: say(nw.with_id, { name: one.name, id: one.id }), group: named(kind_words, one.kind) });
const person_offer = (one: Person): Offer =>
  ({ id: one.id, says: say(nw.with_roles, { name: one.name, roles: one.roles.map((role) => named(role_words, role)).join(" "), id: one.id }), group: say(nw.people) });

export interface PickProps {
  of: "organisation" | "person" | "either";
  value: string;
  pick: (id: string) => void;
  /* For the control itself: id, name, required … */
  control?: Record<string, unknown>;
}

function offers(of: PickProps["of"], organisations: Organisation[], people: Person[]): Offer[] {
  const own = whoami.value?.organisation;
  return [
    ...(of === "organisation" ? [] : people.filter(({ disabled, organisation }) => !disabled && organisation === own).map(person_offer)),
    ...(of === "person" ? [] : organisations.filter(({ disabled }) => !disabled).map(organisation_offer).sort((a, b) => a.group.localeCompare(b.group) || a.says.localeCompare(b.says))),
  ];
}

export function Pick({ of, value, pick, control }: PickProps) {
  const { organisations, people } = useCell(names), list = useId();
  const all = offers(of, organisations, people);
  if (all.length === 0 || all.length > OFFERED_MAX || (of !== "person" && whoami.value?.home !== true))
    return (
      <>
        <input {...control} list={list} value={value} autocomplete="off" spellcheck={false} pattern={ID.source} onInput={(event) => pick(event.currentTarget.value.trim())} />
        <datalist id={list}>{all.slice(0, 1000).map((offer) => <option key={offer.id} value={offer.id}>{offer.says}</option>)}</datalist>
        {ID.test(value) && <small>{name_of(value)}</small>}
      </>
    );
  const known = value === "" || all.some(({ id }) => id === value);
  return (
    <select {...control} value={value} onChange={(event) => pick(event.currentTarget.value)}>
      <option value="">{say(nw.choose)}</option>
      {!known && <option value={value}>{say(nw.with_id, { name: name_of(value), id: value })}</option>}
      {[...new Set(all.map(({ group }) => group))].map((group) => (
        <optgroup key={group} label={group}>{all.filter((offer) => offer.group === group).map((offer) => <option key={offer.id} value={offer.id}>{offer.says}</option>)}</optgroup>
      ))}
    </select>
  );
}
