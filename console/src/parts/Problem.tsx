/* Problem.tsx -- a refusal of the service: what it says, and what one can do about it. */
/* SPDX-License-Identifier: Apache-2.0 */
import { Problem } from "../api";
import { say } from "../tongue";
import { problem_next, problem_words, w } from "../words";

export function problem_text(fault: unknown): string {
  if (!(fault instanceof Problem))
    return fault instanceof Error ? fault.message : String(fault);
  const title = fault.title || say(problem_words.unreachable);
  return fault.detail === null ? title : `${title} ${fault.detail}`;
}

export function ProblemBox({ fault, retry }: { fault: unknown; retry?: () => void }) {
  if (fault === null || fault === undefined)
    return null;
  const name = fault instanceof Problem ? fault.name : "broken";
  const next = Object.hasOwn(problem_next, name) ? problem_next[name as keyof typeof problem_next] : undefined;
  const wait = fault instanceof Problem ? fault.wait_seconds ?? 1 : 1;
  return (
    <div class="problem" role="alert" data-problem={name}>
      <strong>{problem_text(fault)}</strong>
      {next && <p>{say(next, { n: wait })}</p>}
      {retry && <button type="button" onClick={retry}>{say(w.retry)}</button>}
    </div>
  );
}
