// What some work throws, as a value to look at.
import { isAvalaError, type AvalaError } from "../../src/errors";

function asOurs(error: unknown): AvalaError {
  if (isAvalaError(error)) return error;
  throw new Error(`one of our errors was expected, and ${String(error)} was thrown`);
}

/** The error that `work` throws; a failed test when it throws none, or one that is not ours. */
export function thrownBy(work: () => unknown): AvalaError {
  try {
    work();
  } catch (error) {
    return asOurs(error);
  }
  throw new Error("an error was expected");
}

/** As {@link thrownBy}, for a promise. */
export async function rejectionOf(work: Promise<unknown>): Promise<AvalaError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  );
  if (error === undefined) throw new Error("an error was expected");
  return asOurs(error.reason);
}
