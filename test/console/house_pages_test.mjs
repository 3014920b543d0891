/* house_pages_test.mjs -- the engineer's, the auditor's and the administrator's main task: rules with a fault are
 * mended under the caret, played, tried on history and let in by another person; an entry of the audit log is proved in the browser, and
 * found out if a single letter of it was changed; a person is added and comes in with the code. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { axe, run, until } from "./house.mjs";

const RULES = `profile strangers by call.caller { callees = distinct callee over 1h "different callees in 1h" "1 小时内不同被叫数" }
rule many_strangers on call {
  title "many strangers" "大量呼叫"
  when strangers.callees >= 3
  subject caller typology scam_caller
  grade high
  quiet 1h
}
`;

const SCENE = `scene "many strangers"  "呼叫多名陌生人"
repeat 3 every 1m from 09:00  call from +8613700000001 to +86137000000{n+11} seconds 30
expect alert scam_caller +8613700000001
`;

async function because(page, reason) {
  await page.waitForSelector("dialog textarea:focus");
  await page.keyboard.type(reason);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog", { state: "detached" });
}

const tests = [];

tests.push(["rules: a fault has its caret, is mended, tried on history, handed in, let in by another person, and raises an alert", async (house) => {
  const engineer = await house.person("ed", ["engineer"]), chief = await house.person("chief", ["supervisor"]);
  const past = new Date(Date.now() - 60000).toISOString();
  await house.send([0, 1, 2, 3].map((n) => ({ kind: "call", time: past, caller: "+8613700000000", callee: `+861370000001${n}` })));
  const page = await house.open(engineer, "rules", { tongue: "zh" });
  await page.click("[data-edit]");
  await page.click("[data-add-file]"); /* behind those in force */
  const area = page.locator("textarea.rules-text");
  await area.fill(RULES.replace("distinct callee", "distinct calee"));
  await page.waitForSelector("[data-diag]");
  assert.match(await page.textContent("[data-diag] pre"), /\n {20,}\^+/); /* under the word */
  await house.picture(page, "rules-caret-zh");
  assert.deepEqual(await axe(page), []);
  assert.ok(await page.isDisabled("[data-submit]"));
  await area.fill(RULES);
  await page.waitForSelector("[data-sound]");
  await page.click("summary:has-text('演练场景')");
  await page.fill("details:has([data-play]) textarea", SCENE);
  await page.click("[data-play]");
  await page.waitForSelector("[data-scene=passed]:has-text('呼叫多名陌生人')");
  await page.fill("details:has([data-play]) textarea", SCENE.replace("repeat 3", "repeat 2"));
  await page.click("[data-play]");
  await page.waitForSelector("[data-scene=failed]:has-text('scam_caller')"); /* what was expected */
  await page.click("[data-history] summary");
  await page.fill("[data-history] [name=hours]", "721");
  assert.ok(await page.isDisabled("[data-try]"));
  await page.fill("[data-history] [name=hours]", "1");
  await page.click("[data-try]");
  await page.waitForSelector("[data-found]", { timeout: 60000 });
  const tried = await page.locator("[data-found] tbody tr", { hasText: "many_strangers" }).first().locator("td, th").allTextContents();
  assert.equal(tried[0], "many_strangers");
  assert.ok(Number(tried[3]) >= 1, tried.join(" ")); /* new: what is in force has no such rule */
  await page.click("[data-examples=new] summary");
  assert.ok(!(await page.textContent("[data-examples=new]")).includes("13700000000")); /* masked */
  assert.equal(await page.locator("[data-examples=new] a").count(), 0); /* nobody was told of it */
  await page.waitForSelector("[data-undecided]");
  await house.picture(page, "rules-history-zh");
  assert.deepEqual(await axe(page), []);
  await page.click("[data-submit]");
  await because(page, "callers of many strangers");
  await page.waitForSelector("header [data-state=submitted]");
  await page.waitForSelector("pre.diff .came:has-text('rule many_strangers')");
  assert.equal(await page.locator("pre.diff .went").count(), 0); /* nothing else differs from what is in force */
  const address = page.url();
  assert.equal(await page.locator("[data-act=live]").count(), 0); /* not by its author */

  const other = await house.open(chief, `rules/${address.split("/").at(-1)}`);
  await other.waitForSelector("[data-act=live]");
  await house.picture(other, "rules-approve-en");
  await other.click("[data-act=live]");
  await because(other, "read and right");
  await until("it is let in", async () => (await other.getAttribute("header [data-state]", "data-state")) !== "submitted");
  let number = 0, alert;
  await until("an alert of the new rule", async () => {
    const at = new Date().toISOString();
    await house.send([0, 1, 2, 3].map((n) => ({ kind: "call", time: at, caller: `+8613800${String(number).padStart(6, "0")}`, callee: `+861390000${String(number * 10 + n).padStart(4, "0")}` })));
    number++;
    const { body } = await house.must("GET", "/v1/alerts?limit=50", null, house.token);
    alert = body.alerts.find((row) => row.alert.rule === "many_strangers")?.alert.id;
    return alert;
  }, 60);

  /* What was tried stands where it is opened again; and now both sides know the caller, and what was decided. */
  await page.goto("/console/rules");
  await page.click("[data-history] summary");
  await page.waitForSelector("[data-history] [data-found]");
  await house.must("POST", `/v1/alerts/${alert}/decide`, { outcome: "confirmed", reason: "called" }, chief);
  await other.click("[data-history] summary");
  await other.click("[data-try]");
  await other.waitForSelector("[data-examples=same]", { timeout: 60000 });
  await other.click("[data-examples=same] summary");
  assert.ok((await other.locator("[data-examples=same] a").evaluateAll((links) => links.map(({ pathname }) => pathname))).includes(`/console/alerts/${alert}`));
  assert.match(await other.textContent("[data-precision]"), /1 of 1 \(100%\)/);
  await house.picture(other, "rules-history-en");
  assert.deepEqual(await axe(other), []);
}]);

for (const tongue of ["en", "zh"])
  tests.push([`audit: an entry is proved in the browser, and one letter changed is found, ${tongue}`, async (house) => {
    const auditor = await house.person("audrey", ["auditor"]);
    const page = await house.open(auditor, "audit", { tongue });
    await page.waitForSelector("[data-prove]");
    await page.keyboard.press("v");
    await page.waitForSelector("[data-proof=holds]");
    await house.picture(page, `audit-${tongue}`);
    assert.deepEqual(await axe(page), []);
    await page.route("**/v1/audit/proof*", async (route) => {
      const reply = await route.fetch(), proof = await reply.json();
      proof.entry.actor = proof.entry.actor.replace(/.$/, (c) => (c === "0" ? "1" : "0"));
      await route.fulfill({ response: reply, json: proof });
    });
    await page.keyboard.press("v");
    await page.waitForSelector("[data-proof=broken]");
  }]);

tests.push(["administration: a person is added, gets a code once, and comes in with it", async (house) => {
  const admin = house.people.root;
  await house.log_in(admin);
  const page = await house.open(admin, "admin/users");
  await page.click("[data-add]");
  await page.fill("dialog [name=login]", "nina");
  await page.fill("dialog [name=name]", "尼娜 <b>Nina</b>");
  await page.fill("dialog [name=roles]", "analyst duty");
  await page.fill("dialog textarea", "new at the desk");
  await page.keyboard.press("Enter");
  const code = (await page.textContent("[data-once]")).trim();
  await house.picture(page, "admin-code");
  await page.waitForSelector("dialog [data-first]:focus");
  await page.keyboard.press("Escape");
  await page.waitForSelector("[data-once]", { state: "detached" });
  await page.waitForSelector("td:has-text('尼娜 <b>Nina</b>')");
  assert.deepEqual(await axe(page), []);
  const { status } = await house.ask("POST", "/v1/enrol", { code, password: "correct horse battery staple" });
  assert.ok(status < 300, String(status));
}]);

for (const tongue of ["en", "zh"])
  tests.push([`reports: figures under their headings, by month, and the rows of one, ${tongue}`, async (house) => {
    const page = await house.open(await house.person("stat", ["statistician"]), "reports", { tongue });
    await page.selectOption("form select", "month");
    await page.click("[data-make]");
    await page.waitForSelector("[data-figure]");
    assert.ok(await page.locator("[data-figure]").count() >= 10);
    await house.picture(page, `reports-${tongue}`);
    assert.deepEqual(await axe(page), []);
    const link = await page.getAttribute("a[href*='form=pdf']", "href");
    assert.match(link, /^\/v1\/reports\?from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d&by=month&form=pdf/);
    /* On paper: the figures, dark on white in any theme, and nothing to press. */
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("[data-figure] >> nth=0").isVisible());
    for (const hidden of ["nav", "body > * header, header", "[data-make]"])
      assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
    const [paper, ink] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector("[data-figure]")).color]);
    const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
    assert.ok(light(paper) > 240 || paper === "rgba(0, 0, 0, 0)", paper);
    assert.ok(light(ink) < 100, ink);
    await house.picture(page, `reports-print-${tongue}`);
    await page.emulateMedia({ media: "screen" });
    if (await page.locator("[data-rows]").count() > 0) {
      await page.click("[data-rows] >> nth=0");
      await page.waitForSelector("table tbody tr");
    }
  }]);

for (const part of ["organisations", "tokens", "packs", "ready", "partners"])
  tests.push([`administration: ${part}, in both tongues`, async (house) => {
    const everybody = await house.person("everybody", ["administrator", "operator", "auditor", "supervisor"]);
    for (const tongue of ["en", "zh"]) {
      const page = await house.open(everybody, `admin/${part}`, { tongue });
      await page.waitForLoadState("networkidle", { timeout: 3000 }).catch(() => {});
      if (part === "packs" || part === "ready")
        await page.waitForSelector("table tbody tr");
      await house.picture(page, `admin-${part}-${tongue}`);
      assert.deepEqual(await axe(page), []);
    }
  }]);

await run(tests);
