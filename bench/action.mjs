// The Action's bundle in a process of its own, with the inputs of a step. Knows nothing of what is measured.
// @ts-check
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Each input of action.yml, by its default where none is given. @param {Record<string, string>} inputs */
function inputVariables(inputs) {
  const yaml = readFileSync(path.join(ROOT, "action.yml"), "utf8");
  const declared = yaml.slice(yaml.indexOf("\ninputs:"), yaml.indexOf("\noutputs:"));
  /** @type {Record<string, string>} */
  const variables = {};
  for (const [, name = "", rest = ""] of declared.matchAll(
    /^ {2}([\w-]+):\n((?: {4}.*\n|\n)*)/gm,
  )) {
    const [, fallback = ""] = /^ {4}default: "?([^"\n]*)"?$/m.exec(rest) ?? [];
    variables[`INPUT_${name.toUpperCase()}`] = fallback.startsWith("${{") ? "" : fallback;
  }
  for (const [name, value] of Object.entries(inputs))
    variables[`INPUT_${name.toUpperCase()}`] = value;
  return variables;
}

/**
 * @typedef {object} Step
 * @property {string} bundle the file that Node runs
 * @property {string} workspace
 * @property {string} temp where the step's files go
 * @property {Record<string, string>} inputs
 * @property {string} [node] this one by default
 * @property {readonly string[]} [nodeFlags]
 * @property {NodeJS.ProcessEnv} [env]
 */

/** @param {Step} step */
export function startAction({ bundle, workspace, temp, inputs, env, ...node }) {
  mkdirSync(temp, { recursive: true });
  for (const name of ["output", "summary"]) writeFileSync(path.join(temp, name), "");
  return spawn(node.node ?? process.execPath, [...(node.nodeFlags ?? []), bundle], {
    cwd: workspace,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      HOME: temp,
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: path.join(temp, "output"),
      GITHUB_STEP_SUMMARY: path.join(temp, "summary"),
      RUNNER_TEMP: temp,
      AVALA_ALLOW_INSECURE_BASE_URL: "true",
      ...inputVariables(inputs),
      ...env,
    },
  });
}
