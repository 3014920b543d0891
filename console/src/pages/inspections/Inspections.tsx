/* Inspections.tsx -- batches of inspections, and the companies in them; a company sees its own. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { PageProps } from "../../pages";
import { say } from "../../tongue";
import { WorkPage } from "../work/Work";
import { names } from "../words";

export default function Inspections({ id }: PageProps) {
  return <WorkPage id={id} path="inspections" says={say(names.inspections)} kinds={["inspection_batch", "inspection"]} />;
}
