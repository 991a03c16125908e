// FileSet, as a program constructs it.
import type * as pulumi from "@pulumi/pulumi";
import type { DataType } from "../../src/files/media";
import { AvalaResource } from "./resource";

export interface FileSetArgs {
  /**
   * The folder that contains the files. A relative path starts at the program's folder and is stored as it is given,
   * so that the state is the same on every machine.
   */
  root: pulumi.Input<string>;
  /**
   * Globs relative to `root`. `!` excludes, and a folder stands for everything in it.
   * @default ["**"], every file
   * @example ["**\/*.jpg", "!drafts"]
   */
  include?: pulumi.Input<pulumi.Input<string>[]>;
  /** Globs that exclude files. So does a file `.avalaignore`, in the root or below it, in the syntax of `.gitignore`. */
  exclude?: pulumi.Input<pulumi.Input<string>[]>;
  /** Put before each path in the dataset, with a `/` between. */
  prefix?: pulumi.Input<string>;
  /** Only this top-level folder of `root`; `""` stands for the files outside any folder. */
  folder?: pulumi.Input<string>;
  /**
   * The dataset's name before the digest: `training` makes `training-3f9a1c2e77b0`.
   * @default the resource's name
   */
  versionOf?: pulumi.Input<string>;
  /**
   * A fixed name, for a set that is made once: other content is refused as soon as a dataset was made of it. Without it
   * each content is a dataset version.
   */
  datasetName?: pulumi.Input<string>;
  /** Who owns the files. @default `avala:organizationUid`, else the key's user */
  organizationUid?: pulumi.Input<string>;
  /**
   * Required when other files beside the indexed ones leave it open, such as point clouds beside images.
   * @default what all files agree on
   */
  dataType?: pulumi.Input<DataType>;
  /** Include files and folders whose name starts with a dot. @default false */
  includeHidden?: pulumi.Input<boolean>;
  /** Nothing outside `root` is included, except below `allowLinkTargets`. @default "follow" */
  symlinks?: pulumi.Input<"follow" | "skip" | "error">;
  /**
   * Further folders that links may lead to, such as the cache of DVC, git-annex or Hugging Face. A relative path starts at the
   * program's folder.
   */
  allowLinkTargets?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * What to do with files that Avala would store and never show, by their suffix: a note, a label file. One that `include`
   * names in full is sent in any case. @default "leave-out"
   */
  unindexed?: pulumi.Input<"leave-out" | "send" | "error">;
  /** What to do with files that are empty, truncated, or not what their suffix says. @default "warn" */
  checkContent?: pulumi.Input<"warn" | "error" | "off">;
  /**
   * Leave out what was written within so many minutes, such as a recorder's newest files. A checkout gives each file the time
   * of the checkout. @default none is left out for its age
   */
  minAgeMinutes?: pulumi.Input<number>;
  /** Files under way at once, 1 to 10. @default 8 */
  concurrency?: pulumi.Input<number>;
  /**
   * With `datasetName`: take over a dataset of this name that holds exactly these files, as far as that can be compared. Its
   * `Dataset` needs it as well. Nothing is sent. @default false
   */
  adopt?: pulumi.Input<boolean>;
}

const OUTPUTS = [
  "datasetName",
  "isVersion",
  "uploadUid",
  "digest",
  "dataType",
  "organizationUid",
  "fileCount",
  "totalBytes",
  "indexedCount",
  "manifest",
] as const;

/** By file set, the datasets of it that must not be replaced: what their constructors say, after its own. */
const protectedDatasets = new WeakMap<FileSet, Set<string>>();

/** For `Dataset`: says in time, which is before the file set sends anything, that the engine will not replace it. */
export function noteProtected(files: FileSet, dataset: string): void {
  protectedDatasets.get(files)?.add(dataset);
}

/** Known once the program has made what it makes in one go: then the engine is asked for the first resource. */
function inTheEnd(names: ReadonlySet<string>): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    setImmediate(() => {
      resolve(names.size === 0 ? undefined : [...names].sort());
    });
  });
}

function inputsOf(name: string, args: FileSetArgs, names: ReadonlySet<string>): pulumi.Inputs {
  return { ...args, versionOf: args.versionOf ?? name, protectedDatasets: inTheEnd(names) };
}

/**
 * Files of a folder, stored in Avala under one dataset name. Make a `Dataset` of it to use them.
 * @example
 * const images = new avala.FileSet("training", { root: "./images", include: ["**\/*.jpg"] });
 * const dataset = new avala.Dataset("training", { files: images });
 */
export class FileSet extends AvalaResource {
  /** Where the files are stored, and what the dataset made of them is called. */
  declare readonly datasetName: pulumi.Output<string>;
  /** Whether that name was made from the content. */
  declare readonly isVersion: pulumi.Output<boolean>;
  /** Names this content under this name; the same on every machine. */
  declare readonly uploadUid: pulumi.Output<string>;
  /** sha256 over the sorted list of path, size and sha256: one name for the content of the whole set. */
  declare readonly digest: pulumi.Output<string>;
  /** Empty when the files are of several types and none was given. */
  declare readonly dataType: pulumi.Output<DataType | "">;
  /** Empty for the key's own user. */
  declare readonly organizationUid: pulumi.Output<string>;
  declare readonly fileCount: pulumi.Output<number>;
  declare readonly totalBytes: pulumi.Output<number>;
  /** Files that the server makes items of. */
  declare readonly indexedCount: pulumi.Output<number>;
  /** Path, size and digest of each file, packed. */
  declare readonly manifest: pulumi.Output<string>;

  constructor(name: string, args: FileSetArgs, options?: pulumi.CustomResourceOptions) {
    const names = new Set<string>();
    super({
      kind: "fileSet",
      name,
      inputs: options?.id === undefined ? inputsOf(name, args, names) : undefined,
      outputs: OUTPUTS,
      quietOutputs: ["manifest"],
      options,
    });
    protectedDatasets.set(this, names);
  }

  /** A set that was stored elsewhere, by its dataset's name: its counts are known, and not what is in its files. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): FileSet {
    return new FileSet(name, { root: "" }, { ...options, id });
  }
}
