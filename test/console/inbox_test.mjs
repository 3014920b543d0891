/* inbox_test.mjs -- alerts by key, in both directions and back, and never while an input method composes. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { axe, run, until } from "./house.mjs";

const cursor = (page) => page.evaluate(() => document.querySelector(".table-row.cursor")?.getAttribute("aria-rowindex"));
const chosen = (page) => page.locator(".table-row.chosen").count();
const at_row = (page, row) => until(`the cursor stands on row ${row}`, async () => await cursor(page) === row);
const analyst = (house) => house.person("ana", ["analyst"]);

async function inbox(house, options) {
  const page = await house.open(await analyst(house), "alerts", options);
  await page.waitForSelector(".table-row.cursor");
  return page;
}

await run([
  ["j and k move, x selects, * n deselects, o opens, ] and [ go on, u comes back to the same row", async (house) => {
    const page = await inbox(house);
    for (const key of ["j", "j", "k"])
      await page.keyboard.press(key);
    await at_row(page, "3");
    await page.keyboard.press("x");
    await until("one is selected", async () => await chosen(page) === 1);
    await page.keyboard.press("*");
    await page.keyboard.press("a");
    await until("all are selected", async () => await chosen(page) > 10);
    await page.keyboard.press("*");
    await page.keyboard.press("n");
    await until("none is selected", async () => await chosen(page) === 0);
    await page.keyboard.press("o");
    await page.waitForSelector(".sentence");
    const first = page.url();
    await page.keyboard.press("]");
    await until("the next alert", () => page.url() !== first);
    await page.keyboard.press("[");
    await until("the alert before", () => page.url() === first);
    await page.keyboard.press("u");
    await page.waitForSelector(".table-row.cursor");
    await at_row(page, "3");
  }],

  ["no key fires while an input method composes, in a field, with Ctrl, or when keys are off", async (house) => {
    const page = await inbox(house);
    const before = await cursor(page);
    /* What Chromium sends while pinyin is composed: keydown of the letter with isComposing, or 229. */
    await page.evaluate(() => {
      const press = (more) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, cancelable: true, ...more }));
      press({ isComposing: true });
      press({ keyCode: 229 });
      press({ key: "Process", keyCode: 229 });
      press({ ctrlKey: true });
      press({ altKey: true });
      press({ metaKey: true });
    });
    assert.equal(await cursor(page), before);
    await page.keyboard.press("/");
    await page.keyboard.type("jjxo?");
    assert.equal(await page.inputValue("input[type=search]"), "jjxo?");
    assert.equal(await cursor(page), before);
    assert.equal(await page.locator("dialog").count(), 0);
    await page.keyboard.press("Escape");
    await page.evaluate(() => localStorage.setItem("cutline.settings", JSON.stringify({ tongue: "en", keys: false })));
    await page.reload();
    await page.waitForSelector(".table-row.cursor");
    await page.keyboard.press("j");
    assert.equal(await cursor(page), "2");
  }],

  ["a real composition in the filter moves nothing and sends nothing", async (house) => {
    const page = await inbox(house, { tongue: "zh" });
    const rows = await page.getAttribute("[data-count]", "data-count");
    await page.keyboard.press("/");
    const debug = await page.context().newCDPSession(page);
    await debug.send("Input.imeSetComposition", { text: "sj", selectionStart: 2, selectionEnd: 2 });
    await page.keyboard.press("j");
    assert.equal(await page.locator("dialog").count(), 0);
    await debug.send("Input.insertText", { text: "时间" });
    assert.equal(await page.getAttribute("[data-count]", "data-count"), rows);
  }],

  ["a key that was put elsewhere works there and not where it was", async (house) => {
    const page = await inbox(house);
    await page.evaluate(() => localStorage.setItem("cutline.settings", JSON.stringify({ tongue: "en", remapped: { "alerts.down": "y" } })));
    await page.reload();
    await page.waitForSelector(".table-row.cursor");
    await page.keyboard.press("j");
    assert.equal(await cursor(page), "2");
    await page.keyboard.press("y");
    await at_row(page, "3");
  }],

  ["? shows every key, Ctrl-K finds pages and actions, g and a letter goes there", async (house) => {
    const page = await inbox(house);
    await page.keyboard.press("?");
    await page.waitForSelector("dialog .keys-list");
    assert.ok(await page.locator("dialog .keys-list kbd").count() > 12);
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.keyboard.press("Control+k");
    await page.waitForSelector("[role=combobox]:focus");
    await page.keyboard.type("settings");
    await page.keyboard.press("Enter");
    await page.waitForSelector("main[data-page=settings]");
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.waitForSelector("main[data-page=alerts]");
  }],

  ["the filter narrows, complains with its column, and is not in the address", async (house) => {
    const page = await inbox(house);
    const all = Number(await page.getAttribute("[data-count]", "data-count"));
    await page.keyboard.press("/");
    await page.keyboard.type("typology:mule");
    await page.keyboard.press("Enter");
    await until("fewer rows", async () => {
      const n = Number(await page.getAttribute("[data-count]", "data-count"));
      return n > 0 && n < all;
    });
    assert.doesNotMatch(page.url(), /mule/);
    await page.fill("input[type=search]", "grade:>=nothing(");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-problem=filter_malformed]");
  }],

  ["a number that is typed into the filter is in no address, title, history or storage", async (house) => {
    const page = await inbox(house), canary = "13912345678", asked = [];
    page.on("request", (request) => asked.push({ method: request.method(), url: request.url(), body: request.postData() ?? "", referrer: request.headers().referer ?? "" }));
    page.on("framenavigated", (frame) => asked.push({ url: frame.url(), body: "" }));
    for (const typed of [canary, `reason:${canary} OR grade:>=low`, `subject:${canary} OR grade:>=low`]) {
      const count = asked.length;
      await page.keyboard.press("/");
      await page.keyboard.type(typed);
      await page.keyboard.press("Enter");
      await until("it was asked for, and is followed", () => ["search", "stream"].every((name) => asked.slice(count).some(({ url, body }) => url.endsWith(`/v1/alerts/${name}`) && body.includes(canary))));
      await page.waitForSelector(".page-head .tag.good");
    }
    await page.waitForSelector(".table-row.cursor");
    await page.keyboard.press("o"); /* on to an alert, back, and a reload: what a browser writes down */
    await page.waitForSelector(".sentence");
    await page.keyboard.press("u");
    await page.waitForSelector(".table-row.cursor");
    const kept = await page.evaluate(async () => JSON.stringify([document.title, location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.cookie, window.name,
      await indexedDB.databases(), await caches.keys(), performance.getEntries().map(({ name }) => name)]));
    assert.doesNotMatch(kept, new RegExp(canary));
    await page.reload();
    await page.waitForSelector(".table-row.cursor");
    assert.deepEqual(asked.filter(({ url, referrer }) => `${url}${referrer}`.includes(canary)), []);
    assert.ok(asked.every(({ url }) => !/\/v1\/alerts(\/search|\/stream)?\?/.test(url)));
    assert.doesNotMatch(house.read_log(), new RegExp(canary));
  }],

  ["an alert that comes while one looks stands in front, and the cursor stays on its alert", async (house) => {
    const page = await inbox(house);
    await page.waitForSelector(".page-head .tag.good");
    await page.keyboard.press("j");
    const before = await page.textContent(".table-row.cursor .mono");
    const lines = [], begin = Date.parse("2026-03-03T10:00:00+08:00");
    for (let i = 0; i < 400; i++)
      lines.push({ kind: "call", time: new Date(begin + i * 4000).toISOString(), caller: "+8613700000001", callee: `+86138${String(10000000 + i)}`, duration: 12, imei: "860000000000001", cell: "460-00-1-1" });
    await house.send(lines);
    await house.send([{ kind: "call", time: "2026-03-03T14:00:00+08:00", caller: "+8613700000002", callee: "+8613800000001" }]);
    await page.waitForSelector("text=/\\d+ new/");
    assert.equal(await page.textContent(".table-row.cursor .mono"), before);
  }],

  ["masked until revealed with a reason, which is written down, and hidden again by hand", async (house) => {
    const page = await inbox(house);
    await page.keyboard.press("o");
    await page.waitForSelector(".sentence");
    const masked = await page.textContent(".pairs .mono");
    assert.match(masked, /\*/);
    await page.keyboard.press("r");
    await page.waitForSelector("dialog textarea");
    await page.keyboard.type("report 17");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".revealed");
    assert.doesNotMatch(await page.textContent(".pairs .mono"), /\*/);
    await page.click(".revealed button");
    assert.equal(await page.textContent(".pairs .mono"), masked);
    const auditor = await house.person("aud", ["auditor"]);
    const found = await house.must("GET", "/v1/audit?action=alert.reveal", null, auditor);
    assert.match(JSON.stringify(found.body), /report 17/);
  }],

  ["all that fit the filter: counted and seen before, approved by a second person, done with the page closed, undone", async (house) => {
    const page = await inbox(house), supervisor = await house.person("sup", ["supervisor"]), ana = await analyst(house);
    const open = async () => (await house.must("GET", "/v1/alerts?limit=500&q=outcome:open", null, house.token)).body.alerts.length;
    const all = await open();
    await page.keyboard.press("*");
    await page.keyboard.press("m");
    await page.waitForSelector(`dialog [data-preview='${all}'] [data-second-person]`);
    assert.match(await page.textContent("dialog h2"), new RegExp(String(all)));
    assert.deepEqual(await axe(page), []);
    await house.picture(page, "bulk-preview");
    await page.keyboard.press("4");
    await page.waitForSelector("[data-task=proposed]");
    assert.equal(await open(), all);
    await page.context().close();
    const second = await house.open(supervisor, "tasks", { tongue: "zh" });
    await second.click("[data-state=proposed] [data-details] summary");
    await second.waitForSelector("[data-details] .mono");
    await house.picture(second, "bulk-approve-zh");
    await second.click("main [data-act=approve]");
    await second.waitForSelector("dialog textarea");
    await second.keyboard.type("样例已核对");
    await second.keyboard.press("Enter");
    await until("all are decided", async () => await open() === 0, 60);
    const back = await house.open(ana, "tasks");
    await back.waitForSelector("[data-state=done]");
    assert.match(await back.textContent("[data-state=done]"), /sup/);
    assert.deepEqual(await axe(back), []);
    await house.picture(back, "bulk-done");
    await back.click("main [data-act=undo]");
    await back.waitForSelector("dialog textarea");
    await back.keyboard.type("a mistake");
    await back.keyboard.press("Enter");
    await until("all are open again", async () => await open() === all, 60);
    house.pages = house.pages.filter((one) => one !== page);
  }],
], { sample: true, config: "alerts: {alone: 10}\n" });
