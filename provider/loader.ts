// The constant strings that the engine keeps in the state. What they load is always the installed package's code.
// They must never change between releases: a change would show as a difference on every resource of every stack.

export type ResourceKind =
  | "fileSet"
  | "dataset"
  | "growingDataset"
  | "export"
  | "storageConfig"
  | "webhook"
  | "qualityTarget";

interface Loader {
  /** The resource's type in URNs. */
  readonly type: string;
  /** What the engine's node process evaluates to find the handler. */
  readonly source: string;
}

export const LOADERS: Readonly<Record<ResourceKind, Loader>> = {
  fileSet: {
    type: "pulumi-nodejs:dynamic/avala:FileSet",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").fileSet;',
  },
  dataset: {
    type: "pulumi-nodejs:dynamic/avala:Dataset",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").dataset;',
  },
  growingDataset: {
    type: "pulumi-nodejs:dynamic/avala:GrowingDataset",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").growingDataset;',
  },
  export: {
    type: "pulumi-nodejs:dynamic/avala:Export",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").export;',
  },
  storageConfig: {
    type: "pulumi-nodejs:dynamic/avala:StorageConfig",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").storageConfig;',
  },
  webhook: {
    type: "pulumi-nodejs:dynamic/avala:Webhook",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").webhook;',
  },
  qualityTarget: {
    type: "pulumi-nodejs:dynamic/avala:QualityTarget",
    source: 'exports.handler = () => require("@avala/pulumi/runtime").qualityTarget;',
  },
};

/** The resource's class, as programs name it. */
export function classOf(kind: ResourceKind): string {
  return LOADERS[kind].type.replace(/^.*:/, "");
}
