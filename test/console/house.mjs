/* house.mjs -- a running `cutline serve` with people of every role and alerts of the sample day, and a
 * browser that looks at it.
 *
 * usage of a test: node FILE.mjs PATH_OF_CUTLINE SOURCE_ROOT [NAME_OF_A_TEST]
 *        by hand:  node house.mjs PATH_OF_CUTLINE SOURCE_ROOT     serves until Ctrl-C, prints who may log in
 *
 * A test file says  run([["a name that is a sentence", async (house) => …], …], {options}) .  Whatever a
 * page writes to its console as an error, throws, or tries against its policy makes the test fail. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const CUTLINE = path.resolve(process.argv[2] ?? "build/cutline");
export const SOURCE = path.resolve(process.argv[3] ?? ".");
export const PICTURES = process.env.CONSOLE_PICTURES ?? null; /* a folder for screenshots, to be looked at */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PASSWORD = "correct horse battery staple";
const SKIPPED = 77;
const WAIT_S = 60; /* for what happens by itself: sanitizers, and other browsers on the same cores, take their share */
export const require_console = createRequire(path.join(SOURCE, "console", "package.json"));

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what, holds, seconds = WAIT_S) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await holds();
    if (value)
      return value;
    assert.ok(Date.now() < end, `not within ${seconds} s: ${what}`);
    await wait(50);
  }
}

/* ---- second factors ---- */

function base32(text) {
  const bits = [...text.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

export function totp(key, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", base32(key)).update(counter).digest(), at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

/* A code that was not used yet; the service takes the step before and after, each once. */
export async function code_of(person) {
  for (;;) {
    const now = Math.floor((Date.now() + 5000) / 30000), step = Math.max(now - 1, (person.step ?? 0) + 1);
    if (step <= Math.floor(Date.now() / 30000) + 1) {
      person.step = step;
      return totp(person.key, step);
    }
    await wait(500);
  }
}

/* ---- the service ---- */

export class House {
  static async open(options = {}) {
    const house = new House();
    house.folder = fs.mkdtempSync(path.join(os.tmpdir(), "cutline-console-"));
    const config = path.join(house.folder, "cutline.yaml");
    fs.writeFileSync(config, `listen: {port: 0}\ndetect: {rules: ${options.rules ?? path.join(SOURCE, "rules")}, memory: ${options.memory ?? "64M"}}\n` +
      `disk: {reserve: 1M, floor: 8M}\njournal: {segment: 16M}\n${options.config ?? ""}`);
    house.log = fs.openSync(path.join(house.folder, "log"), "a");
    house.process = spawn(CUTLINE, ["serve", "--data", path.join(house.folder, "data"), "--config", config, "--lang", "en"], { stdio: ["ignore", "pipe", house.log] });
    house.hello = "";
    house.process.stdout.on("data", (bytes) => (house.hello += bytes));
    house.process.on("exit", (code, signal) => (house.exited = code ?? signal));
    await until("the service listens", () => {
      assert.equal(house.exited, undefined, `it did not start:\n${house.read_log()}`);
      return /listening on (\S+)\n/.test(house.hello);
    }, 60);
    house.url = /listening on (\S+)/.exec(house.hello)[1];
    house.people = {};
    house.pages = [];
    return house;
  }

  read_log() {
    return fs.readFileSync(path.join(this.folder, "log"), "utf8").slice(-3000);
  }

  /* { status, body, headers }; `as` is a person that logged in, or a token. */
  async ask(method, where, body, as) {
    const headers = { "Content-Type": "application/json" };
    if (typeof as === "string")
      headers.Authorization = `Bearer ${as}`;
    else if (as)
      Object.assign(headers, { Cookie: as.cookie, "X-CSRF-Token": as.csrf });
    Object.assign(headers, as?.more ?? {});
    const reply = await fetch(this.url + where, { method, headers, body: method === "GET" ? undefined : typeof body === "string" ? body : JSON.stringify(body ?? {}) });
    const text = await reply.text();
    const json = (reply.headers.get("Content-Type") ?? "").includes("json");
    return { status: reply.status, body: json ? JSON.parse(text) : text, headers: reply.headers };
  }

  async must(method, where, body, as) {
    const reply = await this.ask(method, where, body, as);
    assert.ok(reply.status < 300, `${method} ${where}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  }

  async log_in(person) {
    const { body, headers } = await this.must("POST", "/v1/login", { login: person.login, password: PASSWORD, code: await code_of(person) });
    person.cookie = headers.get("Set-Cookie").split(";")[0];
    person.csrf = body.csrf;
    return person;
  }

  /* The first administrator, and a token that hands in records.  `home`: what house it is. */
  async enrol_root(home = {}) {
    const code = /enrolment code \(one use\) (\S+)/.exec(this.hello)[1];
    const { body } = await this.must("POST", "/v1/enrol", { code, login: "root", name: "Root", password: PASSWORD, organisation: "Home", kind: "centre", level: "province", ...home });
    const root = (this.people.root = { login: "root", key: body.totp.key, id: body.user, password: PASSWORD });
    await this.log_in(root);
    root.organisation = (await this.must("GET", "/v1/whoami", null, root)).body.organisation;
    const token = await this.must("POST", "/v1/tokens", { name: "feed", days: 7, reason: "test", scopes: ["records:write", "alerts:read", "system:read", "screen:ask"] }, root);
    this.token = token.body.secret ?? token.body.token;
    return root;
  }

  async organisation(kind, name, level) {
    return (await this.must("POST", "/v1/organisations", { kind, name, ...(level && { level }), reason: "test" }, this.people.root)).body.id;
  }

  /* Somebody with these roles who has logged in; `organisation` absent: home. */
  async person(login, roles, organisation) {
    if (this.people[login])
      return this.people[login];
    const made = await this.must("POST", "/v1/users", { login, name: login, roles, reason: "test", ...(organisation && { organisation }) }, this.people.root);
    const enrolled = await this.must("POST", "/v1/enrol", { code: made.body.code, password: PASSWORD });
    const person = (this.people[login] = { login, key: enrolled.body.totp.key, id: made.body.id, roles, password: PASSWORD });
    return this.log_in(person);
  }

  async send(lines) {
    return this.must("POST", "/v1/records", Array.isArray(lines) ? lines.map((line) => JSON.stringify(line)).join("\n") + "\n" : lines, this.token);
  }

  /* The sample day with the shipped rules: some sixty alerts. */
  async feed_sample() {
    const file = path.join(this.folder, "token");
    fs.writeFileSync(file, this.token, { mode: 0o600 });
    const kinds = ["person", "account", "sim", "cell", "region", "list", "call", "sms", "payment", "report"];
    for (const kind of kinds) {
      const name = path.join(SOURCE, "sample", `${kind === "sms" ? kind : `${kind}s`}.csv.zst`);
      const sent = spawn(CUTLINE, ["send", name, "--kind", kind, "--to", this.url, "--token", file, "--quiet"], { stdio: ["ignore", "ignore", this.log] });
      const code = await new Promise((resolve) => sent.on("exit", resolve));
      assert.equal(code, 0, `cutline send ${name}: ${code}\n${this.read_log()}`);
    }
    await this.wait_for_alerts(20);
  }

  async wait_for_alerts(least) {
    return until(`${least} alerts`, async () => {
      const { body } = await this.must("GET", "/v1/alerts?limit=500", null, this.token);
      return body.alerts.length >= least && body.alerts;
    }, 60);
  }

  /* ---- the browser ---- */

  async browser() {
    if (!this.chromium) {
      const { chromium } = require_console("playwright-core");
      this.chromium = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
    }
    return this.chromium;
  }

  /* A page of its own, as `person` sees it (null: nobody).  options: tongue, theme, path, viewport, zoom */
  async page(person, options = {}) {
    const browser = await this.browser();
    const zoom = options.zoom ?? 1, size = options.viewport ?? { width: 1366, height: 768 };
    const context = await browser.newContext({
      baseURL: this.url, locale: options.tongue === "zh" ? "zh-CN" : "en-GB", timezoneId: "Asia/Shanghai",
      reducedMotion: "reduce", viewport: { width: Math.round(size.width / zoom), height: Math.round(size.height / zoom) }, deviceScaleFactor: zoom,
    });
    if (person) {
      const [name, value] = person.cookie.split("=");
      await context.addCookies([{ name, value, url: this.url, httpOnly: true, sameSite: "Strict" }]);
    }
    await context.addInitScript(({ tongue, theme }) => {
      if (!localStorage.getItem("cutline.settings"))
        localStorage.setItem("cutline.settings", JSON.stringify({ tongue, theme }));
      document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    }, { tongue: options.tongue ?? "en", theme: options.theme ?? this.theme ?? "light" });
    context.setDefaultTimeout(WAIT_S * 1000);
    const page = await context.newPage();
    page.faults = [];
    page.on("pageerror", (error) => page.faults.push(`thrown: ${error.stack ?? error}`));
    page.on("console", (message) => {
      /* The browser itself tells of each refused request; refusals are part of the tests. */
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        page.faults.push(`${message.text()} (${message.location().url})`);
    });
    this.pages.push(page);
    await page.goto(options.path ?? "/");
    return page;
  }

  /* As `page`, on a page of the console that has been loaded. */
  async open(person, name, options = {}) {
    const page = await this.page(person, { ...options, path: name === "" ? "/" : `/console/${name}` });
    await page.waitForSelector("main[data-page] h1");
    return page;
  }

  async picture(page, name) {
    if (PICTURES) {
      fs.mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
    }
  }

  faults() {
    return this.pages.flatMap((page) => page.faults.map((fault) => `${page.url()}: ${fault}`));
  }

  async close_pages() {
    for (const page of this.pages)
      await page.context().close();
    this.pages = [];
  }

  async close() {
    await this.chromium?.close();
    if (this.exited === undefined) {
      this.process.kill("SIGTERM");
      await until("the service ends", () => this.exited !== undefined);
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/* What axe finds that is serious or critical. */
export async function axe(page) {
  /* Handed to the page by the debugger, which the page's policy does not bind. */
  await page.evaluate(fs.readFileSync(require_console.resolve("axe-core"), "utf8") + ";0");
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} — ${failureSummary.replaceAll("\n", " ").slice(0, 220)}`).join(" | ")}`);
}

export const ROLES = ["engineer", "analyst", "duty", "supervisor", "auditor", "operator", "administrator", "liaison", "statistician"];

export const THEMES = ["light", "dark", "contrast"];

/* CONSOLE_ALL=1: the whole of it, as before a release; else what is BY_HAND is named and left. */
export const ALL = process.env.CONSOLE_ALL === "1";
export const BY_HAND = true;

/* Runs the tests one after another in one house, each in the next theme; the exit code is what failed. */
export async function run(tests, options = {}) {
  let house = null, failed = 0;
  const only = process.argv[4];
  try {
    house = await House.open(options);
    if (!(await house.ask("GET", "/")).body.includes("<div id=\"app\">")) {
      console.log("skipped: there is no console in this program");
      process.exitCode = SKIPPED;
      return;
    }
    await house.enrol_root(options.home);
    if (options.sample)
      await house.feed_sample();
    for (const [at, [name, test, by_hand]] of tests.entries()) {
      if (only && !name.includes(only))
        continue;
      if (by_hand && !ALL) {
        console.log(`left  ${name}: CONSOLE_ALL=1`);
        continue;
      }
      house.theme = THEMES[at % THEMES.length];
      const begun = Date.now();
      try {
        await test(house);
        assert.deepEqual(house.faults(), [], "what pages complained of");
        console.log(`ok    ${name} (${Date.now() - begun} ms)`);
      } catch (error) {
        failed++;
        console.log(`FAIL  ${name}\n${error.stack}`);
        if (house.exited !== undefined)
          console.log(`      the service has ended (${house.exited}):\n${house.read_log()}`);
        for (const page of house.pages) {
          console.log(`      ${page.url()} ${page.faults.join("\n      ")}`);
          if (PICTURES)
            await page.screenshot({ path: path.join(PICTURES, `failed-${failed}.png`) }).catch(() => {});
        }
      }
      await house.close_pages();
    }
  } finally {
    await house?.close();
  }
  process.exitCode ||= failed === 0 ? 0 : 1;
}

/* ---- by hand ---- */

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const house = await House.open();
  await house.enrol_root();
  await house.feed_sample();
  for (const role of ROLES)
    await house.person(role, [role]);
  console.log(`${house.url}\npassword of all: ${PASSWORD}`);
  for (const person of Object.values(house.people))
    console.log(`${person.login.padEnd(14)} key ${person.key}  cookie ${person.cookie}`);
  process.on("SIGINT", () => void house.close().then(() => process.exit(0)));
}
