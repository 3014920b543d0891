/* onward_test.mjs -- what an alert leads to, by key and without typing a number; and filters that are kept. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { axe, run, until } from "./house.mjs";

const analyst = (house) => house.person("ana", ["analyst"]);

async function inbox(house, person, options) {
  const page = await house.open(person, "alerts", options);
  await page.waitForSelector(".table-row.cursor");
  return page;
}

async function narrow(page, q) {
  await page.keyboard.press("/");
  await page.fill("input[type=search]", q);
  await page.keyboard.press("Enter");
}

/* The screen of the first alert that fits; null: the sample has none. */
async function screen(house, fits, options) {
  const alerts = (await house.must("GET", "/v1/alerts?limit=500&q=outcome:open", null, house.token)).body.alerts;
  const row = alerts.find(({ alert }) => fits(alert));
  assert.ok(row, "the sample has such an alert");
  const page = await house.open(await analyst(house), `alerts/${row.alert.id}`, options);
  await page.waitForSelector(".sentence");
  await page.waitForSelector("[data-what=raised]");
  return { page, alert: row.alert };
}

async function give_reason(page, reason) {
  await page.waitForSelector("dialog textarea");
  await page.keyboard.type(reason);
  await page.keyboard.press("Enter");
}

await run([
  ["a filter is kept under a name, chosen by v and a digit, changed, removed, and never in an address", async (house) => {
    const page = await inbox(house, await analyst(house)), addresses = [];
    page.on("request", (request) => request.url().includes("/v1/views") && addresses.push(request.url()));
    const all = Number(await page.getAttribute("[data-count]", "data-count"));
    const count = async () => Number(await page.getAttribute("[data-count]", "data-count"));
    await narrow(page, "typology:mule");
    await until("fewer rows", async () => await count() > 0 && await count() < all);
    const mules = await count();
    await page.keyboard.press("w");
    await page.waitForSelector("[data-keep] input[name=name]");
    assert.match(await page.inputValue("[data-keep] input[name=filter]"), /typology:mule.*outcome:open/);
    assert.equal(await page.locator("[data-keep] input[name=shared]").count(), 0, "an analyst shares none");
    await page.keyboard.type("夜班");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-view='夜班']");
    assert.deepEqual(await axe(page), []);
    await house.picture(page, "views");
    await page.keyboard.press("Escape");
    await narrow(page, "");
    await until("all rows", async () => await count() === all);
    await page.keyboard.press("v");
    await page.waitForSelector("[data-view='夜班']");
    await page.keyboard.press("1");
    await page.waitForSelector("dialog", { state: "detached" });
    await until("the view's rows", async () => await count() === mules);
    assert.match(await page.textContent("[data-views]"), /夜班/);
    await page.keyboard.press("v");
    await page.click("[data-view='夜班'] [data-change]");
    await page.fill("[data-keep] input[name=filter]", "grade:>=nothing(");
    await page.click("[data-keep] button[type=submit]");
    await page.waitForSelector("dialog [data-problem=filter_malformed]");
    await page.fill("[data-keep] input[name=filter]", "typology:victim");
    await page.fill("[data-keep] input[name=name]", "Victims");
    await page.click("[data-keep] button[type=submit]");
    await page.waitForSelector("[data-view=Victims]");
    await page.click("[data-view=Victims] [data-remove]");
    await page.waitForSelector("[data-view=Victims]", { state: "detached" });
    assert.ok(addresses.length >= 4);
    assert.doesNotMatch(addresses.join(" ") + page.url(), /mule|victim|outcome/);
  }],

  ["a supervisor shares a filter: others choose it and do not change it", async (house) => {
    const page = await inbox(house, await house.person("sue", ["supervisor"]), { tongue: "zh" });
    await page.keyboard.press("w");
    await page.waitForSelector("[data-keep] input[name=shared]");
    await page.fill("[data-keep] input[name=name]", "High");
    await page.fill("[data-keep] input[name=filter]", "grade:>=high");
    await page.check("[data-keep] input[name=shared]");
    await page.click("[data-keep] button[type=submit]");
    await page.waitForSelector("[data-view=High]");
    const other = await inbox(house, await analyst(house));
    await other.keyboard.press("v");
    await other.waitForSelector("[data-view=High]");
    assert.equal(await other.locator("[data-view=High] [data-change]").count(), 0);
    await other.keyboard.press("1");
    await other.waitForSelector("dialog", { state: "detached" });
    await until("it is chosen", async () => /High/.test(await other.textContent("[data-views]")));
    assert.equal(await other.isChecked(".page-head input[type=checkbox]"), true, "the filter leaves decided ones in");
  }],

  ["calls, payments and money around an alert stand on its screen, as pictures and as tables, masked", async (house) => {
    const { page, alert } = await screen(house, (one) => one.subject_kind === "account" && one.records.length > 1);
    await page.waitForSelector("[data-card=ladder] svg.ladder");
    /* What this page was told: another reading may end at another bound, for one of them is time. */
    const told = page.waitForResponse((reply) => reply.url().endsWith(`/v1/alerts/${alert.id}/records`));
    await page.reload();
    const { records, parties } = await (await told).json();
    await page.waitForSelector("[data-card=ladder] svg.ladder");
    const own = records.filter((one) => one.own).length;
    assert.equal(await page.locator("svg.ladder .rung.own").count(), own);
    if (await page.locator("[data-wide]").count() > 0) /* at first those about the evidence alone */
      await page.click("[data-wide]");
    await until("all records are drawn", async () => await page.locator("svg.ladder .rung").count() === records.length);
    for (const { name } of parties)
      assert.doesNotMatch(name, /\d{9}/);
    await page.focus(".ladder-box"); /* one record after another by key, said below */
    await page.keyboard.press("Home");
    await page.waitForSelector(`[data-position="${records[0].position}"]`);
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector(`[data-position="${records[1].position}"]`);
    await page.waitForSelector("[data-card=money] .graph canvas");
    assert.ok(await page.locator("[data-card=parties] tbody tr").count() > 0);
    await page.waitForSelector("[data-card=regions]");
    await page.waitForSelector("[data-share] strong");
    await page.setViewportSize({ width: 1366, height: 768 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    assert.deepEqual(await axe(page), []);
    await house.picture(page, "alert-around");
    for (const card of ["ladder", "money"])
      await page.click(`[data-card=${card}] figcaption button`);
    assert.equal(await page.locator("[data-card=ladder] tbody tr").count(), records.length);
    assert.ok(await page.locator("[data-card=money] figure tbody tr").count() > 0);
    assert.deepEqual(await axe(page), []);
    await page.click("[data-card=ladder] h2 + button");
    await give_reason(page, "report 16");
    await page.waitForSelector("[data-card=ladder] .revealed");
    assert.match(await page.textContent("[data-card=ladder] tbody"), /\d{9}/);
    const found = await house.must("GET", "/v1/audit?action=alert.records_reveal", null, await house.person("aud", ["auditor"]));
    assert.match(JSON.stringify(found.body), /report 16/);
  }],

  ["t shows the account with a reason and hands it to the page of money, not to the address", async (house) => {
    const { page } = await screen(house, ({ subject_kind }) => subject_kind === "account");
    await page.keyboard.press("t");
    await give_reason(page, "report 17");
    await page.waitForSelector("main[data-page=money]");
    const from = await page.inputValue("main input[data-first]");
    assert.match(from, /^account:[^*]+$/);
    assert.equal(new URL(page.url()).pathname, "/console/money");
    const found = await house.must("GET", "/v1/audit?action=alert.reveal", null, await house.person("aud", ["auditor"]));
    assert.match(JSON.stringify(found.body), /report 17/);
  }],

  ["p makes a stop order with the account filled in, and opens the same one again", async (house) => {
    const { page, alert } = await screen(house, (one) => one.subject_kind === "account" && one.respond === "stop_payment");
    await page.keyboard.press("p");
    await give_reason(page, "report 18");
    await page.waitForSelector("dialog input[name=payee]");
    assert.doesNotMatch(await page.inputValue("dialog input[name=payee]"), /\*/);
    await page.fill("dialog input[name=amount]", "1234.50");
    await house.picture(page, "onward-stop");
    await page.click("dialog button[type=submit]");
    await page.waitForSelector("main[data-page=orders]");
    await until("the order is on the screen", () => /orders\/w_/.test(page.url()));
    const order = page.url();
    await page.goto(`/console/alerts/${alert.id}`);
    await page.waitForSelector("[data-what=raised]");
    await page.keyboard.press("p");
    await give_reason(page, "report 18");
    await until("the same order", () => page.url() === order);
  }],

  ["d opens the dissuasion that is open for the person, v lists the work, the log tells who decided", async (house) => {
    const { page, alert } = await screen(house, (one) => one.subject_kind === "person" && (one.respond === "dissuasion" || one.respond === "stop_payment"));
    await page.keyboard.press("d");
    await give_reason(page, "report 19");
    await page.waitForSelector("main[data-page=dissuasion], dialog [name=document]");
    if (await page.locator("dialog [name=document]").count() > 0) {
      assert.doesNotMatch(await page.inputValue("dialog [name=document]"), /\*/);
      await page.click("dialog button[type=submit]");
    }
    await until("the item is on the screen", () => /dissuasion\/w_/.test(page.url()));
    await page.goto(`/console/alerts/${alert.id}`);
    await page.waitForSelector("[data-what=raised]");
    await page.keyboard.press("e");
    await page.waitForSelector("dialog [data-preset='1']");
    await page.keyboard.press("1");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.goto(`/console/alerts/${alert.id}`); /* it had gone on to the next one */
    await page.waitForSelector("[data-what='alert.decide']");
    const supervisor = await house.open(await house.person("sue", ["supervisor"]), `alerts/${alert.id}`);
    await supervisor.waitForSelector("[data-what='alert.decide'] [data-code]");
    await supervisor.waitForSelector("[data-what='alert.reveal'] q");
    assert.deepEqual(await axe(supervisor), []);
    await house.picture(supervisor, "alert-log");
  }],

  ["a way that the proposed action does not allow has no key", async (house) => {
    const { page } = await screen(house, ({ respond, subject_kind }) => respond === "lead" && subject_kind !== "account");
    assert.equal(await page.locator("[data-way]").count(), 0);
    for (const key of ["t", "d", "p"])
      await page.keyboard.press(key);
    assert.equal(await page.locator("dialog").count(), 0);
    await page.keyboard.press("v");
    await until("the lead that was made of it", async () => /leads\/w_/.test(page.url()) || await page.locator("[data-work]").count() > 0 || await page.locator(".notice").count() > 0);
  }],
], { sample: true });
