// What a run does once so many files have failed in a row that each other one may. Pure.
import type { AvalaError, FileFailure } from "../errors";
import { MAX_FAILURES_IN_A_ROW, type Held } from "./batch-state";
import { endOfAll, isRefusal } from "./failures";
import { isCompletionRefused } from "./send/completion";
import type { SourceFile } from "./send/source";

/** The last failure of a row that is full: nothing more is begun then before it is known that files are still taken. */
export function lastOfFull(inARow: readonly FileFailure[]): AvalaError | undefined {
  return inARow.length < MAX_FAILURES_IN_A_ROW ? undefined : inARow.at(-1)?.error;
}

interface Standing {
  readonly inARow: readonly FileFailure[];
  readonly underWay: number;
  /** A file from elsewhere in the set that was not tried yet. */
  readonly other: SourceFile | undefined;
  /** One that was refused, where it can be tried once more later. */
  readonly later: Held | undefined;
}

type Step =
  | { readonly kind: "begin" | "let one end" }
  | { readonly kind: "try another"; readonly file: SourceFile }
  | { readonly kind: "try later"; readonly held: Held }
  | { readonly kind: "end"; readonly error: AvalaError };

/**
 * What is under way is never cut off: it may land, and show that files are still taken. A store may refuse some files only, or
 * all of them for a moment: neither ends a run. What was tried for minutes has shown more than one try of another would.
 */
export function stepAfter({ inARow, underWay, other, later }: Standing): Step {
  const last = lastOfFull(inARow);
  if (last === undefined) return { kind: "begin" };
  const isRefused = isRefusal(last) || isCompletionRefused(last);
  if (isRefused && other !== undefined) return { kind: "try another", file: other };
  if (underWay > 0) return { kind: "let one end" };
  if (isRefused && later !== undefined) return { kind: "try later", held: later };
  return { kind: "end", error: endOfAll(last, inARow) };
}
