// The calls of a preview, in which nothing is sent. One that has found Avala out of reach does not find it out again with every
// look-up: they come one after the other, and each would be tried for a minute. An `up` tries each of its calls.
import type { Avala } from "../../src/api/connection";
import { AvalaError, isAvalaError } from "../../src/errors";
import { isPastDeadline } from "../../src/flow/deadline";

/**
 * For the whole preview: makes of a session one whose calls fail at once when an earlier one of them was given up because nothing
 * answered, with the error of that one.
 */
export function createPreviewCalls(): (avala: Avala) => Avala {
  let givenUp: AvalaError | undefined;
  return (avala) => ({
    ...avala,
    call: async (request) => {
      if (givenUp !== undefined) throw givenUp;
      try {
        return await avala.call(request);
      } catch (error) {
        if (isUnreachable(error)) givenUp = error;
        throw isStopped(error, avala)
          ? new AvalaError("cancelled", "The preview was stopped.")
          : error;
      }
    },
  });
}

function isUnreachable(error: unknown): error is AvalaError {
  if (!isAvalaError(error)) return false;
  // A look-up that had no more time for the next try ends with that, and has why it needed one.
  if (isPastDeadline(error)) return isUnreachable(error.cause);
  return error.code === "network" || error.code === "timeout";
}

/** By the engine, and not because something else was enough. */
function isStopped(error: unknown, { signal }: Avala): boolean {
  return signal?.aborted === true && isAvalaError(error) && error.code === "cancelled";
}
