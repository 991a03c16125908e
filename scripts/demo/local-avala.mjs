// The emulator that the demo runs on, and its ledger: what was really asked of it and sent to it.
// @ts-check
import path from "node:path";
import { createInterface } from "node:readline";
import { Ended, start } from "./children.mjs";
import { counted } from "./screen.mjs";

/**
 * @typedef {object} LocalAvala
 * @property {string} baseUrl
 * @property {string} storageUrl
 * @property {string} apiKey
 *
 * @typedef {object} Sent What has reached it since a moment.
 * @property {number} presigns
 * @property {string[]} objects the keys of the files that were stored
 * @property {number} bytes
 * @property {number} confirms
 * @property {number} calls
 */

/** @param {string} clone @param {readonly string[]} flags @returns {Promise<LocalAvala>} */
export async function startLocalAvala(clone, flags) {
  const main = path.join(clone, "lib", "emulator", "main.js");
  const child = start(process.execPath, [main, "--json", "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("no stdout");
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    // Whatever it says later must not fill the pipe.
    child.stdout.resume();
    return JSON.parse(line);
  }
  throw new Error("The local Avala did not start.");
}

/** What programs need to speak to it. @param {LocalAvala} avala @returns {Record<string, string>} */
export function environmentFor({ baseUrl, apiKey }) {
  return {
    AVALA_API_KEY: apiKey,
    AVALA_BASE_URL: baseUrl,
    // It speaks plain http, which is taken for this machine alone, and only when asked for.
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
  };
}

/** @param {LocalAvala} avala @param {number} after an entry's id @returns {Promise<any[]>} */
async function ledger({ baseUrl }, after) {
  const url = new URL(`/_emulator/ledger?after=${after}`, baseUrl);
  const reply = await fetch(url).catch((cause) => {
    throw new Ended("The local Avala was ended, and so does the demo.", { cause });
  });
  const { entries } = /** @type {{entries: any[]}} */ (await reply.json());
  return entries;
}

/** Runs something and says what it sent. @template T @param {LocalAvala} avala @param {() => Promise<T>} work @returns {Promise<{result: T, sent: Sent}>} */
export async function watching(avala, work) {
  const before = (await ledger(avala, 0)).at(-1)?.id ?? 0;
  const result = await work();
  return { result, sent: summed(await ledger(avala, before)) };
}

/** @param {any[]} entries @returns {Sent} */
function summed(entries) {
  const done = entries.filter((entry) => entry.status >= 200 && entry.status < 300);
  const posts = done.filter((entry) => entry.method === "POST");
  const stored = done.filter(
    (entry) => entry.target === "storage" && ["POST", "PUT"].includes(entry.method),
  );
  const count = (/** @type {string} */ route) =>
    posts.filter((entry) => entry.route === route).length;
  return {
    presigns: count("/datasets/manual-upload/file-upload-url/"),
    objects: stored.map((entry) => entry.key),
    bytes: stored.reduce((sum, entry) => sum + entry.bytesIn, 0),
    confirms: count("/datasets/manual-upload/"),
    calls: entries.filter((entry) => entry.target === "api").length,
  };
}

/** @param {Sent} sent */
export const hasSentNothing = (sent) =>
  sent.presigns === 0 && sent.objects.length === 0 && sent.confirms === 0;

/** @param {Sent} sent */
export function describeSent(sent) {
  const stored = counted(sent.objects.length, "file");
  return `the server counted ${stored} stored, ${counted(sent.presigns, "presign")}, ${counted(sent.confirms, "confirm")}`;
}

/** As if people had drawn them. @param {LocalAvala} avala @param {string} dataset its uid @param {number} count */
export async function annotate({ baseUrl }, dataset, count) {
  const reply = await fetch(new URL("/_emulator/annotations", baseUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset, count }),
  });
  if (!reply.ok) throw new Error(`POST /_emulator/annotations answered ${reply.status}`);
}

/** All pages of a list. @param {LocalAvala} avala @param {string} route @returns {Promise<any[]>} */
export async function listAll({ baseUrl, apiKey }, route) {
  const found = [];
  /** @type {string | null} */
  let next = `${baseUrl}${route}`;
  while (next !== null) {
    const reply = await fetch(next, { headers: { "X-Avala-Api-Key": apiKey } });
    if (!reply.ok) throw new Error(`GET ${route} answered ${reply.status}`);
    /** @type {any} */
    const page = await reply.json();
    found.push(...page.results);
    next = page.next;
  }
  return found;
}
