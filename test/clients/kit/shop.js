// A shop of the program under test: a fresh data folder and database, commands, and a server process.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const GOODS = fileURLToPath(new URL("../../../internal/shoptest/testdata/goods.json", import.meta.url));
const PROGRAM = process.env.KAIDIAN_BIN;
const PATIENCE = 30_000; // milliseconds that a start, a stop or a command may take on a busy machine

// What the caller has set for a shop of their own is not for these.
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KAIDIAN_")));

// Each engine makes an empty database in a data folder, as the flags that choose it and the way to drop it.
export const ENGINES = [
  { name: "SQLite", create: () => ({ flags: [], drop() {} }) },
  { name: "PostgreSQL", create: createPostgres },
];

function createPostgres() {
  const admin = process.env.KAIDIAN_TEST_POSTGRES;
  assert.ok(admin, "KAIDIAN_TEST_POSTGRES names no PostgreSQL: run scripts/services.sh, and source scripts/env.sh");
  const name = `kaidian_clients_${randomBytes(6).toString("hex")}`;
  const database = new URL(admin);
  database.pathname = `/${name}`;
  psql(admin, `create database ${name}`);
  return { flags: ["--database", database.href], drop: () => psql(admin, `drop database ${name} with (force)`) };
}

function psql(database, statement) {
  const did = spawnSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement], { encoding: "utf8", timeout: PATIENCE });
  if (did.error) throw did.error;
  assert.equal(did.status, 0, `${statement}: ${did.stderr}`);
}

export class Shop {
  static async open(engine) {
    assert.ok(PROGRAM, "KAIDIAN_BIN names no program: run scripts/clients.sh");
    const shop = new Shop();
    shop.database = engine.create();
    shop.data = await mkdtemp(path.join(tmpdir(), "kaidian-clients-"));
    shop.place = ["--data", shop.data, ...shop.database.flags];
    return shop;
  }

  // run gives what a command prints for programs.
  run(...words) {
    return JSON.parse(this.say(...words, "--json"));
  }

  // say gives what a command prints for people.
  say(...words) {
    const did = spawnSync(PROGRAM, [...words, ...this.place], { cwd: this.data, env: ENV, encoding: "utf8", timeout: PATIENCE });
    if (did.error) throw did.error;
    assert.equal(did.status, 0, `kaidian ${words.join(" ")}: ${did.stderr}`);
    return did.stdout;
  }

  // seed fills the shop with the goods that the scenarios speak of.
  seed() {
    return this.say("seed", "--file", GOODS);
  }

  // serve starts the server and waits for the line that says where it is, which it keeps as url and port.
  async serve(...flags) {
    const server = spawn(PROGRAM, ["serve", "--listen", "127.0.0.1:0", ...this.place, ...flags], { cwd: this.data, env: ENV });
    this.server = server;
    this.log = "";
    server.stderr.setEncoding("utf8").on("data", (text) => (this.log += text));
    this.exited = new Promise((resolve) => server.once("close", (code, signal) => resolve(code ?? signal)));
    process.once("exit", () => server.kill("SIGKILL"));
    this.url = await within("the server's start", Promise.race([
      readyLine(server.stdout),
      this.exited.then((code) => assert.fail(`the server ended with ${code} before it was ready: ${this.log}`)),
    ]));
    this.port = Number(new URL(this.url).port);
  }

  // close stops the server as an administrator would, and leaves nothing behind. A server that did not stop cleanly, or
  // that logged an error while the tests were content, fails.
  async close() {
    try {
      if (!this.server) return;
      this.server.kill("SIGTERM");
      assert.equal(await within("the server's stop", this.exited), 0, `the server's exit code: ${this.log}`);
      assert.doesNotMatch(this.log, /level=ERROR|panic:/);
    } finally {
      this.server?.kill("SIGKILL");
      this.database.drop();
      await rm(this.data, { recursive: true, force: true });
    }
  }
}

async function readyLine(stdout) {
  let text = "";
  for await (const part of stdout.setEncoding("utf8")) {
    text += part;
    const ready = text.match(/ is ready at (\S+)\n/);
    if (ready) {
      stdout.resume();
      return ready[1];
    }
  }
  return new Promise(() => {}); // it is for the exit to say what is wrong
}

// within fails when a promise takes too long, saying what was waited for.
export async function within(what, promise, milliseconds = PATIENCE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
