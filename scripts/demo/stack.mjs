// The quickstart stack in a separate folder, and the Pulumi engine that applies it.
// @ts-check
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { envWith } from "../parts.mjs";
import { ended, start } from "./children.mjs";
import { command } from "./screen.mjs";

/** What the quickstart consists of, as it lies in the clone. */
const PROGRAM = "examples/quickstart";
const COPIED = [PROGRAM, "examples/photos"];

/**
 * A copy inside the clone, so that `@avala/pulumi` is found as it is by the original.
 * @param {string} clone @param {string} folder @returns {string} the folder of the program
 */
export function copyStack(clone, folder) {
  for (const name of COPIED) {
    cpSync(path.join(clone, name), path.join(folder, name), { recursive: true });
  }
  return path.join(folder, PROGRAM);
}

/**
 * The first command that runs the program checks its types; the others take them as checked, which saves 4 seconds each.
 * @param {{part: import("../parts/index.js").Part, folder: string, home: string, env: Record<string, string>}} options
 * @returns {Promise<(...args: string[]) => Promise<number>>} runs the engine in the stack's folder
 */
export async function openStack({ part, folder, home, env }) {
  const backend = path.join(home, "state");
  mkdirSync(backend, { recursive: true });
  /** @type {Record<string, string | undefined>} */
  const environment = {
    ...envWith(part, { ...process.env, ...env }),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_STACK: "demo",
  };
  const pulumi = async (/** @type {string[]} */ ...args) => {
    command(`pulumi ${args.join(" ")}`);
    // A terminal gets Pulumi's live display; elsewhere a question would wait for ever.
    const stdin = process.stdin.isTTY ? "inherit" : "ignore";
    const stdio = /** @type {import("node:child_process").StdioOptions} */ ([
      stdin,
      "inherit",
      "inherit",
    ]);
    const code = await ended(start(part.command, args, { cwd: folder, env: environment, stdio }));
    if (args[0] === "preview" && code === 0) environment.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
    return code;
  };
  const code = await pulumi("stack", "init", "demo");
  if (code !== 0) throw new Error(`pulumi stack init ended with ${code}`);
  return pulumi;
}
