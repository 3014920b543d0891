/* markup_test.mjs -- markup in every text that a record, a rule or a person can bring: none of it runs, none of it
 * becomes an element, nothing is tried against the policy, and it is shown as the text that it is.
 *
 * Every field of every kind of record (src/record/fields.inc) is sent each text of the corpus; most are refused,
 * and what is taken is looked at.  What people write (titles of rules, stories, notes, reasons, names) is longer
 * and takes all of it. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ROLES, run, SOURCE } from "./house.mjs";

const CORPUS = [
  "<script>ran=1</script>", "<img src=x onerror=ran=1>", "<svg onload=ran=1>", "\"><script>ran=1</script>", "'><img src=x onerror=ran=1>",
  "javascript:ran=1", "<a href=javascript:ran=1>x</a>", "<iframe srcdoc='<script>parent.ran=1</script>'>", "<math><mtext><img src=x onerror=ran=1>",
  "{{constructor.constructor('ran=1')()}}", "${ran=1}", "<details open ontoggle=ran=1>", "<style>@import 'x'</style>", "<base href=//evil.example/>",
  "<meta http-equiv=refresh content=0;url=//evil.example>", "<form action=//evil.example><input autofocus onfocus=ran=1>", "</textarea><script>ran=1</script>",
  "</title><script>ran=1</script>", "<!--<img src=x onerror=ran=1>-->", "\u202e<script>ran=1</script>", "<object data=javascript:ran=1>", "&lt;script&gt;ran=1&lt;/script&gt;",
  "<link rel=stylesheet href=//evil.example/x.css>", "<embed src=javascript:ran=1>", "<img src=x onerror=ran=1>中文姓名",
];
const LONG = CORPUS.join(" ");
const MARK = "onerror=ran=1"; /* of a text that must be seen as a text */

const rules = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "cutline-markup-")), "markup.cut");
const quoted = (text) => JSON.stringify(text).replaceAll("\\\\", "");
fs.writeFileSync(rules, `profile line by call.caller { callees = distinct callee over 1h ${quoted("callees <img src=x onerror=ran=1>")} ${quoted("被叫 <img src=x onerror=ran=1>")} }
rule texts on call {
  title ${quoted("<img src=x onerror=ran=1> title <script>ran=1</script>")} ${quoted("标题 <img src=x onerror=ran=1><script>ran=1</script>")}
  when line.callees >= 2
  subject caller typology scam_caller
  grade high when line.callees >= 2, low
  quiet 1h
}
`);

/* A record of each kind that would be taken, as the ground on which one field after another is changed. */
function records() {
  const list = fs.readFileSync(path.join(SOURCE, "src", "record", "fields.inc"), "utf8");
  const fine = { TIME: "2026-03-02T10:00:00+08:00", PHONE: "+8613800138000", DURATION: 5, MONEY: "10.00", ACCOUNT: "6220000000000001", PERSON: "P1", CELL: "460-00-1-1", REGION: "110101", TEXT: "x", ANY: "x" };
  const choices = { sim: { event: "open" }, account: { event: "open" } };
  const kinds = {};
  for (const [, kind, name, type, need] of list.matchAll(/^FIELD\((\w+), (\w+), (\w+), (\w+)\)/gm)) {
    kinds[kind] ??= { base: { kind }, fields: [] };
    kinds[kind].fields.push(name);
    if (need === "MUST")
      kinds[kind].base[name] = choices[kind]?.[name] ?? fine[type];
  }
  delete kinds.truth; /* for backtests; no service takes it */
  return Object.values(kinds).flatMap(({ base, fields }) => fields.flatMap((name) => CORPUS.map((text) => ({ ...base, [name]: text }))));
}

/* Nothing ran, and no element came out of a text. */
async function holds(page, where) {
  const seen = await page.evaluate(() => ({
    ran: globalThis.ran, images: document.querySelectorAll("main img, main iframe, main object, main embed, main script, main base, main meta, main style, main link, main math, main form[action]").length,
    title: document.title, base: document.baseURI,
  }));
  assert.equal(seen.ran, undefined, where);
  assert.equal(seen.images, 0, `an element came out of a text: ${where}`);
  assert.doesNotMatch(seen.title, /ran=1/, where);
}

async function shown(page, where) {
  assert.ok((await page.textContent("main")).includes(MARK), `the text is not shown: ${where}`);
}

await run([
  ["records with markup in every field, and alerts of rules with markup in title and labels", async (house) => {
    const all = records();
    let accepted = 0, rejected = 0;
    for (let at = 0; at < all.length; at += 500) {
      const { body } = await house.send(all.slice(at, at + 500));
      accepted += body.accepted;
      rejected += body.rejected;
    }
    assert.equal(accepted + rejected, all.length);
    console.log(`      ${all.length} records with markup: ${accepted} taken, ${rejected} refused`);
    for (let i = 0; i < 4; i++)
      await house.send([{ kind: "call", time: `2026-03-02T11:00:0${i}+08:00`, caller: "+8613800139999", callee: `+861380013900${i}`, duration: 5 }]);
    await house.wait_for_alerts(1);
    for (const tongue of ["en", "zh"]) {
      const page = await house.open(await house.person("ana", ["analyst"]), "alerts", { tongue });
      page.on("dialog", (dialog) => page.faults.push(`a dialog: ${dialog.message()}`));
      await page.waitForSelector(".table-row.cursor");
      await shown(page, "inbox");
      await page.keyboard.press("o");
      await page.waitForSelector(".sentence");
      await shown(page, "alert");
      await page.keyboard.press("r");
      await page.waitForSelector("dialog textarea");
      await page.keyboard.type(LONG.slice(0, 400));
      await page.keyboard.press("Enter");
      await page.waitForSelector(".revealed");
      await page.keyboard.press("e");
      await page.waitForSelector("dialog [data-preset='1']");
      await page.keyboard.press("Escape");
      await holds(page, `alert in ${tongue}`);
    }
  }],

  ["work whose texts, notes, attachments and reasons are markup", async (house) => {
    const ana = await house.person("ana", ["analyst"]);
    const made = await house.must("POST", "/v1/work", { kind: "case", fields: { title: LONG.slice(0, 120) } }, ana);
    const id = made.body.id, tag = { ...ana, more: { "If-Match": `"${made.body.version}"` } };
    for (const text of CORPUS)
      await house.must("POST", `/v1/work/${id}/note`, { text: `${text} ${LONG.slice(0, 900)}` }, tag);
    const lead = await house.ask("POST", "/v1/work", { kind: "lead_check", fields: { number: "+8613800138111", origin: "hotline", story: LONG.slice(0, 1900), document: LONG.slice(0, 100) } }, ana);
    assert.ok([200, 201, 422].includes(lead.status), JSON.stringify(lead.body));
    await house.ask("POST", `/v1/work/${id}/hand-over`, { user: ana.id, reason: LONG.slice(0, 900) }, tag);
    const attached = await fetch(`${house.url}/v1/work/${id}/attachments?name=${encodeURIComponent("<img src=x onerror=ran=1>.txt")}`, { method: "POST", headers: { Cookie: ana.cookie, "X-CSRF-Token": ana.csrf, "Content-Type": "text/plain" }, body: "text" });
    assert.ok([201, 422].includes(attached.status), String(attached.status));
    const page = await house.open(ana, `work/${id}`);
    await page.waitForSelector(".note");
    await shown(page, "item");
    await holds(page, "item");
    if (lead.body.id) {
      const other = await house.open(ana, `work/${lead.body.id}`);
      await other.waitForSelector(".log");
      await holds(other, "lead");
    }
    const queue = await house.open(ana, "work");
    await queue.waitForSelector(".table-row.cursor");
    await holds(queue, "queue");
  }],

  ["every page, after people and organisations have names that are markup", async (house) => {
    await house.ask("POST", "/v1/organisations", { kind: "bank", name: LONG.slice(0, 250), reason: LONG.slice(0, 900) }, house.people.root);
    await house.ask("POST", "/v1/users", { login: "marked", name: LONG.slice(0, 250), roles: ["analyst"], reason: "x" }, house.people.root);
    const everybody = await house.person("everybody", ROLES);
    const names = [...fs.readFileSync(path.join(SOURCE, "console", "src", "pages.ts"), "utf8").matchAll(/^  \{ path: "([\w-]+)"/gm)].map(([, name]) => name);
    for (const name of names) {
      const page = await house.open(everybody, name);
      await page.waitForTimeout(700);
      await holds(page, name);
      await page.context().close();
    }
    house.pages = house.pages.filter((page) => page.faults.length > 0);
  }],
], { rules });
fs.rmSync(path.dirname(rules), { recursive: true, force: true });
