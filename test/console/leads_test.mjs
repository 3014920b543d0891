/* leads_test.mjs -- from an alert to its lead, to two persons, to the carrier's answer and to what two
 * leads have in common, in both tongues; the carrier is a process of its own.  And a case of both. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { Carrier } from "./carrier.mjs";
import fs from "node:fs";
import { axe, run, until } from "./house.mjs";

const RULE = `profile line by call.caller { callees = distinct callee over 1h "called in 1h" "1 小时被叫数" }
rule strangers on call {
  title "calls strangers" "呼叫陌生人"
  when line[caller].callees >= 2
  subject caller typology scam_caller
  score 0.9
  respond lead
  quiet 24h
}
`;
const HOTEL = ["云南省昆明市呈贡区春融街１号锦华酒店8楼", "呈贡区春融街一号锦华酒店805室"];
const NUMBERS = { en: ["13900077001", "13900077002"], zh: ["13900077003", "13900077004"] };
const HOUSES = { en: "", zh: "3" };

const rows = Object.entries(NUMBERS).flatMap(([tongue, numbers]) => numbers.map((number, at) =>
  `${number},${HOTEL[at].replace("１号", `${HOUSES[tongue]}1号`).replace("一号", HOUSES[tongue] === "" ? "一号" : "三十一号")},530114,460-00-${tongue === "en" ? 77 : 78}-${at}\n`)).join("");
const carrier = await Carrier.make(rows);
fs.mkdirSync(carrier.path("rules"));
carrier.put("rules/strangers.cut", RULE);
let keys = 0;

async function press(page, ...all) {
  for (const key of all) {
    await page.keyboard.press(key);
    keys++;
  }
}

async function alert_of(house, number, begin) {
  const at = (seconds) => new Date(begin + seconds * 1000).toISOString();
  await house.send([1, 2, 3].map((n) => ({ kind: "call", time: at(n), caller: `+86${number}`, callee: `+8613800${number.slice(-5)}${n}`.slice(0, 14) })));
}

/* The lead on screen is requested with its document and handed to a second person. */
async function request(page) {
  await press(page, "v");
  const form = page.locator("[data-step=request]").last();
  await form.locator("[name=purpose]").selectOption("fraud_lead");
  await form.locator("[name=basis]").selectOption("anti_fraud_law");
  await form.locator("[name=document]").fill("18");
  await form.locator("[type=submit]").click();
  await page.waitForSelector("[data-state=check_requested]");
  await press(page, "s");
  await page.locator("form[data-step=send] [type=submit]").click();
  await page.waitForSelector(".asking");
}

async function approve(page) {
  await page.waitForSelector("[data-approve]");
  await press(page, "y");
  await page.waitForSelector("dialog textarea:focus");
  await page.keyboard.type("read");
  await press(page, "Enter");
  await page.waitForSelector("dialog", { state: "detached" });
}

const tests = ["en", "zh"].map((tongue, turn) => [`an alert becomes a lead, its carrier answers, and two of them are a cluster: ${tongue}`, async (house) => {
  if (!carrier.process)
    await carrier.start(house);
  const ana = await house.person("ana", ["analyst"]), ben = await house.person("ben", ["supervisor"]);
  const begin = Date.now() - 600000;
  for (const [at, number] of NUMBERS[tongue].entries())
    await alert_of(house, number, begin + at * 60000);
  await house.send([{ kind: "call", time: new Date(begin + 400000).toISOString(), caller: "+8613700000009", callee: "+8613800000099" }]);
  const page = await house.open(ana, "alerts", { tongue });
  await page.waitForSelector(".table-row.cursor");
  keys = 0;
  await press(page, "o");
  await page.waitForSelector(".sentence");
  const open = await until("both leads", async () => {
    const { body } = await house.must("GET", "/v1/work?kind=lead_check", null, ana);
    const fresh = body.work.filter(({ state }) => state === "received");
    return fresh.length === 2 && fresh;
  });
  await press(page, "g", "l");
  await page.waitForSelector("[data-view=open]");
  await until("both rows", async () => await page.locator(".table-row:not(.table-head)").count() >= 2);
  await house.picture(page, `leads-queue-${tongue}`);
  await press(page, "2", "o");
  await page.waitForSelector(".stages .here");
  assert.match(await page.textContent("[data-field=number]"), /\*/, "masked");
  assert.ok(await page.locator(".large-clock .clock").count() === 1, "a clock runs");
  const first = page.url().split("/").at(-1);
  assert.ok(open.some(({ id }) => id === first));
  await request(page);
  const chief = await house.open(ben, `leads/${first}`, { tongue });
  await approve(chief);
  await page.waitForSelector("[data-card=answer][data-answered=true]"); /* nobody reloads anything */
  await page.waitForSelector(".item-head [data-state=single]");
  await house.picture(page, `leads-answered-${tongue}`);
  assert.deepEqual(await axe(page), []);
  const second = open.find(({ id }) => id !== first).id;
  const other = await house.open(ana, `leads/${second}`, { tongue });
  await request(other);
  const again = await house.open(ben, `leads/${second}`, { tongue });
  await approve(again);
  for (const one of [other, page])
    await one.waitForSelector("[data-card=common][data-clustered=true]");
  assert.match(await page.textContent("[data-card=common]"), tongue === "zh" ? /同一地址/ : /same place/);
  await house.picture(page, `leads-cluster-${tongue}`);
  const answered = await page.textContent("[data-card=answer]");
  assert.doesNotMatch(answered, /锦华酒店8楼/, "the address is masked");
  await page.click("[data-site] a");
  await page.waitForSelector("[data-card=pointing] tbody tr:nth-child(2)");
  await house.picture(page, `leads-site-${tongue}`);
  assert.deepEqual(await axe(page), []);
  console.log(`      ${keys} keys, ${turn + 1}`);
}]);

tests.push(["a case is made of chosen leads, with a victim and a suspect in it", async (house) => {
  const ana = await house.person("ana", ["analyst"]);
  for (const tongue of ["en", "zh"]) {
    const page = await house.open(ana, "leads", { tongue });
    await until("rows", async () => await page.locator(".table-row:not(.table-head)").count() >= 2);
    await press(page, "x", "j", "x", "w");
    await page.waitForSelector("dialog [name=title]");
    await page.fill("dialog [name=title]", "Safe account");
    await page.click("dialog [type=submit]");
    await page.waitForSelector("main[data-page=cases] [data-card=others] li:nth-child(2)");
    await press(page, "v");
    await page.waitForSelector("dialog [name=about]");
    const details = page.locator("dialog details");
    if (!await details.evaluate((node) => node.open))
      await details.locator("summary").click();
    await page.fill("dialog [name=name]", "王小明");
    await page.fill("dialog [name=loss]", "49800.00");
    await page.click("dialog [type=submit]");
    await page.waitForSelector("[data-card=victim] tbody tr");
    assert.match(await page.textContent("[data-card=victim]"), /49,800/);
    assert.doesNotMatch(await page.textContent("[data-card=victim]"), /王小明/, "masked");
    await press(page, "p");
    await page.waitForSelector("dialog [name=about]");
    await page.click("dialog [type=submit]");
    await page.waitForSelector("[data-card=suspect] tbody tr");
    await house.picture(page, `case-${tongue}`);
    assert.deepEqual(await axe(page), []);
  }
}]);

try {
  await run(tests, { config: carrier.config, rules: carrier.path("rules") });
} finally {
  await carrier.end();
}
