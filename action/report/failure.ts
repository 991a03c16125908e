// An error as the one text that a user reads, and as the outcome that a workflow asks for.
// Knows nothing of where the text goes.
import {
  asDiskError,
  AvalaError,
  InputError,
  type InputProblem,
  isApiError,
  isAvalaError,
} from "../../src/errors";
import { LET_WRITERS_END, MORE_TIME, NAME_BY_CONTENT } from "../../src/hints";
import { GateClosedError } from "../../src/operations/gate";
import { REPOSITORY } from "./facts/links";
import type { FailureDetails, Outcome } from "./results";

/** All else is done. */
export class StatusNotSetError extends AvalaError {}

interface Failure {
  readonly text: string;
  readonly outcome: Outcome;
  /** For the log of a debug run: set for what is a bug of ours and no mistake of the user's. */
  readonly stack?: string | undefined;
}

const ISSUES = `${REPOSITORY}/issues`;

export function failureDetails(error: unknown): FailureDetails {
  const known = isAvalaError(error) ? error : asDiskError("The runner refused", error);
  if (!isAvalaError(known)) return {};
  return { code: known.code, nextStep: hintOf(known) };
}

export function describeFailure(error: unknown): Failure {
  if (!isAvalaError(error)) return describeBug(error);
  const known = error instanceof InputError ? inActionWords(error) : error;
  const lines = [known.message, serverLine(error, known.message), hintOf(error)];
  return { text: lines.filter((line) => line !== undefined).join("\n"), outcome: outcomeOf(error) };
}

function describeBug(error: unknown): Failure {
  const machines = asDiskError("The runner refused", error);
  if (isAvalaError(machines)) return describeFailure(machines);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    text: `This is a bug in the Action, not in your workflow: ${name}: ${message}\nRun the job again with debug logging and report it with the log at ${ISSUES}`,
    outcome: "failed",
    stack,
  };
}

/** The causes of an error, the error itself first. */
function chain(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  let next = error;
  while (next !== undefined && next !== null && found.length < 10) {
    found.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return found;
}

/** What the server answered, where the message does not tell it itself. */
function serverLine(error: AvalaError, message: string): string | undefined {
  const answer = chain(error).find(isApiError);
  if (answer === undefined || message.includes(answer.route)) return undefined;
  const { status, route, requestId } = answer;
  return `Status ${status} of ${route}${requestId === undefined ? "" : `, request ${requestId}`}.`;
}

const STILL_WRITING =
  "If something always is, as a camera, min-age-minutes leaves out what was written just now, and in a growing set changing-files: leave-out leaves changing files for a later run.";

function hintOf(error: AvalaError): string | undefined {
  const hints = chain(error).map((one) => (isAvalaError(one) ? one.hint : undefined));
  return hints
    .find((hint) => hint !== undefined)
    ?.replaceAll(MORE_TIME, "raise timeout-minutes")
    .replaceAll(NAME_BY_CONTENT, "put {digest} into dataset")
    .replaceAll(LET_WRITERS_END, `${LET_WRITERS_END} ${STILL_WRITING}`);
}

function outcomeOf(error: AvalaError): Outcome {
  if (error instanceof GateClosedError) return "gate_closed";
  if (error instanceof StatusNotSetError) return "status_not_set";
  switch (error.code) {
    case "input":
      return "invalid";
    case "export_failed":
    case "cancelled":
      return error.code;
    case "timeout":
      return "timeout";
    default:
      return "failed";
  }
}

// What the core calls an option that action.yml calls something else.
const ACTION_NAMES = new Map([
  ["include", "files"],
  ["exclude", "files"],
  ["organizationUid", "organization"],
  ["api key", "api-key"],
  ["base URL", "base-url"],
  ["allowed storage hosts", "allow-storage-hosts"],
  ["dataset name", "dataset"],
]);

function inActionWords(error: InputError): InputError {
  const problems = error.problems.map(({ input, text }) => ({ input: actionName(input), text }));
  return new InputError(problems satisfies readonly InputProblem[]);
}

/** `allowStorageHosts` → `allow-storage-hosts`, `include x/**` → `files x/**`; paths of files stay as they are. */
function actionName(input: string): string {
  const known = ACTION_NAMES.get(input);
  if (known !== undefined) return known;
  const [, pattern] = /^(?:include|exclude) (.+)$/s.exec(input) ?? [];
  if (pattern !== undefined) return `files ${pattern}`;
  return /^[a-z]+([A-Z][a-z]+)+$/.test(input)
    ? input.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    : input;
}
