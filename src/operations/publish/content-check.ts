// Whether what a store keeps of a dataset's items is what was sent, or the content of local files: by the size and the ETag
// that a request of one byte returns. Costs no API call but the list of the items; the key is never sent.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { OwnerWanted } from "../datasets/dataset-ref";
import { isIndexed, type DataType } from "../../files/media";
import { runByHost } from "../items/ask-store";
import { tellComparing } from "../items/comparing";
import type { ItemComparison } from "../items/item-comparison";
import { matchKeys } from "../items/item-keys";
import { listFacts } from "../items/item-reads";
import { isDifference, isEnough, mayRead, type Likeness } from "../items/store-evidence";
import { beginLook, evidenceOf, reportHosts } from "../items/store-hosts";
import type { WaitMs } from "../wait";
import { isSuspect, tellingTags, UNTAGGED, type PlaceTags } from "../../upload/check/place-tag";
import { likenessOf, mayReadNamed, type Listed, type Looking, type Stored } from "./likeness";
import { findUnexplained, type Compared } from "./cut-short";
import type { NamedFile } from "./target";

// Enough for a refusal, which names ten.
const MAX_WRONG_SIZES = 16;

export interface ContentComparison {
  /** Files whose content the store keeps. */
  readonly same: ReadonlySet<string>;
  /** Files of which it keeps something else; known only where others show that the ETags are MD5s. Some, where all are. */
  readonly others: readonly string[];
  /** Files of which it keeps another size, where it shows others of their kind to be right. The first few. */
  readonly wrongSize: readonly string[];
  /**
   * Of the files with tags those of which it has shown none of this, nor that it keeps the object that was sent; also where
   * no item stands for a file without a tag of its own. Where the name vouches for the others, of the suspects alone.
   */
  readonly unshown: readonly string[];
  /** Of those the ones of which it shows another size and the ETag of when they were sent. */
  readonly resized: readonly string[];
  /** Of those the ones of which it shows another size and another ETag than when they were sent. */
  readonly unlike: readonly string[];
  /** Of those, where the name vouches for files, the ones of which it shows another size for no known reason. */
  readonly sized: readonly string[];
}

export interface Expected {
  readonly files: readonly NamedFile[];
  /** Whose the dataset is. */
  readonly owner: OwnerWanted;
  /** Of the files that are compared. @default all files are, by their content */
  readonly tags?: PlaceTags | undefined;
  /**
   * Whether the dataset's name has the digest of the files. Files without tags are compared as well then, all of them or
   * those that it names: they are no suspects.
   */
  readonly named?: "all" | ReadonlySet<string> | undefined;
  /** Of the files that become items. @default all do */
  readonly dataType?: DataType | undefined;
  /** What a list of the items has shown. @default they are listed */
  readonly listed?: ItemComparison["listed"];
}

function isWanted({ tags, named }: Expected, path: string): boolean {
  if (tags?.has(path) !== false) return true;
  return named === "all" || named?.has(path) === true;
}

async function findListed(
  avala: Avala,
  dataset: Dataset,
  expected: Expected,
  waitMs: WaitMs,
): Promise<readonly Listed[]> {
  const { files, tags, owner } = expected;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const listing = { owner, expected: files.length, hasUrls: true, waitMs };
  // A list that the server does not give shows nothing.
  const items = expected.listed ?? (await listFacts(avala, dataset, listing)) ?? [];
  const matches = matchKeys(
    byPath.keys(),
    items.map(({ key }) => key),
  );
  const telling = tags && tellingTags(files, tags);
  return matches.flatMap((match, index) => {
    const file = match.kind === "path" ? byPath.get(match.path) : undefined;
    if (file === undefined || !isWanted(expected, file.path)) return [];
    const { url, stored } = items[index] ?? {};
    return [{ file, url, stored, tag: telling?.get(file.path) }];
  });
}

type Seen = Readonly<Record<Likeness, Compared[]>>;

/** Holds each against what its store says, until that is enough. */
async function lookAt(
  avala: Avala,
  found: readonly Listed[],
  { hosts, datasetUid, isNamed }: Omit<Looking, "canRead">,
  onLooked: () => void,
): Promise<Seen> {
  const seen: Seen = {
    ...{ same: [], kept: [], "of-size": [] },
    ...{ resized: [], other: [], "wrong-size": [] },
  };
  const items = { items: found, urlOf: ({ url }: Listed) => url };
  await runByHost(avala, hosts, items, async (one) => {
    const { file, url, tag } = one;
    if (url === undefined) return;
    const evidence = evidenceOf(hosts, { url, datasetUid });
    // A tag is known without reading the file.
    const isOpen = mayRead(evidence);
    // The size of what a name vouches for may speak against that.
    const isSizeOpen = isOpen || tag !== undefined || isNamed === true;
    if (isEnough(evidence, MAX_WRONG_SIZES) || !isSizeOpen) return;
    const isVouchedFor = isNamed === true && !isSuspect(tag);
    const canRead = isVouchedFor ? mayReadNamed(evidence, file) : isOpen;
    const stored = { ...one, url };
    const likened = await likenessOf(avala, stored, { hosts, datasetUid, canRead, isNamed });
    onLooked();
    if (likened !== undefined) seen[likened.likeness].push({ ...stored, ...likened });
  });
  return seen;
}

/** Those of another ETag at a host whose ETags are no MD5s, as files show that are no suspects: of all alike the size is shown. */
function withoutMd5s({ other }: Seen): readonly Stored[] {
  const withOthers = new Set(
    other.flatMap(({ tag, kind }) => (tag === undefined ? kind.evidence : [])),
  );
  return other.filter(({ kind: { evidence } }) => evidence.same === 0 && withOthers.has(evidence));
}

/** Files without a tag of their own for which no item stands. */
function unlisted({ files, tags, dataType }: Expected, found: readonly Listed[]): string[] {
  if (tags === undefined) return [];
  const isFound = new Set(found.map(({ file }) => file.path));
  return files.flatMap(({ path }) => {
    const isSuspect = tags.get(path) === UNTAGGED && !isFound.has(path);
    return isSuspect && (dataType === undefined || isIndexed(path, dataType)) ? [path] : [];
  });
}

const pathsOf = (found: readonly Listed[]): string[] => found.map(({ file }) => file.path).sort();

/** @throws AvalaError `file_changed` when a file is not what its manifest says; ApiError of the list */
export async function compareContents(
  avala: Avala,
  dataset: Dataset,
  expected: Expected,
  waitMs: WaitMs,
): Promise<ContentComparison> {
  const found = await findListed(avala, dataset, expected, waitMs);
  const hosts = beginLook(avala, waitMs);
  const telling = tellComparing(avala, dataset.name, found.length);
  const isNamed = expected.named !== undefined;
  const looking = { hosts, datasetUid: dataset.uid, isNamed };
  const seen = await lookAt(avala, found, looking, telling.next).finally(telling.end);
  const { same, kept, resized, "of-size": ofSize } = seen;
  const [others, wrongSize] = [
    seen.other.filter((one) => isDifference(one)),
    seen["wrong-size"].filter((one) => isDifference(one)),
  ];
  const alike = isNamed ? withoutMd5s(seen) : [];
  const shown = new Set(pathsOf([...same, ...kept, ...ofSize, ...others, ...wrongSize, ...alike]));
  const cut = new Set(pathsOf(resized));
  // Of a control among suspects, a reply has shown that it is kept.
  const isControl = ({ file: { path } }: Stored): boolean =>
    expected.named !== "all" && expected.tags?.has(path) !== true;
  const doubtful = isNamed
    ? seen["wrong-size"].filter((one) => !isDifference(one) && !isControl(one))
    : [];
  const sized = new Set(pathsOf(await findUnexplained(avala, hosts, doubtful)));
  const isOpen = ({ path }: NamedFile): boolean => {
    const tag = expected.tags?.get(path);
    return cut.has(path) || sized.has(path) || (isNamed ? isSuspect(tag) : tag !== undefined);
  };
  const mute = found.filter(({ file }) => isOpen(file) && !shown.has(file.path));
  const unlike = seen["wrong-size"].filter((one) => one.isRetagged && !isDifference(one));
  // Of what the name vouches for, it takes nothing away that a host shows nothing.
  if (!isNamed || mute.some(({ file }) => !sized.has(file.path))) reportHosts(avala, hosts);
  return {
    same: new Set(pathsOf([...same, ...kept])),
    others: pathsOf(others),
    wrongSize: pathsOf(wrongSize),
    unshown: [...pathsOf(mute), ...unlisted(expected, found)].sort(),
    resized: [...cut],
    unlike: pathsOf(unlike),
    sized: [...sized],
  };
}
