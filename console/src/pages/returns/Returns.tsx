/* Returns.tsx -- frozen money on its way back to its victims, and their claims. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { PageProps } from "../../pages";
import { say } from "../../tongue";
import { WorkPage } from "../work/Work";
import { names } from "../words";

export default function Returns({ id }: PageProps) {
  return <WorkPage id={id} path="returns" says={say(names.returns)} kinds={["fund_return", "return_claim"]} />;
}
