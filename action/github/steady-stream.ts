// Keeps a run alive when its log is not read any more or its disk is full: what it does at Avala, its outputs and its
// end are worth more than lines. Knows nothing of what is written.
import { messageOf } from "../../src/errors";
import { systemErrorCode } from "../../src/system-error";

interface Emitter {
  on(event: "error", listener: (error: unknown) => void): unknown;
}

interface SteadyStream {
  /** Does `work`, which writes to the stream. What the system refuses is kept; any other error passes. */
  write(work: () => void): void;
  /** Why lines were lost, the first time; `undefined`: none was. */
  trouble(): string | undefined;
}

/** A pipe reports later, as an event that ends a process without a listener; a file at once, as an exception. */
export function steadyStream(stream: Emitter): SteadyStream {
  let first: string | undefined;
  const note = (error: unknown): void => {
    first ??= messageOf(error);
  };
  stream.on("error", note);
  return {
    write(work) {
      try {
        work();
      } catch (error) {
        if (systemErrorCode(error) === undefined) throw error;
        note(error);
      }
    },
    trouble: () => first,
  };
}
