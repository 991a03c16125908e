// How errors leave the provider: as failures of named inputs, as a resource that is there but unfinished, or as one
// message with its hint. Knows nothing of the resources.
import type { dynamic } from "@pulumi/pulumi";
import { isAvalaError, type InputError, type InputProblem } from "../../src/errors";

/** Gathers what is wrong with the inputs, so that `check` tells all of it at once. */
export class Problems {
  readonly failures: dynamic.CheckFailure[] = [];

  add(property: string, reason: string): void {
    this.failures.push({ property, reason });
  }

  /** @param property is what the user can change when the error does not name an input of the resource */
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
    if (known.has(input)) this.add(input, text);
    else this.add(property, `${input}: ${text}`);
  }
}

export function isInputError(error: unknown): error is InputError {
  return isAvalaError(error) && error.code === "input" && "problems" in error;
}

/** Message and hint, as one text for people. */
export function textOf(error: unknown): string {
  if (!isAvalaError(error)) return error instanceof Error ? error.message : String(error);
  return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
}

/**
 * What the engine is told. Of some calls the SDK also prints `${error}: ${error.stack}`, beside the engine's own report:
 * so that this reads as one line, and not as a crash of the provider, a refusal has no stack.
 */
export class ProviderError extends Error {
  constructor(cause: unknown) {
    super(textOf(cause), { cause });
    this.name = "Avala";
    if (isAvalaError(cause)) this.stack = this.message;
  }

  override toString(): string {
    return this.name;
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

  constructor(cause: unknown, id: string, properties: object) {
    super(cause);
    this.id = id;
    this.properties = properties;
    this.reasons = [textOf(cause)];
  }
}

/** The SDK adds it to what a handler returns, but not to the properties of an error. */
export function providerOf(inputs: object): unknown {
  return (inputs as { readonly __provider?: unknown }).__provider;
}

type Method = (...args: never[]) => Promise<unknown>;

/** The handler as the engine gets it: whatever a method throws leaves as a {@link ProviderError}. */
export function guarded<T extends object>(handler: T, methods: readonly (keyof T)[]): T {
  const wrapped: T = Object.create(handler) as T;
  for (const name of methods) {
    const method = handler[name] as Method;
    const guard: Method = async (...args) => {
      try {
        return await method.apply(handler, args);
      } catch (error) {
        throw error instanceof ProviderError ? error : new ProviderError(error);
      }
    };
    Object.defineProperty(wrapped, name, { value: guard, enumerable: true });
  }
  return wrapped;
}
