// The signature of a line: made with a key of the API key and of one destination, so that who can write a file of the state
// folder, and has not the key, makes nothing count. Pure; knows nothing of what lines say.
import { createHash, createHmac } from "node:crypto";
import type { Destination } from "../destination";

/** Signs the lines of one destination. */
export type LineKey = Buffer;

const MAC_DIGITS = 32;

export function fingerprint(destination: Destination): string {
  const parts = [destination.baseUrl, destination.owner ?? "", destination.datasetName];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The key of a destination's lines. `secret` is made of the API key; the destination keeps a line from counting elsewhere. */
export function lineKeyOf(secret: Buffer, destination: Destination): LineKey {
  return createHmac("sha256", secret).update(fingerprint(destination)).digest();
}

/** The signature of a line's text. */
export function macOf(key: LineKey, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex").slice(0, MAC_DIGITS);
}

/** A line's signature and its text. */
export function splitLine(line: string): readonly [mac: string, text: string] {
  const space = Math.max(0, line.indexOf(" "));
  return [line.slice(0, space), line.slice(space + 1)];
}
