// Runs other programs for the parts: found on PATH without a shell, output to a log.
// @ts-check
"use strict";

const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

/** Windows finds programs by their suffix; elsewhere the name is the file. */
const SUFFIXES = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];

/** The file that PATH gives for a name, or undefined. @param {string} name @returns {string | undefined} */
function which(name) {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    if (folder === "") continue;
    for (const suffix of SUFFIXES) {
      const file = path.resolve(folder, name + suffix);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        if (fs.statSync(file).isFile()) return file;
      } catch {
        // Not here: the next folder.
      }
    }
  }
  return undefined;
}

/**
 * What a short command prints on both streams, or undefined when it can't be run or fails.
 * @param {string} command @param {string[]} args @param {Record<string, string>} [env]
 * @returns {string | undefined}
 */
function ask(command, args, env = {}) {
  const done = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return done.status === 0 ? done.stdout + done.stderr : undefined;
}

/**
 * Runs a command to its end, its output appended to the log file; rejects when it fails.
 * @param {string} logFile
 * @returns {(command: string, args: string[], options?: {cwd?: string, env?: Record<string, string>}) => Promise<void>}
 */
function loggedRunner(logFile) {
  return (command, args, options = {}) =>
    new Promise((resolve, reject) => {
      const line = [path.basename(command), ...args].join(" ");
      fs.appendFileSync(logFile, `$ ${line}\n`);
      const log = fs.openSync(logFile, "a");
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", log, log],
      });
      fs.closeSync(log);
      const kill = () => child.kill();
      process.once("exit", kill);
      child.once("close", () => process.off("exit", kill));
      child.once("error", (cause) => reject(new Error(`${line}: ${cause.message}`, { cause })));
      child.once("exit", (code, signal) =>
        code === 0 ? resolve() : reject(new Error(`${line}: ended with ${signal ?? code}`)),
      );
    });
}

/**
 * How to start npm without a shell: by the npm that runs us, else by the one beside this Node.
 * On Windows `npm` is a batch file, which can't be spawned without a shell.
 * @returns {{command: string, args: string[]} | undefined}
 */
function npmCommand() {
  const beside = path.join(
    path.dirname(process.execPath),
    "node_modules",
    "npm",
    "bin",
    "npm-cli.js",
  );
  const script = [process.env.npm_execpath, beside].find(
    (file) => file !== undefined && /npm-cli\.js$/.test(file) && fs.existsSync(file),
  );
  if (script !== undefined) return { command: process.execPath, args: [script] };
  const npm = which("npm");
  return npm === undefined ? undefined : { command: npm, args: [] };
}

module.exports = { which, ask, loggedRunner, npmCommand };
