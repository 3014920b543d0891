/* main.tsx -- the beginning: who looks, in which tongue, at which page. */
/* SPDX-License-Identifier: Apache-2.0 */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ended, who, whoami, type Whoami } from "./api";
import { useCell } from "./cell";
import { Frame } from "./Frame";
import { names_read } from "./names";
import Appeal from "./pages/appeal/Appeal";
import { Entrance, LoginForm } from "./pages/login/Login";
import { StepUp } from "./pages/login/StepUp";
import { w as login_words } from "./pages/login/words";
import { Dialog } from "./parts/Dialog";
import { ProblemBox } from "./parts/Problem";
import { place } from "./router";
import { liking } from "./settings";
import { say, tongue } from "./tongue";
import { w } from "./words";
import "./theme.css";

/* A session that ended: the login stands before the page, and whoever comes back is the same person, or
 * the page begins anew. */
function App() {
  const me = useCell(whoami);
  const spoken = useCell(tongue);
  useCell(liking);
  const [kept, keep] = useState<Whoami | null>(null);
  const [fault, fail] = useState<unknown>(null);
  const lost = useCell(ended);
  const appeals = useCell(place).page === "appeal"; /* for anybody, whoever looks */
  useEffect(() => {
    if (!appeals)
      who().catch(fail);
  }, [appeals]);
  useEffect(() => {
    if (me) {
      keep(me);
      names_read();
    }
  }, [me]);
  if (appeals)
    return <Appeal key={spoken} />;
  if (fault !== null)
    return <main class="alone"><ProblemBox fault={fault} retry={() => {
      fail(null);
      who().catch(fail);
    }} /></main>;
  if (me === undefined)
    return <main class="alone"><p role="status">{say(w.loading)}</p></main>;
  const shown = me ?? (lost ? kept : null);
  return (
    <>
      {shown ? <Frame key={`${shown.id} ${spoken}`} who={shown} /> : <Entrance key={spoken} />}
      {me === null && shown && (
        <Dialog title={say(login_words.title)} close={() => (ended.value = false)}><LoginForm note={say(login_words.ended)} /></Dialog>
      )}
      <StepUp />
    </>
  );
}

const root = document.getElementById("app");
if (root !== null)
  render(<App />, root);
