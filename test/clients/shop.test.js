// One customer, two APIs, one row: what a newcomer pastes, and what one API shows of the other.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandsOf, paste } from "./kit/readme.js";
import { ENGINES, Shop } from "./kit/shop.js";

const DEMO_TOKEN = "de300000000000000000000000000003";
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const COMPLETED = "中国,北京市,市辖区,西城区,清华大学17号楼305";

// created checks the answer to 创建客户: its members with their values, and no others.
function created({ customer }, sent) {
  const { id, created_at, updated_at, ...rest } = customer;
  assert.match(id, /^cus_[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.match(created_at, ISO);
  assert.equal(updated_at, created_at);
  assert.deepEqual(rest, {
    ...sent, billing_address_id: null, billing_address: null, shipping_addresses: [], has_account: true, metadata: null, deleted_at: null,
  });
}

it("has the same commands in both READMEs", async () => {
  assert.deepEqual(await commandsOf("README.zh-CN.md"), await commandsOf("README.md"));
});

for (const engine of ENGINES) {
  describe(`a demo shop on ${engine.name}`, { timeout: 60_000 }, () => {
    let shop;
    before(async () => {
      shop = await Shop.open(engine);
      await shop.serve("--demo");
    });
    after(() => shop?.close());

    const call = async (method, path, { body, headers } = {}) => {
      const res = await fetch(shop.url + path, {
        method, headers: { ...(body && { "Content-Type": "application/json" }), ...headers }, body: body && JSON.stringify(body), redirect: "error",
      });
      return { status: res.status, headers: res.headers, body: await res.json().catch(() => undefined) };
    };
    const success = async (answer) => {
      const { status, body } = await answer;
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    };
    const open = (method, path, body) => success(call(method, `/v1/${path}`, { body, headers: { "X-API-ACCESS-TOKEN": DEMO_TOKEN } }));

    // shopper signs somebody up and gives the calls that they can make, and the number that the Open API knows them by.
    const shopper = async (email) => {
      const person = { first_name: "宜成", last_name: "刁", email, password: "pa$$word" };
      const { headers } = await call("POST", "/store/customers", { body: person });
      const cookie = headers.get("set-cookie").split(";")[0];
      const { customers } = await open("GET", `customers?reg_identity=${email}`);
      assert.equal(customers.length, 1);
      const ask = (method, path, body) => call(method, `/store/customers/me${path}`, { body, headers: { Cookie: cookie } });
      return { ask, store: (...words) => success(ask(...words)), number: customers[0].id, shown: customers[0] };
    };

    it("does what the README says", async () => {
      const [shelf, found, dearer, litter, signedUp, housed, listed, demo, added, cart, options, shipped, payable, bought, sold] = await paste(await commandsOf("README.md"), shop.url, shop.data);
      assert.equal(shelf.products.length, 3);
      assert.ok(shelf.products.every((p) => p.variants.every((v) => v.calculated_price > 0 && v.calculated_price_incl_tax === v.calculated_price)));
      assert.match(found.hits[0].title, /猫砂/);
      assert.equal(dearer.variant.price, 27.5);
      assert.equal(litter.product.variants.find((v) => v.sku === dearer.variant.barcode).calculated_price, 2750);

      created(signedUp, { email: "user@example.com", first_name: "string", last_name: "string", phone: "string" });

      assert.equal(housed.customer.id, signedUp.customer.id);
      const [home] = housed.customer.shipping_addresses;
      assert.deepEqual([home.first_name, home.address_1, home.city, home.province, home.country_code], ["宜成", "清华大学17号楼305", "西城区", "北京市", "cn"]);
      assert.deepEqual(home.metadata, { city_code: "110100", district_code: "110102", province_code: "110000" });

      assert.deepEqual(listed.customers.map((c) => [c.reg_type, c.reg_identity, c.real_name]), [["email", "user@example.com", "string string"]]);
      const [{ id, addresses }] = listed.customers;
      assert.deepEqual(addresses.map((a) => [a.name, a.district_code, a.completed_address, a.zipcode]), [["刁宜成", "110102", COMPLETED, "100084"]]);
      assert.deepEqual(await open("GET", `customers/${id}/addresses`), { addresses });

      assert.deepEqual(demo.addresses.map((a) => [a.id, a.name, a.completed_address]), [[520, "刁宜成", COMPLETED]]);

      assert.deepEqual(added.cart.items.map((l) => [l.quantity, l.unit_price]), [[2, 2750]]); // the price that was changed above
      assert.equal(cart.cart.discounts[0].code, "WELCOME10");
      assert.ok(options.shipping_options.some((o) => o.id === "so_cn_standard"));
      assert.equal(shipped.cart.shipping_methods.length, 1);
      assert.equal(payable.cart.payment_session.amount, payable.cart.total);
      assert.deepEqual([bought.type, bought.data.total, bought.data.display_id], ["order", payable.cart.total, 1]);
      assert.deepEqual(sold.orders.map((o) => [o.id, o.total_amount, o.address.complete_address.includes("北京市")]), [[1, bought.data.total / 100, true]]);
    });

    it("answers 创建客户 as its page sends it", async () => {
      const sent = { first_name: "string", last_name: "string", email: "page@example.com", password: "pa$$word", phone: "string" };
      const { status, headers, body } = await call("POST", "/store/customers", { body: sent, headers: { Authorization: "Bearer {{ACCESS_TOKEN}}" } });
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
      assert.match(headers.get("set-cookie"), /^connect\.sid=/);
      const { password, ...shown } = sent;
      created(body, shown);
    });

    it("lists through the Open API who signs up through the Store API, addresses and all", async () => {
      const { store, number, shown } = await shopper("diao@both.example");
      assert.deepEqual([shown.reg_type, shown.reg_identity, shown.real_name, shown.addresses], ["email", "diao@both.example", "刁宜成", []]);

      const address = { first_name: "宜成", last_name: "刁", address_1: "清华大学17号楼305", city: "", country_code: "cn", postal_code: "100084", metadata: { district_code: "110102", door: "蓝" } };
      const abroad = { first_name: "Arno", last_name: "Willms", address_1: "14433 Kemmer Court", address_2: "Suite 369", city: "South Geoffreyview", province: "Kentucky", country_code: "us", postal_code: "72093" };
      await store("POST", "/addresses", { address });
      const { customer } = await store("POST", "/addresses", { address: abroad });
      const { addresses } = await open("GET", `customers/${number}/addresses`);
      assert.deepEqual(addresses.map((a) => [a.name, a.country_code, a.district_code, a.completed_address]), [
        ["刁宜成", "CN", "110102", COMPLETED],
        ["Arno Willms", "US", "", addresses[1].completed_address],
      ]);
      assert.match(addresses[1].completed_address, /Kentucky.*South Geoffreyview.*14433 Kemmer Court.*Suite 369/);
      assert.deepEqual((await open("GET", `customers/${number}`)).customer.addresses, addresses);

      // What the other API writes back unchanged changes nothing here.
      for (const { id, name, mobile, telephone, email, zipcode, detail, district_code } of addresses) {
        const same = { name, mobile, telephone, email, zipcode, detail, ...(district_code && { district_code }) };
        await open("PUT", `customers/${number}/addresses/${id}`, { address: same });
      }
      const timeless = (list) => list.map(({ updated_at, ...rest }) => rest);
      assert.deepEqual(timeless((await store("GET", "")).customer.shipping_addresses), timeless(customer.shipping_addresses));
    });

    it("shows through the Store API what the Open API writes", async () => {
      const { ask, store, number } = await shopper("written@both.example");
      const address = { name: "王小明", mobile: "13800138000", district_code: "440305", detail: "科技园南区8栋1201", zipcode: "518057" };
      const made = (await open("POST", `customers/${number}/addresses`, { address })).address;
      await open("PUT", `customers/${number}`, { customer: { real_name: "王小明", notify_phone: "13800138000" } });

      const { customer } = await store("GET", "");
      assert.deepEqual([customer.first_name, customer.last_name], ["王小明", null]); // a whole name is not taken apart
      assert.equal(customer.phone, "13800138000");
      const [shown] = customer.shipping_addresses;
      assert.deepEqual([shown.address_1, shown.country_code, shown.province, shown.phone, shown.postal_code, shown.metadata.district_code],
        ["科技园南区8栋1201", "cn", "广东省", "13800138000", "518057", "440305"]);
      assert.match(shown.city, /南山区$/);

      assert.deepEqual(await open("DELETE", `customers/${number}/addresses/${made.id}`), {});
      assert.deepEqual((await store("GET", "")).customer.shipping_addresses, []);
      assert.deepEqual(await open("DELETE", `customers/${number}`), {});
      assert.equal((await ask("GET", "")).status, 401, "who is deleted is signed out");
    });
  });
}
