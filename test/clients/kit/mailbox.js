// The mail of a shop that has no SMTP server: files in its data folder.
import { watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { within } from "./shop.js";

// mailTo waits for a message to someone, the first that has some words, and gives its text. It watches the folder from before
// its first look, so no message slips through between them.
export async function mailTo(address, folder, milliseconds = 20_000, words = /(?:)/) {
  let look;
  const watcher = watch(folder, () => look?.());
  try {
    return await within(`the mail to ${address}`, new Promise((resolve, reject) => {
      look = () => find(address, folder, words).then((text) => text !== undefined && resolve(text), reject);
      look();
    }), milliseconds);
  } finally {
    watcher.close();
  }
}

async function find(address, folder, words) {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".eml")) continue;
    const message = (await readFile(path.join(folder, name), "latin1")).replaceAll("\r\n", "\n");
    const end = message.indexOf("\n\n");
    const head = message.slice(0, end);
    if (!head.toLowerCase().includes(`\nto: <${address}>`)) continue;
    const text = decode(head, message.slice(end + 2));
    if (words.test(text)) return text;
  }
}

// decode gives the text of a message, or of a part of one: of several parts one after the other.
function decode(head, body) {
  const boundary = head.match(/^content-type: multipart\/[^;]+;\s+boundary="?([^"\n]+)"?$/im)?.[1];
  if (boundary) {
    return body.split(`--${boundary}`).slice(1, -1).map((part) => {
      const end = part.indexOf("\n\n");
      return decode(part.slice(0, end), part.slice(end + 2));
    }).join("\n");
  }
  if (!/^content-transfer-encoding: quoted-printable$/im.test(head)) throw new Error(`a mail in an unexpected form: ${head}`);
  const bytes = body.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
