/* work.ts -- items of work as docs/casework.md describes them, and the kinds that they are of.
 *
 * A kind tells its states, steps, fields and clocks in both tongues, so a form for any step can be made
 * without knowing what the kind is about. */
/* SPDX-License-Identifier: Apache-2.0 */
import { get, has_role, once_key, post, type Reply, whoami } from "./api";
import type { ClockState } from "./parts/Clock";
import { choice_words } from "./choices/words";
import { grade_words, typology_words, value_words } from "./words";
import { type Both, named, type Pair } from "./tongue";

export type FieldType = "phone" | "account" | "person" | "imei" | "cell" | "human" | "address" | "place" | "text" | "word" | "list" |
  "whole" | "amount" | "flag" | "moment";

export interface Field extends Both {
  name: string;
  /* Its kind. */
  of: string;
  type: FieldType;
  show: "shown" | "masked" | "hidden";
  searched: boolean;
  choices?: string;
  size_max?: number;
  told: string[];
}

export interface Step extends Both {
  name: string;
  from: string[];
  to: string;
  hand: "owner" | "addressee" | "either" | "machine";
  roles: string[];
  held: boolean;
  reopens: boolean;
  must: string[];
  may: string[];
  mark: string;
  approval: "alone" | "two" | "after";
  second_roles?: string[];
  undo?: string;
  confirm_ms?: number;
}

export interface WorkClock extends Both {
  name: string;
  runs: string[];
  expiry: string;
  span_ms: number | null;
  alarms_ms: number[];
}

export interface Kind extends Both {
  kind: string;
  states: (Both & { name: string; end: boolean })[];
  steps: Step[];
  fields: Field[];
  clocks: WorkClock[];
  first_must: string[];
  first_may: string[];
  creators: string[];
  lease_ms: number;
}

/* A list is of words, or of small objects ({kind, count}). */
export type Entry = string | number | { [name: string]: string | number };
export type Value = string | number | boolean | Entry[] | null;

export interface Item {
  id: string;
  kind: string;
  state: string;
  ended: boolean;
  version: number;
  owner: string;
  seat: "owner" | "addressee";
  priority: number;
  holder?: string;
  lease_until?: string;
  place?: string;
  into?: string;
  detected?: string;
  created: string;
  changed: string;
  closed?: string;
  due?: string;
  fields: Record<string, Value>;
  masked?: string[];
  clocks?: { clock: string; state: "running" | "met" | "expired"; started?: string; due?: string; ended?: string; left_ms?: number; late_ms?: number }[];
  asking?: { step: string; by: string; done?: boolean; digest: string; asked: string; expires: string; left_ms?: number };
}

export interface ItemLog {
  log: { version: number; time: string; what: string; step?: string; from?: string; to?: string; by?: string; asked_by?: string;
    organisation?: string; fields?: string[]; clocks?: string[]; other?: string; late_ms?: number; reason?: string; audit?: number }[];
  notes: { by?: string; time: string; text: string }[];
  links: { relation: string; item: string; kind: string; state: string; forward: boolean }[];
  attachments: { by?: string; time: string; name: string; sha256: string; type: string; size: number }[];
}

let kinds: Promise<Kind[]> | null = null;

export function all_kinds(): Promise<Kind[]> {
  kinds ??= get<{ kinds: Kind[] }>("/v1/work/kinds").then(({ body }) =>
    body.kinds.map((kind) => ({ ...kind, fields: kind.fields.map((field) => ({ ...field, of: kind.kind })) })));
  kinds.catch(() => (kinds = null));
  return kinds;
}

export async function kind_of(name: string): Promise<Kind | undefined> {
  return (await all_kinds()).find(({ kind }) => kind === name);
}

/* A word that a field has for a value, as people say it; itself if nobody has said it. */
export function choice_text(field: string, word: string): string {
  const own = `${field}.${word}`;
  const said: Record<string, Pair> = { ...grade_words, ...typology_words, ...value_words, ...choice_words };
  return named(said, Object.hasOwn(said, own) ? own : word);
}

/* Texts that hold the id of an organisation or of a person: they are picked, and shown by name. */
const IDS: Record<string, "organisation" | "person"> = {
  organisation: "organisation", officers: "organisation", executor: "organisation", approver: "organisation", company: "organisation", investigator: "person",
};
const ID_SIZE = 24;

export function id_of(field: Field): "organisation" | "person" | null {
  return field.type === "text" && field.size_max === ID_SIZE ? IDS[field.name] ?? null : null;
}

export const field_of = (kind: Kind, name: string) => kind.fields.find((field) => field.name === name);
export const state_of = (kind: Kind, name: string) => kind.states.find((state) => state.name === name);
export const step_of = (kind: Kind, name: string) => kind.steps.find((step) => step.name === name);
export const clock_of = (kind: Kind, name: string) => kind.clocks.find((clock) => clock.name === name);

export function item_clock(clock: NonNullable<Item["clocks"]>[number], at: number): ClockState {
  return {
    state: clock.state, at,
    ...(clock.due !== undefined && { due: clock.due }), ...(clock.started !== undefined && { started: clock.started }),
    ...(clock.left_ms !== undefined && { left_ms: clock.left_ms }), ...(clock.late_ms !== undefined && { late_ms: clock.late_ms }),
  };
}

export interface Offered {
  step: Step;
  /* Why it cannot be done now; null: it can. */
  blocked: "role" | "held" | "asking" | null;
}

export function holds(item: Item): boolean {
  return item.holder !== undefined && item.holder === whoami.value?.id;
}

/* The steps that lead out of the item's state, for whoever sits where we sit. */
export function steps_offered(kind: Kind, item: Item): Offered[] {
  return kind.steps
    .filter((step) => step.hand !== "machine" && step.from.includes(item.state) && (step.hand === "either" || step.hand === item.seat))
    .map((step) => ({
      step,
      blocked: !has_role(...step.roles) ? "role" : item.asking !== undefined ? "asking" : step.held && !holds(item) ? "held" : null,
    }));
}

export const item_get = (id: string): Promise<Reply<Item>> => get<Item>(`/v1/work/${id}`);
export const item_log = async (id: string): Promise<ItemLog> => (await get<ItemLog>(`/v1/work/${id}/log`)).body;

export function item_step(item: Item, step: string, values: Record<string, Value>, reason: string, key = once_key()): Promise<Reply<Item>> {
  return post<Item>(`/v1/work/${item.id}/step`, { step, fields: values, ...(reason && { reason }) }, { if_match: `"${item.version}"`, key });
}
