/* sanctions_test.mjs -- one person's way through joint discipline on the pages of everybody who has a part in it:
 * nominated, determined, told, restricted, appealed against, lifted, sealed; once in Chinese with a mouse,
 * once in English with keys alone.  A wrong person and a wrong level read why not, and what to do. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { CHINESE, keys, mouse, NOW } from "./hand.mjs";
import { axe, BY_HAND, run, until } from "./house.mjs";

const CLEAN = "+8613800000019", CARDS = ["+8613800000011", "+8613800000012", "+8613800000013"];
const TELECOM = "phone_card iot_card fixed_line telecom_line sms_port internet_account new_business";
const SAID = ["basis", "term", "measures", "right_of_appeal"].map((item) => ({ item }));

async function people(house) {
  if (house.parts)
    return house.parts;
  const organ = { county: await house.organisation("police", "County", "county"), city: await house.organisation("police", "City", "city"),
    province: await house.organisation("police", "Province", "province"), bank: await house.organisation("bank", "Bank"), carrier: await house.organisation("carrier", "Carrier") };
  const who = {};
  for (const [login, role, from] of [["li", "duty", "county"], ["wang", "supervisor", "county"], ["zhao", "supervisor", "city"], ["qian", "supervisor", "city"],
    ["sun", "duty", "city"], ["zhou", "supervisor", "province"], ["teller", "liaison", "bank"], ["carrier", "liaison", "carrier"]])
    who[login] = await house.person(login, [role], organ[from]);
  return (house.parts = { organ, who });
}

const PERSONS = { en: "110105199003071234", zh: "110105199003071242" };

/* Who has a part in it, each with a page of their own; the page tells of what others do by itself. */
async function told(house, hand, tongue) {
  const { organ, who } = await people(house);
  const open = async (login, where) => hand(await house.open(who[login], `sanctions/${where}`, { tongue }));
  /* The only item of a kind that somebody sees and that has not ended. */
  const only = async (login, kind) => (await house.must("GET", `/v1/work?kind=${kind}`, null, who[login])).body.work.at(0)?.id;
  /* In the tongue of the page, and of none other. */
  const speaks = (said) => {
    if (tongue === "zh")
      assert.match(said, CHINESE);
    else
      assert.doesNotMatch(said, CHINESE);
    return said;
  };
  return { house, hand, tongue, organ, who, open, only, speaks };
}

async function nominated(cast) {
  const { house, hand, who, organ, tongue, open, speaks } = cast;
  const li = hand(await house.open(who.li, "sanctions", { tongue }));
  const id = await li.make("sanction", {
    document: PERSONS[tongue], name: "张三", category: "determined", conduct: "b1_items", items: "3", first_act: "2026-05-04", facts: "出租三张电话卡",
    involved_cards: CARDS.map((phone) => ({ phone })),
  });
  assert.doesNotMatch(await li.page.textContent("main"), new RegExp(`${PERSONS[tongue]}|张三|13800000011`)); /* masked */
  speaks(await li.refused("nominate", { organ: organ.city, items: "2" })); /* fewer than the law wants */
  await li.step("nominate", { organ: organ.county }); /* of the wrong level */
  const wang = await open("wang", id);
  await wang.press("[data-approve]");
  await wang.page.waitForSelector("dialog textarea:focus");
  await wang.page.keyboard.insertText("ok");
  await wang.page.keyboard.press("Enter");
  speaks(await wang.refusal());
  await wang.page.keyboard.press("Escape");
  await li.press("[data-decline]"); /* taken back by who asked */
  await li.page.waitForSelector("dialog textarea:focus");
  await li.page.keyboard.insertText("wrong organ");
  await li.page.keyboard.press("Enter");
  await li.page.waitForSelector(".asking", { state: "detached" });
  const early = await open_refused(cast, "zhao", id); /* nobody sent it yet */
  speaks(early);
  await li.step("nominate", { organ: organ.city });
  await wang.page.waitForSelector("[data-approve]");
  await wang.approve("核对无误");
  await wang.state("nominated");
  return id;
}

/* A page of an item that is not theirs: it says so, and what to do. */
async function open_refused({ house, hand, who, tongue }, login, id) {
  const page = await house.page(who[login], { tongue, path: `/console/sanctions/${id}` });
  return hand(page).refusal("not_found");
}

async function determined(cast, id) {
  const { open, speaks, house } = cast;
  const zhao = await open("zhao", id);
  assert.equal(await zhao.page.locator(".steps [data-step=transmit]").count(), 0); /* out of order: not offered */
  const sun = await open("sun", id);
  assert.equal(await sun.page.locator(".steps [data-step=determine]:disabled").count(), 1); /* not an officer's */
  speaks(await sun.page.textContent(".steps [data-step=determine]"));
  speaks(await open_refused(cast, "zhou", id));
  await zhao.step("determine", { reasons: "三张卡均已核实", evidence: [{ sha256: "ab".repeat(32), what: "出租记录" }] });
  await zhao.state("determined");
  await house.picture(zhao.page, `sanction-determined-${cast.tongue}`);
  assert.deepEqual(await axe(zhao.page), []);
  assert.match(await zhao.value("evidence"), /出租记录/);
  const reference = await zhao.value("reference");
  speaks(await zhao.refused("transmit")); /* nobody tried to tell */
  await sun.state("determined");
  const notice = { served_at: NOW, served_how: "in_person", proof: "P-1" };
  speaks(await sun.refused("serve", { ...notice, said: SAID.slice(0, 3) }));
  speaks(await sun.refused("serve", { ...notice, said: SAID, kept_card: CARDS[0] }));
  await sun.step("serve", { ...notice, said: SAID, kept_card: CLEAN });
  await sun.state("notified");
  await zhao.state("notified");
  await zhao.step("transmit", { executors: [{ id: cast.organ.bank }, { id: cast.organ.carrier }] });
  await zhao.state("in_force");
  return { reference, zhao };
}

/* Whether somebody may, asked on the page. */
async function check({ house, hand, who, tongue }, login, act, object) {
  const page = await house.open(who[login], "sanctions", { tongue }), desk = hand(page);
  await desk.type("form.card input[required]", PERSONS[tongue]);
  await desk.choose("form.card .field:has(option[value=transfer]) select", act);
  await desk.choose("form.card .field:has(option[value=payment_account]) select", object);
  await desk.press("[data-check]");
  const said = await page.waitForSelector("[data-may]");
  await house.picture(page, `check-${login}-${tongue}`);
  return { may: await said.getAttribute("data-may") === "true", text: await said.textContent() };
}

async function restricted(cast) {
  const { open, only, speaks, house } = cast;
  await until("orders come", async () => await only("teller", "sanction_order") && await only("carrier", "sanction_order"));
  const order = await only("teller", "sanction_order"), lines = await only("carrier", "sanction_order");
  speaks(await open_refused(cast, "teller", lines)); /* nobody else's order */
  const teller = await open("teller", order), carrier = await open("carrier", lines);
  await house.picture(teller.page, `order-bank-${cast.tongue}`);
  assert.deepEqual(await axe(teller.page), []);
  assert.doesNotMatch(await teller.page.textContent("main"), /object Object|三张卡/);
  speaks(await carrier.refused("confirm", { done_at: NOW, kept_card: CARDS[1] })); /* an involved one */
  await carrier.step("confirm", { done_at: NOW, kept_card: CLEAN });
  await carrier.state("restricted");
  await teller.step("confirm", { done_at: NOW });
  await teller.state("restricted");
  assert.equal((await check(cast, "teller", "transfer", "bank_account")).may, false);
  assert.equal((await check(cast, "carrier", "open", "phone_card")).may, false);
  return { order, lines, teller, carrier };
}

async function appealed({ house, hand, only, tongue }, reference) {
  const page = await house.page(null, { tongue, path: "/console/appeal" }), person = hand(page);
  const kept = new Set((await house.must("GET", "/v1/work?kind=appeal", null, house.people.qian)).body.work.map(({ id }) => id));
  await person.type("[name=reference]", reference.toLowerCase());
  await person.type("[name=statement]", "卡被冒用");
  await person.type("[name=contact]", "邮寄");
  await person.press("form button.main");
  await page.waitForSelector("[data-received]");
  return until("it is looked at", async () => {
    const id = await only("qian", "appeal");
    return id !== undefined && !kept.has(id) && id;
  });
}

/* Heard by whoever took no part. */
async function heard(cast, appeal, step, more = {}) {
  const { open, speaks } = cast;
  const zhao = await open("zhao", appeal);
  speaks(await zhao.refused("accept")); /* he determined */
  const sun = await open("sun", appeal);
  await sun.step("accept");
  await sun.state("accepted");
  const qian = await open("qian", appeal);
  await qian.state("accepted");
  if (step === "amend")
    speaks(await qian.refused("amend", { findings: "两张卡被冒用", answer: "部分撤销" })); /* what is amended? */
  await qian.step(step, { findings: "两张卡被冒用", answer: "部分撤销", ...more });
  await qian.state(`${step}${step === "amend" ? "ed" : "d"}`);
}

async function lifted(cast, id, { order, lines, teller, carrier }) {
  const { house, who, open } = cast;
  await teller.step("confirm_lift", { done_at: NOW });
  for (const [login, item] of [["teller", order], ["carrier", lines], ["zhao", id], ["li", id]])
    await open_refused(cast, login, item);
  assert.equal((await check(cast, "teller", "transfer", "bank_account")).may, true);
  const wang = await open("wang", id);
  await wang.state("lifted");
  await house.picture(wang.page, `sanction-sealed-${cast.tongue}`);
  assert.equal((await house.must("GET", "/v1/work?kind=sanction_order&all=1", null, who.teller)).body.work.length, 0);
}

async function way(house, hand, tongue) {
  const cast = await told(house, hand, tongue);
  const id = await nominated(cast);
  const { reference, zhao } = await determined(cast, id);
  const orders = await restricted(cast);
  const first = await appealed(cast, reference);
  await heard(cast, first, "amend", { dropped_things: TELECOM });
  await orders.carrier.state("lifting"); /* the bank's part stands */
  await orders.carrier.step("confirm_lift", { done_at: NOW });
  assert.equal((await check(cast, "carrier", "open", "phone_card")).may, true);
  assert.equal((await check(cast, "teller", "transfer", "bank_account")).may, false);
  const second = await appealed(cast, reference);
  await heard(cast, second, "revoke");
  await zhao.state("lifting");
  await orders.teller.state("lifting");
  await lifted(cast, id, orders);
}

await run([
  ["nominated, determined, told, restricted, appealed against, lifted and sealed, in Chinese with a mouse", (house) => way(house, mouse, "zh"), BY_HAND],
  ["the same in English with keys alone", (house) => way(house, keys, "en")],
]);
