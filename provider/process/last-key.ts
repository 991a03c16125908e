// The engine refreshes and destroys with the configuration of the last `up`, which it keeps in the state: so a key that is right can
// be set, and the one before it be refused. Knows nothing of the resources.
import { AvalaError, isAvalaError } from "../../src/errors";

export const KEY_OF_LAST_UP =
  "pulumi refresh and pulumi destroy take the key of pulumi config as the last up had it. If another one was set since, add --run-program.";

/** A refusal of the key, in a job that may have had an old one, says so too. */
export function namingLastKey(error: unknown): unknown {
  if (!isAvalaError(error) || error.code !== "authentication") return error;
  const { message, hint } = error;
  const hints = hint === undefined ? KEY_OF_LAST_UP : `${hint}\n${KEY_OF_LAST_UP}`;
  return new AvalaError("authentication", message, { hint: hints, cause: error });
}
