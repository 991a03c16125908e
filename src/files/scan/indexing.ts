// Which files of a set the server will make items of, what becomes of the others, and what to say about them. Pure.
import type { InputProblem } from "../../errors";
import { counted, countedOf, formatCount, shown } from "../../text";
import type { Notice } from "../local-file";
import { isForeign, takenBy } from "../foreign-formats";
import { dataTypeOf, inferDataType, isIndexed, suffixOf, type DataType } from "../media";
import { describeForeign } from "./suffix-groups";

/** What to do with files that the server would store and never show. One that a line names in full is sent in any case. */
export type UnindexedPolicy = "leave-out" | "send" | "error";

interface IndexingOptions {
  /** @default what all indexed files agree on */
  readonly dataType: DataType | undefined;
  readonly unindexed: UnindexedPolicy;
  /** Whether a line names the file in full. */
  readonly isNamed: (path: string) => boolean;
  /** Of one partition: what its messages call it. */
  readonly folder?: string | undefined;
}

export interface Indexing {
  readonly dataType: DataType | undefined;
  /** What is to be sent, in the order given. */
  readonly paths: readonly string[];
  /** What is not sent since it would not be indexed, in the order given. */
  readonly leftOut: readonly string[];
  readonly indexedCount: number;
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
}

/** `paths` without what must not be sent. A set of which nothing is indexed is a problem, whatever the policy. */
export function readIndexing(paths: readonly string[], options: IndexingOptions): Indexing {
  const { unindexed, isNamed } = options;
  const dataType = options.dataType ?? inferDataType(paths);
  const isItem = (path: string): boolean => isItemOf(path, dataType);
  const others = paths.filter((path) => !isItem(path));
  const unnamed = others.filter((path) => !isNamed(path));
  const leftOut = unindexed === "leave-out" ? unnamed : [];
  const isOut = new Set(leftOut);
  const stored = others.length - leftOut.length;
  const known = { dataType, leftOut, indexedCount: paths.length - others.length };
  return {
    ...known,
    paths: paths.filter((path) => !isOut.has(path)),
    problems:
      others.length > 0 && others.length === paths.length
        ? [{ input: "include", text: uselessText(others, options) }]
        : unindexed === "error" && unnamed.length > 0
          ? [{ input: "include", text: refusedText(unnamed, dataType) }]
          : [],
    notices:
      stored === 0
        ? []
        : [
            {
              text: storedText(
                others.filter((path) => !isOut.has(path)),
                paths.length,
                dataType,
              ),
            },
          ],
  };
}

/** Whether the server makes an item of the file; without a data type: of whatever type. */
export function isItemOf(path: string, dataType: DataType | undefined): boolean {
  return dataType === undefined ? dataTypeOf(path) !== undefined : isIndexed(path, dataType);
}

function as(dataType: DataType | undefined): string {
  return dataType === undefined ? "" : ` as ${dataType}`;
}

/** Why a set, or a partition of one, can't be a dataset: none of its files would be an item. */
export function uselessText(
  others: readonly string[],
  { dataType, folder }: Pick<IndexingOptions, "dataType" | "folder">,
): string {
  const where = folder === undefined ? "" : folderText(folder);
  const taken = dataType === undefined ? "" : ` (${takenBy(dataType)})`;
  const foreign = others.filter(isForeign);
  const convert = foreign.length === 0 ? "" : ` To be converted: ${describeForeign(foreign)}.`;
  return `No file${where} would be indexed${as(dataType)}${taken}: ${describeSuffixes(others)}.${convert}`;
}

/** Partitioned, the files that lie in no folder are a dataset as well. */
function folderText(folder: string): string {
  return folder === "" ? " outside any folder" : ` of ${shown(folder)}`;
}

function refusedText(others: readonly string[], dataType: DataType | undefined): string {
  const [first = ""] = others;
  return `${counted(others.length, "file")} would be stored but not indexed${as(dataType)}, and unindexed is error: ${describeSuffixes(others)}, the first ${shown(first)}. Exclude ${others.length === 1 ? "it" : "them"}, or set unindexed to leave-out.`;
}

function storedText(
  others: readonly string[],
  total: number,
  dataType: DataType | undefined,
): string {
  return `${countedOf(others.length, total, "file")} will be stored but not indexed${as(dataType)}: ${describeSuffixes(others)}.`;
}

const maxSuffixes = 10;

/** As `12 .txt, 1 .json`, the most frequent first. */
export function describeSuffixes(paths: readonly string[]): string {
  const counts = [...countSuffixes(paths)];
  const rest = counts.length > maxSuffixes ? ", and others" : "";
  const named = counts.slice(0, maxSuffixes);
  return named.map(([suffix, count]) => `${formatCount(count)} ${shown(suffix)}`).join(", ") + rest;
}

/** How many of the paths have each suffix, the most frequent first. */
export function countSuffixes(paths: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const suffix = suffixOf(path) || "without a suffix";
    counts.set(suffix, (counts.get(suffix) ?? 0) + 1);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
