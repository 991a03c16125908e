// What every resource of this package is: a custom resource whose handler is found by a constant string.
import * as pulumi from "@pulumi/pulumi";
import { LOADERS, type ResourceKind } from "../loader";
import { SECRET_FIELDS } from "../secret-fields";

export interface Definition {
  readonly kind: ResourceKind;
  readonly name: string;
  /** Absent when the resource is read by its id (`get`). */
  readonly inputs?: pulumi.Inputs | undefined;
  /** Properties that the handler fills in, so that they are outputs from the start. */
  readonly outputs: readonly string[];
  /** Outputs that are too long to be printed: the engine shows them as taken away in each replacement. */
  readonly quietOutputs?: readonly string[];
  readonly options?: pulumi.CustomResourceOptions | undefined;
}

/** The inputs that a program gave as secrets, also where a value deep inside is one. */
async function secretsAmong(inputs: pulumi.Inputs): Promise<string[]> {
  const names = Object.keys(inputs);
  const isSecret = await Promise.all(
    names.map((name) =>
      // What can't be resolved fails the registration by itself.
      pulumi.isSecret(pulumi.output(inputs[name])).catch(() => false),
    ),
  );
  return names.filter((_, at) => isSecret[at]);
}

/**
 * What the provider's process is not told by the engine: which resource a call is for, so that its messages stand on
 * that resource's row, whether this is a preview, and what must not be shown. `check` takes it out again, so it is never in the state.
 */
function callOf({ name, kind, options }: Definition, inputs: pulumi.Inputs): pulumi.Inputs {
  const urn = pulumi.createUrn(name, LOADERS[kind].type, options?.parent);
  // As a plain promise: an output would make the resource depend on its own parent, and so on itself.
  const plain = new Promise<string>((resolve) => {
    urn.apply(resolve);
  });
  return {
    urn: plain,
    isPreview: pulumi.runtime.isDryRun(),
    folder: process.cwd(),
    secrets: secretsAmong(inputs),
  };
}

export abstract class AvalaResource extends pulumi.CustomResource {
  protected constructor(definition: Definition) {
    const { kind, name, inputs, outputs, quietOutputs = [], options } = definition;
    const loader = LOADERS[kind];
    const properties = {
      ...Object.fromEntries(outputs.map((output) => [output, undefined])),
      ...inputs,
      ...(inputs === undefined ? {} : { call: callOf(definition, inputs) }),
      __provider: loader.source,
    };
    const secretOutputs = new Set(SECRET_FIELDS[kind].map(([property]) => property));
    const own = { additionalSecretOutputs: [...secretOutputs], hideDiffs: [...quietOutputs] };
    super(loader.type, name, properties, pulumi.mergeOptions(options ?? {}, own));
  }
}
