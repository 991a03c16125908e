// The emulator in a process of its own, and children that report what a run cost them.
// Knows nothing of what is measured.
// @ts-check
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const LIB = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "lib");

/**
 * Without a rate limit, so that the client is what is measured.
 * @param {string[]} flags
 * @returns {Promise<{baseUrl: string, storageUrl: string, apiKey: string, pid: number | undefined, stop: () => void}>}
 */
export async function startEmulator(...flags) {
  const args = ["--json", "--port", "0", "--requests-per-minute", "0", "--burst-per-second", "0"];
  const main = path.join(LIB, "emulator", "main.js");
  const child = spawn(process.execPath, [main, ...args, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { ...JSON.parse(line), pid: child.pid, stop: () => void child.kill() };
  }
  throw new Error(
    "the emulator ended before it said where it is (is lib/ built? npm run build:lib)",
  );
}

/**
 * Runs a program that prints one line of JSON at its end, and returns what that line says.
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<any>}
 */
export async function runReporting(command, args, env = {}) {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  let last = "";
  for await (const line of createInterface({ input: child.stdout })) last = line;
  const code = child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)));
  if (code !== 0) throw new Error(`${path.basename(command)} ${args.join(" ")} ended with ${code}`);
  return JSON.parse(last);
}

/** Where the emulator of a benchmark is, for its children. @param {{baseUrl: string, storageUrl: string, apiKey: string}} emulator */
export function environmentFor({ baseUrl, storageUrl, apiKey }) {
  return {
    AVALA_API_KEY: apiKey,
    AVALA_BASE_URL: baseUrl,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
    BENCH_STORAGE_HOST: new URL(storageUrl).host,
  };
}

/** A folder that goes when the process does. */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), "avala-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  return folder;
}

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
export function printTable(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  const line = (/** @type {readonly string[]} */ row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ");
  console.log(
    [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n"),
  );
}
