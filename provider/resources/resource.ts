// What every resource of this package is: a custom resource whose handler is found by a constant string.
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../src/errors";
import { classOf, LOADERS, type ResourceKind } from "../loader";
import { refusal } from "../refusal";
import { SECRET_FIELDS, type SecretPath } from "../secret-fields";

interface Definition {
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

/** Deeper than any input of ours: from here on a value is secret as a whole. */
const maxDepth = 10;

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Where a program gave secrets, also deep inside of a value: what stands beside one there is not secret. */
async function secretPathsIn(value: unknown, path: SecretPath): Promise<readonly SecretPath[]> {
  if (isPlain(value) && path.length < maxDepth) return secretPathsOf(value, path);
  // What can't be resolved fails the registration by itself.
  const isSecret = await pulumi.isSecret(pulumi.output(value)).catch(() => false);
  return isSecret ? [path] : [];
}

async function secretPathsOf(
  values: object,
  above: readonly string[] = [],
): Promise<readonly SecretPath[]> {
  const found = await Promise.all(
    Object.entries(values).map(([name, value]: [string, unknown]) => {
      const [property = name, ...inside] = [...above, name];
      return secretPathsIn(value, [property, ...inside]);
    }),
  );
  return found.flat();
}

/** What a program has the engine keep secret, it does not want to read in an error either. */
async function secretsAmong(
  inputs: pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
): Promise<readonly SecretPath[]> {
  const declared = (options?.additionalSecretOutputs ?? []).map((name): SecretPath => [name]);
  return [...(await secretPathsOf(inputs)), ...declared];
}

/**
 * What the engine does not pass to the provider's process: which resource a call is for, so that its messages stand on
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
    secrets: secretsAmong(inputs, options),
  };
}

/** In place of the option `import`, where that is not to read it by `get`. */
const IN_PLACE_OF_IMPORT: Partial<Record<ResourceKind, string>> = {
  dataset: "To manage an existing dataset, declare it under its name with adopt: true. ",
  fileSet:
    "To manage an existing set, set adopt: true here, with datasetName, and on its Dataset. ",
  growingDataset: "Leave it out: the datasets of a set of this name are found again.",
};

/**
 * The SDK's part of a dynamic provider can't import: it fails with its own stack before it calls the provider.
 * @throws a `RunError`
 */
function refuseImport({ kind, name, options }: Definition): void {
  if (options?.import === undefined) return;
  const type = classOf(kind);
  const toRead =
    kind === "growingDataset"
      ? ""
      : `To read one that this stack does not manage, use ${type}.get.`;
  const text = `is not supported by this package. ${IN_PLACE_OF_IMPORT[kind] ?? ""}${toRead}`;
  throw refusal(new InputError([{ input: "import", text }]), `${type} ${name}`);
}

export abstract class AvalaResource extends pulumi.CustomResource {
  protected constructor(definition: Definition) {
    refuseImport(definition);
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
