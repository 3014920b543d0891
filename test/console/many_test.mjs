/* many_test.mjs -- 100,000 alerts in the inbox: how soon it paints after the data are there, and how soon a key
 * shows its result.
 *
 * The alerts are the service's own, made from records by a rule that fires on each; the pages are read as a
 * person's browser reads them, through the interface.  Limits of rate are set aside for the test alone.
 *
 * A machine that runs tests does other things, too: the best of three counts, of first paints and of rounds of
 * 60 keys. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { run, until } from "./house.mjs";

const ALERTS = Number(process.env.CONSOLE_ALERTS ?? 100000);
const FACTOR = Number(process.env.CONSOLE_FACTOR ?? 1);
const PAINT_MS_MAX = 300 * FACTOR, KEY_MS_MAX = 50 * FACTOR, ROUNDS = 3;

const rules = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "cutline-many-")), "many.cut");
fs.writeFileSync(rules, `rule each on call {
  title "one call" "一次呼叫"
  when duration >= 1s
  subject caller typology scam_caller
  grade high when duration >= 60s, low
  quiet 1s
  respond watch
}
`);

/* Milliseconds from the key until the frame that shows it was painted, measured in the page; without a key, what a
 * frame takes in which nothing happens. */
const press = (page, key) => page.evaluate((pressed) => new Promise((resolve) => {
  const begin = performance.now();
  if (pressed !== null)
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: pressed, bubbles: true, cancelable: true }));
  requestAnimationFrame(() => {
    const channel = new MessageChannel(); /* behind the frame's painting */
    channel.port1.onmessage = () => resolve(performance.now() - begin);
    channel.port2.postMessage(null);
  });
}), key);

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function fill(house) {
  const begin = Date.parse("2026-03-02T00:00:00+08:00"), group = 20000;
  for (let at = 0; at < ALERTS; at += group) {
    const lines = [];
    for (let i = at; i < Math.min(ALERTS, at + group); i++)
      lines.push(`{"kind":"call","time":"${new Date(begin + i * 500).toISOString()}","caller":"+86138${String(10000000 + i)}","callee":"+8613900000001","duration":${i % 90 + 1}}`);
    await house.send(lines.join("\n") + "\n");
  }
  let kept = 0;
  await until("all alerts are kept", async () => {
    const { body } = await house.must("GET", "/v1/alerts?limit=1", null, house.token);
    kept = body.alerts[0]?.number ?? 0;
    return kept >= ALERTS;
  }, 300).catch((error) => assert.fail(`${kept} of ${ALERTS} alerts: ${error.message}`));
}

await run([
  [`${ALERTS} alerts: first paint, then keys over all of them`, async (house) => {
    await fill(house);
    const page = await house.page(await house.person("ana", ["analyst"]), { path: "/console/settings" });
    await page.waitForSelector("main h1");
    /* First paint after data: from the reply's last byte to the frame that shows its first row. */
    await page.evaluate(() => {
      const asked = globalThis.fetch;
      globalThis.fetch = async (...all) => {
        const reply = await asked(...all);
        if (String(all[0]).startsWith("/v1/alerts/search") && !globalThis.data_at) {
          await reply.clone().text();
          globalThis.data_at = performance.now();
          const look = () => (document.querySelector(".table-row.cursor") ? requestAnimationFrame(() => (globalThis.painted_at = performance.now())) : requestAnimationFrame(look));
          look();
        }
        return reply;
      };
    });
    const paints = [];
    while (paints.length < ROUNDS && !(paints.at(-1) <= PAINT_MS_MAX)) {
      await page.keyboard.press("g");
      await page.keyboard.press(",");
      await page.waitForSelector("main[data-page=settings] h1");
      await page.evaluate(() => (globalThis.data_at = globalThis.painted_at = undefined));
      await page.keyboard.press("g");
      await page.keyboard.press("a");
      paints.push(await until("the first row", () => page.evaluate(() => globalThis.painted_at && globalThis.painted_at - globalThis.data_at)));
    }
    const paint = Math.min(...paints);
    /* The rest comes as one scrolls; here all of it, by the list's own way. */
    const began = Date.now();
    await until("all rows are loaded", async () => {
      await page.evaluate(() => {
        const table = document.querySelector(".table");
        table.scrollTop = table.scrollHeight;
      });
      return Number(await page.getAttribute("[data-count]", "data-count")) >= ALERTS;
    }, 400);
    console.log(`      ${ALERTS} rows loaded in ${((Date.now() - began) / 1000).toFixed(1)} s`);
    await page.waitForTimeout(500);
    const drawn = await page.locator(".table-row").count();
    assert.ok(drawn < 80, `${drawn} rows are drawn`);
    const rounds = [];
    while (rounds.length < ROUNDS && !(rounds.at(-1) <= KEY_MS_MAX)) {
      const all = [], empty = [];
      for (let i = 0; i < 20; i++)
        empty.push(await press(page, null));
      for (let i = 0; i < 30; i++)
        all.push(await press(page, i % 3 === 2 ? "k" : "j"));
      for (let i = 0; i < 15; i++) {
        await page.evaluate((share) => {
          const table = document.querySelector(".table");
          table.scrollTop = table.scrollHeight * share;
        }, i / 15);
        all.push(await press(page, i % 2 === 0 ? "j" : "0"));
      }
      for (let i = 0; i < 15; i++)
        all.push(await press(page, "x"));
      rounds.push(percentile(all, 0.95));
      console.log(`      key to result p50 ${percentile(all, 0.5).toFixed(1)}, p95 ${rounds.at(-1).toFixed(1)}, max ${Math.max(...all).toFixed(1)} ms of ${all.length} keys; ` +
        `a frame without one p50 ${percentile(empty, 0.5).toFixed(1)}, p95 ${percentile(empty, 0.95).toFixed(1)} ms`);
    }
    console.log(`      first paint ${paint.toFixed(0)} ms after data; rows drawn ${drawn}`);
    assert.ok(paint <= PAINT_MS_MAX, `first paint ${paint} ms`);
    assert.ok(Math.min(...rounds) <= KEY_MS_MAX, `p95 of key to result: ${rounds.map((ms) => ms.toFixed(1)).join(", ")} ms`);
  }],
], { rules, memory: "512M", config: "limits: {reads: 0, requests: 0, reads_organisation: 0, requests_organisation: 0}\n" });
fs.rmSync(path.dirname(rules), { recursive: true, force: true });
