// What a cancelled run leaves: what landed, what continues at Avala, and how the next run continues from there.
// Knows nothing of what was cancelled.
import { stateOf } from "../../src/api/endpoints/exports";
import { AvalaError, isAvalaError } from "../../src/errors";
import { shown } from "../../src/text";
import type { ActionEnvironment } from "../environment";
import type { ExportSource } from "../inputs/export";
import type { Inputs } from "../inputs/inputs";
import { isStateLost, KEEP_STATE } from "../state-folder";
import { nameOfMade, type Results } from "./results";
import { describeLanded } from "./landed";

interface Cancelled {
  readonly inputs: Pick<Inputs, "upload" | "export">;
  readonly results: Results;
  readonly environment: Pick<ActionEnvironment, "env">;
}

export function isCancelled(error: unknown): error is AvalaError {
  return isAvalaError(error) && error.code === "cancelled";
}

/** Any other error as it is. */
export function withLeftovers(error: unknown, run: Cancelled): unknown {
  if (!isCancelled(error)) return error;
  const files = fileLines(run);
  const lines = [...files, ...datasetLines(run.results), ...exportLines(run)];
  const hint = (lines.length > 0 ? lines : ["This run has sent nothing. Run again to go on."]).join(
    "\n",
  );
  const what = files.length === 0 ? error.message : uploadText(run.results);
  return new AvalaError("cancelled", `Cancelled. ${what}`, { hint, cause: error });
}

/** The error itself knows only that work was stopped. */
function uploadText({ toSend }: Results): string {
  const [first, ...others] = toSend.keys();
  const to = others.length === 0 ? shown(first?.name ?? "") : `${others.length + 1} datasets`;
  return `The upload to ${to} was stopped before it was done.`;
}

function fileLines({ results, environment, inputs }: Cancelled): readonly string[] {
  // Once all datasets are made there is nothing left to say of their files.
  const made = results.datasets.filter(({ isFollowed }) => isFollowed !== true);
  const done = new Set([...made, ...results.sets].map(({ target }) => target));
  const isDone = done.size >= (results.selection?.targets.length ?? 0);
  if (inputs.upload === undefined || results.toSend.size === 0 || isDone) return [];
  const landed = describeLanded(results);
  if (landed === undefined) return ["No file had landed. Run again to start over."];
  if (!isStateLost(environment.env)) return [`Landed: ${landed}. Run again to send the rest.`];
  return [
    `Landed: ${landed}. The record of them is deleted with this runner, so the next run sends them again. ${KEEP_STATE}`,
  ];
}

function datasetLines({ datasets }: Results): readonly string[] {
  return datasets.map((one) => {
    const { uid, status } = one.dataset;
    const named = `Dataset ${shown(nameOfMade(one))} (uid ${shown(uid)})`;
    return status === "created"
      ? `${named} is made; the next run finds it.`
      : `${named} is ${shown(status)}: Avala continues, and the next run waits for it.`;
  });
}

function exportLines({ results, inputs }: Cancelled): readonly string[] {
  const { export: made, startingExport } = results;
  const source = inputs.export?.source;
  if (made === undefined)
    return startingExport === undefined ? [] : [maybeStarted(source, startingExport)];
  const { uid, status } = made;
  const state = stateOf(status);
  if (state === "failed") return [];
  return state === "running"
    ? [`Export ${shown(uid)} is still running at Avala. ${againText(source, uid)}.`]
    : [
        `Export ${shown(uid)} is complete. Use it with export-uid: ${shown(uid)}; running this step again makes another.`,
      ];
}

/** The reply to its start did not come any more. */
function maybeStarted(source: ExportSource | undefined, name: string): string {
  const then = isFoundAgain(source)
    ? "running this step again waits for it while it runs"
    : "look for it in the dashboard, and wait for it with export-uid";
  return `Export ${shown(name)} may have been started: ${then}.`;
}

/** A run again finds an export by the name that this Action makes, and by no other. */
function isFoundAgain(source: ExportSource | undefined): boolean {
  return source?.kind === "existing" || source?.name === undefined;
}

/** How to go on with an export that still runs. */
export function againText(source: ExportSource | undefined, uid: string): string {
  return isFoundAgain(source)
    ? `Running this step again waits for it, and so does export-uid: ${shown(uid)}`
    : `Running this step again would start a second one: wait for this one with export-uid: ${shown(uid)}`;
}
