/* view.ts -- filters that people keep under a name (/v1/views), their own and those of their organisation.
 *
 * A filter may name somebody: it travels in bodies, never in an address. */
/* SPDX-License-Identifier: Apache-2.0 */
import { get, once_key, post } from "../../api";

export interface View {
  id: string;
  name: string;
  what: string;
  filter: string;
  sort: string;
  columns: string[];
  refresh: number;
  shared: boolean;
  own: boolean;
  may_change: boolean;
}

export type Draft = Pick<View, "name" | "filter" | "shared">;

export async function views_list(): Promise<View[]> {
  return (await get<{ views: View[] }>("/v1/views", { what: "alerts" })).body.views;
}

/* A new one, or the other members of `before` with these. */
export async function view_keep(draft: Draft, before: View | null, key: string): Promise<View> {
  const { sort, columns, refresh } = before ?? { sort: "", columns: [], refresh: 0 };
  return (await post<View>(before === null ? "/v1/views" : `/v1/views/${before.id}`, { what: "alerts", sort, columns, refresh, ...draft }, { key })).body;
}

export async function view_remove(id: string): Promise<void> {
  await post(`/v1/views/${id}/remove`, {}, { key: once_key() });
}
