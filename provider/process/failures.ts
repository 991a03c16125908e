// How errors leave the provider: as failures of named inputs, as a resource that is there but unfinished, or as one
// message with its hint. Knows nothing of the resources.
import type { dynamic } from "@pulumi/pulumi";
import { AvalaError, isAvalaError, type InputError, type InputProblem } from "../../src/errors";
import { LET_WRITERS_END, MORE_TIME, NAME_BY_CONTENT } from "../../src/hints";
import { printableLines, redact } from "../../src/redact";
import { counted, formatCount } from "../../src/text";

/** Gathers what is wrong with the inputs, so that `check` reports all of it at once. */
export class Problems {
  readonly failures: dynamic.CheckFailure[] = [];

  add(property: string, reason: string): void {
    this.failures.push({ property, reason });
  }

  /** @param property is what the user can change when the error does not name an input; empty: nothing of the resource */
  addError(error: unknown, property: string, known: ReadonlySet<string> = new Set()): void {
    if (isInputError(error)) {
      for (const { input, text } of error.problems)
        this.addProblem({ input, text }, property, known);
      return;
    }
    if (!isAvalaError(error)) throw error;
    this.add(property, textOf(error));
  }

  private addProblem(
    { input, text }: InputProblem,
    property: string,
    known: ReadonlySet<string>,
  ): void {
    // `include images/**`: a line of that input.
    const [first = ""] = input.split(" ", 1);
    if (known.has(input)) this.add(input, text);
    else if (known.has(first)) this.add(first, `${input.slice(first.length + 1)}: ${text}`);
    else this.add(property, `${input}: ${text}`);
  }
}

export function isInputError(error: unknown): error is InputError {
  return isAvalaError(error) && error.code === "input" && "problems" in error;
}

const STILL_WRITING =
  'If something always is, as a camera, minAgeMinutes leaves out what was written just now, and in a GrowingDataset changingFiles: "leave-out" leaves changing files for a later up.';

/** Message and hint, as one text for people. */
export function textOf(error: unknown): string {
  if (!isAvalaError(error)) return error instanceof Error ? error.message : String(error);
  const hint = error.hint
    ?.replaceAll(MORE_TIME, "raise timeoutMinutes (a FileSet has none)")
    .replaceAll(NAME_BY_CONTENT, "leave datasetName out of the FileSet")
    .replaceAll(LET_WRITERS_END, `${LET_WRITERS_END} ${STILL_WRITING}`);
  return hint === undefined ? error.message : `${error.message}\n${hint}`;
}

export type Hide = (text: string) => string;

function stackOf({ stack, message }: Error): string {
  return stack ?? message;
}

/** How a refusal begins that the SDK prints and the engine reports as well. */
const ECHO = "Avala refused";

/**
 * Of `check`, `diff`, `read` and `delete` the SDK prints what they throw, as `${error}: ${error.stack}` without a
 * resource, and the engine reports the same on the resource's own row. `print` without those that are refusals of ours.
 */
export function withoutEchoes(print: (...given: unknown[]) => void): (...given: unknown[]) => void {
  return (...given) => {
    const [text] = given;
    if (given.length === 1 && typeof text === "string" && text.startsWith(`${ECHO}: `)) return;
    print(...given);
  };
}

/** What the engine receives. A refusal has no stack, so that it does not read as a crash of the provider. */
export class ProviderError extends Error {
  /** Whether it is an answer to the user, and not a mistake of ours. */
  private readonly isRefusal: boolean;

  /** @param hide takes the secrets out, which what is not of ours may have in its stack as well */
  constructor(cause: unknown, hide: Hide = redact) {
    super(printableLines(hide(textOf(cause))), { cause });
    this.name = "Avala";
    this.isRefusal = isAvalaError(cause) || !(cause instanceof Error);
    this.stack = this.isRefusal ? this.message : hide(stackOf(cause as Error));
  }

  override toString(): string {
    return this.isRefusal ? ECHO : this.name;
  }
}

/**
 * The resource is there and not finished. The engine stores `properties`, fails the update with `reasons`, and calls
 * `update` on the next one: so what was reached is never done twice.
 */
export class UnfinishedError extends ProviderError {
  readonly id: string;
  readonly properties: object;
  readonly reasons: readonly string[];

  constructor(cause: unknown, id: string, properties: object, hide?: Hide) {
    super(cause, hide);
    this.id = id;
    this.properties = properties;
    this.reasons = [this.message];
  }
}

// They travel in the trailers of the reply, in base64, of which there may be 16 MiB. Of more the engine gets neither them nor the reason.
const MAX_PROPERTY_BYTES = 8_000_000;

/** Properties that the engine may store, which name so many of the files that landed. */
export interface UnfinishedForm {
  readonly properties: object;
  readonly keptCount: number;
}

interface Reached {
  readonly id: string;
  readonly landedCount: number;
  /** The first that fits is taken. */
  readonly forms: Iterable<UnfinishedForm>;
}

/** The same error, which says as well how many of the files that landed the state leaves out, if it does. */
function withLeftOut(error: unknown, keptCount: number, landedCount: number): unknown {
  if (keptCount >= landedCount || !isAvalaError(error)) return error;
  const { code, message, hint } = error;
  const text = `Of ${counted(landedCount, "file")} that landed, the Pulumi state has room for ${formatCount(keptCount)}. A machine without this one's state folder sends the others again.`;
  return new AvalaError(code, `${message}\n${text}`, { hint, cause: error });
}

/**
 * The error with the first of several properties that fit into a reply. Where none does the plain one: then the state stays as it
 * was, and the next update finds out what was reached.
 */
export function unfinishedWith(error: unknown, { id, landedCount, forms }: Reached): unknown {
  for (const { properties, keptCount } of forms)
    if (Buffer.byteLength(JSON.stringify(properties)) <= MAX_PROPERTY_BYTES)
      return new UnfinishedError(withLeftOut(error, keptCount, landedCount), id, properties);
  return withLeftOut(error, 0, landedCount);
}

/** Ever fewer of them: all, three quarters, and so on, as long as there are any. */
export function* everFewer<One>(all: readonly One[]): Generator<readonly One[]> {
  for (let some = all; some.length > 0; some = some.slice(0, Math.floor(some.length * 0.75)))
    yield some;
}

/** The SDK adds it to what a handler returns, but not to the properties of an error. */
export function providerOf(inputs: object): unknown {
  return (inputs as { readonly __provider?: unknown }).__provider;
}
