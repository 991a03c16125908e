// What a call of the engine does not say: which resource it is for, and whether this is a preview. The program knows
// both, so each resource passes them on as the input `call`, which `check` takes out again: they are never in the state.
// `check` runs in the same process right before `diff`, `create` and `update`, which get the very inputs that it returned.
import { canonicalJson } from "../../src/canonical-json";
import type { SecretPath } from "../secret-fields";
import { plainProperties } from "./plain";

/** The input that is there between the program and `check` only. */
export interface Call {
  readonly urn?: string | undefined;
  readonly isPreview?: boolean | undefined;
  /** Resources that the engine does not let go, as far as `check` can tell. */
  readonly protectedInBoth?: readonly string[] | undefined;
  /** Whether `ignoreChanges` holds the content, so that nothing was read from the disk. */
  readonly isHeld?: boolean | undefined;
  /** The program's working directory. */
  readonly folder?: string | undefined;
  /** Where in the inputs the program gave secrets: the engine hands them over in plain. */
  readonly secrets?: readonly SecretPath[] | undefined;
}

export interface Calls {
  /** Keeps `call` for the later calls with these inputs, as `check` returns them. */
  keep(inputs: object, call: Call): void;
  /** The call of the `check` that returned these inputs. With `id`, `delete` knows it by that too. */
  of(inputs: object, id?: string): Call;
  /** For `delete`, which gets no inputs: the call of the last `diff` of this resource, when there was one. */
  ofId(id: string): Call;
}

const NO_CALL: Call = {};

/** What the program passed, without the call, and the call. */
export function takeCall<T extends object>(
  given: object,
): { readonly call: Call; readonly inputs: T } {
  const { call, ...inputs } = given as { readonly call?: Call };
  return { call: call ?? NO_CALL, inputs: inputs as unknown as T };
}

export function createCalls(): Calls {
  const byInputs = new Map<string, Call>();
  const byId = new Map<string, Call>();
  return {
    keep: (inputs, call) => {
      byInputs.set(keyOf(inputs), call);
    },
    of: (inputs, id) => {
      const call = byInputs.get(keyOf(inputs)) ?? NO_CALL;
      if (id !== undefined && call.urn !== undefined) byId.set(id, call);
      return call;
    },
    ofId: (id) => byId.get(id) ?? NO_CALL,
  };
}

function keyOf(inputs: object): string {
  // As the engine hands them back.
  return canonicalJson({
    ...plainProperties(inputs, { keepsUnknown: true }),
    __provider: undefined,
  });
}
