/* pages.ts -- every page of the console, one entry each: navigation, router, the keys `g` + letter, the
 * home of each role, and the tests that look at every page are made from it.  console/README.md tells how
 * a page is added. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { ComponentType } from "preact";
import { has_role, may } from "./api";
import type { Pair } from "./tongue";
import { group_words, names } from "./pages/words";

export interface PageProps {
  /* Behind the page's name in the path; an opaque id, or null. */
  id: string | null;
}

export type Group = "watch" | "work" | "records" | "house" | "self";

export interface Page {
  /* /console/PATH */
  path: string;
  says: Pair;
  group: Group;
  /* One of these scopes is needed; absent: everybody who has logged in. */
  scopes?: readonly string[];
  /* … and one of these roles, if there are any. */
  roles?: readonly string[];
  /* `g` and this letter go there. */
  letter?: string;
  /* Roles whose home it is; the first page in the list that fits is taken. */
  home_of?: readonly string[];
  /* Not in the navigation: reached from somewhere else. */
  quiet?: boolean;
  /* Kinds of work that it shows: links to items of these go there. */
  kinds?: readonly string[];
  /* With this in the place of an id it stands alone, without the frame: for a screen on a wall. */
  bare?: string;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}


export { group_words };

export const PAGES: readonly Page[] = [
  { path: "now", says: names.now, group: "watch", scopes: ["now:read"], letter: "n", home_of: ["supervisor"], bare: "wall", load: () => import("./pages/now/Now") },
  { path: "alerts", says: names.alerts, group: "watch", scopes: ["alerts:read"], letter: "a", home_of: ["analyst"], load: () => import("./pages/alerts/Alerts") },
  { path: "leads", says: names.leads, group: "work", scopes: ["work:read"], letter: "l", kinds: ["lead_check", "site_task"], load: () => import("./pages/leads/Leads") },
  { path: "dissuasion", says: names.dissuasion, group: "work", scopes: ["work:read"], letter: "v", home_of: ["duty"], kinds: ["dissuasion", "hold"], load: () => import("./pages/dissuasion/Dissuasion") },
  { path: "cases", says: names.cases, group: "work", scopes: ["work:read"], letter: "c", kinds: ["case", "victim", "suspect", "handover"], load: () => import("./pages/cases/Cases") },
  { path: "work", says: names.work, group: "work", scopes: ["work:read"], letter: "w", home_of: ["liaison"], load: () => import("./pages/work/Work") },
  { path: "money", says: names.money, group: "work", scopes: ["traces:read", "traces:ask"], letter: "m", load: () => import("./pages/money/Money") },
  { path: "orders", says: names.orders, group: "work", scopes: ["work:read"], letter: "o", kinds: ["stop_order", "freeze", "query", "recall"], load: () => import("./pages/orders/Orders") },
  { path: "returns", says: names.returns, group: "work", scopes: ["work:read"], letter: "b", kinds: ["fund_return", "return_claim"], load: () => import("./pages/returns/Returns") },
  { path: "sanctions", says: names.sanctions, group: "records", scopes: ["work:read"], letter: "s", kinds: ["sanction", "sanction_order", "appeal", "measure"], load: () => import("./pages/sanctions/Sanctions") },
  { path: "penalties", says: names.penalties, group: "records", scopes: ["work:read"], letter: "p", kinds: ["penalty"], load: () => import("./pages/penalties/Penalties") },
  { path: "areas", says: names.areas, group: "records", scopes: ["work:read"], letter: "k", kinds: ["source_area", "victim_area"], load: () => import("./pages/areas/Areas") },
  { path: "inspections", says: names.inspections, group: "records", scopes: ["work:read"], letter: "i", kinds: ["inspection_batch", "inspection"], load: () => import("./pages/inspections/Inspections") },
  { path: "reports", says: names.reports, group: "records", scopes: ["reports:read"], letter: "t", home_of: ["statistician"], load: () => import("./pages/reports/Reports") },
  { path: "rules", says: names.rules, group: "house", scopes: ["rules:read"], letter: "r", home_of: ["engineer"], load: () => import("./pages/rules/Rules") },
  { path: "audit", says: names.audit, group: "house", scopes: ["audit:read"], letter: "u", home_of: ["auditor"], load: () => import("./pages/audit/Audit") },
  { path: "admin", says: names.admin, group: "house", scopes: ["users:read", "organisations:read", "system:read"], letter: "d", home_of: ["administrator", "operator"], load: () => import("./pages/admin/Admin") },
  { path: "tasks", says: names.tasks, group: "self", scopes: ["tasks:read"], letter: "j", load: () => import("./pages/tasks/Tasks") },
  { path: "settings", says: names.settings, group: "self", letter: ",", load: () => import("./pages/settings/Settings") },
];

export function page_allowed(page: Page): boolean {
  return (page.scopes === undefined || page.scopes.some(may)) && (page.roles === undefined || has_role(...page.roles));
}

export function page_home(): Page | undefined {
  return PAGES.find((page) => page.home_of !== undefined && has_role(...page.home_of) && page_allowed(page)) ?? PAGES.find(page_allowed);
}

/* The path of the page that shows items of this kind. */
export function page_of_kind(kind: string): string {
  return PAGES.find((page) => page.kinds?.includes(kind) && page_allowed(page))?.path ?? "work";
}
