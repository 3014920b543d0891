/* decide_test.mjs -- alerts brought to an end: how many keys it takes, many at once as a task, and taken back. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { axe, run, until } from "./house.mjs";

const KEYS_MAX = 6; /* from the inbox to done, for the median alert */

async function inbox(house, options) {
  const page = await house.open(await house.person("ana", ["analyst"]), "alerts", options);
  await page.waitForSelector(".table-row.cursor");
  page.keys = 0;
  page.hit = async (key) => {
    page.keys++;
    await page.keyboard.press(key);
  };
  return page;
}

const outcomes = async (house, outcome) => (await house.must("GET", `/v1/alerts?limit=500&q=outcome:${outcome}`, null, house.token)).body.alerts;

await run([
  ["the median alert is decided in six keys or fewer, from the inbox to done, with a look at it", async (house) => {
    const page = await inbox(house), counts = [];
    for (let round = 0; round < 9; round++) {
      page.keys = 0;
      const before = (await outcomes(house, "open")).length;
      if (round % 3 === 2) { /* one that needs a reason of its own: typed text is counted as one key */
        await page.hit("e");
        await page.waitForSelector("dialog textarea");
        page.keys++;
        await page.keyboard.type("seen with the bank");
        await page.hit("Enter");
      } else {
        await page.hit("o");
        await page.waitForSelector(".sentence");
        await page.hit("e");
        await page.waitForSelector("dialog [data-preset='2']");
        await page.hit(round % 3 === 0 ? "2" : "1");
        await page.waitForSelector("dialog", { state: "detached" });
        await page.hit("u");
        await page.waitForSelector(".table-row.cursor");
      }
      await until("it is decided", async () => (await outcomes(house, "open")).length === before - 1);
      await page.waitForSelector("dialog", { state: "detached" });
      counts.push(page.keys);
    }
    const median = counts.sort((a, b) => a - b)[4];
    console.log(`      keys for each of nine alerts: ${counts.join(" ")}, median ${median}`);
    assert.ok(median <= KEYS_MAX);
    assert.equal((await outcomes(house, "false_alarm")).length, 3);
    assert.equal((await house.must("GET", "/v1/alerts?q=code:known_business", null, house.token)).body.alerts.length, 3);
    const found = await house.must("GET", "/v1/audit?action=alert.decide", null, await house.person("aud", ["auditor"]));
    assert.match(JSON.stringify(found.body), /seen with the bank/);
  }],

  ["a reason is a code, what was said stays with its name, and the rule is as right as it was found", async (house) => {
    const page = await inbox(house), bo = await house.person("bo", ["analyst"]);
    await page.hit("o");
    await page.waitForSelector(".sentence");
    const id = page.url().split("/").pop();
    await page.hit("e");
    await page.selectOption("dialog select[name=outcome]", "false_alarm");
    await page.selectOption("dialog select[name=code]", "number_reassigned");
    await page.click("dialog button.main"); /* the code says enough */
    await page.waitForSelector("dialog", { state: "detached" });
    await house.must("POST", `/v1/alerts/${id}/decide`, { outcome: "open", code: "reopened", reason: "the holder is the old one" }, bo);
    await house.must("POST", `/v1/alerts/${id}/decide`, { outcome: "confirmed", code: "victim_says" }, bo);
    await page.goto(`/console/alerts/${id}`);
    await page.waitForSelector("[data-code=victim_says]");
    assert.deepEqual(await page.locator(".log [data-code]").evaluateAll((all) => all.map((one) => one.dataset.code)), ["victim_says", "reopened", "number_reassigned"]);
    const log = await page.textContent(".log");
    assert.match(log, /the holder is the old one/);
    assert.ok(log.includes("ana") && log.includes("bo") && !/u_[0-9a-f]{8}/.test(log), log);
    await page.waitForSelector("[data-precision]:not([data-precision=''])");
    await house.picture(page, "decide-history");
    assert.deepEqual(await axe(page), []);
    const engineer = await house.open(await house.person("eng", ["engineer"]), "rules", { tongue: "zh" });
    await engineer.waitForSelector("[data-right] [data-rule]");
    await house.picture(engineer, "rules-right-zh");
    assert.deepEqual(await axe(engineer), []);
  }],

  ["n takes the gravest that nobody looks at; of two each has another, and sees who has theirs", async (house) => {
    const page = await inbox(house), bo = await house.person("bo", ["analyst"]);
    const { body: theirs } = await house.must("POST", "/v1/alerts/take", { q: "outcome:open" }, bo);
    await page.hit("n");
    await page.waitForSelector("[data-holder=mine]");
    const mine = page.url().split("/").pop();
    assert.notEqual(mine, theirs.alert.id);
    await page.hit("n"); /* let go, and another one */
    await until("another one", () => page.url().split("/").pop() !== mine);
    await page.waitForSelector("[data-holder=mine]");
    const second = page.url().split("/").pop();
    assert.ok(![mine, theirs.alert.id].includes(second));
    assert.equal((await house.must("GET", `/v1/alerts/${mine}`, null, bo)).body.holder, undefined);
    await page.hit("e");
    await page.waitForSelector("dialog [data-preset='2']");
    await page.hit("2");
    await until("the next is given", () => page.url().split("/").pop() !== second);
    await page.goto(`/console/alerts/${theirs.alert.id}`);
    await page.waitForSelector("[data-holder=theirs]");
    assert.match(await page.textContent("[data-holder=theirs]"), /bo/);
    await house.picture(page, "decide-held");
    await page.hit("e");
    await page.waitForSelector("dialog [data-preset='1']");
    await page.hit("1");
    await page.waitForSelector("dialog [data-problem=held]");
    await house.must("POST", `/v1/alerts/${theirs.alert.id}/release`, {}, bo);
  }],

  ["s hands on, z takes it up again", async (house) => {
    const page = await inbox(house);
    await page.hit("s");
    await page.waitForSelector("dialog [data-preset='1']");
    assert.deepEqual(await axe(page), []);
    await page.hit("1");
    await until("handed on", async () => (await outcomes(house, "handed_on")).length === 1);
    await page.waitForSelector("dialog", { state: "detached" });
    await page.hit("z");
    await until("taken up again", async () => (await outcomes(house, "handed_on")).length === 0);
  }],

  ["many at once are a task with its count and its effect said before, and can be taken back", async (house) => {
    const page = await inbox(house, { tongue: "zh" });
    const open = (await outcomes(house, "open")).length;
    await page.hit("*");
    await page.hit("a");
    await page.hit("e");
    await page.waitForSelector("dialog .notice");
    assert.match(await page.textContent("dialog h2"), new RegExp(String(open)));
    await house.picture(page, "decide-many-zh");
    await page.hit("4");
    await page.waitForSelector("[data-task=done]");
    await house.picture(page, "task-zh");
    assert.equal((await outcomes(house, "duplicate")).length, open);
    assert.deepEqual(await axe(page), []);
    await page.hit("z");
    await until("all are open again", async () => (await outcomes(house, "open")).length === open);
  }],

  ["two who decide at once: the second is told, and nothing is decided twice", async (house) => {
    const page = await inbox(house);
    await page.hit("o");
    await page.waitForSelector(".sentence");
    const id = page.url().split("/").pop();
    await house.must("POST", `/v1/alerts/${id}/decide`, { outcome: "confirmed", reason: "faster" }, await house.person("bo", ["analyst"]));
    await page.hit("e");
    await page.waitForSelector("dialog [data-preset='2']");
    await page.hit("2");
    await page.waitForSelector("dialog [data-problem=conflict]");
    assert.equal((await outcomes(house, "false_alarm")).some(({ alert }) => alert.id === id), false);
  }],
], { sample: true });
