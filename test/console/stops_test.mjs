/* stops_test.mjs -- a victim has paid: the money is followed, stopped, frozen and given back, each on the page of
 * whoever does it, once in English with a mouse and once in Chinese with keys alone; every sum is shown to the cent.
 *
 * Thirty days of notice are seconds here: the law pack is a copy with that one term shortened. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CHINESE, keys, mouse, NOW } from "./hand.mjs";
import { axe, BY_HAND, run, SOURCE, until } from "./house.mjs";

const LAW = fs.mkdtempSync(path.join(os.tmpdir(), "cutline-law-"));
fs.cpSync(path.join(SOURCE, "law"), LAW, { recursive: true });
const RETURN = path.join(LAW, "cn-return-2016.yaml"), text = fs.readFileSync(RETURN, "utf8");
const short = text.replace("notice.term: {value: 30, unit: day", "notice.term: {value: 25, unit: second");
assert.notEqual(short, text);
fs.writeFileSync(RETURN, short);

const at = (second) => new Date(Date.now() - 3600_000 + second * 1000).toISOString().replace(/\.\d+Z/, "Z");
const VICTIM = ["6222020000000101", "6222020000000102"], PERSON = ["530102199001010011", "53010219920202002X"], NAME = ["王小明", "赵大山"];
const LOSS = [4980037n, 1000000n]; /* in cents */
let tongue = "zh"; /* of the story that is told */
const said_as = (grouped) => (tongue === "zh" ? `${grouped} 元` : `CNY ${grouped}`);
const yuan = (cents) => said_as(`${String(cents / 100n).replace(/\B(?=(\d{3})+$)/g, ",")}.${String(cents % 100n).padStart(2, "0")}`);
/* A sentence of the page, in its tongue and in none other. */
function speaks(said) {
  if (tongue === "zh")
    assert.match(said, CHINESE);
  else
    assert.doesNotMatch(said, CHINESE);
}
const decimal = (cents) => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;

/* 49,800.37 and 10,000.00 arrive on one account; 20,000.12 of it goes on. */
const payments = (turn) => [
  [`S${turn}1`, VICTIM[0], `622202000000${turn}001`, decimal(LOSS[0]), 0], [`S${turn}2`, VICTIM[1], `622202000000${turn}001`, decimal(LOSS[1]), 20],
  [`S${turn}3`, `622202000000${turn}001`, `622202000000${turn}002`, "20000.12", 60],
].map(([id, payer, payee, amount, second]) => ({ kind: "payment", id, time: at(second), payer, payee, amount, currency: "CNY", payer_bank: "BANKA", payee_bank: "BANKB", status: "done" }));

/* What each gets of what is frozen: by loss, whole cents, the largest remainder first. */
function shares(frozen) {
  const all = LOSS[0] + LOSS[1], down = LOSS.map((loss) => (frozen * loss) / all), rest = LOSS.map((loss) => (frozen * loss) % all);
  if (down[0] + down[1] < frozen)
    down[rest[0] >= rest[1] ? 0 : 1]++;
  return down;
}

async function people(house) {
  const city = house.city ??= await house.organisation("police", "山水市公安局", "city"), bank = house.bank ??= await house.organisation("bank", "山水银行");
  return {
    city, bank, analyst: await house.person("analyst", ["analyst"]), chief: await house.person("chief", ["supervisor"]),
    mayor: await house.person("mayor", ["supervisor"], city), teller: await house.person("teller", ["liaison"], bank),
  };
}

/* The page of an item, as somebody sees it. */
async function at_item(house, hand, who, where, id) {
  return hand(await house.open(who, `${where}/${id}`, { tongue }));
}

/* From the payment to the stop order: what is proposed is ordered without typing the account. */
async function follow(house, hand, { analyst }, turn) {
  const page = await house.open(analyst, "money", { tongue }), desk = hand(page);
  await desk.type("input[data-first]", `S${turn}1`);
  await desk.type("form input[required]:not([data-first])", "警情 17");
  await desk.press("form button.main");
  await page.waitForSelector("[data-sums=agree]");
  const trace = page.url().split("/").at(-1);
  assert.ok((await page.textContent("[data-sums]")).includes(said_as("49,800.37")));
  await page.keyboard.press("x");
  await page.waitForSelector("table.stops input:checked");
  await page.keyboard.press("p");
  await page.waitForSelector("dialog textarea:focus");
  await page.keyboard.insertText("警情 17");
  await page.keyboard.press("Enter");
  const link = await page.waitForSelector("table.stops a[href^='/console/orders/']");
  return { trace, stop: (await link.getAttribute("href")).split("/").at(-1) };
}

async function stopped(house, hand, who, stop) {
  const desk = await at_item(house, hand, who.analyst, "orders", stop);
  await desk.step("order", { executor: who.bank, document: "止付〔2026〕1号", payee_name: "钱六" });
  await desk.page.waitForSelector(".asking");
  assert.equal(await desk.page.locator("[data-approve]").count(), 0); /* not one's own */
  const chief = await at_item(house, hand, who.chief, "orders", stop);
  const before = chief.count.pressed;
  await chief.approve("要素齐全");
  await chief.state("ordered");
  if (chief.count.pressed > 0)
    assert.ok(chief.count.approve = chief.count.pressed - before);
  const teller = await at_item(house, hand, who.teller, "orders", stop);
  const amount = await teller.value("amount");
  assert.equal(amount, yuan(BigInt(amount.replaceAll(/\D/g, ""))));
  await house.picture(teller.page, "stop-bank");
  assert.deepEqual(await axe(teller.page), []);
  assert.equal(await teller.page.locator("[data-field=payer]").count(), 0); /* the bank is not told whose money it was */
  await teller.step("stop", { stopped_at: NOW, balance: amount.replaceAll(/[^\d.]/g, "") });
  await teller.state("stopped");
  await desk.state("stopped"); /* the asker's page has heard of it by itself */
  return { amount: BigInt(amount.replaceAll(/\D/g, "")), keys: chief.count.pressed };
}

/* Ordered and approved in the house, confirmed by the bank; the stop then ends by itself. */
async function frozen(house, hand, who, { stop, amount, case_id }) {
  const desk = hand(await house.open(who.analyst, "orders", { tongue }));
  const id = await desk.make("freeze", { case_id, asset: "deposits", stop });
  assert.equal(await desk.value("amount"), yuan(amount)); /* nobody typed it again */
  const lacking = await desk.refused("order");
  speaks(lacking);
  await desk.step("order", { months: 6, scope: "全部", yields: true, method: "limited", document: "冻结〔2026〕1号" });
  await desk.page.waitForSelector(".asking");
  const chief = await at_item(house, hand, who.chief, "orders", id);
  await house.picture(chief.page, "freeze-asked");
  await chief.approve("同意");
  await chief.state("ordered");
  const teller = await at_item(house, hand, who.teller, "orders", id);
  await teller.step("freeze", { frozen_at: NOW, frozen_amount: decimal(amount), balance: decimal(amount) });
  await teller.state("frozen");
  await desk.state("frozen");
  assert.equal(await desk.value("frozen_amount"), yuan(amount));
  const order = await at_item(house, hand, who.analyst, "orders", stop);
  await order.state("frozen");
  return id;
}

async function claim(house, hand, who, case_id, n, trace) {
  const desk = hand(await house.open(who.analyst, "returns", { tongue }));
  const id = await desk.make("return_claim", {
    about: case_id, name: NAME[n], document: PERSON[n], account: VICTIM[n], loss: decimal(LOSS[n]), paid_at: NOW,
  });
  await desk.step("verify", { proof: "当面核验身份证与账户流水" });
  const chief = await at_item(house, hand, who.chief, "returns", id);
  await chief.approve("材料属实");
  await chief.state("verified");
  assert.equal(await chief.value("loss"), yuan(LOSS[n]));
  assert.doesNotMatch(await chief.page.textContent("main"), new RegExp(`${VICTIM[n]}|${NAME[n]}`)); /* masked */
  if (trace)
    await desk.step("attribute", { trace, traced: decimal(LOSS[n]) });
  return id;
}

/* Pro rata, notice, approval above, decision by two, and the bank pays: to the cent, or it is refused. */
async function returned(house, hand, who, { freeze, case_id, amount, account, claims }) {
  const desk = hand(await house.open(who.analyst, "returns", { tongue }));
  const id = await desk.make("fund_return", { about: case_id, freeze, account, frozen: decimal(amount), account_name: "钱六", bank: "山水银行" });
  await desk.step("verify", { claims: claims.map((claimed) => ({ id: claimed })) });
  await desk.state("verified");
  await desk.step("pro_rata", { untraceable: "资金在一分钟内混同" });
  await desk.state("needs_pro_rata");
  const each = shares(amount), shown = await desk.value("shares");
  for (const share of each)
    assert.ok(shown.includes(yuan(share)), `${yuan(share)} in ${shown}`);
  assert.equal(each[0] + each[1], amount);
  assert.equal(await desk.value("returning"), yuan(amount));
  await desk.step("publish", { notice_place: "县公安局网站" });
  speaks(await desk.refused("report", { report: "呈〔2026〕1号", approver: who.city })); /* the notice runs */
  await house.picture(desk.page, "return-notice");
  await desk.page.waitForSelector(".log [data-what=fired]");
  assert.match(await desk.refused("report", { report: "呈〔2026〕1号", approver: house.people.root.organisation }, "forbidden"), tongue === "zh" ? /级别|层级/ : /level/i);
  await desk.step("report", { report: "呈〔2026〕1号", approver: who.city });
  const chief = await at_item(house, hand, who.chief, "returns", id);
  speaks(await chief.refused("approve")); /* not the organ that was asked */
  const mayor = await at_item(house, hand, who.mayor, "returns", id);
  await mayor.step("approve");
  await mayor.state("approved");
  await desk.state("approved");
  await desk.step("decide", { decision: "返〔2026〕1号" });
  await desk.page.waitForSelector(".asking");
  await chief.page.waitForSelector("[data-approve]");
  await chief.approve("同意");
  await desk.state("decided");
  await desk.step("deliver", { executor: who.bank });
  const teller = await at_item(house, hand, who.teller, "returns", id);
  await house.picture(teller.page, "return-bank");
  assert.deepEqual(await axe(teller.page), []);
  speaks(await teller.refused("execute", { executed_at: NOW, paid: decimal(amount - 1n), serial: "S-1" })); /* a cent short */
  await teller.step("execute", { executed_at: NOW, paid: decimal(amount), serial: "S-1" });
  await teller.state("returned");
  await desk.state("returned");
  for (const [n, one] of claims.entries()) {
    const item = await at_item(house, hand, who.analyst, "returns", one);
    assert.equal(await item.value("returned"), yuan(each[n]));
  }
}

async function filed(house, { analyst, chief }) {
  const made = await house.must("POST", "/v1/work", { kind: "case", fields: { title: "投资诈骗" } }, analyst), id = made.body.id;
  const step = { step: "file", fields: { number: "A-2026-17", organ: "山水县公安局", document: "立〔2026〕17号" } };
  const asked = await house.must("POST", `/v1/work/${id}/step`, step, { ...analyst, more: { "If-Match": `"${made.body.version}"` } });
  await house.must("POST", `/v1/work/${id}/approve`, { digest: asked.body.asking.digest, reason: "立案" }, chief);
  return id;
}

async function story(house, hand, turn, spoken) {
  tongue = spoken;
  const who = await people(house);
  await house.send(payments(turn));
  await until("the index has them", async () => (await house.ask("POST", "/v1/traces", { from: `S${turn}3`, reason: "test" }, who.analyst)).status === 201);
  const { trace, stop } = await follow(house, hand, who, turn);
  const { amount, keys: pressed } = await stopped(house, hand, who, stop);
  const case_id = await filed(house, who);
  const freeze = await frozen(house, hand, who, { stop, amount, case_id });
  const claims = [await claim(house, hand, who, case_id, 0, trace), await claim(house, hand, who, case_id, 1, null)];
  const account = (await house.must("POST", `/v1/work/${stop}/reveal`, { fields: ["payee"], reason: "test" }, who.analyst)).body.fields.payee;
  await returned(house, hand, who, { freeze, case_id, amount, account, claims });
  return pressed;
}

await run([
  ["followed, stopped, frozen and given back to the cent, in English with a mouse", async (house) => {
    await story(house, mouse, 1, "en");
  }, BY_HAND],
  ["the same in Chinese with keys alone, a yes in no more than six", async (house) => {
    const pressed = await story(house, keys, 2, "zh");
    assert.ok(pressed > 0 && pressed <= 6, `${pressed} keys`);
    console.log(`      a yes: ${pressed} keys`);
  }],
], { home: { organisation: "山水县公安局", kind: "police", level: "county" }, config: `law: {packs: ${LAW}}\n` });
fs.rmSync(LAW, { recursive: true, force: true });
