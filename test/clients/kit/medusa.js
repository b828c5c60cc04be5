// Shoppers' apps: medusa-js as it is published.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const axios = createRequire(require.resolve("@medusajs/medusa-js"))("axios"); // the one that the package uses

// medusa gives a client with a copy of the package to itself. The package keeps the token of getToken for all of its
// clients, as a page has one shopper; here there are many.
export function medusa(config) {
  delete require.cache[require.resolve("@medusajs/medusa-js")];
  const { default: Medusa } = require("@medusajs/medusa-js");
  return new Medusa({ maxRetries: 0, ...config });
}

// CookieJar does for the package what a browser does: in Node it keeps no cookies. Its adapter goes into axiosAdapter.
export class CookieJar {
  cookies = new Map();

  adapter = async (config) => {
    if (this.cookies.size > 0) {
      config.headers.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }
    try {
      const response = await axios.defaults.adapter(config);
      this.#keep(response);
      return response;
    } catch (err) {
      if (err.response) this.#keep(err.response);
      throw err;
    }
  };

  #keep(response) {
    for (const line of response.headers["set-cookie"] ?? []) {
      const [, name, value] = line.match(/^([^=;]+)=([^;]*)/);
      const expires = line.match(/;\s*expires=([^;]+)/i)?.[1];
      const gone = /;\s*max-age=(0|-)/i.test(line) || (expires && new Date(expires) <= new Date());
      if (gone) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

// refusal gives the answer with which a call is refused, as a caller of the package reads it.
export async function refusal(call) {
  try {
    await call;
  } catch (err) {
    if (err.response) return { status: err.response.status, data: err.response.data };
    throw err;
  }
  throw new Error("the call was not refused");
}

// asInPage runs a function with what tells the package that it is in a page. Only there it sends the token of getToken
// by itself; elsewhere callers send it as a header.
export async function asInPage(run) {
  globalThis.window = {};
  try {
    return await run();
  } finally {
    delete globalThis.window;
  }
}
