/* hand.mjs -- what a person does on a page of work, with a mouse or with keys alone: fill in a step and send
 * it, say yes as the second person, read a refusal.
 *
 * `mouse(page)` and `keys(page)` have the same face, so one story is told with either.  Keys are counted in
 * `pressed`; text that is typed into a field counts as one, since its length is the matter's. */
/* SPDX-License-Identifier: Apache-2.0 */
import assert from "node:assert/strict";

/* A moment field: its own button says which moment is now. */
export const NOW = Symbol("now");
const TABS_MAX = 120;

function mouse_hand(page) {
  return {
    say_yes: () => page.click("[data-approve]"),
    press: (selector) => page.click(selector),
    type: (selector, text) => page.fill(selector, text),
    choose: (selector, value) => page.selectOption(selector, value),
    tick: (selector) => page.check(selector),
  };
}

function keys_hand(page, count) {
  const key = async (name) => {
    count.pressed++;
    await page.keyboard.press(name);
  };
  const focused = (selector) => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
  /* Forward with Tab, as somebody does who sees the focus; Tab goes around inside a dialog. */
  const reach = async (selector) => {
    await page.waitForSelector(selector);
    if (await focused("body")) { /* a fresh page: past its navigation, as everybody does who has no mouse */
      await key("Tab");
      if (await focused(".skip"))
        await key("Enter");
    }
    for (let tabs = 0; !await focused(selector); tabs++) {
      assert.ok(tabs < TABS_MAX, `Tab does not reach ${selector}`);
      await key("Tab");
    }
  };
  return {
    say_yes: async () => {
      await page.waitForSelector("[data-approve]");
      await key("y");
    },
    press: async (selector) => {
      await reach(selector);
      await key("Enter");
    },
    type: async (selector, text) => {
      await reach(selector);
      count.pressed++;
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText(text);
    },
    choose: async (selector, value) => {
      await reach(selector);
      const at = await page.evaluate(() => document.activeElement.selectedIndex);
      const to = await page.evaluate((wanted) => [...document.activeElement.options].findIndex((option) => option.value === wanted), value);
      assert.ok(to >= 0, `${selector} has no ${value}`);
      for (let i = at; i !== to; i += Math.sign(to - at))
        await key(to > at ? "ArrowDown" : "ArrowUp");
      assert.equal(await page.inputValue(selector), value);
    },
    tick: async (selector) => {
      await reach(selector);
      await key("Space");
    },
  };
}

function hand(page, does, count) {
  const field = (name) => `dialog [name="${name}"]`;

  /* Optional fields are folded away if there are many. */
  const unfold = async (name) => {
    if (!await page.locator(field(name)).first().isVisible() && await page.locator("dialog details:not([open]) summary").count() > 0)
      await does.press("dialog details:not([open]) summary");
  };

  const fill = async (name, value) => {
    if (Array.isArray(value)) {
      for (const [at, line] of value.entries())
        for (const [column, text] of Object.entries(line)) {
          if (await page.locator(field(`${name}.${text}`)).count() === 1)
            await does.tick(field(`${name}.${text}`));
          else
            await does.type(field(`${name}.${at}.${column}`), text);
        }
      return;
    }
    await unfold(name);
    if (value === NOW)
      await does.press(`dialog .field:has([name="${name}"]) [data-now]`);
    else if (await page.locator(`select${field(name).slice(7)}`).count() === 1)
      await does.choose(field(name), String(value));
    else
      await does.type(field(name), String(value));
  };

  const send = async () => {
    await does.press("dialog footer [type=submit]");
    await page.waitForSelector("dialog", { state: "detached" });
  };

  /* What went wrong and what to do next; both must be there. */
  const refusal = async (name) => {
    const box = await page.waitForSelector(`[data-problem${name === undefined ? "" : `=${name}`}]`);
    const [wrong, next] = [await (await box.$("strong")).textContent(), await (await box.$("p"))?.textContent()];
    assert.ok(wrong?.trim(), "it says what went wrong");
    assert.ok(next?.trim(), `it says what to do next: ${wrong}`);
    return `${wrong} ${next}`;
  };

  const begin = async (step, values) => {
    await page.waitForSelector(`.steps button[data-step="${step}"]:enabled`);
    await does.press(`.steps button[data-step="${step}"]`);
    await page.waitForSelector(`dialog form[data-step="${step}"]`);
    for (const [name, value] of Object.entries(values))
      await fill(name, value);
  };

  return {
    page, count, fill, send, refusal, ...does,

    /* A step with what it brings. */
    async step(step, values = {}) {
      await begin(step, values);
      await send();
    },

    /* The same, and the service says no: what the page says then. */
    async refused(step, values = {}, name = undefined) {
      await begin(step, values);
      await does.press("dialog footer [type=submit]");
      const said = await refusal(name);
      await page.keyboard.press("Escape");
      await page.waitForSelector("dialog", { state: "detached" });
      return said;
    },

    /* The second person's yes. */
    async approve(reason) {
      await does.say_yes();
      await page.waitForSelector("dialog textarea:focus");
      await page.keyboard.insertText(reason);
      count.pressed += 2;
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog", { state: "detached" });
    },

    /* A new item of a kind, from the page that it belongs to. */
    async make(kind, values) {
      if (await page.locator(`.page-head select >> nth=0`).count() === 1)
        await does.choose(".page-head select:first-of-type", kind);
      await does.press("[data-new]");
      await page.waitForSelector("dialog form");
      for (const [name, value] of Object.entries(values))
        await fill(name, value);
      await send();
      await page.waitForSelector("[data-state]");
      return page.url().split("/").at(-1);
    },

    state: (name) => page.waitForSelector(`[data-state="${name}"]`),
    value: async (name) => (await page.textContent(`[data-field="${name}"] dd`)).trim(),
  };
}

export function mouse(page) {
  return hand(page, mouse_hand(page), { pressed: 0 });
}

export function keys(page) {
  const count = { pressed: 0 };
  return hand(page, keys_hand(page, count), count);
}

/* No word of the other tongue: a page in Chinese has no English sentence, one in English no Chinese. */
export const CHINESE = /[\u4e00-\u9fff]/;
