// Whether what a store keeps of a dataset's items is what was sent, or the content of local files: by the size and the ETag
// that a request of one byte returns. Costs no API call but the list of the items; the key is never sent.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { OwnerWanted } from "../datasets/dataset-ref";
import { isIndexed, type DataType } from "../../files/media";
import { readUntil } from "../../flow/disk/reading-disk";
import { askStore, runByHost } from "../items/ask-store";
import { tellComparing } from "../items/comparing";
import type { ItemComparison } from "../items/item-comparison";
import { matchKeys } from "../items/item-keys";
import { listFacts } from "../items/item-reads";
import type { ItemFacts } from "../items/key-comparison";
import {
  beginLook,
  hostOf,
  isDifference,
  mayRead,
  noteLikeness,
  reportHosts,
  type Likeness,
  type StoreHost,
  type StoreHosts,
} from "../items/store-hosts";
import type { WaitMs } from "../wait";
import {
  isEtagMute,
  isTagged,
  tellingTags,
  UNTAGGED,
  md5Of,
  type PlaceTag,
  type PlaceTags,
} from "../../upload/check/place-tag";
import type { UploadFile } from "../../upload/request";
import { readMd5 } from "../../upload/send/chunks";
import type { NamedFile } from "./target";

// Enough for a refusal, which names ten.
const MAX_WRONG_SIZES = 16;
// Of a file that its dataset's name vouches for, reading it once more would cost more than it may show.
const MAX_READ_OF_NAMED = 16 * 1024 * 1024;

interface ContentComparison {
  /** Files whose content the store keeps. */
  readonly same: ReadonlySet<string>;
  /** Files of which it keeps something else; known only where it has shown that its ETags are MD5s. Some, where all are. */
  readonly others: readonly string[];
  /** Files of which it keeps another size, where it has shown the size of others to be right. The first few. */
  readonly wrongSize: readonly string[];
  /**
   * Of the files with tags those of which it has shown none of this, nor that it keeps the object that was sent; also where
   * no item stands for a file without a tag of its own.
   */
  readonly unshown: readonly string[];
}

/** The same of a file that its dataset's name vouches for. */
export function mayReadNamed(host: StoreHost, { sizeBytes }: { sizeBytes: number }): boolean {
  return mayRead(host) && sizeBytes <= MAX_READ_OF_NAMED;
}

export function hasPlace(file: NamedFile): file is UploadFile {
  return "absolutePath" in file;
}

/** A file that is listed as an item. */
interface Listed extends Pick<ItemFacts, "stored"> {
  readonly file: NamedFile;
  readonly url: string | undefined;
  /** What the store called it when it was sent, as far as that is known. */
  readonly tag?: PlaceTag | undefined;
}

/** The same with the URL of the item that it is held against. */
type Stored = Listed & { readonly url: string };

interface Looking {
  readonly hosts: StoreHosts;
  /** Whether the file's content may be read; else its size and its tag are all that is held against it. */
  readonly canRead: boolean;
  /** Whether no other content is sent to its place: where the store shows no MD5, its size is enough. @default false */
  readonly isNamed?: boolean | undefined;
}

/** `undefined` where the store does not say. What a file's own reading throws comes through. */
export async function likenessOf(
  avala: Avala,
  stored: Stored,
  looking: Looking,
): Promise<Likeness | undefined> {
  const likeness = await likenessAt(avala, stored, looking);
  noteLikeness(hostOf(looking.hosts, stored.url), likeness, { isTagged: stored.tag !== undefined });
  return likeness;
}

async function likenessAt(
  avala: Avala,
  { file, url, tag, stored: known }: Stored,
  { hosts, canRead, isNamed = false }: Looking,
): Promise<Likeness | undefined> {
  const stored = await askStore(avala, hosts, { url, stored: known });
  if (stored?.sizeBytes !== undefined && stored.sizeBytes !== file.sizeBytes) return "wrong-size";
  if (stored?.sizeBytes === 0) return "kept"; // there is one empty content
  const tagged = tag === undefined ? undefined : md5Of(tag);
  if (tag !== undefined && isTagged(tag, stored?.etag))
    return tagged === undefined ? "kept" : "same";
  const isMute = tag !== undefined && isEtagMute(tag, stored);
  if (isMute && stored?.sizeBytes !== undefined) return "of-size";
  const read = async (): Promise<string | undefined> => {
    if (!canRead || !hasPlace(file)) return undefined;
    const disk = readUntil(avala.disk, avala.signal);
    return hosts.reading(async () =>
      mayRead(hostOf(hosts, url)) ? readMd5(disk, file) : undefined,
    );
  };
  const md5 = stored?.md5 === undefined ? undefined : (tagged ?? (await read()));
  if (md5 !== undefined) return stored?.md5 === md5 ? "same" : "other";
  const isSizeEnough = tag === undefined || (isNamed && stored?.md5 === undefined);
  return isSizeEnough && stored?.sizeBytes !== undefined ? "of-size" : undefined;
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

type Seen = Readonly<Record<Likeness, Stored[]>>;

/** Holds each against what its store says, until that is enough. */
async function lookAt(
  avala: Avala,
  found: readonly Listed[],
  { hosts, isNamed }: Pick<Looking, "hosts" | "isNamed">,
  onLooked: () => void,
): Promise<Seen> {
  const seen: Seen = { same: [], kept: [], "of-size": [], other: [], "wrong-size": [] };
  const items = { items: found, urlOf: ({ url }: Listed) => url };
  await runByHost(avala, hosts, items, async (one) => {
    const { file, url, tag } = one;
    if (url === undefined) return;
    const host = hostOf(hosts, url);
    // A tag is known without reading the file.
    const isKnown = host.same + host.kept > 0 && host.wrongSize >= MAX_WRONG_SIZES;
    if (isKnown || (!mayRead(host) && tag === undefined)) return;
    const isVouchedFor = isNamed === true && tag === undefined;
    const canRead = isVouchedFor ? mayReadNamed(host, file) : mayRead(host);
    const stored = { ...one, url };
    const likeness = await likenessOf(avala, stored, { hosts, canRead, isNamed });
    onLooked();
    if (likeness !== undefined) seen[likeness].push(stored);
  });
  return seen;
}

/** Those of another ETag at a host whose ETags are no MD5s, as files show that are no suspects: of all alike the size is shown. */
function withoutMd5s({ other }: Seen, hosts: StoreHosts): readonly Stored[] {
  const hostsOfOthers = new Set(
    other.flatMap(({ tag, url }) => (tag === undefined ? hostOf(hosts, url) : [])),
  );
  return other.filter(({ url }) => {
    const host = hostOf(hosts, url);
    return host.same === 0 && hostsOfOthers.has(host);
  });
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
  const looking = { hosts, isNamed };
  const seen = await lookAt(avala, found, looking, telling.next).finally(telling.end);
  const { same, kept, "of-size": ofSize } = seen;
  const differing = (likeness: "other" | "wrong-size"): readonly Stored[] =>
    seen[likeness].filter(({ url }) => isDifference(hostOf(hosts, url), likeness));
  const [others, wrongSize] = [differing("other"), differing("wrong-size")];
  const alike = isNamed ? withoutMd5s(seen, hosts) : [];
  const shown = new Set(pathsOf([...same, ...kept, ...ofSize, ...others, ...wrongSize, ...alike]));
  const mute = found.filter(({ file, tag }) => tag !== undefined && !shown.has(file.path));
  // Of what the name vouches for, it takes nothing away that a host shows nothing.
  if (!isNamed || mute.length > 0) reportHosts(avala, hosts);
  return {
    same: new Set(pathsOf([...same, ...kept])),
    others: pathsOf(others),
    wrongSize: pathsOf(wrongSize),
    unshown: [...pathsOf(mute), ...unlisted(expected, found)].sort(),
  };
}
