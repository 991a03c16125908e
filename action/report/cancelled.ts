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

/** What is so, and what follows to do where that is more than to run again. */
interface Leftover {
  readonly fact: string;
  readonly todo?: string;
}

/** Any other error as it is. */
export function withLeftovers(error: unknown, run: Cancelled): unknown {
  if (!isCancelled(error)) return error;
  const files = leftOfFiles(run);
  const what = files.length === 0 ? error.message : uploadText(run.results);
  const left = [...files, ...leftOfDatasets(run.results), ...leftOfExport(run)];
  const facts = left.length === 0 ? ["This run has sent nothing."] : left.map(({ fact }) => fact);
  const todos = left.flatMap(({ todo }) => todo ?? []);
  const hint = todos.length === 0 ? "Run again to continue." : todos.join("\n");
  return new AvalaError("cancelled", [`Cancelled. ${what}`, ...facts].join("\n"), {
    hint,
    cause: error,
  });
}

/** The error itself knows only that work was stopped. */
function uploadText({ toSend }: Results): string {
  const [first, ...others] = toSend.keys();
  const to = others.length === 0 ? shown(first?.name ?? "") : `${others.length + 1} datasets`;
  return `The upload to ${to} was stopped before it was done.`;
}

function leftOfFiles({ results, environment, inputs }: Cancelled): readonly Leftover[] {
  // Once all datasets are made there is nothing left to say of their files.
  const made = results.datasets.filter(({ isFollowed }) => isFollowed !== true);
  const done = new Set([...made, ...results.sets].map(({ target }) => target));
  const isDone = done.size >= (results.selection?.targets.length ?? 0);
  if (inputs.upload === undefined || results.toSend.size === 0 || isDone) return [];
  const landed = describeLanded(results);
  if (landed === undefined)
    return [{ fact: "No file had landed.", todo: "Run again to start over." }];
  const fact = `Landed: ${landed}.`;
  if (!isStateLost(environment.env))
    return [{ fact, todo: "Run again: what has landed is not sent again." }];
  const lost = "The record of them is deleted with this runner, so the next run sends them again.";
  return [{ fact: `${fact} ${lost}`, todo: `Run again. ${KEEP_STATE}` }];
}

function leftOfDatasets({ datasets }: Results): readonly Leftover[] {
  return datasets.map((one) => {
    const { uid, status } = one.dataset;
    const named = `Dataset ${shown(nameOfMade(one))} (uid ${shown(uid)})`;
    return {
      fact:
        status === "created"
          ? `${named} is made; the next run finds it.`
          : `${named} was ${shown(status)} when it was last read: if Avala is not done, the next run waits for it.`,
    };
  });
}

function leftOfExport({ results, inputs }: Cancelled): readonly Leftover[] {
  const { export: made, startingExport } = results;
  const source = inputs.export?.source;
  if (made === undefined)
    return startingExport === undefined ? [] : [maybeStarted(source, startingExport)];
  const { uid, status } = made;
  const state = stateOf(status);
  if (state === "failed") return [];
  if (state === "running")
    return [
      {
        fact: `Export ${shown(uid)} is still running at Avala.`,
        todo: `${againText(source, uid)}.`,
      },
    ];
  return [
    {
      fact: `Export ${shown(uid)} is complete.`,
      todo: `Use it with export-uid: ${shown(uid)}; running this step again makes another.`,
    },
  ];
}

/** The reply to its start did not come any more. */
function maybeStarted(source: ExportSource | undefined, name: string): Leftover {
  return {
    fact: `Export ${shown(name)} may have been started.`,
    todo: isFoundAgain(source)
      ? "Run this step again: if the export runs, it waits for that one."
      : "Look for it in the dashboard, and wait for it with export-uid.",
  };
}

/** A run again finds an export by the name that this Action makes, and by no other. */
function isFoundAgain(source: ExportSource | undefined): boolean {
  return source?.kind === "existing" || source?.name === undefined;
}

/** How to go on with an export that still runs. */
export function againText(source: ExportSource | undefined, uid: string): string {
  if (source?.kind === "existing") return "Running this step again waits for it";
  return isFoundAgain(source)
    ? `While it runs, running this step again waits for it; export-uid: ${shown(uid)} takes it also once it is complete`
    : `Running this step again would start a second one: wait for this one with export-uid: ${shown(uid)}`;
}
