// yhsd-api against the Open API: authorization, the resources of customers, and webhooks.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

import { Browser } from "./kit/browser.js";
import { certify, lead, unlead } from "./kit/hosts.js";
import { Receiver } from "./kit/neighbours.js";
import { ENGINES, Shop } from "./kit/shop.js";

const { Api, Auth, WebHook } = createRequire(import.meta.url)("yhsd-api");

const OWNER = { email: "owner@shop.example", password: "a long password" };
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/;

// openShop gives a shop that is served under two names, as the original is. The package spreads its calls over time by
// what the shop says of its limit, so this is wide unless a test is about it.
async function openShop(engine, flags = ["--call-limit", "1000", "--call-leak", "1000"], prepare = () => {}) {
  const shop = await Shop.open(engine);
  try {
    const label = engine.name.toLowerCase();
    shop.hosts = { apps: `apps.${label}.test`, api: `api.${label}.test` };
    await prepare(shop);
    const { cert, key, pem } = await certify(shop.data, Object.values(shop.hosts));
    await shop.serve("--tls-cert", cert, "--tls-key", key, "--webhook-allow-private", ...flags);
    for (const host of Object.values(shop.hosts)) lead(host, shop.port, pem);
    return shop;
  } catch (err) {
    await shop.close().catch(() => {});
    throw err;
  }
}

async function closeShop(shop) {
  if (!shop) return;
  for (const host of Object.values(shop.hosts)) unlead(host);
  await shop.close();
}

// sorted tells whether the members of an object, and of all within it, are in alphabetical order.
function sorted(value) {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(sorted);
  const names = Object.keys(value);
  return names.every((name, i) => i === 0 || names[i - 1] < name) && Object.values(value).every(sorted);
}

// newcomer is the body that makes a customer.
const newcomer = (mail, more) => ({ customer: { reg_type: "email", reg_identity: mail, password: "pa$$word", ...more } });

for (const engine of ENGINES) {
  describe(`yhsd-api on ${engine.name}`, { timeout: 60_000 }, () => {
    let shop, counter, app, api;
    before(async () => {
      app = await new PublicApp().open();
      shop = await openShop(engine, undefined, (s) => {
        s.run("staff", "create", "--email", OWNER.email, "--password", OWNER.password, "--name", "店主");
        counter = s.run("app", "create", "--private", "--name", "收银台");
        app.register(s, s.run("app", "create", "--public", "--name", "订单 & 助手", "--callback", app.callback));
      });
      api = new Api(counter.token, { host: shop.hosts.api });
    });
    after(async () => {
      await app?.close();
      await closeShop(shop);
    });

    const auth = (options) => new Auth({ host: shop.hosts.apps, ...options });

    it("gets the token of a private app", async () => {
      const credentials = { private: true, appKey: counter.key, appSecret: counter.secret };
      assert.match(counter.token, /^[0-9a-f]{32}$/);
      assert.equal(await auth(credentials).getToken(), counter.token);
      assert.equal(await auth(credentials).getToken(), counter.token, "it stays the same");
      await assert.rejects(auth({ ...credentials, appSecret: "0".repeat(32) }).getToken(), { name: "YhsdError", message: /无效客户端/ });
      await assert.rejects(auth({ ...credentials, appKey: "0".repeat(32) }).getToken(), { message: /无效客户端/ });
    });

    it("reads the shop, also by a path that begins with a slash", async () => {
      const { shop: plain } = await api.get("shop");
      assert.equal(plain.webhook_token, counter.webhook_token);
      assert.match(plain.created_at, INSTANT);
      assert.deepEqual(await api.get("/shop"), { shop: plain }); // asks for /v1//shop
      assert.deepEqual(await api.get("/shop", { fields: "name" }), { shop: { name: plain.name } });
    });

    it("refuses as the original does", async () => {
      const refused = async (call) => {
        const { code, message } = await call;
        assert.equal(typeof message, "string");
        return code;
      };
      assert.equal(await refused(api.get("nothing/there")), 404);
      assert.equal(await refused(api.get("customers/999999")), 422);
      assert.equal(await refused(api.delete("customers/999999")), 422);
      assert.equal(await refused(new Api("f".repeat(32), { host: shop.hosts.api }).get("shop")), 401);
      const { code, errors } = await api.post("customers", newcomer(""));
      assert.deepEqual([code, Object.keys(errors)], [422, ["reg_identity"]]);
    });

    it("creates, reads, changes, counts and deletes customers", async () => {
      const before = (await api.get("customers/count")).count;
      const { customer } = await api.post("customers", newcomer("diao@crud.example", { real_name: "刁宜成", notify_phone: 13632269358, sex: "male", descriptions: "x" }));
      assert.ok(Number.isInteger(customer.id));
      assert.ok(sorted(customer));
      assert.match(customer.created_at, INSTANT);
      assert.deepEqual([customer.reg_type, customer.reg_identity, customer.name, customer.real_name, customer.notify_phone, customer.sex],
        ["email", "diao@crud.example", "diao", "刁宜成", "13632269358", "male"]);
      assert.deepEqual(customer.addresses, []);
      assert.equal("password" in customer, false);

      const path = `customers/${customer.id}`;
      assert.deepEqual(await api.get(path), { customer });
      assert.deepEqual(await api.get(path, { fields: "id,real_name" }), { customer: { id: customer.id, real_name: "刁宜成" } });
      const changed = (await api.put(path, { customer: { real_name: "王小明" } })).customer;
      assert.deepEqual([changed.real_name, changed.sex, changed.reg_identity], ["王小明", "male", "diao@crud.example"]);
      assert.deepEqual(await api.get(path), { customer: changed });
      assert.equal((await api.post("customers", newcomer("Diao@crud.example"))).code, 422, "the identity is taken");
      const second = (await api.post("customers", newcomer("second@crud.example"))).customer;

      const ids = async (query) => (await api.get("customers", query)).customers.map((c) => c.id);
      assert.deepEqual(await ids({ ids: `${second.id},${customer.id}` }), [customer.id, second.id]);
      assert.deepEqual(await ids({ since_id: customer.id, limit: 1 }), [second.id]);
      assert.deepEqual(await ids({ ids: `${customer.id},${second.id}`, limit: 1, page: 2 }), [second.id]);
      assert.equal((await api.get("customers/count")).count, before + 2);
      assert.equal((await api.get("customers/count", { reg_identity: "diao@crud.example" })).count, 1);

      assert.deepEqual(await api.delete(path), {});
      assert.equal((await api.get(path)).code, 422);
      assert.equal((await api.get("customers/count")).count, before + 1);
    });

    it("creates, reads, changes, counts and deletes the addresses of a customer", async () => {
      const { customer } = await api.post("customers", newcomer("lives@addresses.example"));
      const path = `customers/${customer.id}/addresses`;
      const make = async (more) => (await api.post(path, { address: { name: "刁宜成", mobile: "13632269358", district_code: "110102", detail: "清华大学17号楼305", ...more } })).address;
      const home = await make();
      assert.ok(sorted(home));
      const { id, created_at, updated_at, ...shown } = home;
      assert.match(created_at, INSTANT);
      assert.match(updated_at, INSTANT);
      assert.deepEqual(shown, {
        city: "市辖区", city_code: "110100", completed_address: "中国,北京市,市辖区,西城区,清华大学17号楼305", country: "中国", country_code: "CN",
        detail: "清华大学17号楼305", district: "西城区", district_code: "110102", email: "", is_default: false, mobile: "13632269358", name: "刁宜成",
        province: "北京市", province_code: "110000", telephone: "", zipcode: null,
      });
      assert.deepEqual(await api.get(`${path}/${id}`), { address: home });
      const work = await make({ district_code: 440305, detail: "科技园南区8栋1201", is_default: true });
      assert.deepEqual([work.district, work.is_default], ["南山区", true]);

      const moved = (await api.put(`${path}/${id}`, { address: { district_code: "310115", is_default: true } })).address;
      assert.deepEqual([moved.province, moved.district, moved.detail, moved.is_default], ["上海市", "浦东新区", "清华大学17号楼305", true]);
      const all = (await api.get(path)).addresses;
      assert.deepEqual(all.map((a) => [a.id, a.is_default]), [[id, true], [work.id, false]], "there is one default");
      assert.deepEqual((await api.get(`customers/${customer.id}`)).customer.addresses, all);
      assert.equal((await api.get(`${path}/count`)).count, 2);

      const { code, errors } = await api.post(path, { address: { name: "刁宜成", district_code: "999999" } });
      assert.equal(code, 422);
      assert.deepEqual(Object.keys(errors), ["detail", "district_code", "mobile"]);
      assert.deepEqual(await api.delete(`${path}/${id}`), {});
      assert.equal((await api.get(`${path}/${id}`)).code, 422);
      assert.deepEqual(await api.get(path), { addresses: [all[1]] });
    });

    it("keeps metafields of the shop and of a customer", async () => {
      const { customer } = await api.post("customers", newcomer("owner@metas.example"));
      const { meta } = await api.post("metas", { meta: { name: "settings", owner_id: "0", owner_resource: "shop", fields: { color: "红", size: 5 } } });
      assert.ok(sorted(meta));
      assert.deepEqual([meta.name, meta.owner_id, meta.owner_resource, meta.fields], ["settings", 0, "shop", { color: "红", size: "5" }]);
      const path = `metas/${meta.id}`;
      assert.deepEqual(await api.get(path), { meta });
      assert.equal((await api.put(path, { meta: { description: "说明" } })).meta.description, "说明");
      assert.deepEqual(await api.get(`${path}/fields`), { fields: { color: "红", size: "5" } });
      await api.post(`${path}/fields`, { fields: { size: "6", shape: "圆" } });
      assert.deepEqual(await api.get(`${path}/fields`), { fields: { color: "红", shape: "圆", size: "6" } });
      await api.delete(`${path}/fields?fields=color,shape`);
      assert.deepEqual(await api.get(`${path}/fields`), { fields: { size: "6" } });

      const own = (await api.post("metas", { meta: { name: "settings", owner_id: customer.id, owner_resource: "customer" } })).meta;
      assert.deepEqual((await api.get("metas", { owner_resource: "customer", owner_id: customer.id })).metas.map((m) => m.id), [own.id]);
      assert.equal((await api.get("metas/count", { name: "settings" })).count, 2);
      assert.deepEqual(await api.delete(path), {});
      assert.equal((await api.get(path)).code, 422);
      assert.equal((await api.get("metas/count", { name: "settings" })).count, 1);
    });

    it("is told of what happens, with a signature that the package accepts", async (t) => {
      const receiver = await new Receiver().open();
      t.after(() => receiver.close());
      const { webhook_token } = (await api.get("shop")).shop;
      const hook = (topic) => ({ webhook: { address: `${receiver.url}/${topic}`, topic, content_type: "application/json" } });
      const made = [];
      for (const topic of ["customers/create", "customers/update", "customers/delete"]) made.push((await api.post("webhooks", hook(topic))).webhook);
      assert.deepEqual((await api.get("webhooks")).webhooks, made);
      assert.equal((await api.get("webhooks/count")).count, 3);
      assert.equal((await api.post("webhooks", hook("customers/unheard"))).code, 422);

      const told = async (topic) => {
        const post = await receiver.posted(`the webhook of ${topic}`, (p) => p.path === `/${topic}`);
        const hmac = post.headers["x-yhsd-hmac-sha256"];
        assert.equal(new WebHook(webhook_token).verifyHmac(hmac, post.body), true);
        assert.equal(new WebHook(webhook_token).verifyHmac(hmac, post.body + " "), false);
        assert.equal(new WebHook(counter.secret).verifyHmac(hmac, post.body), false);
        assert.equal(post.headers["content-type"], "application/json");
        return JSON.parse(post.body);
      };
      const { customer } = await api.post("customers", newcomer("heard@hooks.example", { real_name: "李静" }));
      assert.deepEqual(await told("customers/create"), customer);
      const changed = (await api.put(`customers/${customer.id}`, { customer: { real_name: "李静静" } })).customer;
      assert.deepEqual(await told("customers/update"), changed);
      await api.delete(`customers/${customer.id}`);
      assert.deepEqual(await told("customers/delete"), { id: customer.id });

      const [first, ...others] = made;
      const elsewhere = (await api.put(`webhooks/${first.id}`, { webhook: { topic: "shop/update" } })).webhook;
      assert.deepEqual([elsewhere.topic, elsewhere.address], ["shop/update", first.address]);
      assert.deepEqual(await api.get(`webhooks/${first.id}`), { webhook: elsewhere });
      for (const { id } of [first, ...others]) assert.deepEqual(await api.delete(`webhooks/${id}`), {});
      assert.equal((await api.get("webhooks/count")).count, 0);
    });

    it("installs a public app with the consent of the staff, and takes it away", async () => {
      const browser = new Browser();
      const pages = `https://${shop.hosts.apps}`;
      let page = await browser.visit(`${pages}/apps`);
      page = await browser.submit(page, "/signin", OWNER);
      assert.equal(page.status, 200);

      // To the app, which has the package check the signature and sends the browser back to ask for consent.
      page = await browser.submit(page, `/apps/${app.key}/install`);
      assert.equal(page.url.pathname, "/oauth2/authorize");
      assert.match(page.html, /订单 &amp; 助手/);
      assert.equal(app.visits.length, 1);
      assert.deepEqual(app.visits[0].names, ["account_id", "hmac", "shop_key", "time_stamp"]);
      const verifies = (changes) => app.auth.verifyHmac({ ...app.visits[0].query, ...changes });
      assert.equal(verifies({}), true);
      assert.equal(verifies({ account_id: "999" }), false, "forged");
      assert.equal(verifies({ time_stamp: "2016-01-05T03:58:29Z" }), false, "old");

      const refused = await browser.submit(page, "/oauth2/authorize", {}, { decision: "deny" });
      assert.equal(refused.html, `refused: access_denied, ${app.state}`);
      assert.equal((await app.exchange("0".repeat(32)).catch((err) => err.message)), "无效客户端, 请检查 appKey, appSecret!");

      const done = await browser.submit(page, "/oauth2/authorize", {}, { decision: "allow" });
      assert.equal(done.html, "installed");
      const { names, query } = app.visits.at(-1);
      assert.deepEqual(names, ["account_id", "code", "hmac", "shop_key", "state", "time_stamp"]);
      assert.equal(query.state, app.state);
      assert.equal(query.shop_key, counter.shop_key);
      assert.match(app.token, /^[0-9a-f]{32}$/);
      assert.equal(await app.exchange(query.code), app.token, "a code gives the same token again");

      // What was granted, and no more.
      const own = new Api(app.token, { host: shop.hosts.api });
      assert.equal((await own.get("customers/count")).code, undefined);
      assert.equal((await own.post("customers", newcomer("nobody@scopes.example"))).code, 403);
      assert.equal((await own.get("shop")).shop.webhook_token, counter.webhook_token);
      const account = (await api.get(`accounts/${query.account_id}`)).account;
      assert.equal(account.email, OWNER.email);

      page = await browser.visit(`${pages}/apps`);
      page = await browser.submit(page, `/apps/${app.key}/uninstall`);
      assert.equal(page.status, 200);
      assert.equal((await own.get("shop")).code, 401, "the token is revoked at once");
      await assert.rejects(app.exchange(query.code), { message: /未授权/ });
      const notice = await app.receiver.posted("the notice of the uninstallation", (p) => p.path === "/callback");
      assert.equal(notice.body, "event=delete");
      assert.equal(new WebHook(counter.webhook_token).verifyHmac(notice.headers["x-yhsd-hmac-sha256"], notice.body), true);
    });

    it("tells the package how much of the limit is used", async (t) => {
      let token;
      const small = await openShop({ ...engine, name: `limited-${engine.name}` }, ["--call-limit", "4", "--call-leak", "0.0001"],
        (s) => ({ token } = s.run("app", "create", "--private", "--name", "Hasty")));
      const timers = holdTimers();
      t.after(() => {
        timers.release();
        return closeShop(small);
      });
      // The package gives these functions their arguments in one array, so its own ones count nothing.
      let count = 0;
      const saved = [];
      const hasty = new Api(token, {
        host: small.hosts.api,
        getRequestCount: () => count,
        saveRequestCount: ([, n]) => saved.push((count = n)),
      });
      for (const used of [25, 50, 75, 100]) { // percent, as the package's own bucket holds 100
        assert.ok((await hasty.get("shop")).shop);
        assert.equal(saved.at(-1), used);
        assert.equal((await timers.next()).milliseconds, used * 100, "until the call is given back");
      }
      // Full: the package waits by itself. When it has waited, the shop still refuses, in words that it can read.
      const fifth = hasty.get("shop");
      const { milliseconds, run } = await timers.next();
      assert.equal(milliseconds, 100);
      run();
      assert.equal((await fifth).code, 429);
      assert.equal(saved.at(-1), 100);
    });
  });
}

// holdTimers keeps the timers that are set until it is released: they fire when the test says so. The package's would
// keep the process for ten seconds more.
function holdTimers() {
  const real = globalThis.setTimeout;
  const held = [];
  const waiting = [];
  globalThis.setTimeout = (run, milliseconds) => {
    const timer = { run, milliseconds };
    if (waiting.length > 0) waiting.shift()(timer);
    else held.push(timer);
    return timer;
  };
  return {
    next: async () => held.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    release: () => (globalThis.setTimeout = real),
  };
}

// PublicApp is an app of the kind that asks for consent, written as the package's documentation shows.
class PublicApp {
  state = "安装 & 50%";
  visits = []; // of the browser: the names of the parameters in their order, and their values

  async open() {
    this.receiver = await new Receiver().open((url, res) => this.#visited(url, res));
    this.callback = `${this.receiver.url}/callback`;
    return this;
  }

  close() {
    return this.receiver.close();
  }

  register(shop, { key, secret }) {
    Object.assign(this, { key, secret });
    this.auth = new Auth({
      appKey: key, appSecret: secret, callbackUrl: this.callback, host: shop.hosts.apps, scope: ["read_basic", "write_basic", "read_customers"],
    });
  }

  exchange(code) {
    return this.auth.getToken(code);
  }

  async #visited(url, res) {
    const query = Object.fromEntries(url.searchParams);
    if (query.error) {
      res.end(`refused: ${query.error}, ${query.state}`);
      return;
    }
    this.visits.push({ names: Object.keys(query), query: { ...query } });
    if (!this.auth.verifyHmac(query)) {
      res.writeHead(403).end("forged");
      return;
    }
    if (!query.code) {
      res.writeHead(302, { Location: this.auth.getAuthorizeUrl(query.shop_key, this.state) }).end();
      return;
    }
    this.token = await this.exchange(query.code);
    res.end("installed");
  }
}
