// The real runner as the Action's environment: a thin cover of the toolkit, without decisions.
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import * as core from "@actions/core";
import { systemClock } from "../../src/flow/clock";
import type { ActionEnvironment } from "../environment";
import { readEvent, setCommitStatus } from "./commit-status";
import { openExportCache } from "./export-cache";

export function openEnvironment(signal: AbortSignal): ActionEnvironment {
  const { env } = process;
  return {
    env,
    workspace: resolved(env.GITHUB_WORKSPACE ?? process.cwd()),
    tempDirectory: env.RUNNER_TEMP ?? tmpdir(),
    signal,
    clock: systemClock,
    isDebug: core.isDebug(),
    getInput: (name) => core.getInput(name),
    setOutput: (name, value) => core.setOutput(name, value),
    setSecret: (value) => core.setSecret(value),
    debug: (line) => core.debug(line),
    info: (line) => core.info(line),
    warning: (text, place) =>
      core.warning(text, place?.file === undefined ? {} : { file: place.file }),
    setFailed: (text) => core.setFailed(text),
    startGroup: (title) => core.startGroup(title),
    endGroup: () => core.endGroup(),
    writeSummary: async (markdown) => {
      await core.summary.addRaw(markdown, true).write();
    },
    readEvent: () => readEvent(env),
    setCommitStatus: (status) => setCommitStatus(status, env),
    exportCache: openExportCache(env),
  };
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
