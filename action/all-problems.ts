// All that is wrong with a step that is refused, told together: with what was found, what else shows without sending anything
// and without opening a file of the set.
import { resolve } from "node:path";
import { InputError, isAvalaError, type InputProblem } from "../src/errors";
import type { ActionEnvironment } from "./environment";
import { placeProblem } from "./export/fetching";
import type { Inputs, Refused } from "./inputs/inputs";
import { rowOf } from "./inputs/table";
import type { UploadInputs } from "./inputs/upload";
import type { Log } from "./report/log";
import { createListener } from "./report/report";
import { problemsWithFiles, type ListingOptions } from "./selection/set-files";
import { fromWorkspace } from "./workspace-path";
import { downloadFolder, realOf, writtenByAction } from "./written";

interface Step {
  readonly environment: ActionEnvironment;
  readonly inputs: Inputs;
  readonly log: Log;
}

/** What `check` refuses, with all else. @throws what `check` throws */
export async function refusingAll<T>(step: Step, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw await withAllProblems(step, { problems: error.problems, beside: [] }, error.hint);
  }
}

/** @throws AvalaError `cancelled` */
export async function withAllProblems(
  step: Step,
  { problems, beside }: Refused,
  hint?: string,
): Promise<InputError> {
  const { environment, inputs } = step;
  const isPlaceKnown = problems.some(({ input }) => input === "download-path");
  const place = isPlaceKnown ? undefined : await placeProblem(environment, inputs);
  const ofPlace = place === undefined ? [] : [{ input: "download-path", text: place.text }];
  const ofFiles = (await filesProblems(step, problems)) ?? beside;
  return new InputError([...problems, ...ofPlace, ...ofFiles], { hint: hint ?? place?.hint });
}

/** A problem with one line of an input names it after the input: `files cats/*.jpg`. */
function choosesFiles({ input }: InputProblem): boolean {
  const [name = ""] = input.split(" ", 1);
  return rowOf(name)?.choosesFiles === true;
}

/** `undefined` where they can't be known. */
async function filesProblems(
  { environment, inputs, log }: Step,
  problems: readonly InputProblem[],
): Promise<readonly InputProblem[] | undefined> {
  const { upload } = inputs;
  // Where such an input is wrong, another value stands in for it, and would choose other files.
  if (upload === undefined || problems.some(choosesFiles)) return undefined;
  const show = createListener(log, environment.clock);
  const onListing = (entries: number): void => show({ kind: "list-progress", entries });
  try {
    return await problemsWithFiles(upload, listingOptions(environment, inputs, upload, onListing));
  } catch (error) {
    // A hint beside the refusal: what keeps it from being found must not take the refusal's place.
    if (!isAvalaError(error) || error.code === "cancelled") throw error;
    return undefined;
  }
}

export function listingOptions(
  environment: ActionEnvironment,
  inputs: Inputs,
  { root, planFile }: UploadInputs,
  onListing: (entries: number) => void,
): ListingOptions {
  const { workspace, signal } = environment;
  return {
    workspace: resolve(workspace),
    signal,
    ownFiles: writtenByAction(environment, realOf(fromWorkspace(workspace, root)), planFile),
    downloadFolder: inputs.export && downloadFolder(environment, inputs.export),
    onListing,
  };
}
