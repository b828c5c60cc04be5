// The shop for shoppers in a real browser, by clicking: from a product to the confirmation of its order. It takes no JavaScript,
// so none is allowed.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { chromium } from "playwright-core";

import { ENGINES, Shop } from "./kit/shop.js";

const CHROMIUM = process.env.KAIDIAN_CHROMIUM ?? "/usr/bin/chromium";

// What two shoppers read and type: one in Europe, one in China.
const SHOPPERS = [
  {
    locale: "en-DE", lang: "en", cart: "Cart", add: "Add to cart", update: "Update", apply: "Apply", checkout: "Go to checkout", next: "Continue to review", place: /^Place order · €/,
    product: "Cloud Cat Bed", variant: /^Misty pink \/ S/, quantity: "Quantity", code: "Discount code", wrongCode: "There is no such discount code.",
    wrongMail: /Enter an e-mail address/, thanks: "Thank you for your order", state: "To be paid", total: /^€\d+\.\d\d$/, line: "Misty pink / S",
    fields: { "First name": "Ada", "Last name": "Lovelace", "Street and number": "Main Street 1", Postcode: "10115", City: "Berlin" }, choose: ["Country", "Germany"], sent: ["Ada Lovelace", "10115 Berlin", "Germany"],
    other: "中文",
  },
  {
    locale: "zh-CN", lang: "zh-CN", cart: "购物车", add: "加入购物车", update: "更新", apply: "使用", checkout: "去结算", next: "下一步：确认订单", place: /^提交订单 · ¥/,
    product: "云朵猫窝", variant: /^雾粉 \/ S/, quantity: "数量", code: "优惠码", wrongCode: "没有这个优惠码。",
    wrongMail: /请输入邮箱地址/, thanks: "感谢您的订购", state: "待支付", total: /^¥\d+\.\d\d$/, line: "雾粉 / S",
    fields: { 收货人: "王小明", 电话: "13800138000", 城市和区县: "深圳市南山区", 详细地址: "科技园南区8栋1201" }, choose: ["省份", "广东省"], sent: ["王小明", "广东省 深圳市南山区"],
    other: "English",
  },
];

for (const engine of ENGINES) {
  describe(`the shop in a browser, on ${engine.name}`, { timeout: 180_000 }, () => {
    let shop, browser;
    before(async () => {
      shop = await Shop.open(engine);
      await shop.serve("--demo");
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    });
    after(async () => {
      await browser?.close();
      await shop?.close();
    });

    for (const who of SHOPPERS) {
      for (const width of [1280, 375]) {
        it(`sells to somebody who reads ${who.lang}, ${width} wide`, async () => {
          const context = await browser.newContext({ locale: who.locale, viewport: { width, height: 800 }, javaScriptEnabled: false });
          try {
            await buy(await watched(context), shop.url, who);
          } finally {
            await context.close();
          }
        });
      }
    }
  });
}

// watched opens a page that notes what it could not load and what its policy refused.
async function watched(context) {
  const page = await context.newPage();
  page.troubles = [];
  page.on("requestfailed", (r) => page.troubles.push(`${r.url()}: ${r.failure().errorText}`));
  page.on("response", (r) => r.status() >= 400 && r.status() !== 422 && page.troubles.push(`${r.url()}: ${r.status()}`));
  page.on("console", (m) => /Content Security Policy|Refused/.test(m.text()) && page.troubles.push(m.text()));
  return page;
}

// looks checks what holds for every page.
async function looks(page, who) {
  assert.equal(await page.locator("html").getAttribute("lang"), who.lang);
  assert.equal(await page.locator("h1").count(), 1, `headings of ${page.url()}`);
  const { width } = page.viewportSize();
  for (const box of await Promise.all((await page.locator("main, header, footer, h1, .side, .grid, form.sheet, .receipt").all()).map((e) => e.boundingBox()))) {
    if (box) assert.ok(box.x >= -0.5 && box.x + box.width <= width + 0.5, `${page.url()} is wider than ${width}: ${JSON.stringify(box)}`);
  }
  for (const picture of await page.locator("img").all()) assert.notEqual(await picture.getAttribute("alt"), null, `a picture of ${page.url()} has no alt`);
}

async function buy(page, url, who) {
  const press = (name) => page.getByRole("button", { name }).first().click();
  await page.goto(`${url}/shop`);
  await looks(page, who);
  await page.getByRole("searchbox").fill(who.product);
  await page.getByRole("searchbox").press("Enter");
  await looks(page, who);
  await page.getByRole("link", { name: who.product }).click();
  await looks(page, who);
  assert.equal(await page.locator("h1").innerText(), who.product);

  await page.getByRole("radio", { name: who.variant }).check();
  await page.getByLabel(who.quantity, { exact: true }).fill("2");
  await press(who.add);
  await looks(page, who);
  assert.match(page.url(), /\/shop\/cart/);
  await page.getByLabel(new RegExp(`^${who.quantity}: `)).fill("1");
  await press(who.update);
  await page.getByLabel(who.code).fill("NOPE");
  await press(who.apply);
  await page.getByText(who.wrongCode).waitFor();
  assert.equal(await page.getByLabel(who.code).inputValue(), "NOPE");
  await looks(page, who);
  await page.getByLabel(who.code).fill("WELCOME10");
  await press(who.apply);
  await page.getByText("WELCOME10").first().waitFor();

  await page.getByRole("link", { name: who.checkout }).click();
  await page.locator("#email").fill("ada@half");
  for (const [label, text] of Object.entries(who.fields)) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByLabel(who.choose[0], { exact: true }).selectOption(who.choose[1]);
  await press(who.next);
  await page.getByText(who.wrongMail).waitFor();
  await looks(page, who);
  await page.locator("#email").fill("ada@example.com");
  await press(who.next);
  assert.match(page.url(), /\/shop\/checkout\/review$/);
  await looks(page, who);
  const agreed = await page.locator(".totals .sum dd").innerText();
  assert.match(agreed, who.total);

  await page.getByRole("button", { name: who.place }).dblclick(); // as people do
  await page.waitForURL(/\/shop\/orders\/cart_/);
  await page.getByRole("heading", { name: who.thanks }).waitFor();
  await looks(page, who);
  const receipt = await page.locator("main").innerText();
  for (const text of [who.product, who.line, who.state, agreed, "ada@example.com", ...who.sent]) assert.ok(receipt.includes(text), `the receipt lacks ${text}: ${receipt}`);
  const number = Number(await page.locator(".number").innerText());
  assert.ok(number > 0);

  await page.getByRole("link", { name: who.other }).click(); // the same order in the other language
  assert.equal(Number(await page.locator(".number").innerText()), number);
  const strangers = await fetch(page.url(), { redirect: "manual" });
  assert.equal(strangers.status, 404, "somebody else sees the order");
  assert.deepEqual(page.troubles, []);
}
