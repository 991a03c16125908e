// For how long a program that has a file mapped may write to it again without a sign: until Linux has written the page back.
import { readFileSync } from "node:fs";

// Linux writes a changed page to the disk after 30 s, in rounds of 5 s, if it is not told otherwise, and later when the disk
// is busy.
const LEAST_MS = 60_000;
const BUSY_MS = 25_000;

function readSetting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/vm/${name}`, "utf8");
  } catch {
    return undefined; // another system, or one that does not show it
  }
}

/** In ms. As after laptop-mode-tools, both may be minutes; without rounds a page may wait for ever. */
export function writingBackMs(read: (setting: string) => string | undefined = readSetting): number {
  const inMs = (setting: string): number | undefined => {
    const text = read(setting)?.trim() ?? "";
    return /^\d+$/.test(text) ? Number(text) * 10 : undefined;
  };
  const expireMs = inMs("dirty_expire_centisecs");
  const roundMs = inMs("dirty_writeback_centisecs");
  if (roundMs === 0) return Number.POSITIVE_INFINITY;
  return Math.max(LEAST_MS, (expireMs ?? 0) + (roundMs ?? 0) + BUSY_MS);
}
