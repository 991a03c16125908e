// Which files of a set the server will make items of, and what to say about the others. Pure.
import type { InputProblem } from "../../errors";
import type { LocalFile, Notice } from "../local-file";
import { dataTypeOf, inferDataType, isIndexed, suffixOf, type DataType } from "../media";
import { shown } from "../../text";

interface Indexing {
  readonly dataType: DataType | undefined;
  readonly indexedCount: number;
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
}

/** `given`, or else the one data type that the files agree on; none indexed at all is a problem. */
export function readIndexing(files: readonly LocalFile[], given: DataType | undefined): Indexing {
  const dataType = given ?? inferDataType(files.map(({ path }) => path));
  const isItem = ({ path }: LocalFile): boolean =>
    dataType === undefined ? dataTypeOf(path) !== undefined : isIndexed(path, dataType);
  const others = files.filter((file) => !isItem(file));
  const indexedCount = files.length - others.length;
  const as = dataType === undefined ? "" : ` as ${dataType}`;
  const counts = suffixCounts(others);
  const isUseless = files.length > 0 && indexedCount === 0;
  return {
    dataType,
    indexedCount,
    problems: isUseless
      ? [{ input: "include", text: `No file would be indexed${as}: ${counts}.` }]
      : [],
    notices:
      others.length === 0
        ? []
        : [
            {
              text: `${others.length} of ${files.length} files will be stored but not indexed${as}: ${counts}.`,
            },
          ],
  };
}

/** As `12 .txt, 1 .json`, the most frequent first. */
function suffixCounts(files: readonly LocalFile[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const suffix = suffixOf(path) || "without a suffix";
    counts.set(suffix, (counts.get(suffix) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shownCounts = sorted.slice(0, 10).map(([suffix, count]) => `${count} ${shown(suffix)}`);
  return shownCounts.join(", ") + (sorted.length > 10 ? ", and others" : "");
}
