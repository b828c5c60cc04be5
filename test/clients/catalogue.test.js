// @medusajs/medusa-js against the Store API: everything that a shopper reads before there is a cart.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { medusa, refusal } from "./kit/medusa.js";
import { ENGINES, Shop } from "./kit/shop.js";

const handles = (list) => list.map((one) => one.handle);

for (const engine of ENGINES) {
  describe(`the catalogue by medusa-js on ${engine.name}`, { timeout: 60_000 }, () => {
    let shop, app;
    before(async () => {
      shop = await Shop.open(engine);
      shop.seed();
      await shop.serve();
      app = medusa({ baseUrl: shop.url });
    });
    after(() => shop?.close());

    it("lists regions with what a storefront's middleware needs", async () => {
      const { regions } = await app.regions.list();
      assert.deepEqual(regions.map((r) => r.id).sort(), ["cn", "eu", "jp", "na"]);
      const eu = regions.find((r) => r.id === "eu");
      assert.deepEqual(eu.countries.map((c) => c.iso_2).sort(), ["de", "dk", "es", "fr", "it", "se"]);
      assert.deepEqual([eu.currency_code, eu.currency.symbol, eu.tax_rate, eu.payment_providers[0].id], ["eur", "€", 20, "manual"]);
      const { region } = await app.regions.retrieve("eu");
      assert.deepEqual(region, eu);
      assert.deepEqual((await refusal(app.regions.retrieve("nowhere"))).status, 404);
    });

    it("lists products with the prices of a region", async () => {
      const { products, count, offset, limit } = await app.products.list({ region_id: "eu", limit: 4 });
      assert.deepEqual([products.length, offset, limit], [4, 0, 4]);
      assert.ok(count > 8);
      const all = (await app.products.list({ region_id: "eu", limit: 100 })).products;
      assert.equal(all.length, count);
      assert.deepEqual(handles(all).slice(0, 4), handles(products));
      assert.ok(!handles(all).includes("rain-coat"), "a draft is not listed");

      const mug = all.find((p) => p.handle === "enamel-mug");
      const [variant] = mug.variants;
      assert.deepEqual([variant.original_price, variant.calculated_price, variant.calculated_price_type], [800, 800, "default"]);
      assert.deepEqual([variant.calculated_tax, variant.calculated_price_incl_tax, variant.tax_rates], [160, 960, [{ rate: 20, name: "default", code: "default" }]]);
      assert.deepEqual([mug.collection.handle, mug.type.value, mug.tags.map((t) => t.value)], ["summer", "homeware", ["new"]]);

      const sale = all.find((p) => p.handle === "warm-hoodie").variants.find((v) => v.sku === "HOODIE-S-BLACK");
      assert.deepEqual([sale.original_price, sale.calculated_price, sale.calculated_price_type], [1050, 840, "sale"]);
    });

    it("filters products in every way that the client has", async () => {
      const found = async (query) => handles((await app.products.list(query)).products).sort();
      assert.deepEqual(await found({ handle: "plain-tee" }), ["plain-tee"]);
      assert.deepEqual(await found({ id: ["prod_goods_tee", "prod_goods_mug"] }), ["enamel-mug", "plain-tee"]);
      assert.deepEqual(await found({ collection_id: ["pcol_goods_summer"] }), ["enamel-mug", "plain-tee"]);
      assert.deepEqual(await found({ category_id: ["pcat_goods_tees"] }), ["plain-tee"]);
      assert.deepEqual(await found({ category_id: ["pcat_goods_tops"] }), []);
      assert.deepEqual(await found({ category_id: ["pcat_goods_tops"], include_category_children: true }), ["plain-tee", "warm-hoodie"]);
      assert.deepEqual(await found({ q: "fleece" }), ["warm-hoodie"]);
      assert.deepEqual(await found({ title: "Desk Lamp" }), ["desk-lamp"]);
      assert.deepEqual(await found({ is_giftcard: true }), ["gift-card"]);
      assert.deepEqual(await found({ tags: ["a value, which is no id"] }), []);
      assert.deepEqual(await found({ created_at: { gt: "2024-01-03", lt: "2024-01-05" } }), ["desk-lamp", "enamel-mug"]);
      assert.equal((await refusal(app.products.list({ colour: "red" }))).status, 400);
      assert.deepEqual((await app.products.list({ limit: 2, offset: 1, order: "title" })).products.length, 2);
    });

    it("retrieves a product, also with the query that the starter glues to its id", async () => {
      const { product } = await app.products.retrieve("prod_goods_tee?region_id=na");
      assert.equal(product.title, "Plain Tee");
      assert.deepEqual(product.variants.map((v) => [v.sku, v.calculated_price, v.inventory_quantity]), [["TEE-S", 990, 100], ["TEE-M", 1100, 50], ["TEE-L", 1210, 0]]);
      assert.deepEqual(product.options[0].values.map((v) => v.value), ["S", "M", "L"]);
      assert.equal(product.images.length, 2);
      assert.equal((await refusal(app.products.retrieve("prod_nowhere"))).status, 404);
    });

    it("shows texts in the language asked for", async () => {
      const ask = { "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5" };
      assert.equal((await app.products.retrieve("prod_goods_tee", ask)).product.title, "纯色T恤");
      assert.equal((await app.products.retrieve("prod_goods_tee")).product.title, "Plain Tee");
      assert.equal((await app.productCategories.retrieve("pcat_goods_home", {}, ask)).product_category.name, "家居");
    });

    it("searches", async () => {
      const hits = async (q, more) => handles((await app.products.search({ q, ...more })).hits);
      assert.equal((await hits("井茶"))[0], "longjing-tea");
      assert.equal((await hits("ＰＬＡＩＮ　ｔｅｅ"))[0], "plain-tee");
      assert.equal((await hits("hoodie-s-black"))[0], "warm-hoodie");
      assert.deepEqual(await hits("lamp", { limit: 1 }), ["desk-lamp"]);
      assert.deepEqual(await hits("Rain Coat"), []);
      const { estimatedTotalHits, query, offset, limit } = await app.products.search({ q: "tee", offset: 0, limit: 5 });
      assert.deepEqual([query, offset, limit], ["tee", 0, 5]);
      assert.ok(estimatedTotalHits >= 1);
    });

    it("lists and retrieves variants", async () => {
      const { variants } = await app.products.variants.list({ ids: "variant_goods_mug,variant_goods_lamp", region_id: "eu" });
      assert.deepEqual(variants.map((v) => [v.sku, v.calculated_price]).sort(), [["LAMP", 4500], ["MUG", 800]]);
      const { variant } = await app.products.variants.retrieve("variant_goods_tee_s");
      assert.deepEqual([variant.title, variant.product.title, variant.prices.length], ["S", "Plain Tee", 4]);
    });

    it("lists and retrieves collections, categories, tags and types", async () => {
      const { collections, count } = await app.collections.list();
      assert.deepEqual([handles(collections).sort(), count], [["coming-soon", "summer", "winter"], 3]);
      assert.equal((await app.collections.list({ handle: ["winter"] })).collections[0].metadata.season, "cold");
      assert.equal((await app.collections.retrieve("pcol_goods_summer")).collection.title, "Summer");

      const { product_categories } = await app.productCategories.list({ parent_category_id: "null" });
      assert.deepEqual(handles(product_categories), ["clothing", "home", "tea"]);
      assert.deepEqual(handles(product_categories[0].category_children), ["tops", "caps"]);
      const { product_category } = await app.productCategories.retrieve("pcat_goods_tops");
      assert.equal(product_category.parent_category.handle, "clothing");

      const { product_tags } = await app.productTags.list({ value: ["eco", "sale"] });
      assert.deepEqual(product_tags.map((t) => t.value).sort(), ["eco", "sale"]);
      const { product_types } = await app.productTypes.list({ q: "HOME" });
      assert.deepEqual(product_types.map((t) => t.value), ["homeware"]);
    });

    it("shows a storefront with a publishable key its channel alone", async () => {
      const b2b = medusa({ baseUrl: shop.url, publishableApiKey: "pk_goods_b2b" });
      assert.deepEqual(handles((await b2b.products.list()).products).sort(), ["enamel-mug", "office-chair", "plain-tee", "wool-cap"]);
      const { status, data } = await refusal(b2b.products.retrieve("prod_goods_lamp"));
      assert.equal(status, 400);
      assert.ok(Array.isArray(data.errors));
    });

    it("shows a VIP their price, signed in", async () => {
      const price = async (client, headers) => (await client.products.retrieve("prod_goods_lamp?region_id=eu", headers)).product.variants[0].calculated_price;
      const { access_token } = await app.auth.getToken({ email: "vip@example.com", password: "supersecret" });
      assert.equal(await price(app), 4500);
      assert.equal(await price(app, { Authorization: `Bearer ${access_token}` }), 3600);
      assert.equal(await price(app, { Authorization: "" }), 4500);
    });
  });
}
