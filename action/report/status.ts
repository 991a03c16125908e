// The commit status that makes a required check of a run: pending at its start, success or failure at its end.
// A status that can't be set fails the run: then nothing opens the gate.
import { printable, redact } from "../../src/redact";
import type { ActionEnvironment, StatusState } from "../environment";
import type { StatusInputs } from "../inputs/status";
import type { Log } from "./log";
import type { WaitBudget } from "../waiting";

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
  return {
    async set(state, description) {
      if (status === undefined) return;
      const text = printable(redact(description, log.secrets), MAX_DESCRIPTION_CHARACTERS - 1);
      const isStopping = environment.signal.aborted;
      const signal = isStopping ? AbortSignal.timeout(LAST_STATUS_MS) : environment.signal;
      const { leftMs } = budget;
      await environment.setCommitStatus({ ...status, state, description: text, leftMs, signal });
      log.info(`Commit status ${status.context} is ${state} on ${shortSha(status.sha)}.`);
    },
  };
}

/** As Git shows it. Of all its digits the log would show none: an API key may look like that. */
function shortSha(sha: string): string {
  return sha.slice(0, 12);
}
