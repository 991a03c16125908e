// Export, as a program constructs it.
import type * as pulumi from "@pulumi/pulumi";
import { AvalaResource } from "./resource";

export interface ExportGateArgs {
  /** The minimum number of tasks in it. */
  minTasks?: pulumi.Input<number>;
  /** How many of them must be exported: a count, or a share such as `95%`. 0 needs no counts from Avala. @default all */
  minExported?: pulumi.Input<number | string>;
  /** 0: no task of `projects` may be pending, checked before the export is made and when it is complete. */
  pendingTasks?: pulumi.Input<0>;
  /** No active quality target of `projects` may be breached: only critical ones, or all. */
  qualityTargets?: pulumi.Input<"critical" | "all">;
}

export interface ExportArgs {
  /** Uids. At least one of `datasets`, `projects` and `slices` is needed. */
  datasets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Uids. */
  projects?: pulumi.Input<pulumi.Input<string>[]>;
  /** Uids. */
  slices?: pulumi.Input<pulumi.Input<string>[]>;
  /** @default "avala-json-external" */
  format?: pulumi.Input<string>;
  /** 1 to 255 characters. @default the resource's name and a short hash of what is exported */
  name?: pulumi.Input<string>;
  filterQueryString?: pulumi.Input<string>;
  /** Any change of these makes a new export: a date, a commit, a count. */
  triggers?:
    | pulumi.Input<pulumi.Input<string>[]>
    | pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * What the complete export must hold, or the `up` fails, so that what depends on it waits. `{}` asks for all tasks, and
   * for Avala's counts of them. An export that holds too little is not kept: the next `up` makes another.
   */
  gate?: pulumi.Input<ExportGateArgs>;
  /** Wait until it is complete; one that fails then fails the `up`. @default true */
  waitForExport?: pulumi.Input<boolean>;
  /** For the waiting; a later `up` continues to wait for the same export. @default 60 */
  timeoutMinutes?: pulumi.Input<number>;
}

const OUTPUTS = [
  "uid",
  "name",
  "format",
  "status",
  "totalTaskCount",
  "exportedTaskCount",
  "downloadUrl",
  "createdAt",
  "updatedAt",
] as const;

/**
 * Annotations turned into a file to download. Any change of what is exported is a new export.
 * @example
 * const release = new avala.Export("release", { datasets: [dataset.uid] });
 * export const url = release.downloadUrl; // secret
 */
export class Export extends AvalaResource {
  /** Its id: known in a preview also while the resource is to be changed. */
  declare readonly uid: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly format: pulumi.Output<string>;
  /** The server's own word: `completed`, `exported`, `processing`, … */
  declare readonly status: pulumi.Output<string>;
  declare readonly totalTaskCount: pulumi.Output<number | undefined>;
  declare readonly exportedTaskCount: pulumi.Output<number | undefined>;
  /** A secret that expires; `pulumi refresh` reads it again. Absent while the export is not complete. */
  declare readonly downloadUrl: pulumi.Output<string | undefined>;
  declare readonly createdAt: pulumi.Output<string | undefined>;
  declare readonly updatedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: ExportArgs, options?: pulumi.CustomResourceOptions) {
    super({
      kind: "export",
      name,
      inputs: options?.id === undefined ? { ...args, baseName: name } : undefined,
      outputs: OUTPUTS,
      options,
    });
    this.uid = this.id;
  }

  /** An existing export, by its uid. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Export {
    return new Export(name, {}, { ...options, id });
  }
}
