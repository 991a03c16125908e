// Runs the Action's bundle as a workflow runner does: inputs with their defaults and files for what comes back,
// commands on stdout carried out, secrets masked. Knows nothing of what the Action does.
// @ts-check
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { ended, start } from "./children.mjs";
import { bold, say } from "./screen.mjs";

/**
 * @param {{clone: string, workspace: string, folder: string, inputs: Record<string, string>, env: Record<string, string>}} job
 * @returns {Promise<{code: number, outputs: Record<string, string>, summaryFile: string}>}
 */
export async function runAction({ clone, workspace, folder, inputs, env }) {
  const action = parse(readFileSync(path.join(clone, "action.yml"), "utf8"));
  const files = fileCommands(folder);
  const child = start(process.execPath, [path.join(clone, action.runs.main)], {
    cwd: workspace,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...env,
      ...runnerVariables(folder, workspace),
      ...files,
      ...inputVariables(action, inputs),
    },
  });
  if (child.stdout === null) throw new Error("no stdout");
  const show = commandReader();
  for await (const line of createInterface({ input: child.stdout })) show(line);
  const outputs = parseOutputs(readFileSync(files.GITHUB_OUTPUT, "utf8"));
  return { code: await ended(child), outputs, summaryFile: files.GITHUB_STEP_SUMMARY };
}

/** @param {string} folder */
function fileCommands(folder) {
  const files = {
    GITHUB_OUTPUT: path.join(folder, "output"),
    GITHUB_STATE: path.join(folder, "state"),
    GITHUB_ENV: path.join(folder, "env"),
    GITHUB_PATH: path.join(folder, "path"),
    GITHUB_STEP_SUMMARY: path.join(folder, "summary.md"),
  };
  mkdirSync(path.join(folder, "temp"), { recursive: true });
  for (const file of Object.values(files)) writeFileSync(file, "");
  return files;
}

/** @param {string} folder @param {string} workspace */
function runnerVariables(folder, workspace) {
  return {
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: "you/your-repository",
    GITHUB_RUN_ID: "1",
    GITHUB_JOB: "upload",
    RUNNER_TEMP: path.join(folder, "temp"),
    RUNNER_TOOL_CACHE: path.join(folder, "tools"),
    RUNNER_OS: { darwin: "macOS", win32: "Windows" }[String(process.platform)] ?? "Linux",
  };
}

/** @param {{inputs: Record<string, {default?: string | number | boolean} | null>}} action @param {Record<string, string>} given */
function inputVariables(action, given) {
  const known = Object.entries(action.inputs);
  const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(", ")}`);
  return Object.fromEntries(
    known.map(([name, input]) => [
      `INPUT_${name.toUpperCase()}`,
      given[name] ?? defaultOf(input?.default),
    ]),
  );
}

/** An expression, as of the runner's token, stands for what there is none of here. @param {string | number | boolean | undefined} value */
function defaultOf(value) {
  const text = String(value ?? "");
  return text.startsWith("${{") ? "" : text;
}

/** Shows what a runner's log shows. @returns {(line: string) => void} */
function commandReader() {
  /** @type {string[]} */
  const masks = [];
  return (line) => {
    const parsed = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line);
    const shown = (/** @type {string} */ text) =>
      masks.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
    if (parsed === null) return say(`   ${shown(line)}`.trimEnd());
    const [, name, value = ""] = parsed;
    const text = unescaped(value);
    if (name === "add-mask" && text.trim() !== "") masks.push(text);
    if (name === "group") say(`   ${bold(shown(text))}`);
    if (name === "notice" || name === "warning" || name === "error")
      say(`   ${name}: ${shown(text)}`);
  };
}

/** @param {string} text */
function unescaped(text) {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

/** `name=value` and `name<<delimiter … delimiter`. @param {string} text @returns {Record<string, string>} */
function parseOutputs(text) {
  /** @type {Record<string, string>} */
  const outputs = {};
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const heredoc = /^([^=<]+)<<(.+)$/.exec(line);
    if (heredoc?.[1] !== undefined) {
      const end = lines.indexOf(heredoc[2] ?? "", i + 1);
      outputs[heredoc[1]] = lines.slice(i + 1, end).join("\n");
      i = end;
    } else if (line.includes("=")) {
      outputs[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    }
  }
  return outputs;
}
