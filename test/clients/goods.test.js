// yhsd-api against the Open API: goods, and what the Store API shows of them at once.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

import { certify, lead, unlead } from "./kit/hosts.js";
import { ENGINES, Shop } from "./kit/shop.js";

const { Api } = createRequire(import.meta.url)("yhsd-api");

// A picture of one red pixel.
const PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

for (const engine of ENGINES) {
  describe(`goods by yhsd-api on ${engine.name}`, { timeout: 60_000 }, () => {
    let shop, api, host;
    before(async () => {
      shop = await Shop.open(engine);
      host = `goods.${engine.name.toLowerCase()}.test`;
      shop.seed();
      const { token } = shop.run("app", "create", "--private", "--name", "收银台");
      const { cert, key, pem } = await certify(shop.data, [host]);
      await shop.serve("--tls-cert", cert, "--tls-key", key, "--call-limit", "1000", "--call-leak", "1000");
      lead(host, shop.port, pem);
      shop.fetch = createStore(shop.url, pem);
      api = new Api(token, { host });
    });
    after(async () => {
      unlead(host);
      await shop?.close();
    });

    const make = async (more) => (await api.post("products", { product: { name: "API商品样例", variants: [{ price: 10.01 }], ...more } })).product;

    it("creates a product of a name and a price, and deletes it", async () => {
      const product = await make();
      assert.deepEqual([product.name, product.variants.length, product.variants[0].price], ["API商品样例", 1, 10.01]);
      assert.deepEqual(await api.get(`products/${product.id}`), { product });
      assert.deepEqual(await api.delete(`products/${product.id}`), {});
      assert.equal((await api.get(`products/${product.id}`)).code, 422);
    });

    it("creates a product with options, types and a vendor, all by name", async () => {
      const product = await make({
        name: "会说话的鹦鹉玩具", vendor: { name: "鸟语" }, types: [{ name: "玩具" }, { name: "鸟" }], options: [{ name: "颜色" }, { name: "尺寸" }],
        variants: [
          { price: "63.8", compare_price: 80, stock: 5, weight: 0.25, option_1: "红", option_2: "大" },
          { price: 0.01, stock: 0, option_1: "绿", option_2: "大" },
        ],
      });
      assert.deepEqual([product.vendor.name, product.types.map((t) => t.name)], ["鸟语", ["玩具", "鸟"]]);
      assert.deepEqual(product.options.map((o) => [o.name, o.values]), [["颜色", ["红", "绿"]], ["尺寸", ["大"]]]);
      assert.deepEqual(product.variants.map((v) => [v.price, v.compare_price, v.stock, v.weight]), [[63.8, 80, 5, 0.25], [0.01, 0, 0, product.variants[1].weight]]);
      const twice = await api.post(`products/${product.id}/variants`, { variant: { price: 1, option_1: "红", option_2: "大" } });
      assert.equal(twice.code, 422);
      const { variant } = await api.post(`products/${product.id}/variants`, { variant: { price: 1, option_1: "蓝", option_2: "小" } });
      assert.equal((await api.get(`products/${product.id}/variants/count`)).count, 3);
      assert.deepEqual(await api.delete(`products/${product.id}/variants/${variant.id}`), {});
      assert.equal((await api.get("products/count", { name: "鹦鹉" })).count, 1);
    });

    it("hides and shows a product in the Store API", async () => {
      const product = await make({ handle: "seen-or-not" });
      const listed = async () => (await shop.fetch("/store/products?handle=seen-or-not")).products.length;
      assert.equal(await listed(), 1);
      await api.put(`products/${product.id}`, { product: { visibility: false } });
      assert.equal(await listed(), 0);
      await api.put(`products/${product.id}`, { product: { visibility: true } });
      assert.equal(await listed(), 1);
    });

    it("changes a price, and the Store API shows it at once", async () => {
      const product = await make({ handle: "at-once" });
      const path = `products/${product.id}/variants/${product.variants[0].id}`;
      const { products: [{ id }] } = await shop.fetch("/store/products?handle=at-once");
      const shown = async () => (await shop.fetch(`/store/products/${id}?region_id=cn`)).product.variants[0].calculated_price;
      assert.equal(await shown(), 1001);
      for (const yuan of [12.5, 99, 0.01]) {
        assert.equal((await api.put(path, { variant: { price: yuan } })).variant.price, yuan);
        assert.equal(await shown(), Math.round(yuan * 100));
      }
      // What the Store API's own currencies are is left alone.
      const mug = (await api.get("products", { handle: "enamel-mug" })).products[0];
      await api.put(`products/${mug.id}/variants/${mug.variants[0].id}`, { variant: { price: 50 } });
      const { product: { variants: [{ prices }] } } = await shop.fetch("/store/products/prod_goods_mug");
      assert.deepEqual(prices.map((p) => [p.currency_code, p.amount]).sort(), [["cny", 5000], ["eur", 700], ["eur", 800], ["usd", 880]]);
    });

    it("adds pictures, serves them, and refuses what is none", async () => {
      const product = await make();
      const { image } = await api.post(`products/${product.id}/images`, { image: { file_name: "红.png", attachment: PIXEL, alt: "红色" } });
      assert.deepEqual([image.file_name, image.alt, image.position, image.product_id], ["红.png", "红色", 1, product.id]);
      const res = await shop.fetch.raw(new URL(image.src, shop.url).pathname);
      assert.equal(res.headers["content-type"], "image/png");
      assert.match(res.headers["cache-control"], /immutable/);
      const lie = await api.post(`products/${product.id}/images`, { image: { file_name: "x.png", attachment: "data:image/png;base64,PHN2Zz48c2NyaXB0Lz48L3N2Zz4=" } });
      assert.equal(lie.code, 422);
      assert.equal((await api.get(`products/${product.id}/images/count`)).count, 1);
      assert.deepEqual(await api.delete(`products/${product.id}/images/${image.id}`), {});
    });

    it("keeps metafields and files", async () => {
      const product = await make();
      const { meta } = await api.post("metas", { meta: { name: "care", owner_id: product.id, owner_resource: "product", fields: { wash: "30" } } });
      assert.deepEqual((await api.get(`metas/${meta.id}/fields`)).fields, { wash: "30" });
      const { store_file } = await api.post("store_files", { store_file: { file_name: "说明.txt", attachment: `data:text/plain;base64,${Buffer.from("你好").toString("base64")}` } });
      assert.deepEqual([store_file.file_name, store_file.size], ["说明.txt", 6]);
      const res = await shop.fetch.raw(new URL(store_file.src, shop.url).pathname);
      assert.equal(res.body.toString(), "你好");
    });
  });
}

// createStore gives a way to read the Store API of a server with a certificate of its own.
function createStore(url, ca) {
  const https = createRequire(import.meta.url)("node:https");
  const raw = (path) => new Promise((resolve, reject) => {
    https.get(new URL(path, url), { ca, checkServerIdentity: () => undefined, agent: new https.Agent() }, async (res) => {
      const parts = [];
      for await (const part of res) parts.push(part);
      resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts) });
    }).once("error", reject);
  });
  const read = async (path) => {
    const { status, body } = await raw(path);
    assert.equal(status, 200, body.toString());
    return JSON.parse(body);
  };
  return Object.assign(read, { raw });
}
