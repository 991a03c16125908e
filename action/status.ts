// The commit status that makes a required check of a run: pending at its start, success or failure at its end.
// A status that can't be set fails the run: then nothing opens the gate.
import { printable, redact } from "../src/redact";
import type { ActionEnvironment, StatusState } from "./environment";

// GitHub's own bound on a status's description.
const LONGEST_DESCRIPTION = 140;
// The last status of a cancelled job must be quick: the runner ends it 10 s after the cancel.
const LAST_STATUS_MS = 3_000;

export interface StatusCheck {
  set(state: StatusState, description: string): Promise<void>;
}

/** Does nothing when no status is asked for. */
export function createStatusCheck(
  environment: ActionEnvironment,
  status: { readonly context: string; readonly token: string } | undefined,
  secrets: readonly string[],
): StatusCheck {
  return {
    async set(state, description) {
      if (status === undefined) return;
      const text = printable(redact(description, secrets), LONGEST_DESCRIPTION - 1);
      const isStopping = environment.signal.aborted;
      const signal = isStopping ? AbortSignal.timeout(LAST_STATUS_MS) : environment.signal;
      await environment.setCommitStatus({ ...status, state, description: text, signal });
    },
  };
}
