/* entrance_test.mjs -- getting in by the page itself: enrol with a one-time code, log in, be asked for the
 * second factor again, go on after a session ended, and leave. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";
import { axe, code_of, run } from "./house.mjs";

async function fill_login(page, person, code) {
  await page.fill("[data-form=login] [name=login]", person.login);
  await page.fill("[data-form=login] [name=password]", person.password);
  await page.fill("[data-form=login] [name=code]", code);
  await page.click("[data-form=login] [type=submit]");
}

await run([
  ["somebody new enrols with a one-time code and logs in with the key that was shown", async (house) => {
    const { body } = await house.must("POST", "/v1/users", { login: "newcomer", name: "New", roles: ["analyst"], reason: "test" }, house.people.root);
    const page = await house.page(null, { tongue: "zh" });
    await page.click("text=我有一次性注册码");
    await page.fill("[data-form=enrol] [name=code]", body.code);
    await page.fill("[data-form=enrol] [name=password]", "short");
    await page.click("[data-form=enrol] [type=submit]");
    await page.waitForSelector("[data-problem=password_refused]");
    await page.fill("[data-form=enrol] [name=password]", "correct horse battery staple");
    await page.click("[data-form=enrol] [type=submit]");
    const key = (await page.textContent("[data-key]")).replaceAll(" ", "");
    assert.match(key, /^[A-Z2-7]{32}$/);
    assert.match(await page.getAttribute("a[href^=otpauth]", "href"), /^otpauth:\/\/totp\/Cutline:newcomer\?secret=/);
    await page.click("text=已录入，去登录");
    const person = { login: "newcomer", password: "correct horse battery staple", key };
    await fill_login(page, person, "000000");
    await page.waitForSelector("[data-problem=login_refused]");
    await fill_login(page, person, await code_of(person));
    await page.waitForSelector("main[data-page=alerts] h1");
  }],

  ["a reload keeps the session, and what goes into the browser's storage names nobody", async (house) => {
    const ana = await house.person("ana", ["analyst"]);
    const page = await house.open(ana, "alerts");
    await page.reload();
    await page.waitForSelector("main[data-page=alerts] h1");
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.title]));
    assert.doesNotMatch(kept, /ana|csrf|u_[0-9a-f]{16}/);
    assert.equal(await page.evaluate(() => document.cookie), "");
  }],

  ["an ended session brings the login in front of the page, which is kept", async (house) => {
    const person = await house.person("brief", ["analyst"]);
    const page = await house.open(person, "work");
    await page.evaluate(() => (globalThis.same_page = true));
    await house.must("POST", "/v1/logout", {}, person);
    await page.click("[data-take-next]");
    await page.waitForSelector("dialog [data-form=login]");
    await fill_login(page, person, await code_of(person));
    await page.waitForSelector("dialog", { state: "detached" });
    assert.equal(await page.evaluate(() => globalThis.same_page), true);
    await page.waitForSelector("main[data-page=work]");
  }],

  ["an action that wants the second factor again asks for it and then goes on by itself", async (house) => {
    const person = await house.person("chief", ["analyst"]);
    const page = await house.open(person, "work");
    /* No route of this page is that severe: its first answer is put in the place of the service's. */
    let asked = 0;
    await page.route("**/v1/work/take", async (route) => {
      asked++;
      if (asked === 1)
        await route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:cutline:problem:step_up_needed", title: "again", status: 403 }) });
      else
        await route.continue();
    });
    await page.click("[data-take-next]");
    await page.waitForSelector("[data-form=step-up]");
    await page.fill("[data-form=step-up] [name=code]", await code_of(person));
    await page.click("[data-form=step-up] [type=submit]");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.waitForSelector("p.notice"); /* nothing waits: the service has answered */
    assert.equal(asked, 2);
  }],

  ["who logs out sees the entrance, and back does not show the page", async (house) => {
    const person = await house.person("leaver", ["analyst"]);
    const page = await house.open(person, "alerts");
    await page.click("[data-logout]");
    await page.waitForSelector("[data-form=login]");
    assert.equal(await page.locator("main[data-page]").count(), 0);
    await page.reload();
    await page.waitForSelector("[data-form=login]");
  }],

  ["the demo's tour stands above each page in both tongues, step by step by key, and can be put away", async (house) => {
    const person = await house.person("guest", ["analyst"]);
    for (const tongue of ["en", "zh"]) {
      const page = await house.open(person, "alerts", { tongue });
      assert.equal(await page.getAttribute("[data-tour]", "data-tour"), "1");
      await page.focus("[data-tour-next]");
      for (let step = 2; step <= 10; step++) {
        await page.keyboard.press("Enter");
        await page.waitForSelector(`[data-tour="${step}"]`);
        assert.match(await page.textContent("[data-tour] [role=status]"), tongue === "zh" ? /[\u4e00-\u9fff]{4}/ : /^[^\u4e00-\u9fff]{20,}$/);
        if (step === 5) {
          await page.click("[data-tour] a[href='/console/money']");
          await page.waitForSelector("main[data-page=money] h1");
          assert.deepEqual(await axe(page), []);
          await house.picture(page, `tour-${tongue}`);
          await page.focus("[data-tour-next]");
        }
      }
      assert.ok(await page.isDisabled("[data-tour-next]"));
      await page.click("[data-tour-away]");
      await page.reload();
      await page.waitForSelector("main[data-page=money] h1");
      assert.equal(await page.locator("[data-tour]").count(), 0);
      await page.click("[data-tour-again]");
      await page.waitForSelector("[data-tour='1']");
    }
  }],
], { config: "console: {tour: yes}\n" });
