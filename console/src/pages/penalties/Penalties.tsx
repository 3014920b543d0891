/* Penalties.tsx -- administrative penalties with the clocks of their procedure. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { PageProps } from "../../pages";
import { say } from "../../tongue";
import { WorkPage } from "../work/Work";
import { names } from "../words";

export default function Penalties({ id }: PageProps) {
  return <WorkPage id={id} path="penalties" says={say(names.penalties)} kinds={["penalty"]} />;
}
