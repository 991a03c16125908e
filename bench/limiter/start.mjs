// Starts the proxy whose limits others wrote, in a process of its own. Knows nothing of what is measured.
// @ts-check
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import parts from "../../scripts/parts/index.js";

const PROXY = path.join(path.dirname(fileURLToPath(import.meta.url)), "proxy.py");

/**
 * @param {{kind: string, signals: string, perMinute: number, perSecond: number, upstream: string}} options
 * @returns {Promise<{baseUrl: string, refused: () => Promise<number>, stop: () => void}>} rejects where its packages can't be had
 */
export async function startLimiter({ kind, signals, perMinute, perSecond, upstream }) {
  const part = await parts.ensurePart("limiters");
  const child = spawn(part.command, [PROXY], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...part.env,
      LIMITER_UPSTREAM: upstream,
      LIMITER_KIND: kind,
      LIMITER_SIGNALS: signals,
      LIMITER_PER_MINUTE: String(perMinute),
      LIMITER_PER_SECOND: String(perSecond),
    },
  });
  /** @returns {Promise<{refused: number}>} */
  const counts = async (/** @type {string} */ base) =>
    /** @type {any} */ (await (await fetch(new URL("/_limiter", base))).json());
  for await (const line of createInterface({ input: child.stdout })) {
    const { baseUrl } = JSON.parse(line);
    return {
      baseUrl,
      refused: async () => (await counts(baseUrl)).refused,
      stop: () => void child.kill(),
    };
  }
  throw new Error("the limiting proxy ended before it said where it is");
}
