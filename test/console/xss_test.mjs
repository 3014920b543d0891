/* xss_test.mjs -- whatever people, a bank's people and the public write is shown as text and does nothing: each of
 * the texts below goes into such fields, and every page that shows it is looked at (markup_test.mjs: records, rules).
 *
 * A text that came to life would call struck() or leave an element with data-struck; a try against the page's
 * policy is counted by house.mjs for every page of every test. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { ROLES, run, SOURCE, until } from "./house.mjs";

const TEXTS = [
  "<script data-struck>struck(1)</script>",
  "</script><script data-struck>struck(2)</script>",
  "<img data-struck src=x onerror=struck(3)>",
  "\"><img data-struck src=x onerror=struck(4)>",
  "'><svg data-struck onload=struck(5)>",
  "<svg data-struck><animate onbegin=struck(6) attributeName=x dur=1s></svg>",
  "<iframe data-struck srcdoc=\"<script>parent.struck(7)</script>\"></iframe>",
  "<a data-struck href=\"javascript:struck(8)\">x</a>",
  "javascript:struck(9)",
  "data:text/html,<script>struck(10)</script>",
  "<details data-struck open ontoggle=struck(11)>",
  "<input data-struck autofocus onfocus=struck(12)>",
  "<form data-struck action=javascript:struck(13)><button>x</button></form>",
  "<style data-struck>body{display:none}</style>",
  "</style><style data-struck>*{visibility:hidden}</style>",
  "x\" style=\"position:fixed;inset:0\" data-struck=\"",
  "x' onmouseover='struck(14)' data-struck='",
  "<object data-struck data=\"javascript:struck(15)\"></object>",
  "<base data-struck href=\"//evil.example/\">",
  "<meta data-struck http-equiv=refresh content=\"0;url=//evil.example\">",
  "<math><mtext></form><form><mglyph><style></math><img data-struck src onerror=struck(16)>",
  "{{constructor.constructor('struck(17)')()}} ${struck(18)} #{struck(19)} <%= struck(20) %>",
  "&lt;img data-struck src=x onerror=struck(21)&gt; &#60;script&#62;",
  "\u202etxet desrever\u202c \u2066<b data-struck>\u2069",
  "<template data-struck><img src=x onerror=struck(22)></template>",
  "__proto__ constructor toString",
  `${"W".repeat(180)}<b data-struck>`,
];

const cut = (text, size) => [...text].slice(0, size).join("");
/* Every page of the console; one that is added is looked at, too. */
const PAGES = [...fs.readFileSync(path.join(SOURCE, "console", "src", "pages.ts"), "utf8").matchAll(/^  \{ path: "([\w-]+)"/gm)].map(([, name]) => name);

async function open(house, person, where) {
  const page = await house.page(person, { path: "/appeal-none" });
  await page.addInitScript(() => {
    globalThis.strikes = [];
    globalThis.struck = (n) => globalThis.strikes.push(n);
  });
  page.on("dialog", (dialog) => {
    page.faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(house.url) && !request.url().startsWith("blob:"))
      page.faults.push(`it asked ${request.url()}`);
  });
  await page.goto(`/console/${where}`);
  await page.waitForSelector("main[data-page] h1");
  return page;
}

/* The next page without loading anything anew, as a link would. */
async function go(page, where) {
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/console/${where}`);
}

async function unharmed(page, where) {
  const seen = await page.evaluate(() => ({
    strikes: globalThis.strikes, made: [...document.querySelectorAll("[data-struck], iframe, object, base, a[href^='javascript:'], [onerror], [onload], [style*='inset']")].map(({ outerHTML }) => outerHTML.slice(0, 120)),
    hidden: getComputedStyle(document.body).display === "none" || getComputedStyle(document.body).visibility === "hidden",
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, title: document.title, at: location.href,
  }));
  assert.deepEqual([seen.strikes, seen.made, seen.hidden], [[], [], false], where);
  assert.ok(seen.wide <= 1, `${where} is ${seen.wide} too wide`);
  assert.doesNotMatch(seen.title + seen.at, /struck|evil/, where);
}

/* What it shows, with every mark of bidirectional text as it came. */
async function shows(page, text, where) {
  await until(`${where} shows ${JSON.stringify(text)}`, () => page.evaluate((wanted) => document.querySelector("main").textContent.includes(wanted) ||
    [...document.querySelectorAll("main textarea, main input")].some(({ value }) => value.includes(wanted)), text));
}

async function people(house) {
  const bank = house.bank ??= await house.organisation("bank", cut(TEXTS[2], 64)), person = await house.person("everybody", ROLES);
  return { bank, person, chief: await house.person("chief", ["supervisor"]), teller: await house.person("teller", ["liaison"], bank) };
}

const version = (as, n) => ({ ...as, more: { "If-Match": `"${n}"` } });

/* A case with this text in every field of its own, in a note, in a reason and in the name of a file. */
async function filled(house, { person }, text) {
  const made = await house.must("POST", "/v1/work", { kind: "case", fields: { title: cut(text, 128) } }, person), id = made.body.id;
  await house.must("POST", `/v1/work/${id}/note`, { text }, version(person, made.body.version));
  const name = cut(text, 60).replaceAll(/[/\\]/g, "_");
  const attached = await fetch(`${house.url}/v1/work/${id}/attachments?name=${encodeURIComponent(name)}`, {
    method: "POST", headers: { Cookie: person.cookie, "X-CSRF-Token": person.csrf, "Content-Type": "text/plain" }, body: text });
  const now = (await house.must("GET", `/v1/work/${id}`, null, person)).body.version;
  await house.must("POST", `/v1/work/${id}/step`, { step: "check", fields: {}, reason: cut(text, 200) }, version(person, now))
    .catch(() => house.must("POST", `/v1/work/${id}/step`, { step: "add", fields: { title: cut(text, 128) }, reason: cut(text, 200) }, version(person, now)));
  return { id, text, name: attached.ok ? name : null };
}

await run([
  ["what people write: titles, notes, reasons, names of files", async (house) => {
    const who = await people(house), made = [];
    for (const text of TEXTS)
      made.push(await filled(house, who, text));
    assert.ok(made.filter(({ name }) => name !== null).length > TEXTS.length / 2, "names of files are taken");
    const page = await open(house, who.person, "work");
    await shows(page, TEXTS[0], "the queue");
    await unharmed(page, "the queue");
    for (const { id, text } of made) {
      await go(page, `work/${id}`);
      await page.waitForSelector(`.item-head small.mono:text-is("${id}")`);
      await page.waitForSelector(".log q");
      await shows(page, cut(text, 100).trim(), id);
      await unharmed(page, text);
    }
    await house.picture(page, "xss-item");
  }],

  ["what a bank's people and the public write: answers, statements, contacts", async (house) => {
    const who = await people(house), { person, chief, teller, bank } = who;
    const fields = { payee: "6222020000000003", payee_name: cut(TEXTS[4], 60), amount: 4980000, level: 1, paid_at: new Date(Date.now() - 3600_000).toISOString().replace(/\.\d+Z/, "Z"), payee_bank: cut(TEXTS[2], 60) };
    const made = await house.must("POST", "/v1/work", { kind: "stop_order", fields }, person), id = made.body.id;
    const asked = await house.must("POST", `/v1/work/${id}/step`, { step: "order", fields: { executor: bank, document: cut(TEXTS[11], 60) } }, version(person, made.body.version));
    await house.must("POST", `/v1/work/${id}/approve`, { digest: asked.body.asking.digest, reason: TEXTS[5] }, chief);
    const ordered = (await house.must("GET", `/v1/work/${id}`, null, teller)).body;
    await house.must("POST", `/v1/work/${id}/step`, { step: "refuse", fields: { why: TEXTS[20] }, reason: TEXTS[1] }, version(teller, ordered.version));
    for (const [at, text] of TEXTS.slice(0, 6).entries())
      await house.ask("POST", "/v1/appeals", { reference: `S${String(at).padStart(16, "0")}`, ground: "disagrees", statement: text, contact: cut(text, 60) });
    const page = await open(house, person, `orders/${id}`);
    await shows(page, TEXTS[20], "the answer");
    await unharmed(page, "the answer");
    await page.keyboard.press("r"); /* and unmasked */
    await page.waitForSelector("dialog textarea:focus");
    await page.keyboard.type("test");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".plain-value");
    await shows(page, cut(TEXTS[4], 60), "the name");
    await unharmed(page, "the name");
    const theirs = await open(house, teller, `orders/${id}`);
    await shows(theirs, cut(TEXTS[2], 60), "the bank's page");
    await unharmed(theirs, "the bank's page");
  }],

  ["what records bring, and names of organisations, on every page", async (house) => {
    const { person } = await people(house), lines = [], now = Date.now() - 3600_000;
    for (const [at, text] of TEXTS.entries()) {
      await house.ask("POST", "/v1/organisations", { kind: "bank", name: cut(text, 60), reason: text }, house.people.root);
      lines.push({ kind: "payment", id: `X${at}`, time: new Date(now + at * 1000).toISOString().replace(/\.\d+Z/, "Z"), payer: cut(text.replaceAll(/\s/g, ""), 40), payee: `6222020000001${100 + at}`,
        amount: "900.00", currency: "CNY", payer_bank: cut(text, 11), payee_bank: cut(text, 11), status: "done" });
      lines.push({ kind: "payment", id: cut(text, 40), time: new Date(now + 60_000 + at * 1000).toISOString().replace(/\.\d+Z/, "Z"), payer: `6222020000001${100 + at}`, payee: cut(text, 40), amount: "800.00", currency: "CNY", status: "done" });
      lines.push({ kind: "sms", time: new Date(now + at * 1000).toISOString().replace(/\.\d+Z/, "Z"), sender: "+8613700000001", receiver: "+8613800000001", text });
    }
    const { body } = await house.send(lines);
    assert.ok(body.accepted > TEXTS.length / 2, JSON.stringify(body).slice(0, 300)); /* what has no form is refused */
    await until("the index has them", async () => (await house.ask("POST", "/v1/traces", { from: "X0", reason: "test" }, person)).status === 201);
    const page = await open(house, person, PAGES[0]);
    for (const name of PAGES) {
      await go(page, name);
      await page.waitForSelector(`main[data-page=${name}] h1`);
      await page.waitForTimeout(300);
      await unharmed(page, name);
    }
    for (let at = 0; at < TEXTS.length; at += 5) {
      const { body: kept, status } = await house.ask("POST", "/v1/traces", { from: `X${at}`, reason: TEXTS[at] }, person);
      if (status !== 201)
        continue;
      await go(page, `money/${kept.id}`);
      await page.waitForSelector("[data-sums]");
      await unharmed(page, `trace ${at}`);
    }
    await house.picture(page, "xss-trace");
  }],
], { rules: path.join(SOURCE, "rules"), config: "limits: {traces: 0}\n" });
