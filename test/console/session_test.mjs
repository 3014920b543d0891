/* session_test.mjs -- a session belongs to its page alone: another page cannot use it, a script cannot read it,
 * who leaves has left everywhere; and whoever is on a page is in no address, title, storage or log. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { code_of, ROLES, run, SOURCE, until } from "./house.mjs";

const PAGES = [...fs.readFileSync(path.join(SOURCE, "console", "src", "pages.ts"), "utf8").matchAll(/^  \{ path: "([\w-]+)"/gm)].map(([, name]) => name);

/* Found nowhere else: what names a person, in every form in which it is written. */
const CANARIES = {
  phone: "+8613987650417", other: "+8613987650418", card: "6222021987650419013", second: "6222021987650419021", document: "530102198703054172", name: "欧阳金丝雀", plain: "Canariensis",
};
/* A number is found without its country, too. */
const FORMS = Object.values(CANARIES).flatMap((text) => [text, encodeURIComponent(text), text.replace("+86", "")]);

function told(text, where) {
  for (const form of FORMS)
    assert.ok(!text.includes(form), `${where} has ${form}`);
}

const stamp = (second) => new Date(Date.now() - 3600_000 + second * 1000).toISOString().replace(/\.\d+Z/, "Z");

async function fed(house) {
  const { phone, other, card, second, name, document } = CANARIES, lines = [];
  lines.push({ kind: "person", person: document, name }, { kind: "account", account: card, person: document, name }, { kind: "sim", phone, person: document });
  for (let i = 0; i < 400; i++) /* a caller whom the shipped rules raise */
    lines.push({ kind: "call", time: stamp(i * 4), caller: phone, callee: `+86138${String(10000000 + i)}`, duration: 12, imei: "860000000000001", cell: "460-00-1-1" });
  lines.push({ kind: "sms", time: stamp(0), sender: phone, receiver: other, text: `${name} ${card}` });
  for (const [id, payer, payee, amount, at] of [["CAN1", card, second, "49800.37", 0], ["CAN2", second, "6222021987650419039", "20000.12", 60]])
    lines.push({ kind: "payment", id, time: stamp(at), payer, payee, amount, currency: "CNY", payer_bank: "BANKA", payee_bank: "BANKB", status: "done" });
  for (const line of lines)
    line.kind === "call" || await house.ask("POST", "/v1/records", `${JSON.stringify(line)}\n`, house.token); /* one with another form is refused alone */
  const calls = lines.filter(({ kind }) => kind === "call"), sent = await house.send(calls);
  assert.equal(sent.body.accepted, calls.length);
  await house.send([{ kind: "call", time: stamp(7200 - 3600), caller: other, callee: phone }]);
}

async function items(house, person) {
  const { card, name, document, phone, second } = CANARIES;
  const all = [["case", { title: `${name} ${card}` }], ["stop_order", { payee: card, payee_name: name, amount: 4980037, level: 1, paid_at: stamp(0), payee_bank: "Bank", payer: second }],
    ["sanction", { document, name, category: "determined", conduct: "b1_items", items: 3, first_act: "2026-05-04", facts: name, involved_cards: [{ phone }] }]];
  const made = [];
  for (const [kind, fields] of all) {
    const { status, body } = await house.ask("POST", "/v1/work", { kind, fields }, person);
    if (status < 300)
      made.push(body.id);
  }
  assert.ok(made.length >= 2, "items were made");
  for (const id of made) {
    const { body } = await house.must("GET", `/v1/work/${id}`, null, person);
    await house.must("POST", `/v1/work/${id}/note`, { text: `${name} ${phone}` }, { ...person, more: { "If-Match": `"${body.version}"` } });
  }
  return made;
}

/* Everything that a browser keeps or sends of a page, but bodies. */
async function left(page, asked) {
  const kept = await page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.title, history.state,
    performance.getEntries().map(({ name }) => name), await indexedDB.databases(), await caches.keys(), window.name]));
  told(kept, page.url());
  told(asked.join("\n"), "an address that was asked");
}

async function because(page, reason) {
  await page.waitForSelector("dialog textarea:focus");
  await page.keyboard.insertText(reason);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog", { state: "detached" });
}

await run([
  ["the cookie is for this house alone, and no script reads it", async (house) => {
    const person = await house.person("ana", ["analyst"]);
    const { headers, body } = await house.must("POST", "/v1/login", { login: "ana", password: person.password, code: await code_of(person) });
    const words = headers.get("Set-Cookie").split(/; */).slice(1).map((word) => word.toLowerCase());
    for (const word of ["httponly", "samesite=strict", "path=/"])
      assert.ok(words.includes(word), `${word} in ${words}`);
    assert.equal(words.some((word) => word.startsWith("domain")), false);
    assert.equal(headers.get("Cache-Control"), "no-store");
    assert.ok(body.csrf.length >= 22);
    const page = await house.open(person, "work");
    const context = (await page.context().cookies()).filter(({ name }) => name.includes("cutline"));
    assert.deepEqual(context.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]), [[true, "Strict"]]);
    assert.equal(await page.evaluate(() => document.cookie), "");
  }],

  ["a change without the session's own word is refused, and changes nothing", async (house) => {
    const person = await house.person("ana", ["analyst"]);
    const other = await house.person("ben", ["analyst"]);
    const change = (more, type = "application/json") => fetch(`${house.url}/v1/work`, {
      method: "POST", headers: { Cookie: person.cookie, "Content-Type": type, ...more }, body: JSON.stringify({ kind: "case", fields: { title: "forged" } }) });
    for (const [more, type] of [[{}], [{ "X-CSRF-Token": "" }], [{ "X-CSRF-Token": "0".repeat(person.csrf.length) }], [{ "X-CSRF-Token": other.csrf }], [{}, "text/plain"], [{}, "application/x-www-form-urlencoded"]]) {
      const reply = await change(more, type);
      assert.ok([401, 403].includes(reply.status), `${reply.status} ${JSON.stringify(more)}`);
      assert.match((await reply.json()).type, /^urn:cutline:problem:/);
    }
    assert.equal((await house.must("GET", "/v1/work?kind=case", null, person)).body.work.length, 0);
    assert.ok((await change({ "X-CSRF-Token": person.csrf })).status < 300); /* and with it, it is done */
  }],

  ["a page of somebody else can neither write nor read nor frame", async (house) => {
    const person = await house.person("ana", ["analyst"]), before = (await house.must("GET", "/v1/work?kind=case", null, person)).body.work.length;
    const evil = http.createServer((_, reply) => {
      reply.setHeader("Content-Type", "text/html");
      reply.end(`<iframe name=hole></iframe><form method=post enctype=text/plain target=hole action="${house.url}/v1/work"><input name='{"kind":"case","fields":{"title":"forged"},"x":"' value='"}'></form>
        <iframe id=framed src="${house.url}/console/work"></iframe>`);
    }).listen(0);
    try {
      const page = await house.open(person, "work");
      const theirs = await page.context().newPage();
      await theirs.goto(`http://localhost:${evil.address().port}/`); /* another site than 127.0.0.1 */
      await theirs.evaluate(() => document.forms[0].submit());
      const read = await theirs.evaluate((url) => Promise.all([
        fetch(`${url}/v1/whoami`, { credentials: "include" }).then((reply) => reply.status, () => "refused"),
        fetch(`${url}/v1/work`, { method: "POST", credentials: "include", headers: { "Content-Type": "application/json", "X-CSRF-Token": "x" }, body: "{}" }).then((reply) => reply.status, () => "refused"),
        fetch(`${url}/v1/work`, { method: "POST", mode: "no-cors", credentials: "include", body: "{}" }).then(({ type }) => type, () => "refused"),
      ]), house.url);
      assert.deepEqual(read.slice(0, 2), ["refused", "refused"]);
      await theirs.waitForTimeout(500);
      assert.equal(theirs.frames().some((frame) => frame.url().endsWith("/console/work")), false); /* not framed */
      await theirs.close();
      assert.equal((await house.must("GET", "/v1/work?kind=case", null, person)).body.work.length, before);
    } finally {
      evil.closeAllConnections();
      evil.close();
    }
  }],

  ["who leaves one page has left them all", async (house) => {
    const person = await house.person("leaver", ["analyst"]);
    const page = await house.open(person, "work"), second = await page.context().newPage();
    await second.goto("/console/work");
    await second.waitForSelector("main[data-page=work] h1");
    await page.click("[data-logout]");
    await page.waitForSelector("[data-form=login]");
    assert.equal((await house.ask("GET", "/v1/whoami", null, person)).status, 401); /* the old cookie opens nothing */
    assert.equal((await house.ask("POST", "/v1/work/take", {}, person)).status, 401);
    await second.keyboard.press("n");
    await second.waitForSelector("[data-form=login]");
    await second.reload();
    await second.waitForSelector("[data-form=login]");
    assert.equal(await second.locator("main[data-page]").count(), 0);
    await second.goBack().catch(() => {});
    assert.equal(await second.locator("main[data-page]").count(), 0);
  }],

  ["whoever is on a page is in no address, title, storage or log", async (house) => {
    const person = await house.person("everybody", ROLES);
    await fed(house);
    const made = await items(house, person), asked = [];
    await until("the index has them", async () => (await house.ask("POST", "/v1/traces", { from: "CAN1", reason: CANARIES.plain }, person)).status === 201);
    const page = await house.page(person, { path: "/console/work", tongue: "zh" });
    page.on("request", (request) => asked.push(request.url()));
    for (const name of PAGES) {
      await page.goto(`/console/${name}`);
      await page.waitForSelector("main[data-page] h1");
      await page.waitForTimeout(300);
      await left(page, asked);
    }
    for (const id of made) { /* masked, then unmasked */
      await page.goto(`/console/work/${id}`);
      await page.waitForSelector("[data-state]");
      if (await page.locator("small:text-is('已脱敏')").count() > 0) {
        await page.keyboard.press("r");
        await because(page, CANARIES.plain);
        await page.waitForSelector(".revealed");
      }
      await left(page, asked);
    }
    await page.goto("/console/work"); /* found by what names it */
    await page.waitForSelector("main[data-page=work] h1");
    await page.keyboard.press("/");
    await page.fill("dialog input[data-first]", CANARIES.card);
    await page.fill("dialog form input[required]", CANARIES.plain);
    await page.click("dialog form [type=submit]");
    await page.waitForSelector("dialog", { state: "detached" });
    await left(page, asked);
    await page.goto("/console/money");
    await page.fill("input[data-first]", `account:${CANARIES.second}`);
    await page.fill("form input[required] >> nth=1", CANARIES.plain);
    await page.click("form button.main");
    await page.waitForSelector("[data-sums], [data-problem]");
    await left(page, asked);
    const elsewhere = await house.page(null, { path: "/console/appeal" });
    elsewhere.on("request", (request) => asked.push(request.url()));
    await elsewhere.fill("[name=reference]", "S0000000000000000");
    await elsewhere.fill("[name=statement]", `${CANARIES.name} ${CANARIES.card}`);
    await elsewhere.fill("[name=contact]", CANARIES.phone);
    await elsewhere.click("button.main");
    await elsewhere.waitForSelector("[data-received]");
    await left(elsewhere, asked);
    told(fs.readFileSync(path.join(house.folder, "log"), "utf8"), "the service's log");
  }],
], { config: "limits: {traces: 0}\n" });
