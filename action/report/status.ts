// The commit status that makes a required check of a run: pending at its start, success or failure at its end.
// A status that can't be set fails the run: then nothing opens the gate.
import { isAvalaError } from "../../src/errors";
import { printable, redact } from "../../src/redact";
import { shown } from "../../src/text";
import type { ActionEnvironment, StatusState } from "../environment";
import type { StatusInputs } from "../inputs/status";
import type { WaitBudget } from "../waiting";
import { describeFailure, StatusNotSetError } from "./failure";
import type { Log } from "./log";
import type { Results } from "./results";

// GitHub's own bound on a status's description.
const MAX_DESCRIPTION_CHARACTERS = 140;
// The last status of a cancelled job must be quick: the runner ends it 10 s after the cancel.
const LAST_STATUS_MS = 3_000;

export interface StatusCheck {
  set(state: StatusState, description: string): Promise<void>;
}

/** Does nothing when no status is asked for. */
export function createStatusCheck(
  environment: ActionEnvironment,
  status: StatusInputs | undefined,
  { log, budget }: { readonly log: Log; readonly budget: WaitBudget },
): StatusCheck {
  const { clock } = environment;
  return {
    async set(state, description) {
      if (status === undefined) return;
      const text = descriptionOf(redact(description, log.secrets));
      const isStopping = environment.signal.aborted;
      const signal = isStopping ? AbortSignal.timeout(LAST_STATUS_MS) : environment.signal;
      const leftMs = budget.patienceMs();
      const onOutage = (outage: string): void => log.warn(outage);
      const what = { ...status, state, description: text };
      const startedMs = clock.now();
      const has = await environment.setCommitStatus({ ...what, leftMs, onOutage, signal });
      budget.spend(clock.now() - startedMs);
      log.info(`Commit status ${status.context} is ${has} on ${shortSha(status.sha)}.`);
    },
  };
}

/** An error's first line has others' names in it, and GitHub refuses a description with a character above U+FFFF. */
function descriptionOf(text: string): string {
  const taken = text.replace(/[\u{10000}-\u{10ffff}]/gu, "\ufffd");
  return printable(taken, MAX_DESCRIPTION_CHARACTERS - 1);
}

/** As Git shows it. Of all its digits the log would show none: an API key may look like that. */
function shortSha(sha: string): string {
  return sha.slice(0, 12);
}

/** A pull request whose required check is only ever run dry would wait for it without knowing why. */
export function dryStatusText({ context }: StatusInputs): string {
  return `Dry run: the commit status ${context} is not set. If it is a required check, it stays as it is until a run without dry-run sets it.`;
}

/** What a run that did its work, and could not say so on the commit, leaves to do. */
export function statusNotSet(error: unknown, status: StatusInputs, results: Results): unknown {
  if (!isAvalaError(error) || error.code === "cancelled") return error;
  const { text } = describeFailure(error);
  const message = `${doneText(results)}, but the commit status could not be set: ${text}`;
  return new StatusNotSetError(error.code, message, { hint: leftToDo(status, results) });
}

function doneText({ export: made, outcome }: Results): string {
  return made === undefined
    ? `The run is done (${outcome})`
    : `Export ${made.uid} is ${made.status}`;
}

function leftToDo({ context, sha }: StatusInputs, { export: made }: Results): string {
  const name = shown(context).replaceAll("'", "'\\''");
  const commit = `$(git rev-parse ${shortSha(sha)})`;
  const command = `gh api "repos/{owner}/{repo}/statuses/${commit}" -f state=success -f 'context=${name}'`;
  const again =
    made === undefined
      ? "Run this step again: uploaded files are not sent again."
      : `Run this step again with export-uid: ${made.uid}, so that no second export is made.`;
  return `Until it is set, a required check of that name blocks the merge. ${again} Or set it by hand, in a checkout:\n${command}`;
}
