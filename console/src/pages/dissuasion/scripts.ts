/* scripts.ts -- what may be said to somebody, by type of scam and way: the service's own list, so that
 * what an officer reads is what the service sends and holds against its checks. */
/* SPDX-License-Identifier: Apache-2.0 */
import text from "../../../../src/casework/dissuasion/scripts.inc";
import type { Both } from "../../tongue";

const ROW = /^SCRIPT\((\w+), (\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)/gm;

const SCRIPTS = new Map<string, Both>();
for (const [, scam = "", channel = "", en = "", zh = ""] of text.matchAll(ROW))
  SCRIPTS.set(`${scam} ${channel}`, { en: JSON.parse(`"${en}"`) as string, zh: JSON.parse(`"${zh}"`) as string });

/* That of the type, or the one for every type; what is read out by a machine is what would be sent. */
export function script_of(scam: string, channel: string): { says: Both; scam: string } | null {
  const ways = channel === "voice" ? ["voice", "sms"] : channel === "bank" ? ["call"] : [channel];
  for (const type of [scam, "T00"])
    for (const way of ways) {
      const says = SCRIPTS.get(`${type} ${way}`);
      if (says !== undefined)
        return { says, scam: type };
    }
  return null;
}
