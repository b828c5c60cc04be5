// The commands that the READMEs ask a newcomer to paste.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

// commandsOf gives the commands of a README's shell blocks that talk to the server, without their comments.
export async function commandsOf(name) {
  const text = await readFile(new URL(`../../../${name}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block.replace(/ *(?<=^| )# .*$/gm, ""));
  return blocks.filter((block) => /^curl /m.test(block));
}

// paste runs commands as they are, at another address, and gives what each call of curl printed.
export async function paste(commands, url, folder) {
  const script = [
    "set -euo pipefail",
    `curl() { command curl --silent --show-error --fail-with-body "$@"; printf '\\n'; }`,
    ...commands.map((block) => block.replaceAll("http://127.0.0.1:9000", url)),
  ].join("\n");
  const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: folder, timeout: 30_000 });
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}
