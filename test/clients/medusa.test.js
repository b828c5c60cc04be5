// @medusajs/medusa-js against the Store API: customers and authentication.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { mailTo } from "./kit/mailbox.js";
import { asInPage, CookieJar, medusa, refusal } from "./kit/medusa.js";
import { LossyProxy } from "./kit/neighbours.js";
import { ENGINES, Shop } from "./kit/shop.js";

const PASSWORD = "pa$$word";
const GUEST = { status: 401, data: "Unauthorized" };
const ULID = "[0-9A-HJKMNP-TV-Z]{26}";

for (const engine of ENGINES) {
  describe(`medusa-js on ${engine.name}`, { timeout: 60_000 }, () => {
    let shop;
    before(async () => {
      shop = await Shop.open(engine);
      await shop.serve();
    });
    after(() => shop?.close());

    // visitor is a shopper's app whose cookies are kept.
    const visitor = (config = {}) => {
      const jar = new CookieJar();
      return Object.assign(medusa({ baseUrl: shop.url, axiosAdapter: jar.adapter, ...config }), { jar });
    };

    // signedUp is a visitor with an account of its own.
    const signedUp = async (email) => {
      const app = visitor();
      const { customer } = await app.customers.create({ first_name: "Arno", last_name: "Willms", email, password: PASSWORD });
      return Object.assign(app, { customer });
    };

    it("signs up, and is signed in by the cookie", async () => {
      const app = visitor();
      const { customer, response } = await app.customers.create({
        first_name: "Arno", last_name: "Willms", email: "Arno@Shop.example", password: PASSWORD, phone: "16128234334802",
      });
      assert.equal(response.status, 200);
      assert.match(response.headers["set-cookie"].join(), /^connect\.sid=s%3A[^;]+;.*HttpOnly/);
      assert.match(customer.id, new RegExp(`^cus_${ULID}$`));
      assert.equal(customer.email, "arno@shop.example");
      assert.equal(customer.phone, "16128234334802");
      assert.equal(customer.has_account, true);
      assert.equal("password_hash" in customer, false);

      const session = await app.auth.getSession();
      assert.equal(session.customer.id, customer.id);
      assert.deepEqual(session.customer.orders, []);
      const me = await app.customers.retrieve();
      assert.deepEqual(me.customer, customer);
      assert.deepEqual(await refusal(visitor().customers.retrieve()), GUEST);
    });

    it("signs out and in again", async () => {
      const app = await signedUp("session@shop.example");
      const old = new Map(app.jar.cookies);
      const out = await app.auth.deleteSession();
      assert.equal(out.response.status, 200);
      app.jar.cookies = new Map(old); // the server has forgotten the session, whatever the browser kept
      assert.deepEqual(await refusal(app.auth.getSession()), GUEST);

      assert.deepEqual(await refusal(app.auth.authenticate({ email: "session@shop.example", password: "wrong" })), GUEST);
      assert.deepEqual(await refusal(app.auth.getSession()), GUEST);
      const { customer } = await app.auth.authenticate({ email: "Session@shop.example", password: PASSWORD });
      assert.equal(customer.id, app.customer.id);
      assert.notDeepEqual(app.jar.cookies, old);
      assert.equal((await app.auth.getSession()).customer.id, app.customer.id);
    });

    it("signs in with a token instead of a cookie", async () => {
      const { customer } = await signedUp("token@shop.example");
      const credentials = { email: "token@shop.example", password: PASSWORD };
      const { access_token, response } = await medusa({ baseUrl: shop.url }).auth.getToken(credentials);
      assert.equal(response.headers["set-cookie"], undefined);
      const claims = JSON.parse(Buffer.from(access_token.split(".")[1], "base64url"));
      assert.equal(claims.customer_id, customer.id);
      assert.equal(claims.domain, "store");

      const app = medusa({ baseUrl: shop.url, customHeaders: { Authorization: `Bearer ${access_token}` } });
      assert.equal((await app.auth.getSession()).customer.id, customer.id);
      const forged = `${access_token.slice(0, -8)}AAAAAAAA`;
      assert.deepEqual(await refusal(app.customers.retrieve({ Authorization: `Bearer ${forged}` })), GUEST);

      await app.customers.update({ password: "another one" });
      assert.deepEqual(await refusal(app.customers.retrieve()), GUEST, "a new password ends old tokens");
    });

    it("signs in with a token that the package sends by itself in a page", async () => {
      const { customer } = await signedUp("page@shop.example");
      await asInPage(async () => {
        const app = medusa({ baseUrl: shop.url }); // keeps no cookies
        assert.deepEqual(await refusal(app.customers.retrieve()), GUEST);
        await app.auth.getToken({ email: "page@shop.example", password: PASSWORD });
        assert.equal((await app.customers.retrieve()).customer.id, customer.id);
        assert.deepEqual(await refusal(medusa({ baseUrl: shop.url }).customers.retrieve()), GUEST);
      });
    });

    it("tells whether an e-mail has an account", async () => {
      await signedUp("known@shop.example");
      assert.equal((await visitor().auth.exists("known@shop.example")).exists, true);
      assert.equal((await visitor().auth.exists("unknown@shop.example")).exists, false);
    });

    it("changes the customer", async () => {
      const app = await signedUp("update@shop.example");
      const { customer } = await app.customers.update({
        first_name: "Anna", phone: "123", metadata: { car: "white", size: 5 },
        billing_address: { first_name: "Anna", last_name: "Willms", address_1: "14433 Kemmer Court", city: "Lexington", country_code: "US", postal_code: "72093" },
      });
      assert.equal(customer.first_name, "Anna");
      assert.equal(customer.last_name, "Willms");
      assert.equal(customer.phone, "123");
      assert.deepEqual(customer.metadata, { car: "white", size: 5 });
      assert.equal(customer.billing_address.id, customer.billing_address_id);
      assert.equal(customer.billing_address.country_code, "us");
      const again = await app.customers.update({ metadata: { car: "" } });
      assert.deepEqual(again.customer.metadata, { size: 5 });
      assert.deepEqual((await app.customers.retrieve()).customer, again.customer);
    });

    it("adds, changes and deletes addresses", async () => {
      const app = await signedUp("addresses@shop.example");
      const address = {
        first_name: "Celia", last_name: "Schumm", company: "Wyman LLC", address_1: "225 Bednar Curve", address_2: "Suite 369",
        city: "Danielville", country_code: "US", province: "Georgia", postal_code: "85137", phone: "981-596-6748 x90188", metadata: { gate: "blue" },
      };
      const [added] = (await app.customers.addresses.addAddress({ address })).customer.shipping_addresses;
      const { id, customer_id, created_at, updated_at, deleted_at, ...shown } = added;
      assert.match(id, new RegExp(`^addr_${ULID}$`));
      assert.equal(customer_id, app.customer.id);
      assert.deepEqual(shown, { ...address, country_code: "us" });

      const changed = await app.customers.addresses.updateAddress(id, { city: "Lexington", address_2: null });
      assert.deepEqual(changed.customer.shipping_addresses.map((a) => [a.id, a.city, a.address_1, a.address_2]), [[id, "Lexington", "225 Bednar Curve", null]]);

      const other = await signedUp("addresses2@shop.example");
      assert.deepEqual(await refusal(other.customers.addresses.updateAddress(id, { city: "Stolen" })),
        { status: 400, data: { type: "invalid_data", message: "Could not find address for customer" } });
      await other.customers.addresses.deleteAddress(id); // is no error, and must do nothing
      assert.deepEqual((await app.customers.retrieve()).customer.shipping_addresses.map((a) => [a.id, a.city]), [[id, "Lexington"]]);

      const emptied = await app.customers.addresses.deleteAddress(id);
      assert.deepEqual(emptied.customer.shipping_addresses, []);
      assert.deepEqual((await app.customers.retrieve()).customer.shipping_addresses, []);
    });

    it("lists orders and payment methods", async () => {
      const app = await signedUp("lists@shop.example");
      const page = async (params) => {
        const { orders, count, offset, limit } = await app.customers.listOrders(params);
        return { orders, count, offset, limit };
      };
      assert.deepEqual(await page(), { orders: [], count: 0, offset: 0, limit: 10 });
      assert.deepEqual(await page({ limit: 5, offset: 10, status: ["completed"], expand: "items", created_at: { gt: new Date(0) } }),
        { orders: [], count: 0, offset: 10, limit: 5 });
      assert.deepEqual((await app.customers.paymentMethods.list()).payment_methods, []);
      assert.deepEqual(await refusal(visitor().customers.listOrders()), GUEST);
      assert.deepEqual(await refusal(visitor().customers.paymentMethods.list()), GUEST);
    });

    it("resets a password by the token from the mail", async () => {
      const email = "forgetful@shop.example";
      const app = await signedUp(email);
      const asked = await visitor().customers.generatePasswordToken({ email });
      assert.equal(asked.response.status, 204);
      const unknown = await visitor().customers.generatePasswordToken({ email: "unknown@shop.example" });
      assert.equal(unknown.response.status, 204, "an e-mail that nobody has is answered alike");

      const text = await mailTo(email, path.join(shop.data, "mail"));
      assert.match(text, /重置/);
      const [, token] = text.match(/Token:\n(\S+)\n/);
      const reset = { email, token, password: "a new one" };
      const { data, status } = await refusal(visitor().customers.resetPassword({ ...reset, token: "x" + token }));
      assert.deepEqual([status, data.type], [401, "unauthorized"]);
      assert.equal((await visitor().customers.resetPassword(reset)).customer.id, app.customer.id);

      assert.equal((await refusal(visitor().customers.resetPassword(reset))).status, 401, "the token works once");
      assert.deepEqual(await refusal(app.auth.getSession()), GUEST, "sessions of before are over");
      assert.deepEqual(await refusal(visitor().auth.authenticate({ email, password: PASSWORD })), GUEST);
      assert.equal((await visitor().auth.authenticate({ email, password: "a new one" })).customer.id, app.customer.id);
    });

    it("retries with its idempotency key when an answer is lost", async (t) => {
      const proxy = await new LossyProxy().open(shop.url);
      t.after(() => proxy.close());
      const app = visitor({ baseUrl: proxy.url, maxRetries: 3 });
      const email = "retry@shop.example";
      const { customer, response } = await app.customers.create({ first_name: "Re", last_name: "Try", email, password: PASSWORD });
      assert.equal(response.status, 200);
      assert.equal(proxy.seen.length, 2);
      const [lost, repeated] = proxy.seen;
      const key = lost.headers["idempotency-key"];
      assert.match(key, /^[0-9a-f-]{36}$/);
      assert.equal(repeated.headers["idempotency-key"], key);
      assert.equal(response.headers["idempotency-key"], key);
      assert.equal(lost.status, 200, "the shop had done the work");
      assert.deepEqual(repeated.answer["set-cookie"], lost.answer["set-cookie"]);

      assert.equal((await app.auth.getSession()).customer.id, customer.id, "the repeated answer signs in");
      const token = shop.run("app", "create", "--private", "--name", "Counter").token;
      const res = await fetch(`${shop.url}/v1/customers?reg_identity=${email}`, { headers: { "X-API-ACCESS-TOKEN": token } });
      assert.deepEqual((await res.json()).customers.map((c) => c.reg_identity), [email], "there is one such customer");
    });

    it("does not repeat an answer for another request with the same key", async () => {
      const headers = { "Idempotency-Key": "5f0f5a0e-5f69-4f44-9d8e-0a2b3c4d5e6f" };
      const someone = { first_name: "A", last_name: "B", email: "first@shop.example", password: PASSWORD };
      await visitor().customers.create(someone, headers);
      const { status, data } = await refusal(visitor().customers.create({ ...someone, email: "second@shop.example" }, headers));
      assert.deepEqual([status, data.type], [400, "invalid_data"]);
      assert.equal((await visitor().auth.exists("second@shop.example")).exists, false);
    });

    it("says what is wrong in the words of Medusa", async () => {
      await signedUp("taken@shop.example");
      const twice = await refusal(visitor().customers.create({ first_name: "A", last_name: "B", email: "Taken@shop.example", password: PASSWORD }));
      assert.equal(twice.status, 422);
      assert.deepEqual(Object.keys(twice.data), ["code", "type", "message"]);
      assert.deepEqual([twice.data.code, twice.data.type], ["invalid_request_error", "duplicate_error"]);
      assert.notEqual(twice.data.message, "");

      assert.deepEqual(await refusal(visitor().customers.create({ first_name: 5, email: "nonsense", password: PASSWORD, role: "admin" })), {
        status: 400,
        data: { type: "invalid_data", message: "property role should not exist, email must be an email, first_name must be a string, last_name must be a string" },
      });
      const app = await signedUp("mistaken@shop.example");
      assert.deepEqual(await refusal(app.customers.update({ has_account: false })),
        { status: 400, data: { type: "invalid_data", message: "property has_account should not exist" } });
    });

    it("takes a publishable key with every request", async () => {
      const app = visitor({ publishableApiKey: "pk_01G2SG30J8C85S4A5CHM2S1NS2" });
      const { customer, response } = await app.customers.create({ first_name: "P", last_name: "K", email: "pk@shop.example", password: PASSWORD });
      assert.equal(response.config.headers["x-publishable-api-key"], "pk_01G2SG30J8C85S4A5CHM2S1NS2");
      assert.equal((await app.customers.retrieve()).customer.id, customer.id);
    });
  });
}
