// One order, two APIs: placed by medusa-js, read and changed by yhsd-api.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

import { certify, lead, unlead } from "./kit/hosts.js";
import { medusa, refusal } from "./kit/medusa.js";
import { ENGINES, Shop } from "./kit/shop.js";

const { Api } = createRequire(import.meta.url)("yhsd-api");

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/;
const HOME = { first_name: "宜成", last_name: "刁", address_1: "清华大学17号楼305", city: "西城区", province: "北京市", country_code: "cn", postal_code: "100084", phone: "13632269358", metadata: { district_code: "110102" } };

for (const engine of ENGINES) {
  describe(`orders by yhsd-api on ${engine.name}`, { timeout: 60_000 }, () => {
    let shop, api, host, guest;
    before(async () => {
      shop = await Shop.open(engine);
      host = `orders.${engine.name.toLowerCase()}.test`;
      shop.seed();
      const { token } = shop.run("app", "create", "--private", "--name", "收银台");
      const { cert, key, pem } = await certify(shop.data, [host]);
      await shop.serve("--tls-cert", cert, "--tls-key", key, "--call-limit", "1000", "--call-leak", "1000");
      lead(host, shop.port, pem);
      api = new Api(token, { host });
      guest = medusa({ baseUrl: `https://${host}` });
    });
    after(async () => {
      unlead(host);
      await shop?.close();
    });

    // ordered gives an order of two mugs at 49 yuan and 12 for the freight, as the Store API shows it and as this API does.
    const ordered = async (email, app = guest, more = {}) => {
      const { cart: { id } } = await app.carts.create({ region_id: "cn", country_code: "cn", items: [{ variant_id: "variant_goods_mug", quantity: 2 }] });
      await app.carts.update(id, { email, shipping_address: HOME, ...more });
      await app.carts.addShippingMethod(id, { option_id: "so_goods_cn" });
      await app.carts.createPaymentSessions(id);
      const { data } = await app.carts.complete(id);
      return { placed: data, order: (await api.get(`orders/${data.display_id}`)).order };
    };

    it("shows what the Store API sold", async () => {
      const { placed, order } = await ordered("guest@orders.example");
      assert.deepEqual([placed.currency_code, placed.total], ["cny", 11000]);
      assert.deepEqual([order.id, order.discount_amount, order.total_amount, order.auto_total_amount], [placed.display_id, 0, 110, 110]);
      assert.deepEqual([order.status, order.payment_status, order.shipment_status, order.pay_at, order.closed_at], ["processing", "pending", "pending", null, null]);
      assert.match(order.order_no, /^\d{8}\d{6,}$/);
      assert.match(order.created_at, INSTANT);
      assert.deepEqual(order.items.map((i) => [i.name, i.price, i.quantity]), [[placed.items[0].title, 49, 2]]);
      const { product } = await api.get(`products/${order.items[0].product_id}`);
      assert.deepEqual([product.variants[0].id, 0.15], [order.items[0].variant_id, order.items[0].weight]); // the product's, in kg: the variant has none
      assert.deepEqual([order.address.name, order.address.mobile, order.address.country_code, order.address.email, order.address.zipcode],
        ["刁宜成", "13632269358", "CN", "guest@orders.example", "100084"]);
      assert.match(order.address.complete_address, /^中国,北京市,.*清华大学17号楼305$/);
    });

    it("adds up where prices include the tax", async () => {
      const { order } = await ordered("sum@orders.example");
      assert.deepEqual([order.item_amount, order.shipment_amount], [98, 12]);
    });

    it("lists, counts and finds orders", async () => {
      const before = (await api.get("orders/count")).count;
      const { order: first } = await ordered("first@orders.example");
      const { order: second } = await ordered("second@orders.example");
      assert.equal((await api.get("orders/count")).count, before + 2);
      const ids = async (query) => (await api.get("orders", query)).orders.map((o) => o.id);
      assert.deepEqual(await ids({ since_id: first.id - 1 }), [first.id, second.id]);
      assert.deepEqual(await ids({ since_id: first.id }), [second.id]);
      assert.deepEqual(await ids({ ids: `${second.id},${first.id}` }), [first.id, second.id]);
      assert.deepEqual(await ids({ ids: `${second.id},${first.id}`, limit: 1, page: 2 }), [second.id]);
      assert.deepEqual(await ids({ order_no: second.order_no }), [second.id]);
      assert.deepEqual(await ids({ since_id: first.id - 1, status: "processing", payment_status: "pending,paid", shipment_status: "pending" }), [first.id, second.id]);
      assert.deepEqual(await ids({ payment_status: "paid" }), []);
      assert.equal((await api.get("orders/count", { status: "cancel" })).count, 0);
      assert.deepEqual(await api.get(`orders/${first.id}`, { fields: "id,total_amount" }), { order: { id: first.id, total_amount: 110 } });
      assert.equal((await api.get("orders/999999")).code, 422);
    });

    it("finds the orders of a customer", async () => {
      const { access_token } = await guest.auth.getToken({ email: "plain@example.com", password: "supersecret" });
      const app = medusa({ baseUrl: `https://${host}`, customHeaders: { Authorization: `Bearer ${access_token}` } });
      const { order } = await ordered("plain@example.com", app);
      assert.deepEqual([order.customer.reg_identity, order.customer.real_name], ["plain@example.com", "Pla In"]);
      assert.deepEqual((await api.get("orders", { customer_id: order.customer.id })).orders, [order]);
      assert.equal((await api.get("orders/count", { customer_id: order.customer.id })).count, 1);
    });

    it("changes what an order costs before it is paid, and the Store API shows it at once", async () => {
      const { placed, order } = await ordered("cheaper@orders.example");
      const put = (total_amount, id = order.id) => api.put(`orders/${id}`, { order: { total_amount } });
      const changed = (await put(99.9)).order;
      assert.deepEqual([changed.total_amount, changed.auto_total_amount], [99.9, 110]);
      assert.deepEqual((await api.get(`orders/${order.id}`)).order, changed);
      assert.equal((await guest.orders.retrieve(placed.id)).order.total, 9990);
      assert.equal((await put("88")).order.total_amount, 88);
      for (const wrong of [-1, "", "1.234", "much", null]) {
        const { code, errors } = await put(wrong);
        assert.deepEqual([code, Object.keys(errors)], [422, ["total_amount"]], String(wrong));
      }
      assert.equal((await put(1, 999999)).code, 422);
      assert.equal((await api.get(`orders/${order.id}`)).order.total_amount, 88);
    });

    it("shows the payments of an order, and the ways to pay", async () => {
      const { order } = await ordered("pays@orders.example");
      const path = `orders/${order.id}/payments`;
      const { payments } = await api.get(path);
      assert.deepEqual(payments, order.payments);
      assert.deepEqual(payments.map((p) => [p.amount, p.status, p.is_available, p.order_id, p.pay_at]), [[110, "pending", true, order.id, null]]);
      assert.equal((await api.get(`${path}/count`)).count, 1);
      assert.deepEqual(await api.get(`${path}/${payments[0].id}`), { payment: payments[0] });
      assert.equal((await api.get(`${path}/999999`)).code, 422);
      assert.equal((await api.get("orders/999999/payments")).code, 422);

      const { payment_methods } = await api.get("payment_methods");
      assert.deepEqual(payment_methods.map((m) => [m.name, m.enabled, m.payment_method_type]), [["线下支付", true, "cod"]]);
      assert.equal((await api.get("payment_methods/count")).count, 1);
      const [method] = payment_methods;
      assert.deepEqual(await api.get(`payment_methods/${method.id}`), { payment_method: method });
      assert.deepEqual([payments[0].payment_method.id, payments[0].payment_method.name], [method.id, method.name]);
      assert.equal((await api.get("payment_methods/999999")).code, 422);
    });

    it("shows what discounts and gift cards took off", async () => {
      const { cart: { id } } = await guest.carts.create({ region_id: "eu", country_code: "de", items: [{ variant_id: "variant_goods_tee_s", quantity: 2 }] });
      const { cart } = await guest.carts.update(id, { email: "saver@orders.example", shipping_address: { ...HOME, country_code: "de", metadata: null },
        discounts: [{ code: "PCT10" }], gift_cards: [{ code: "GOOD-SAAA-AAAA-1000" }] });
      assert.deepEqual([cart.discount_total, cart.gift_card_total], [180, 1000]);
      await guest.carts.addShippingMethod(id, { option_id: "so_goods_eu" });
      await guest.carts.createPaymentSessions(id);
      const { data } = await guest.carts.complete(id);
      const { order } = await api.get(`orders/${data.display_id}`);
      assert.deepEqual(order.discounts.map((d) => [d.name, d.amount]), [["PCT10", 1.8]]);
      assert.equal(order.total_amount, data.total / 100);
      assert.deepEqual([order.item_amount, order.shipment_amount], [21.6, 12]); // with 20 % tax
      assert.equal(order.discount_amount, Math.round((21.6 + 12 - order.total_amount) * 100) / 100);
      assert.equal((await refusal(guest.orders.retrieve("order_nowhere"))).status, 404);
    });
  });
}
