// The part of a run that fetches a finished export into download-path. What that takes is looked at before the wait, and again.
// Knows nothing of waiting or gates.
import type { Avala } from "../../src/api/connection";
import { AvalaError, InputError } from "../../src/errors";
import type { ActionEnvironment } from "../environment";
import type { Inputs } from "../inputs/inputs";
import { timed } from "../report/facts/times";
import type { Run } from "../run-context";
import { downloadFolder, recordWritten } from "../written";
import { fetchExport } from "./download";
import { checkPlace, type PlaceCheck } from "./place-check";

/** @throws InputError where no export could be put, before anything is sent or waited for */
export async function checkBeforeWait(run: Run): Promise<void> {
  const { environment, inputs } = run;
  const found = await look(run);
  if (found === undefined) return;
  if (found.problem !== undefined) {
    const { text, hint } = found.problem;
    throw new InputError([{ input: "download-path", text }], { hint });
  }
  // A dry run downloads nothing.
  if (inputs.isDryRun || environment.signal.aborted) return;
  for (const text of found.warnings) run.warn({ text });
}

/** Why no export could be put there. */
export async function placeProblem(
  environment: ActionEnvironment,
  inputs: Inputs,
): Promise<PlaceCheck["problem"]> {
  return (await look({ environment, inputs }))?.problem;
}

async function look({
  environment,
  inputs: { export: exporting },
}: Pick<Run, "environment" | "inputs">): Promise<PlaceCheck | undefined> {
  const folder = exporting && downloadFolder(environment, exporting);
  if (folder === undefined) return undefined;
  const uid = exporting?.source.kind === "existing" ? exporting.source.uid : undefined;
  return checkPlace({ folder, tempDirectory: environment.tempDirectory, uid });
}

/** @throws AvalaError `file`, and what fetching and placing throw */
export async function fetchIfAsked(
  run: Run,
  inputs: NonNullable<Inputs["export"]>,
  avala: Avala,
  uid: string,
): Promise<void> {
  const { environment, log, results } = run;
  const folder = downloadFolder(environment, inputs);
  if (folder === undefined) return;
  // Again: in an hour a disk fills up, and steps beside this one make files.
  const problem = (await look(run))?.problem;
  if (problem !== undefined)
    throw new AvalaError("file", `download-path ${problem.text}.`, { hint: problem.hint });
  const atEnd = (work: () => Promise<void>): void => run.atEnd(work);
  const { patienceMs } = run.budget;
  const options = { environment, log, inputs, folder, atEnd, patienceMs };
  const paths = await timed(results.times, "download", () => fetchExport(avala, uid, options));
  for (const reason of await recordWritten(environment, paths)) {
    const text = `Could not record which files were put into ${folder}, so a later run may upload them: ${reason}`;
    run.warn({ text });
  }
  results.downloadPath = folder;
  const [first] = paths;
  if (first !== undefined && paths.length === 1) results.downloadFile = first;
  run.putOutputs();
  log.group(`Export in ${folder}`, paths);
}
