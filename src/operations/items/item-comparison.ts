// Holds a dataset's items against the files that it should be made of: by their keys, and where keys say nothing by what
// Avala counts (contract, "Items", "Sequences and health"). Knows nothing of contents. What can't be compared is said, and
// is never an error.
import type { Avala } from "../../api/connection";
import type { DatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { dataTypes, isIndexed, suffixOf } from "../../files/media";
import { printable } from "../../redact";
import { counted, formatCount } from "../../text";
import type { OwnerWanted } from "../datasets/dataset-ref";
import {
  isCountedWhole,
  describeCounts,
  describeIssues,
  judgeCounts,
  sequencesOf,
  type Counted,
} from "./item-counts";
import { listFacts, readHealth } from "./item-reads";
import { compareKeys, hasOtherSizes, type ItemFacts, type KeyComparison } from "./key-comparison";

export interface ItemComparison {
  /** Sent, of a suffix that the server indexes, and not among the items. */
  readonly missing: readonly string[];
  /** Among the items, and not sent now: left under the name by an earlier run. */
  readonly extra: readonly string[];
  /** Stored with another size than was sent, where the server returns sizes. */
  readonly wrongSize: readonly string[];
  /** How many of the files neither keys nor counts could show. */
  readonly uncompared: number;
  /** Why, and which, for people; absent when all was compared. */
  readonly doubt?: string | undefined;
  /** What Avala's own counts and sizes prove to be missing, where keys don't say which. */
  readonly lost?: string | undefined;
  /** What they prove to be there beyond the files. */
  readonly surplus?: string | undefined;
  /** What the comparison has listed, where that was asked for. */
  readonly listed?: readonly Pick<ItemFacts, "key" | "url">[] | undefined;
}

interface ExpectedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What was read of a dataset; `undefined` where it can't be. */
export interface Look {
  readonly dataset: Pick<Dataset, "dataType" | "isSequence">;
  readonly items: readonly ItemFacts[] | undefined;
  readonly health: DatasetHealth | undefined;
}

type Files = ReadonlyMap<string, number>;

function countedIn({ dataset, items, health }: Look, files: Files): Counted {
  const { dataType } = dataset;
  const sequences = sequencesOf(dataset, health);
  return { sent: files.size, listed: items?.length, dataType, sequences, health };
}

function allUnclear(files: Files): KeyComparison {
  const none = { missing: [], extra: [], wrongSize: [], altered: [], repeated: [] };
  return { ...none, unclear: files.size };
}

function keysOf(look: Look, files: Files): KeyComparison {
  const { dataset, items, health } = look;
  if (items === undefined) return allUnclear(files);
  const sequences = sequencesOf(dataset, health);
  // A dataset of sequences may list no items: then there are no keys to compare. Without health, one of video may be such.
  const mayBeUnlisted = sequences === "some" || (sequences === "unknown" && health === undefined);
  if (items.length === 0 && mayBeUnlisted) return allUnclear(files);
  const dataType = dataTypes.find((known) => known === dataset.dataType);
  const isFileName = (key: string): boolean => dataType === undefined || isIndexed(key, dataType);
  return compareKeys(files, items, { isSequence: sequences === "some", isFileName });
}

const maxNamed = 5;

function named(texts: readonly string[]): string {
  const shown = texts.slice(0, maxNamed).map((text) => printable(text, 200));
  const more = texts.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${formatCount(more)} more` : "");
}

function doubtOfUnclear(unclear: number, { sent, listed, health }: Counted): string {
  const because =
    listed === undefined ? "since Avala does not list them" : "since their keys are not paths";
  const why = `${formatCount(unclear)} of ${counted(sent, "file")} could not be compared with the items of the dataset, ${because}`;
  if (health === undefined) return `${why}, and Avala reports no health of it`;
  const ended = health.ingestOk ? "succeeded" : "has not succeeded";
  return `${why}. Avala reports ${describeCounts(health)}, and that indexing ${ended}`;
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

/** Pure: what a look shows of the files. */
export function concludeItems(files: Files, look: Look): ItemComparison {
  const counts = countedIn(look, files);
  const { altered, repeated, unclear, ...byKeys } = keysOf(look, files);
  const isCounted = isCountedWhole(counts);
  const verdict = judgeCounts(counts);
  const issues = look.health && describeIssues(look.health);
  const doubts: string[] = [];
  let { missing, extra } = byKeys;
  let uncompared = altered.length;
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
    missing = [];
  }
  const untaken = untakenOf(missing, look);
  if (untaken.length > 0) {
    doubts.push(
      `Avala made no item of any of ${named(untaken)}, and which suffixes an image_3d dataset accepts is not documented`,
    );
    uncompared += untaken.length;
    missing = missing.filter((path) => !untaken.includes(path));
  }
  const isShown = verdict.kind === "equal" && issues === undefined;
  if (unclear > 0 && !isShown) {
    uncompared += unclear;
    if (verdict.kind === "unknown" || verdict.kind === "equal")
      doubts.push(doubtOfUnclear(unclear, counts));
  }
  if (issues !== undefined) doubts.push(issues);
  const areOthers = unclear === files.size && look.items && hasOtherSizes(files, look.items);
  const isJudged = unclear > 0 && !areOthers;
  return {
    ...{ missing, extra, wrongSize: byKeys.wrongSize, uncompared },
    ...(doubts.length > 0 && { doubt: doubts.join(". ") }),
    ...(areOthers === true && { lost: "the items and the files differ in size" }),
    ...(isJudged && verdict.kind === "fewer" && { lost: verdict.text }),
    ...(isJudged && verdict.kind === "more" && { surplus: verdict.text }),
  };
}

/** Whether what the keys say is all there is to say. */
function isAllEqual({ missing, extra, altered, repeated, unclear }: KeyComparison): boolean {
  return missing.length + extra.length + altered.length + repeated.length + unclear === 0;
}

// A minute in all. A list may lag behind the counts, and the counts behind the files.
const lookAgainMs = [1000, 2000, 4000, 8000, 15_000, 30_000];
// Counts that have not risen by then stand still.
const minLooksAgain = 2;

function progressOf({ items, health }: Look): number {
  const { itemCount = 0, totalFrames = 0, sequenceCount = 0 } = health ?? {};
  return (items?.length ?? 0) + itemCount + totalFrames + sequenceCount;
}

/** Whether the list shows less than Avala counts. Of sequences a list may show nothing for good. */
function isLagging(counts: Counted, itemCount: number): boolean {
  const { listed, sent, sequences } = counts;
  if (listed === undefined || listed >= sent || sequences === "some") return false;
  const isAllCounted = isCountedWhole(counts) || (sequences === "none" && itemCount >= sent);
  return isAllCounted && (listed > 0 || sequences === "none");
}

function isIndexing({ health, sent }: Counted): boolean {
  return health !== undefined && !health.ingestOk && (health.itemCount ?? 0) < sent;
}

interface CompareOptions {
  /** Whose the dataset is, for the paths of its items. @default the key's user */
  readonly owner?: OwnerWanted | undefined;
  /** For looking again at what lags behind; a minute at most. @default a minute */
  readonly waitMs?: number | undefined;
  /** Whether what was listed is returned, with the URLs of the items. @default false */
  readonly isListed?: boolean | undefined;
}

/**
 * Holds a dataset's items against what should be indexed. A hundred items cost one call, and one more where keys differ
 * from the paths; where the list or the counts lag behind, both are read again for at most a minute.
 */
export async function compareItems(
  avala: Avala,
  dataset: Dataset,
  expected: Iterable<ExpectedFile>,
  { owner = {}, waitMs = Number.POSITIVE_INFINITY, isListed = false }: CompareOptions = {},
): Promise<ItemComparison> {
  const files = new Map<string, number>();
  for (const { path, sizeBytes } of expected) files.set(path, sizeBytes);
  const lookOnce = async (): Promise<Look & { readonly isAllShown: boolean }> => {
    const listing = { owner, expected: files.size, hasUrls: isListed };
    const items = await listFacts(avala, dataset, listing);
    const byKeys = { dataset, items, health: undefined };
    const isAllShown = items !== undefined && isAllEqual(keysOf(byKeys, files));
    if (isAllShown) return { ...byKeys, isAllShown };
    return { ...byKeys, isAllShown, health: await readHealth(avala, dataset, owner) };
  };
  const untilMs = avala.clock.now() + waitMs;
  let look = await lookOnce();
  let seen = -1;
  for (const [index, pauseMs] of lookAgainMs.entries()) {
    const counts = countedIn(look, files);
    const isStill = index >= minLooksAgain && progressOf(look) <= seen;
    const isMoving = isLagging(counts, dataset.itemCount) || (isIndexing(counts) && !isStill);
    if (look.isAllShown || !isMoving || avala.clock.now() + pauseMs > untilMs) break;
    seen = progressOf(look);
    await avala.clock.sleep(pauseMs, avala.signal);
    look = await lookOnce();
  }
  const comparison = concludeItems(files, look);
  return isListed ? { ...comparison, listed: look.items ?? [] } : comparison;
}
