// The real runner as the Action's environment: a thin cover of the toolkit, without decisions.
import { readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import * as core from "@actions/core";
import { systemClock } from "../../src/flow/clock";
import type { ActionEnvironment } from "../environment";
import { envFileError, requireEnvFile } from "./env-file";
import { openExportCache } from "./export-cache";
import { steadyStream } from "./steady-stream";

export async function openEnvironment(signal: AbortSignal): Promise<ActionEnvironment> {
  const { env } = process;
  const event = readEventFile(process);
  const log = steadyStream(process.stdout);
  return {
    env,
    workspace: resolved(env.GITHUB_WORKSPACE ?? process.cwd()),
    tempDirectory: env.RUNNER_TEMP ?? tmpdir(),
    signal,
    clock: systemClock,
    isDebug: core.isDebug(),
    getInput: (name) => core.getInput(name),
    setOutput: (name, value) => {
      requireEnvFile("GITHUB_OUTPUT", env.GITHUB_OUTPUT);
      try {
        core.setOutput(name, value);
      } catch (error) {
        throw envFileError("GITHUB_OUTPUT", env.GITHUB_OUTPUT, error);
      }
    },
    setSecret: (value) => log.write(() => core.setSecret(value)),
    debug: (line) => log.write(() => core.debug(line)),
    info: (line) => log.write(() => core.info(line)),
    warning: (text, place) =>
      log.write(() => core.warning(text, place?.file === undefined ? {} : { file: place.file })),
    setFailed: (text) => {
      // First, for the line may be lost.
      process.exitCode = core.ExitCode.Failure;
      log.write(() => core.setFailed(text));
    },
    startGroup: (title) => log.write(() => core.startGroup(title)),
    endGroup: () => log.write(() => core.endGroup()),
    logTrouble: () => log.trouble(),
    writeSummary: async (markdown) => {
      requireEnvFile("GITHUB_STEP_SUMMARY", env.GITHUB_STEP_SUMMARY);
      try {
        await core.summary.addRaw(markdown, true).write();
      } catch (error) {
        throw envFileError("GITHUB_STEP_SUMMARY", env.GITHUB_STEP_SUMMARY, error);
      }
    },
    readEvent: () => event,
    setCommitStatus: async (status) => {
      const { setCommitStatus } = await import("./commit-status.js");
      return setCommitStatus(status);
    },
    exportCache: openExportCache(env),
  };
}

/** What GitHub says of the event. Read without the toolkit, which could not be loaded where this is not JSON. */
function readEventFile({ env }: NodeJS.Process): unknown {
  try {
    return JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? "", "utf8"));
  } catch {
    // Without it the commit of a status must be given, and the refusal says so.
    delete env.GITHUB_EVENT_PATH;
    return undefined;
  }
}

/** Files are named by their real path, so what they are relative to must be one too. */
function resolved(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    // A folder that is not there is the file set's to refuse, by name.
    return folder;
  }
}
