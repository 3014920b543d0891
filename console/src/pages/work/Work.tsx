/* Work.tsx -- work of any kind.  `WorkPage` is what other pages are made of: one kind or several, more
 * beside the fields, own words for the title. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { PageProps } from "../../pages";
import { say } from "../../tongue";
import { names } from "../words";
import { Item, type ItemExtras } from "./Item";
import { Queue, type QueueExtras } from "./Queue";

export interface WorkPageProps extends PageProps {
  /* Its name in pages.ts, for addresses. */
  path: string;
  says: string;
  /* Absent: every kind. */
  kinds?: string[];
  /* What a special page shows beside or in place of the usual. */
  extras?: ItemExtras;
  queue?: QueueExtras;
}

export function WorkPage({ id, path, says, kinds, extras, queue }: WorkPageProps) {
  return id === null
    ? <Queue path={path} says={says} {...(kinds && { kinds })} {...(queue && { extras: queue })} />
    : <Item key={id} id={id} path={path} {...(extras && { extras })} />;
}

export default function Work({ id }: PageProps) {
  return <WorkPage id={id} path="work" says={say(names.work)} />;
}
