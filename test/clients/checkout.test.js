// @medusajs/medusa-js against the Store API: from an empty cart to an order, and everything that can happen on the way.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { mailTo } from "./kit/mailbox.js";
import { CookieJar, medusa, refusal } from "./kit/medusa.js";
import { LossyProxy } from "./kit/neighbours.js";
import { ENGINES, Shop } from "./kit/shop.js";

const TEE = "variant_goods_tee_s"; // 9.00 in Europe, and 20 % tax
const MUG = "variant_goods_mug"; // 8.00, with 1000 in stock
const SCARCE = "variant_goods_hoodie_m_black"; // 5 in stock
const HOME = { first_name: "Arno", last_name: "Willms", address_1: "Main 1", city: "Berlin", country_code: "de", postal_code: "10115" };
const PASSWORD = "pa$$word";

const TOTALS = ["subtotal", "discount_total", "shipping_total", "tax_total", "gift_card_total", "total"];
const totals = (of) => TOTALS.map((name) => of[name]);

for (const engine of ENGINES) {
  describe(`checkout by medusa-js on ${engine.name}`, { timeout: 120_000 }, () => {
    let shop, guest;
    before(async () => {
      shop = await Shop.open(engine);
      shop.seed();
      await shop.serve();
      guest = medusa({ baseUrl: shop.url });
    });
    after(() => shop?.close());

    // signedIn is an app whose cookies are kept, of somebody with a new account.
    const signedIn = async (email) => {
      const app = medusa({ baseUrl: shop.url, axiosAdapter: new CookieJar().adapter });
      const { customer } = await app.customers.create({ first_name: "Arno", last_name: "Willms", email, password: PASSWORD });
      return Object.assign(app, { customer });
    };

    // filled gives the id of a cart with goods.
    const filled = async (app = guest, items = [{ variant_id: TEE, quantity: 1 }]) => {
      const { cart } = await app.carts.create({ region_id: "eu", country_code: "de", items });
      return cart.id;
    };

    // ready gives the id of a cart that lacks nothing but the payment.
    const ready = async (email, app = guest, items = undefined, more = {}) => {
      const id = await filled(app, items);
      await app.carts.update(id, { email, shipping_address: HOME, billing_address: HOME, ...more });
      await app.carts.addShippingMethod(id, { option_id: "so_goods_eu" });
      return id;
    };

    // ordered gives an order.
    const ordered = async (...words) => {
      const id = await ready(...words);
      await (words[1] ?? guest).carts.createPaymentSessions(id);
      const { type, data } = await (words[1] ?? guest).carts.complete(id);
      assert.equal(type, "order");
      return data;
    };

    it("takes a guest from an empty cart to an order", async () => {
      const { cart: empty } = await guest.carts.create({ region_id: "eu" });
      assert.deepEqual([empty.items, empty.region.currency_code, empty.total, empty.completed_at], [[], "eur", 0, null]);
      const id = empty.id;
      await guest.carts.lineItems.create(id, { variant_id: TEE, quantity: 1 });
      const { cart: two } = await guest.carts.lineItems.create(id, { variant_id: MUG, quantity: 1, metadata: { engraving: "A" } });
      assert.deepEqual(two.items.map((l) => [l.title, l.quantity, l.unit_price]), [["Plain Tee", 1, 900], ["Enamel Mug", 1, 800]]);
      const mug = two.items.find((l) => l.variant_id === MUG);
      const { cart: more } = await guest.carts.lineItems.update(id, mug.id, { quantity: 5 });
      assert.equal(more.items.find((l) => l.id === mug.id).unit_price, 700, "five are cheaper");
      const { cart: one } = await guest.carts.lineItems.delete(id, mug.id);
      assert.deepEqual(totals(one), [900, 0, 0, 180, 0, 1080]);

      const { cart: addressed } = await guest.carts.update(id, { email: "Guest@Checkout.example", shipping_address: HOME, billing_address: HOME });
      assert.equal(addressed.email, "guest@checkout.example");
      assert.match(addressed.customer_id, /^cus_/);
      const { shipping_options } = await guest.shippingOptions.listCartOptions(id);
      assert.deepEqual(shipping_options.map((o) => [o.id, o.amount, o.price_incl_tax]).sort(),
        [["so_goods_eu", 1000, 1200], ["so_goods_eu_express", 1500, 1800]]);
      const { cart: shipped } = await guest.carts.addShippingMethod(id, { option_id: "so_goods_eu" });
      assert.deepEqual(totals(shipped), [900, 0, 1000, 380, 0, 2280]);
      assert.equal((await refusal(guest.carts.complete(id))).status, 400, "there is no payment session");
      const { cart: paying } = await guest.carts.createPaymentSessions(id);
      assert.deepEqual([paying.payment_session.provider_id, paying.payment_session.amount, paying.payment_session.status], ["manual", 2280, "pending"]);

      const { type, data: order } = await guest.carts.complete(id);
      assert.equal(type, "order");
      assert.match(order.id, /^order_/);
      assert.deepEqual(totals(order), [900, 0, 1000, 380, 0, 2280]);
      assert.deepEqual([order.status, order.payment_status, order.fulfillment_status], ["pending", "awaiting", "not_fulfilled"]);
      assert.deepEqual([order.cart_id, order.email, order.shipping_address.city], [id, "guest@checkout.example", "Berlin"]);
      assert.deepEqual(order.payments.map((p) => [p.provider_id, p.amount, p.captured_at]), [["manual", 2280, null]]);
      assert.ok((await guest.carts.retrieve(id)).cart.completed_at);
      assert.equal((await guest.products.variants.retrieve(TEE)).variant.inventory_quantity, 99);
    });

    it("gives the same order again, and refuses any other change of its cart", async () => {
      const order = await ordered("twice@checkout.example");
      const again = await guest.carts.complete(order.cart_id);
      assert.deepEqual([again.type, again.data.id, again.data.display_id], ["order", order.id, order.display_id]);
      assert.deepEqual(again.data, order);
      for (const call of [
        () => guest.carts.lineItems.create(order.cart_id, { variant_id: TEE, quantity: 1 }),
        () => guest.carts.update(order.cart_id, { email: "other@checkout.example" }),
        () => guest.carts.createPaymentSessions(order.cart_id),
      ]) {
        const { status, data } = await refusal(call());
        assert.deepEqual([status, data.type], [400, "not_allowed"]);
      }
    });

    it("makes one order of a cart that is completed many times at once", async () => {
      const id = await ready("crowd@checkout.example");
      await guest.carts.createPaymentSessions(id);
      const answers = await Promise.all(Array.from({ length: 8 }, () => guest.carts.complete(id).catch((err) => err.response.status)));
      const made = answers.filter((a) => a.type === "order");
      assert.ok(made.length > 0);
      assert.ok(answers.every((a) => a === 409 || a.type === "order"), JSON.stringify(answers.filter((a) => !a.type)));
      assert.equal(new Set(made.map((a) => a.data.id)).size, 1);
    });

    it("retrieves an order by its id, by its cart and by what a guest knows", async () => {
      const placed = await ordered("finds@checkout.example");
      const { order } = await guest.orders.retrieve(placed.id);
      assert.deepEqual([order.id, order.customer.email, order.items[0].variant.id], [placed.id, "finds@checkout.example", TEE]);
      assert.deepEqual(totals(order), totals(placed));
      assert.equal((await guest.orders.retrieveByCartId(placed.cart_id)).order.id, placed.id);
      const look = (more) => guest.orders.lookupOrder({ display_id: placed.display_id, email: "Finds@checkout.example", ...more });
      assert.equal((await look()).order.id, placed.id);
      assert.equal((await look({ shipping_address: { postal_code: "10115" } })).order.id, placed.id);
      for (const wrong of [{ email: "other@checkout.example" }, { display_id: 999999 }, { shipping_address: { postal_code: "99999" } }]) {
        assert.deepEqual(await refusal(look(wrong)), { status: 404, data: "Not Found" });
      }
      assert.equal((await refusal(look({ email: undefined }))).status, 400);
      assert.equal((await refusal(guest.orders.retrieve("order_nowhere"))).status, 404);
      assert.equal((await refusal(guest.orders.retrieveByCartId("cart_nowhere"))).status, 404);
    });

    it("keeps the orders of somebody who is signed in", async () => {
      const app = await signedIn("member@checkout.example");
      const { customer } = await app.customers.addresses.addAddress({ address: HOME });
      const id = await filled(app);
      const { cart } = await app.carts.update(id, { shipping_address: customer.shipping_addresses[0].id });
      assert.deepEqual([cart.customer_id, cart.email, cart.shipping_address.address_1], [app.customer.id, "member@checkout.example", "Main 1"]);
      await app.carts.addShippingMethod(id, { option_id: "so_goods_eu_express" });
      await app.carts.createPaymentSessions(id);
      const first = (await app.carts.complete(id)).data;
      const second = await ordered("member@checkout.example", app);
      const { orders, count, offset, limit } = await app.customers.listOrders({ limit: 1, offset: 1 });
      assert.deepEqual([orders.map((o) => o.id), count, offset, limit], [[first.id], 2, 1, 1]);
      assert.deepEqual((await app.customers.listOrders()).orders.map((o) => o.id), [second.id, first.id]);
      assert.deepEqual((await app.customers.listOrders({ display_id: first.display_id })).orders.map((o) => o.id), [first.id]);
      assert.deepEqual((await app.customers.listOrders({ payment_status: ["captured"] })).orders, []);
      assert.deepEqual((await app.auth.getSession()).customer.orders.map((o) => o.id).sort(), [first.id, second.id].sort());
      assert.equal((await refusal(guest.customers.listOrders())).status, 401);
    });

    it("hands a guest's cart over to who signs in", async () => {
      const id = await filled();
      const app = await signedIn("later@checkout.example");
      const { cart } = await app.carts.retrieve(id);
      assert.deepEqual([cart.customer_id, cart.email], [app.customer.id, "later@checkout.example"]);
    });

    it("applies, replaces and removes discounts", async () => {
      const id = await ready("saver@checkout.example", guest, [{ variant_id: TEE, quantity: 3 }, { variant_id: "variant_goods_hoodie_s_white", quantity: 1 }]);
      const apply = async (...codes) => (await guest.carts.update(id, { discounts: codes.map((code) => ({ code })) })).cart;
      const ten = await apply(" pct10 ");
      assert.deepEqual([ten.discounts.map((d) => d.code), ten.discounts[0].rule.type, ten.discounts[0].rule.value], [["PCT10"], "percentage", 10]);
      assert.equal(ten.discount_total, Math.round(ten.subtotal / 10));
      assert.equal(ten.items[0].adjustments[0].discount_id, "disc_goods_pct10");
      assert.equal((await apply("FIX500")).discount_total, 500);
      assert.deepEqual((await apply("PCT10", "FIX500", "FREESHIP")).discounts.map((d) => d.code).sort(), ["FREESHIP", "PCT10"]);
      const free = await apply("FREESHIP");
      assert.deepEqual([free.shipping_total, free.shipping_methods[0].price, free.discount_total], [0, 0, 0]);
      assert.deepEqual((await guest.carts.deleteDiscount(id, "FREESHIP")).cart.discounts, []);
      assert.deepEqual((await guest.carts.deleteDiscount(id, "FREESHIP")).cart.shipping_methods[0].price, 1000);
      for (const [code, status] of [["NOSUCH", 404], ["OFF", 400], ["LATER", 400], ["GONE", 400], ["NAONLY", 400], ["VIPONLY", 400]]) {
        assert.equal((await refusal(apply(code))).status, status, code);
      }
      const { data } = await refusal(apply("GONE"));
      assert.deepEqual([data.type, typeof data.message], ["not_allowed", "string"]);
    });

    it("uses a discount as often as it may be, and no more", async () => {
      const once = { discounts: [{ code: "ONCE" }] };
      const late = await ready("late@checkout.example", guest, undefined, once);
      await guest.carts.createPaymentSessions(late);
      const order = await ordered("once@checkout.example", guest, undefined, once);
      assert.deepEqual([order.discounts.map((d) => d.code), order.discount_total], [["ONCE"], 90]);
      const { status, data } = await refusal(guest.carts.complete(late));
      assert.ok([400, 409].includes(status), JSON.stringify(data));
      await guest.carts.deleteDiscount(late, "ONCE");
      assert.equal((await guest.carts.complete(late)).data.discount_total, 0);
    });

    it("pays with gift cards, in part and whole", async () => {
      const code = "GOOD-SAAA-AAAA-1000";
      const { gift_card } = await guest.giftCards.retrieve(code);
      assert.deepEqual([gift_card.balance, gift_card.value, gift_card.region.currency_code], [1000, 1000, "eur"]);
      const part = await ready("part@checkout.example", guest, undefined, { gift_cards: [{ code }] });
      const { cart } = await guest.carts.createPaymentSessions(part);
      assert.deepEqual([cart.gift_cards.map((c) => c.code), cart.gift_card_total, cart.payment_session.amount], [[code], 1000, cart.total]);
      const order = (await guest.carts.complete(part)).data;
      assert.deepEqual([order.gift_card_total, order.payments[0].amount, order.gift_card_transactions.map((t) => t.amount)], [1000, cart.total, [1000]]);
      assert.equal((await guest.giftCards.retrieve(code)).gift_card.balance, 0);
      const spent = await ready("spent@checkout.example");
      assert.equal((await refusal(guest.carts.update(spent, { gift_cards: [{ code }] }))).status, 400);

      const rich = "GOOD-SAAA-AAAA-9999";
      const all = await ready("whole@checkout.example", guest, undefined, { gift_cards: [{ code: rich }] });
      const { cart: nothing } = await guest.carts.createPaymentSessions(all);
      assert.deepEqual([nothing.total, nothing.payment_sessions, nothing.payment_session], [0, [], null]);
      const free = (await guest.carts.complete(all)).data;
      assert.deepEqual([free.total, free.payments, free.payment_status], [0, [], "awaiting"]);
      assert.equal((await guest.giftCards.retrieve(rich)).gift_card.balance, 100000 - free.gift_card_total);
      assert.equal((await refusal(guest.giftCards.retrieve("NONE-SUCH-CARD-0000"))).status, 404);
      const { cart: none } = await guest.carts.update(spent, { gift_cards: [{ code: rich }] }).then(() => guest.carts.update(spent, { gift_cards: [] }));
      assert.deepEqual(none.gift_cards, []);
    });

    it("creates, selects, updates, refreshes and deletes payment sessions", async () => {
      const id = await ready("pays@checkout.example");
      assert.equal((await refusal(guest.carts.setPaymentSession(id, { provider_id: "nobody" }))).status, 400);
      const { cart, data } = await guest.carts.createPaymentSessions(id);
      assert.deepEqual(data, cart);
      assert.deepEqual(cart.payment_session, cart.payment_sessions[0]);
      assert.deepEqual([cart.payment_session.is_selected, cart.payment_session.is_initiated], [true, true]);
      const { cart: chosen } = await guest.carts.setPaymentSession(id, { provider_id: "manual" });
      assert.equal(chosen.payment_session.provider_id, "manual");
      const { cart: updated } = await guest.carts.updatePaymentSession(id, "manual", { data: { note: "x" } });
      assert.equal(updated.payment_session.provider_id, "manual");
      const { cart: grown } = await guest.carts.lineItems.create(id, { variant_id: TEE, quantity: 1 });
      assert.deepEqual([grown.shipping_methods, grown.payment_session.amount], [[], grown.total]);
      const { cart: fresh } = await guest.carts.refreshPaymentSession(id, "manual");
      assert.deepEqual([fresh.payment_sessions.length, fresh.payment_session], [1, null]);
      assert.deepEqual((await guest.carts.deletePaymentSession(id, "manual")).cart.payment_sessions, []);
    });

    it("sells what there is, and no more", async () => {
      const buy = [{ variant_id: SCARCE, quantity: 3 }];
      const [a, b] = [await ready("first@checkout.example", guest, buy), await ready("second@checkout.example", guest, buy)];
      for (const id of [a, b]) await guest.carts.createPaymentSessions(id);
      assert.equal((await guest.carts.complete(a)).type, "order");
      const { status, data } = await refusal(guest.carts.complete(b));
      assert.equal(status, 409);
      assert.deepEqual(data.errors.map((e) => [e.type, e.code]), [["not_allowed", "insufficient_inventory"]]);
      assert.equal((await guest.carts.retrieve(b)).cart.completed_at, null);
      const { cart } = await guest.carts.retrieve(b);
      await guest.carts.lineItems.update(b, cart.items[0].id, { quantity: 2 });
      await guest.carts.addShippingMethod(b, { option_id: "so_goods_eu" });
      assert.equal((await guest.carts.complete(b)).type, "order");
      const short = await refusal(guest.carts.lineItems.create(await filled(), { variant_id: "variant_goods_tee_l", quantity: 1 }));
      assert.deepEqual([short.status, short.data.code], [400, "insufficient_inventory"]);
    });

    it("does nothing twice when an answer is lost and the client asks again", async (t) => {
      // lossy runs one call whose first answer never arrives.
      const lossy = async (call) => {
        const proxy = await new LossyProxy().open(shop.url);
        t.after(() => proxy.close());
        const answer = await call(medusa({ baseUrl: proxy.url, maxRetries: 3 }));
        const [first, second, ...others] = proxy.seen;
        assert.deepEqual([first.status, second.status, others.length], [200, 200, 0]);
        assert.ok(first.headers["idempotency-key"]);
        assert.equal(second.headers["idempotency-key"], first.headers["idempotency-key"]);
        assert.equal(second.answer["idempotency-key"], first.headers["idempotency-key"]);
        return answer;
      };
      const { cart } = await lossy((app) => app.carts.create({ region_id: "eu", country_code: "de" }));
      const { cart: one } = await lossy((app) => app.carts.lineItems.create(cart.id, { variant_id: TEE, quantity: 1 }));
      assert.deepEqual(one.items.map((l) => l.quantity), [1]);
      await lossy((app) => app.carts.update(cart.id, { email: "lost@checkout.example", shipping_address: HOME }));
      await lossy((app) => app.carts.addShippingMethod(cart.id, { option_id: "so_goods_eu" }));
      await lossy((app) => app.carts.createPaymentSessions(cart.id));
      const left = (await guest.products.variants.retrieve(TEE)).variant.inventory_quantity;
      const { type, data } = await lossy((app) => app.carts.complete(cart.id));
      assert.deepEqual([type, data.cart_id], ["order", cart.id]);
      assert.equal((await guest.products.variants.retrieve(TEE)).variant.inventory_quantity, left - 1);
    });

    it("moves a guest's order to who can read its mail", async () => {
      const email = "claimed@checkout.example";
      const order = await ordered(email);
      const app = await signedIn("claimer@checkout.example");
      assert.equal((await refusal(guest.orders.requestCustomerOrders({ order_ids: [order.id] }))).status, 401);
      assert.equal((await app.orders.requestCustomerOrders({ order_ids: [order.id] })).response.status, 200);
      assert.equal((await refusal(app.orders.confirmRequest({ token: "no token" }))).status, 400);
      const token = (await claimMail(email)).match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/)[0];
      assert.equal((await app.orders.confirmRequest({ token })).response.status, 200);
      const { orders } = await app.customers.listOrders();
      assert.deepEqual(orders.map((o) => [o.id, o.email]), [[order.id, "claimer@checkout.example"]]);
    });

    // claimMail waits for the mail with the token: there may be one about the order already.
    const claimMail = (email) => mailTo(email, path.join(shop.data, "mail"), 20_000, /eyJ/);
  });
}
