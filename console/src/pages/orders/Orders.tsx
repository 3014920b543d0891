/* Orders.tsx -- orders to banks with their clocks: stops, freezes, queries, recalls, holds. */
/* SPDX-License-Identifier: Apache-2.0 */
import type { PageProps } from "../../pages";
import { say } from "../../tongue";
import { WorkPage } from "../work/Work";
import { names } from "../words";

export default function Orders({ id }: PageProps) {
  return <WorkPage id={id} path="orders" says={say(names.orders)} kinds={["stop_order", "freeze", "query", "recall", "hold"]} />;
}
