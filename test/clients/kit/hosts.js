// yhsd-api speaks only https to port 443 of a host whose name has no port. Here such names lead to a server on this
// machine: by an agent of Node's own, which dials another address and still checks the certificate for the name.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import https from "node:https";
import path from "node:path";
import { promisify } from "node:util";

// certify makes a certificate for names, of a key that is its own, in a folder.
export async function certify(folder, names) {
  const cert = path.join(folder, "tls-cert.pem");
  const key = path.join(folder, "tls-key.pem");
  await promisify(execFile)("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=Kaidian client tests", "-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
    "-keyout", key, "-out", cert,
  ]);
  return { cert, key, pem: await readFile(cert) };
}

// HostsAgent reaches the hosts that it is told of, and no other: nothing of a test leaves the machine.
class HostsAgent extends https.Agent {
  hosts = new Map();

  createConnection(options, callback) {
    const place = this.hosts.get(options.host);
    if (!place) throw new Error(`${options.host} is no host of these tests`);
    return super.createConnection({ ...options, host: "127.0.0.1", port: place.port, ca: place.pem }, callback);
  }
}

const agent = new HostsAgent();
https.globalAgent = agent; // what https.request takes when it is given none, as by the package

// lead makes a host's name lead to a port of this machine that shows a certificate.
export function lead(name, port, pem) {
  agent.hosts.set(name, { port, pem });
}

// unlead forgets a host and hangs up.
export function unlead(name) {
  agent.hosts.delete(name);
  agent.destroy();
}
