// Reads what a dataset holds until it can be held against the files that it should be made of. Decides nothing.
import { aSession, type Avala } from "../../api/connection";
import { aDataset, type Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { OwnerWanted } from "../datasets/dataset-ref";
import {
  aFlag,
  anObject,
  asList,
  aSize,
  aText,
  longListOf,
  maybe,
  optionsOf,
  partOf,
  refuse,
} from "../../shapes";
import { aWait, msOf, type WaitMs } from "../wait";
import { isCountedWhole, type Counted } from "./item-counts";
import {
  concludeItems,
  countedIn,
  keysOf,
  type ItemComparison,
  type Look,
} from "./item-comparison";
import type { LocalFiles } from "./early-looks";
import { listFacts, readHealth } from "./item-reads";
import type { ItemFacts, KeyComparison } from "./key-comparison";
import { pathsByUrl } from "./url-paths";
import { withWholeKeys } from "./whole-keys";

interface ExpectedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Whether what the keys say is all there is to say. */
function isAllEqual({ missing, extra, altered, repeated, unclear }: KeyComparison): boolean {
  return missing.length + extra.length + altered.length + repeated.length + unclear === 0;
}

type Files = ReadonlyMap<string, number>;

interface Compared {
  readonly look: Look;
  readonly keys: KeyComparison;
}

/**
 * What keys show. In their place stand the paths that URLs show, where keys may lack folders, or where they leave files open and
 * prove nothing else.
 */
function compareNamed(listed: Look, files: Files, name: string): Compared {
  const { items = [] } = listed;
  const byKeys = (look: Look): Compared => ({ look, keys: keysOf(look, files) });
  const named = (by: readonly ItemFacts[]): Compared =>
    byKeys({ ...listed, items: by, areWhole: true });
  const whole = withWholeKeys(items, files, name);
  if (whole !== undefined) return named(whole);
  const compared = byKeys(listed);
  const { keys } = compared;
  if (keys.unclear === 0 || !isAllEqual({ ...keys, unclear: 0 })) return compared;
  const paths = pathsByUrl(files, items, name);
  return paths ? named(items.map((item, index) => ({ ...item, key: paths[index] }))) : compared;
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
  /** For the list, should the server put it off, and for looking again at what lags behind: a minute at most. @default no bound of the list */
  readonly waitMs?: WaitMs | undefined;
  /** Whether what was listed is returned, with the URLs of the items. @default false */
  readonly isListed?: boolean | undefined;
  /** By path, where the caller holds all that is listed against what stores keep, which are asked while it is listed. @default it does not */
  readonly comparedTo?: LocalFiles | undefined;
  /**
   * Whether the dataset is known to be made of the files, as right after its confirm: then keys like none of their paths are the
   * server's own names. @default false: keys that are names of other files make them missing and extra
   */
  readonly isMadeOfThese?: boolean | undefined;
}

const someFiles = longListOf(
  "files",
  partOf<ExpectedFile>({ path: aText, sizeBytes: aSize }),
  ({ path, sizeBytes }) => typeof path === "string" && typeof sizeBytes === "number",
);

const COMPARE_OPTIONS = optionsOf<CompareOptions>({
  owner: maybe(partOf<OwnerWanted>({ ownerName: maybe(aText), organizationUid: maybe(aText) })),
  waitMs: maybe(aWait),
  isListed: maybe(aFlag),
  comparedTo: maybe(anObject),
  isMadeOfThese: maybe(aFlag),
});

/**
 * Holds a dataset's items against what should be indexed. A hundred items cost one call, and one more where keys differ
 * from the paths; where the list or the counts lag behind, both are read again for at most a minute.
 */
export async function compareItems(
  avala: Avala,
  dataset: Dataset,
  expected: Iterable<ExpectedFile>,
  options: CompareOptions = {},
): Promise<ItemComparison> {
  const list = asList(expected);
  refuse(
    aSession("avala", avala),
    aDataset("dataset", dataset),
    someFiles("expected", list),
    COMPARE_OPTIONS("options", options),
  );
  const { owner = {}, waitMs = Number.POSITIVE_INFINITY } = options;
  const { isListed = false, comparedTo, isMadeOfThese = false } = options;
  const files = new Map<string, number>();
  for (const { path, sizeBytes } of list) files.set(path, sizeBytes);
  const untilMs = avala.clock.now() + msOf(waitMs);
  const lookOnce = async (): Promise<Look & { readonly isAllShown: boolean }> => {
    const leftMs = waitMs === "preview" ? waitMs : Math.max(0, untilMs - avala.clock.now());
    const asking = { hasUrls: isListed || !isMadeOfThese, comparedTo };
    const listing = { owner, expected: files.size, ...asking, waitMs: leftMs };
    const items = await listFacts(avala, dataset, listing);
    const asListed = { dataset, items, health: undefined };
    const { look: shown, keys } = isMadeOfThese
      ? { look: asListed, keys: keysOf(asListed, files) }
      : compareNamed(asListed, files, dataset.name);
    const isAllShown = items !== undefined && isAllEqual(keys);
    if (isAllShown) return { ...shown, isAllShown };
    return { ...shown, isAllShown, health: await readHealth(avala, dataset, owner) };
  };
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
  const comparison = concludeItems(files, look, { isMadeOfThese });
  return isListed ? { ...comparison, listed: look.items ?? [] } : comparison;
}
