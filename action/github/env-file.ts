// What the runner's own files refuse (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY), as an error that names the file.
import { asDiskError, AvalaError, isAvalaError, messageOf } from "../../src/errors";
import { systemErrorCode } from "../../src/system-error";

/** The error of `name`'s file; the toolkit's own words for a file that is missing are no error of the system's. */
export function envFileError(name: string, path: string | undefined, error: unknown): unknown {
  const what = `${name}${path ? ` (${path})` : ""} can't be written`;
  if (isAvalaError(error) || systemErrorCode(error) !== undefined) return asDiskError(what, error);
  return new AvalaError("file", `${what}: ${messageOf(error).replace(/\.+$/, "")}.`, {
    hint: `The runner creates this file for each step: check what removes it, or what unsets ${name}.`,
    cause: error,
  });
}

/** @throws AvalaError `file` where the runner set no such file */
export function requireEnvFile(name: string, path: string | undefined): void {
  if (path) return;
  throw new AvalaError("file", `${name} is not set.`, {
    hint: "Run this as a step of a workflow, or set it to the path of an existing file.",
  });
}
