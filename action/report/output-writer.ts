// Puts a step's outputs out as soon as they are known, each again when it has changed: the runner takes the last value.
// So a run that is killed, or whose disk is full at the end, leaves what it knew. Knows nothing of what they mean.
import { AvalaError, messageOf } from "../../src/errors";

export interface OutputWriter {
  /** Puts out what is new. Never throws: what could not be put out is tried again with the next call. */
  put(): void;
  /** What is not out, and why; `undefined` when all is. */
  problem(): AvalaError | undefined;
}

export function createOutputWriter(
  setOutput: (name: string, value: string) => void,
  values: () => ReadonlyMap<string, string>,
): OutputWriter {
  const put = new Map<string, string>();
  let last: unknown;
  return {
    put() {
      for (const [name, value] of values()) {
        if (put.get(name) === value) continue;
        try {
          setOutput(name, value);
          put.set(name, value);
        } catch (error) {
          last = error;
        }
      }
    },
    problem() {
      // What was never put out is empty for a workflow.
      const missing = [...values()].filter(([name, value]) => (put.get(name) ?? "") !== value);
      const names = missing.map(([name]) => name);
      if (names.length === 0) return undefined;
      const { hint } = last instanceof AvalaError ? last : {};
      const message = `Later steps do not receive ${names.join(", ")}: ${messageOf(last)}`;
      return new AvalaError("file", message, { hint, cause: last });
    },
  };
}
