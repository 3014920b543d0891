/* pictures.mjs -- the pictures of README.md, taken of a running `cutline demo`.
 *
 * usage: node test/console/pictures.mjs PATH_OF_CUTLINE SOURCE_ROOT [FOLDER]       (docs/pictures) */
/* SPDX-License-Identifier: Apache-2.0 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CUTLINE, require_console, SOURCE, until } from "./house.mjs";

const OUT = path.resolve(process.argv[4] ?? path.join(SOURCE, "docs", "pictures"));
const LIVES_SECONDS = 150;

/* name, whose, page, tongue, theme */
const PICTURES = [
  ["now", "supervisor", "now", "en", "light"], ["alert", "analyst", "alerts", "zh", "light"],
  ["lead", "duty", "leads", "en", "light"], ["reports", "supervisor", "reports", "zh", "light"],
];

const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "cutline-pictures-")), "demo");
const demo = spawn(CUTLINE, ["demo", `folder=${folder}`, `for=${LIVES_SECONDS + 60}s`, "--lang", "en"], { stdio: ["ignore", "pipe", "inherit"] });
let said = "";
demo.stdout.on("data", (bytes) => (said += bytes));

function code(login) {
  return spawnSync(CUTLINE, ["demo", "code", login, `folder=${folder}`], { encoding: "utf8" }).stdout.trim().split(/\s+/).at(-1);
}

async function log_in(page, login, password) {
  await page.fill("[data-form=login] [name=login]", login);
  await page.fill("[data-form=login] [name=password]", password);
  await page.fill("[data-form=login] [name=code]", code(login));
  await page.click("[data-form=login] [type=submit]");
  await page.waitForSelector("main[data-page] h1");
}

async function shown(page, name) {
  await page.evaluate((to) => {
    history.pushState(null, "", `/console/${to}`);
    dispatchEvent(new PopStateEvent("popstate"));
  }, name);
  await page.waitForSelector(`main[data-page=${name}] h1`);
  await page.waitForTimeout(1500);
  if (name === "alerts" || name === "leads") {
    await page.keyboard.press("o");
    await page.waitForTimeout(1500);
  }
  if (name === "reports") {
    await page.selectOption("form select", "month");
    await page.click("[data-make]");
    await page.waitForSelector("[data-figure]");
    await page.waitForTimeout(1500);
  }
}

try {
  const url = (await until("the centre listens", () => /listens: (http:\S+)/.exec(said), 60))[1];
  await new Promise((resolve) => setTimeout(resolve, LIVES_SECONDS * 1000));
  console.log(said);
  const { chromium } = require_console("playwright-core");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
  fs.mkdirSync(OUT, { recursive: true });
  for (const [name, login, where, tongue, theme] of PICTURES) {
    const password = new RegExp(`^\\s*${login}\\s+(\\S+)`, "m").exec(said)?.[1];
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1366, height: 768 }, timezoneId: "Asia/Shanghai", locale: tongue === "zh" ? "zh-CN" : "en-GB" });
    await context.addInitScript((liking) => localStorage.setItem("cutline.settings", JSON.stringify(liking)), { tongue, theme, tour: null });
    const page = await context.newPage();
    await page.goto("/");
    await log_in(page, login, password);
    await shown(page, where);
    await page.screenshot({ path: path.join(OUT, `${name}.png`) });
    await context.close();
  }
  await browser.close();
} finally {
  demo.kill("SIGINT");
  await new Promise((resolve) => demo.on("exit", resolve));
  fs.rmSync(path.dirname(folder), { recursive: true, force: true });
}
