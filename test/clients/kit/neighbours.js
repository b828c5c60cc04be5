// Small servers on this machine: what stands between a client and the shop, and what the shop calls.
import http from "node:http";

import { within } from "./shop.js";

async function listen(server) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

async function close(server) {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function bodyOf(message) {
  const parts = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
}

// LossyProxy passes requests on, but loses the first answer: it hangs up after the shop has done the work.
export class LossyProxy {
  seen = []; // the requests, with the answers that the shop gave

  async open(target) {
    this.server = http.createServer((req, res) => this.#pass(target, req, res));
    this.url = await listen(this.server);
    return this;
  }

  close() {
    return close(this.server);
  }

  async #pass(target, req, res) {
    const body = await bodyOf(req);
    const onward = http.request(new URL(req.url, target), { method: req.method, headers: req.headers, agent: false });
    const answer = new Promise((resolve, reject) => onward.once("response", resolve).once("error", reject));
    onward.end(body);
    const from = await answer;
    const content = await bodyOf(from);
    this.seen.push({ method: req.method, path: req.url, headers: req.headers, status: from.statusCode, answer: from.headers });
    if (this.seen.length === 1) {
      req.socket.destroy();
      return;
    }
    res.writeHead(from.statusCode, from.headers).end(content);
  }
}

// Receiver is a merchant's app: it keeps what is posted to it, and answers what is asked of it.
export class Receiver {
  posts = [];
  #waiting = [];

  // open serves GET requests by a handler, which gets the query as the app's libraries see it.
  async open(visited = (_query, res) => res.writeHead(404).end()) {
    this.server = http.createServer(async (req, res) => {
      if (req.method !== "POST") {
        visited(new URL(req.url, this.url), res);
        return;
      }
      const post = { path: req.url, headers: req.headers, body: (await bodyOf(req)).toString("utf8") };
      res.writeHead(200).end();
      this.posts.push(post);
      this.#waiting = this.#waiting.filter(({ wanted, resolve }) => !wanted(post) || resolve(post));
    });
    this.url = await listen(this.server);
    return this;
  }

  close() {
    return close(this.server);
  }

  // posted waits for a post, or gives one that came already.
  posted(what, wanted) {
    const found = this.posts.find(wanted);
    if (found) return found;
    return within(what, new Promise((resolve) => this.#waiting.push({ wanted, resolve })), 20_000);
  }
}
