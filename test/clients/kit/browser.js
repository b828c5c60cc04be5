// A browser of the plainest kind, for the pages of the staff: cookies, redirects and forms.
import http from "node:http";
import https from "node:https";

export class Browser {
  #cookies = new Map(); // by host, as browsers keep them

  // visit opens an address and follows where it is sent. It gives the page: url, status, html and forms.
  async visit(address, { method = "GET", body, headers = {} } = {}) {
    const url = new URL(address);
    const res = await this.#ask(url, method, body, headers);
    const kept = this.#cookies.get(url.hostname) ?? new Map();
    this.#cookies.set(url.hostname, kept);
    for (const line of res.headers["set-cookie"] ?? []) {
      const [, name, value] = line.match(/^([^=;]+)=([^;]*)/);
      kept.set(name, value);
    }
    if (res.statusCode >= 301 && res.statusCode <= 303) {
      res.resume();
      return this.visit(new URL(res.headers.location, url));
    }
    let html = "";
    for await (const part of res.setEncoding("utf8")) html += part;
    return { url, status: res.statusCode, html, forms: formsOf(html) };
  }

  // submit fills a form of a page and presses one of its buttons.
  submit(page, action, values = {}, button = {}) {
    const form = page.forms.find((f) => f.action === action);
    if (!form) throw new Error(`${page.url} has no form for ${action}: ${page.html}`);
    const unknown = Object.keys(values).filter((name) => !(name in form.fields));
    if (unknown.length > 0) throw new Error(`the form for ${action} has no ${unknown}`);
    return this.visit(new URL(action, page.url), {
      method: "POST",
      body: new URLSearchParams({ ...form.fields, ...values, ...button }).toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: page.url.origin },
    });
  }

  #ask(url, method, body, headers) {
    const cookies = [...(this.#cookies.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`);
    const client = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const req = client.request(url, { method, headers: { ...headers, ...(cookies.length > 0 && { Cookie: cookies.join("; ") }) } });
      req.once("response", resolve).once("error", reject).end(body);
    });
  }
}

function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes, content]) => ({
    action: attribute(attributes, "action"),
    fields: Object.fromEntries([...content.matchAll(/<input\b([^>]*)>/g)].map(([, input]) => [attribute(input, "name"), attribute(input, "value")])),
  }));
}

function attribute(text, name) {
  return unescape(text.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? "");
}

function unescape(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) => (code ? String.fromCodePoint(code) : (named[name] ?? whole)));
}
