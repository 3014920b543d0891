/* dissuasion_test.mjs -- from a victim's payments to the outcome, in few keys and in both tongues; what is
 * said is the service's own list; a hold, the time line, a follow-up; and Now, with its wall. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { axe, run, SOURCE, until } from "./house.mjs";

const RULE = `profile payer by payment.payer { strangers = distinct payee over 1h "payees in 1h" "1 小时收款方数" }
rule victim_pays on payment {
  title "pays strangers" "向陌生账户付款"
  when payer.strangers >= 2
  subject person(payer).person typology victim
  score 0.9
  respond dissuasion
  quiet 24h
}
`;
const rules = fs.mkdtempSync(path.join(os.tmpdir(), "cutline-rules-"));
fs.writeFileSync(path.join(rules, "victim.cut"), RULE);

async function victim(house, n) {
  const account = `ACC${String(n).padStart(4, "0")}`;
  await house.send([{ kind: "person", person: `P${n}`, phone: `+8613800${String(n).padStart(6, "0")}`, account, region: "530114" }]);
  await house.send([1, 2].map((to) => ({ kind: "payment", time: `2026-03-02T10:00:0${to}+08:00`, payer: account, payee: `OUT${n}${to}`, amount: "100.00" })));
}

const scripts = fs.readFileSync(path.join(SOURCE, "src", "casework", "dissuasion", "scripts.inc"), "utf8");

const tests = ["en", "zh"].map((tongue, turn) => [`who pays strangers is warned and the outcome noted within eight keys: ${tongue}`, async (house) => {
  const dora = await house.person("dora", ["duty"]);
  await victim(house, turn + 1);
  await until("the item", async () => (await house.must("GET", "/v1/work?kind=dissuasion", null, dora)).body.work.some(({ state }) => state === "new" || state === "graded"));
  const page = await house.open(dora, "", { tongue });
  assert.equal(await page.getAttribute("main", "data-page"), "dissuasion", "the desk's home is its queue");
  await page.waitForSelector(".table-row.cursor");
  await house.picture(page, `desk-queue-${tongue}`);
  let keys = 0;
  const press = async (...all) => {
    for (const key of all) {
      await page.keyboard.press(key);
      keys++;
    }
  };
  await press("n");
  await page.waitForSelector("[data-card=script]");
  const said = await page.textContent("[data-card=script] .script");
  assert.ok(scripts.includes(said), said);
  assert.match(await page.textContent("[data-field=phone]"), /\*/, "masked");
  await press("k", "1");
  await page.waitForSelector(".item-head [data-state=contacting]");
  await press("v");
  await page.waitForSelector(".item-head [data-state=reached]");
  await page.waitForSelector("[data-codes=outcome] button");
  await house.picture(page, `desk-reached-${tongue}`);
  assert.deepEqual(await axe(page), []);
  await press("e", "1");
  await page.waitForSelector(".item-head [data-state=follow_up]");
  assert.ok(keys <= 8, `${keys} keys`);
  console.log(`      ${keys} keys from the queue to the outcome`);
  await page.waitForSelector("[data-codes=followed]");
  assert.ok(await page.locator("[data-card=timeline] li").count() >= 5);
  await press("i");
  await page.waitForSelector("dialog textarea");
  await page.keyboard.type("report 17");
  await press("Enter");
  await page.waitForSelector("[data-card=timeline] h2 small");
  await press("f", "1");
  await page.waitForSelector(".item-head [data-state=closed]");
}]);

tests.push(["no key of the desk fires while an input method composes", async (house) => {
  const dora = await house.person("dora", ["duty"]);
  await victim(house, 7);
  const page = await house.open(dora, "dissuasion", { tongue: "zh" });
  await page.waitForSelector(".table-row.cursor");
  await page.keyboard.press("n");
  await page.waitForSelector("[data-card=script]");
  await page.evaluate(() => {
    for (const key of ["k", "1", "s"])
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, isComposing: true }));
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(await page.locator(".item-head [data-state=contacting], .item-head [data-state=signed]").count() === 0);
}]);

tests.push(["Now counts what came, goes on by itself, says when it is old, and stands alone on a wall", async (house) => {
  const chief = await house.person("chief", ["supervisor"]);
  for (const tongue of ["en", "zh"]) {
    const page = await house.open(chief, "", { tongue });
    assert.equal(await page.getAttribute("main", "data-page"), "now");
    await page.waitForSelector("[data-figure=alerts] strong");
    const alerts = async () => Number(await page.textContent("[data-figure=alerts] strong"));
    const before = await alerts();
    await victim(house, tongue === "en" ? 20 : 21);
    await until("one more alert", async () => await alerts() > before);
    await page.click("[data-card=pulse] figcaption button");
    await page.waitForSelector("[data-card=pulse] table");
    await page.keyboard.press("w");
    await page.waitForSelector("[data-wall=true] [data-figure=alerts]");
    assert.equal(await page.locator("nav, header.top").count(), 0);
    await house.picture(page, `wall-${tongue}`);
    assert.deepEqual(await axe(page), []);
    await page.route("**/v1/now", (route) => route.abort());
    await page.waitForSelector("[data-lost]");
    await page.waitForSelector("[data-stale=true]");
    assert.ok(await alerts() > before, "what was known stays");
    await page.unroute("**/v1/now");
    await page.waitForSelector("[data-stale=false]");
    await page.evaluate(() => document.fullscreenElement && document.exitFullscreen());
    if (await page.locator("[data-wall=true]").count() === 1)
      await page.keyboard.press("Escape");
    await page.waitForSelector("nav");
  }
}]);

try {
  await run(tests, { rules });
} finally {
  fs.rmSync(rules, { recursive: true, force: true });
}
