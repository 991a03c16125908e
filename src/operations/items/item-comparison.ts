// Holds a dataset's items against the files that it should be made of: by their keys, and where keys say nothing by what
// Avala counts (contract, "Items", "Sequences and health"). Knows nothing of contents. What can't be compared is said, and
// is never an error.
import type { DatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { dataTypes, isIndexed, suffixOf } from "../../files/media";
import { printable } from "../../redact";
import { counted, formatBytes, formatCount } from "../../text";
import {
  isCountedWhole,
  describeCounts,
  describeIssues,
  judgeCounts,
  sequencesOf,
  type Counted,
} from "./item-counts";
import { compareKeys, type ItemFacts, type KeyComparison } from "./key-comparison";
import { concludeUnmatched, hasOtherSizes, unmatchedText, type Unmatched } from "./unmatched-keys";

export interface ItemComparison {
  /** Sent, of a suffix that the server indexes, and not among the items. */
  readonly missing: readonly string[];
  /** Among the items, and not sent now: left under the name by an earlier run. */
  readonly extra: readonly string[];
  /** Stored with another size than was sent, where the server returns sizes. */
  readonly wrongSize: readonly string[];
  /** How many of the files neither keys nor counts could show. */
  readonly uncompared: number;
  /** Of these the ones that are known. */
  readonly uncomparedPaths?: readonly string[] | undefined;
  /** Why, and which, for people; absent when all was compared. */
  readonly doubt?: string | undefined;
  /** What Avala's own counts and sizes prove to be missing, where keys don't say which. */
  readonly lost?: string | undefined;
  /** What they prove to be there beyond the files. */
  readonly surplus?: string | undefined;
  /** What the comparison has listed, where that was asked for. */
  readonly listed?: readonly Pick<ItemFacts, "key" | "url" | "stored">[] | undefined;
  /** What there is in the place of keys that are like the paths of files; absent where one is. */
  readonly unmatched?: Unmatched | undefined;
}

/** What was read of a dataset; `undefined` where it can't be. */
export interface Look {
  readonly dataset: Pick<Dataset, "dataType" | "isSequence" | "sizeBytes">;
  readonly items: readonly ItemFacts[] | undefined;
  readonly health: DatasetHealth | undefined;
  /** Whether the items' keys are known to be whole paths, of the files or of others. @default false */
  readonly areWhole?: boolean | undefined;
}

type Files = ReadonlyMap<string, number>;

export function countedIn({ dataset, items, health }: Look, files: Files): Counted {
  const { dataType } = dataset;
  const sequences = sequencesOf(dataset, health);
  return { sent: files.size, listed: items?.length, dataType, sequences, health };
}

function allUnclear(files: Files): KeyComparison {
  const none = { missing: [], extra: [], wrongSize: [], altered: [], repeated: [] };
  const unmatched = { areListed: false, keys: [], areFileNames: false, sizes: [] };
  const open = { altered: [], unclear: [...files.keys()] };
  return { ...none, unclear: files.size, open, unmatched };
}

export function keysOf(look: Look, files: Files): KeyComparison {
  const { dataset, items, health, areWhole } = look;
  if (items === undefined) return allUnclear(files);
  const sequences = sequencesOf(dataset, health);
  // A dataset of sequences may list no items: then there are no keys to compare. Without health, one of video may be such.
  const mayBeUnlisted = sequences === "some" || (sequences === "unknown" && health === undefined);
  if (items.length === 0 && mayBeUnlisted) return allUnclear(files);
  const dataType = dataTypes.find((known) => known === dataset.dataType);
  const isFileName = (key: string): boolean => dataType === undefined || isIndexed(key, dataType);
  return compareKeys(files, items, { isSequence: sequences === "some", isFileName, areWhole });
}

const maxNamed = 5;

function named(texts: readonly string[]): string {
  const shown = texts.slice(0, maxNamed).map((text) => printable(text, 200));
  const more = texts.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${formatCount(more)} more` : "");
}

function describeHealth({ health }: Look): string {
  if (health === undefined) return "Avala reports no health of it";
  const ended = health.ingestOk ? "succeeded" : "has not succeeded";
  return `Avala reports ${describeCounts(health)}, and that indexing ${ended}`;
}

function doubtOfUnclear(unclear: number, files: Files, look: Look): string {
  const because =
    look.items === undefined ? "since Avala does not list them" : "since their keys are not paths";
  const why = `${formatCount(unclear)} of ${counted(files.size, "file")} could not be compared with the items of the dataset, ${because}`;
  return `${why}. ${describeHealth(look)}`;
}

/**
 * Of the missing files those that the data type may not take: of `image_3d` no suffix is documented, so one of which no file
 * became an item proves nothing. Where there is no item at all, all is missing.
 */
function untakenOf(missing: readonly string[], { dataset, items = [] }: Look): readonly string[] {
  if (dataset.dataType !== "image_3d" || items.length === 0) return [];
  const taken = new Set(items.map(({ key }) => suffixOf(key ?? "")));
  return missing.filter((path) => !taken.has(suffixOf(path)));
}

type Proven = Pick<ItemComparison, "lost" | "surplus">;

/** What sizes and counts prove, where keys don't say which files are there. */
function provenBySizes(
  files: Files,
  unmatched: Unmatched | undefined,
  verdict: ReturnType<typeof judgeCounts>,
): Proven {
  const also = unmatched === undefined ? "" : `; ${unmatchedText(unmatched)}`;
  if (unmatched !== undefined && hasOtherSizes(files, unmatched))
    return { lost: `the items and the files differ in size${also}` };
  if (verdict.kind === "fewer") return { lost: verdict.text + also };
  return verdict.kind === "more" ? { surplus: verdict.text + also } : {};
}

/** What Avala reports of a dataset where keys show nothing. */
function describeReported(files: Files, look: Look): string {
  const { sizeBytes } = look.dataset;
  const sentBytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  const issues = look.health && describeIssues(look.health);
  return [
    describeHealth(look),
    ...(issues === undefined ? [] : [issues]),
    ...(sizeBytes === undefined || sizeBytes === sentBytes
      ? []
      : [
          `The dataset is of ${formatBytes(sizeBytes)}, and the files are of ${formatBytes(sentBytes)}`,
        ]),
  ].join(". ");
}

/** Of a dataset that others may have made, and of which no key is like a path: that it has as many items shows nothing. */
function concludeStrange(files: Files, look: Look, keys: Unmatched): ItemComparison {
  const unmatched = { ...keys, reported: describeReported(files, look) };
  const concluded = { ...concludeUnmatched(files, unmatched), wrongSize: [], unmatched };
  if (concluded.doubt === undefined) return concluded;
  return { ...concluded, ...provenBySizes(files, keys, judgeCounts(countedIn(look, files))) };
}

interface Terms {
  /** Whether the dataset is known to be made of the files: then keys like none of their paths are the server's own names. */
  readonly isMadeOfThese: boolean;
}

/** Pure: what a look shows of the files. */
export function concludeItems(files: Files, look: Look, { isMadeOfThese }: Terms): ItemComparison {
  const counts = countedIn(look, files);
  const { altered, repeated, unclear, unmatched, open, ...byKeys } = keysOf(look, files);
  if (unmatched !== undefined && !isMadeOfThese) return concludeStrange(files, look, unmatched);
  const isCounted = isCountedWhole(counts);
  const verdict = judgeCounts(counts);
  const issues = look.health && describeIssues(look.health);
  const doubts: string[] = [];
  let { missing, extra } = byKeys;
  let uncompared = altered.length;
  const paths = [...open.altered];
  if (altered.length > 0)
    doubts.push(`keys that spell a path differently could not be compared: ${named(altered)}`);
  if (repeated.length > 0 && isCounted) {
    uncompared += repeated.length;
    doubts.push(`keys are listed more than once: ${named(repeated)}`);
  } else extra = [...extra, ...repeated];
  if (missing.length > 0 && extra.length === 0 && isCounted) {
    // A list that lags does not disprove what Avala counts.
    doubts.push(`Avala counts ${counted(files.size, "file")} and does not list ${named(missing)}`);
    uncompared += missing.length;
    paths.push(...missing);
    missing = [];
  }
  const untaken = untakenOf(missing, look);
  if (untaken.length > 0) {
    doubts.push(
      `Avala made no item of any of ${named(untaken)}, and which suffixes an image_3d dataset accepts is not documented`,
    );
    uncompared += untaken.length;
    paths.push(...untaken);
    missing = missing.filter((path) => !untaken.includes(path));
  }
  // As many items as files may be other files, unless it is known to be made of these.
  const isShown = isMadeOfThese && verdict.kind === "equal" && issues === undefined;
  if (unclear > 0 && !isShown) {
    uncompared += unclear;
    paths.push(...open.unclear);
    if (verdict.kind === "unknown" || verdict.kind === "equal")
      doubts.push(doubtOfUnclear(unclear, files, look));
  }
  if (issues !== undefined) doubts.push(issues);
  return {
    ...{ missing, extra, wrongSize: byKeys.wrongSize, uncompared },
    ...(paths.length > 0 && { uncomparedPaths: paths.sort() }),
    ...(doubts.length > 0 && { doubt: doubts.join(". ") }),
    ...(unclear > 0 && provenBySizes(files, unmatched, verdict)),
    ...(unmatched !== undefined && { unmatched }),
  };
}
