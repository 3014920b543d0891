/* money_test.mjs -- a victim paid: the money is followed on the page, the sums agree, stop orders are made of
 * what is proposed; and the public form of appeal takes one without a login. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { axe, run, until } from "./house.mjs";

const at = (second) => new Date(Date.now() - 3600_000 + second * 1000).toISOString().replace(/\.\d+Z/, "Z");

/* 900.00 from a victim: two mules, one of which splits it, an ATM at one end. */
const PAYMENTS = [
  ["PAY1", "V100000000001", "M200000000001", "900.00", 0], ["PAY2", "M200000000001", "M200000000002", "500.00", 60],
  ["PAY3", "M200000000001", "M200000000003", "300.00", 90], ["PAY4", "M200000000002", "M200000000004", "450.00", 150],
].map(([id, payer, payee, amount, second]) => ({ kind: "payment", id, time: at(second), payer, payee, amount, currency: "CNY", payer_bank: "BANKA", payee_bank: "BANKB", status: "done" }));

async function follow(page, from) {
  await page.fill("input[data-first]", from);
  await page.fill("form input[required] >> nth=1", "report 17");
  await page.click("form button.main");
  await page.waitForSelector("[data-sums]");
}

/* A dialog asks for the reason. */
async function because(page, reason) {
  await page.waitForSelector("dialog textarea:focus");
  await page.keyboard.type(reason);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog", { state: "detached" });
}

const tests = [];
for (const tongue of ["en", "zh"])
  tests.push([`money is followed from a payment, its sums agree, and stops become orders, ${tongue}`, async (house) => {
    const analyst = await house.person("analyst", ["analyst"]);
    const page = await house.open(analyst, "money", { tongue });
    assert.deepEqual(await axe(page), []);
    await follow(page, "PAY1");
    assert.equal(await page.getAttribute("[data-sums]", "data-sums"), "agree");
    assert.match(page.url(), /\/console\/money\/[A-Z0-9]+$/);
    assert.doesNotMatch(await page.textContent("main"), /M200000000001/); /* masked */
    await page.waitForSelector(".graph canvas");
    await house.picture(page, `trace-${tongue}`);
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.locator("table.stops tbody tr").count() >= 2);
    await page.keyboard.press("x");
    await page.waitForSelector("table.stops input:checked");
    await page.keyboard.press("p");
    await because(page, "report 17");
    await page.waitForSelector("table.stops a[href^='/console/orders/']");
    await page.click("table.stops a[href^='/console/orders/'] >> nth=0");
    await page.waitForSelector("[data-state]");
    await house.picture(page, `order-${tongue}`);
    assert.match(page.url(), /\/console\/orders\//);
    assert.match(await page.textContent("main"), tongue === "zh" ? /450\.00 元/ : /CNY 450\.00/); /* not a hundred times as much */
  }]);

tests.push(["what is followed is shown unmasked with a reason, hidden again at once, and another method is one choice away", async (house) => {
  const page = await house.open(await house.person("analyst", ["analyst"]), "money");
  await follow(page, "payment:PAY1");
  await page.keyboard.press("r");
  await because(page, "to tell the bank");
  assert.match(await page.textContent("main"), /M200000000001/);
  const before = page.url();
  await page.selectOption("header select.slim", "pro_rata");
  await because(page, "to compare");
  await until("the other method", async () => page.url() !== before && (await page.locator("header .tag").allTextContents()).includes("pro rata"));
  assert.equal(await page.getAttribute("[data-sums]", "data-sums"), "agree");
  assert.doesNotMatch(await page.textContent("main"), /M200000000001/);
}]);

for (const tongue of ["en", "zh"])
  tests.push([`anybody may appeal, without a login, ${tongue}`, async (house) => {
    const page = await house.page(null, { tongue, path: "/console/appeal" });
    await page.fill("[name=reference]", "T-2026-000001");
    await page.selectOption("[name=ground]", "not_lifted");
    await page.fill("[name=statement]", "<img src=x onerror=alert(1)> it ended in May");
    assert.deepEqual(await axe(page), []);
    await house.picture(page, `appeal-${tongue}`);
    await page.click("button.main");
    await page.waitForSelector("[data-received]");
    assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage }).includes("May")), false);
  }]);

tests.push(["money is there once its payments were read", async (house) => {
  assert.ok(house.token);
}]);

tests.unshift(["payments come in", async (house) => {
  const { body } = await house.send(PAYMENTS);
  assert.equal(body.accepted, PAYMENTS.length, JSON.stringify(body));
  const person = await house.person("analyst", ["analyst"]);
  await until("the index has them", async () => (await house.ask("POST", "/v1/traces", { from: "PAY1", reason: "test" }, person)).status === 201);
}]);
tests.pop();

await run(tests);
