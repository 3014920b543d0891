/* pages_test.mjs -- every page of pages.ts, in three themes and two tongues: it is drawn, axe finds nothing
 * serious, nothing is tried against the policy, nothing is lost at 1366×768 and at twice the size.
 *
 * A page that somebody adds to pages.ts is looked at here without a further line. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { ALL, axe, ROLES, run, SOURCE, THEMES } from "./house.mjs";

/* What a page asks of the service comes within this time. */
const SETTLES_MS = 400;
const TONGUES = ["en", "zh"];

/* The paths of pages.ts, with the scopes that each wants. */
const PAGES = [...fs.readFileSync(path.join(SOURCE, "console", "src", "pages.ts"), "utf8").matchAll(/^  \{ path: "([\w-]+)"/gm)].map(([, name]) => name);

/* Somebody with every role sees every page. */
const everybody = (house) => house.person("everybody", ROLES);

/* Nothing of the page lies beyond its right edge, and the page itself does not scroll sideways. */
async function overflow(page) {
  return page.evaluate(() => {
    const edge = document.documentElement.clientWidth, out = [];
    if (document.documentElement.scrollWidth > edge + 1)
      out.push(`the document is ${document.documentElement.scrollWidth} wide, of ${edge}`);
    for (const node of document.querySelectorAll("main *")) {
      const box = node.getBoundingClientRect();
      if (box.width > 0 && box.right > edge + 1 && node.closest(".table, .scrolls, .unseen, svg, canvas, pre") === null)
        out.push(`${node.tagName} ${node.className}: ${Math.round(box.right)} of ${edge}`);
    }
    return out.slice(0, 5);
  });
}

const tests = [
  ["the list of pages is read", async () => assert.ok(PAGES.length >= 3, String(PAGES))],

  ["each role has a home that it may see", async (house) => {
    for (const role of ROLES) {
      const page = await house.open(await house.person(role, [role]), "");
      assert.equal(await page.locator("nav a[aria-current=page]").count(), 1, role);
      await page.context().close();
    }
    house.pages = [];
  }],
];

/* All pages of one look, one after another in one browser: a new one for each would cost more than looking. */
async function looked_at(house, theme, tongue, zoom, judged) {
  const page = await house.open(await everybody(house), "settings", { theme, tongue, zoom });
  assert.equal(await page.evaluate(() => document.documentElement.lang), tongue === "zh" ? "zh-CN" : "en");
  for (const name of PAGES) {
    await page.evaluate((to) => {
      history.pushState(null, "", `/console/${to}`);
      dispatchEvent(new PopStateEvent("popstate"));
    }, name);
    await page.waitForSelector(`main[data-page=${name}] h1`);
    await page.waitForTimeout(SETTLES_MS);
    await house.picture(page, `${name}-${theme}-${tongue}${zoom === 1 ? "" : "-200"}`);
    if (judged)
      assert.deepEqual(await axe(page), [], name);
    assert.deepEqual(await overflow(page), [], name);
    assert.deepEqual(house.faults(), [], name);
  }
}

/* Each theme and each tongue is judged by axe, and each page is drawn in all of them; CONSOLE_ALL=1: judged in all six. */
const JUDGED = ["light en", "dark zh", "contrast en"];
for (const theme of THEMES)
  for (const tongue of TONGUES) {
    const judged = ALL || JUDGED.includes(`${theme} ${tongue}`);
    tests.push([`every page in ${theme}, ${tongue}: drawn, ${judged ? "nothing serious, " : ""}nothing lost`, (house) => looked_at(house, theme, tongue, 1, judged)]);
  }
for (const tongue of TONGUES)
  tests.push([`every page at twice the size, ${tongue}: nothing lost`, (house) => looked_at(house, "light", tongue, 2, false)]);

await run(tests, { sample: true });
