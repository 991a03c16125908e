// The partitions of a VersionedDataset: which folders are datasets, listed while the program runs.
// Knows nothing of the resources that are made of them.
import { InputError } from "../../src/errors";
import type { PatternCount } from "../../src/files/local-file";
import { dataTypes } from "../../src/files/media";
import { describeSuffixes, type UnindexedPolicy } from "../../src/files/scan/indexing";
import {
  describeUncut,
  labelProblem,
  leftOutWords,
  readPartitions,
  rootLabel,
  type PartitionDepth,
  type Partitions,
} from "../../src/files/scan/partition";
import type { SymlinkPolicy } from "../../src/files/scan/entries";
import { withHome } from "../../src/home-path";

/** What of the component's arguments chooses files. */
interface ChosenFiles {
  readonly root: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly includeHidden?: boolean;
  readonly symlinks?: SymlinkPolicy;
  readonly allowLinkTargets?: readonly string[];
  readonly unindexed?: UnindexedPolicy;
  readonly partitionDepth?: PartitionDepth;
  /** May be an output. */
  readonly dataType?: unknown;
}

export interface Partition {
  readonly folder: string | undefined;
  /** Part of the names of resources and datasets; empty for the one partition of depth 0. */
  readonly label: string;
}

const EVERYTHING = ["**"];

function listed(args: ChosenFiles): Partitions {
  const { root, include = EVERYTHING, exclude, includeHidden, symlinks, unindexed } = args;
  const { allowLinkTargets } = args;
  // An output is not known yet: then a partition is one of files of any type, and the set itself is refused.
  const dataType = dataTypes.find((known) => known === args.dataType);
  const links = { symlinks, allowLinkTargets };
  const choice = { include, exclude, includeHidden, ...links, unindexed, dataType };
  return readPartitions(root, { ...choice, depth: 1 });
}

/** A line, with the likely reason why it matches nothing. */
function described({ pattern, why }: PatternCount): string {
  return why === undefined ? pattern : `${pattern} (${why})`;
}

function listFolders(args: ChosenFiles): readonly string[] {
  const { root } = args;
  const { folders, leftOut, patterns } = listed(args);
  if (folders.length > 0) return folders;
  const unindexed = leftOut.flatMap(({ files }) => files.map(({ path }) => path));
  const why =
    unindexed.length === 0
      ? `nothing in root ${root} matches ${patterns.map(described).join(", ")}`
      : `Avala would index nothing of root ${root} (${describeSuffixes(unindexed)})`;
  // Without a partition there is no resource, and every dataset that was there ends: a slip in a glob must not do that.
  throw new InputError([
    {
      input: "include",
      text: `${why}, so no dataset would be left, and earlier ones would be removed. If you want that, remove the VersionedDataset from the program.`,
    },
  ]);
}

interface CutNotes {
  /** Folders that are not datasets, since none of their files would be indexed. */
  readonly leftOut: readonly string[];
  /** What makes a dataset of each folder, where all of them lie in one. */
  readonly uncut?: string | undefined;
}

export function cutNotes(args: ChosenFiles): CutNotes {
  if (args.partitionDepth !== 1) return { leftOut: [] };
  const { leftOut, uncut } = listed(args);
  const names = { depth: "partitionDepth: 1", include: "include", written: JSON.stringify };
  return {
    leftOut: leftOut.map(({ folder, files }) => {
      const [where, none] = leftOutWords(folder);
      const suffixes = describeSuffixes(files.map(({ path }) => path));
      return `${where}: no dataset is made, since Avala would index ${none} (${suffixes})`;
    }),
    uncut: uncut && describeUncut(uncut, args.root, names),
  };
}

export function partitionsOf(args: ChosenFiles): readonly Partition[] {
  const { root, partitionDepth = 0 } = args;
  if (partitionDepth === 0) return [{ folder: undefined, label: "" }];
  const folders = listFolders(args);
  const above = rootLabel(withHome(root), process.cwd());
  const problem = labelProblem(folders, above);
  if (problem !== undefined) throw new InputError([{ input: "root", text: problem }]);
  return folders.map((folder) => ({ folder, label: folder === "" ? above : folder }));
}

/** Lines that choose nothing while others do: what a file set says of its lines, its partitions can't. */
export function unmatchedLines(args: ChosenFiles): readonly PatternCount[] {
  const { include = EVERYTHING, partitionDepth = 0 } = args;
  const takesAway = (line: string): boolean => line.startsWith("!") && !line.startsWith("!(");
  const taking = include.filter((line) => !takesAway(line));
  if (partitionDepth === 0 || taking.length < 2) return [];
  const away = include.filter(takesAway);
  return taking.flatMap((line) => {
    const { folders, leftOut, patterns } = listed({ ...args, include: [line, ...away] });
    return folders.length + leftOut.length === 0 ? patterns : [];
  });
}
