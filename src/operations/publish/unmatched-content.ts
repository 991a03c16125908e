// Whether items of which no key is like the path of a file have the contents of the files all the same: by the sizes and MD5s
// that their store returns for one byte each. As many requests as a look at items that are known by their keys.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { StoredObject } from "../../api/storage/stored-object";
import { readUntil } from "../../flow/disk/reading-disk";
import { runPool } from "../../flow/pool";
import { readMd5 } from "../../upload/send/chunks";
import { tellComparing } from "../items/comparing";
import type { ItemComparison } from "../items/item-comparison";
import {
  askStore,
  beginLook,
  hostOf,
  noteLikeness,
  reportHosts,
  type StoreHosts,
} from "../items/store-hosts";
import { concludeUnmatched, type ShownContents } from "../items/unmatched-keys";
import { hasPlace, mayRead, STORE_CONCURRENCY } from "./content-check";
import { reportDoubt } from "./settle";
import { asDataType, indexedOf, type NamedFile, type NamedFiles } from "./target";

type Listed = NonNullable<ItemComparison["listed"]>;

/** An item of which the store shows the content. */
interface Shown {
  readonly key: string;
  readonly url: string;
  readonly content: string;
}

interface Seen {
  readonly shown: readonly Shown[];
  readonly sizes: readonly (number | undefined)[];
}

// There is one empty content, of which a store returns no MD5.
const EMPTY = "empty";

function contentOf({ sizeBytes, md5 }: StoredObject): string | undefined {
  return sizeBytes === 0 ? EMPTY : md5;
}

async function seeItems(
  avala: Avala,
  name: string,
  items: Listed,
  hosts: StoreHosts,
): Promise<Seen> {
  const shown: Shown[] = [];
  const sizes: (number | undefined)[] = [];
  const telling = tellComparing(avala, name, items.length);
  const pool = { concurrency: STORE_CONCURRENCY, signal: avala.signal };
  await runPool(items, pool, async ({ key = "an item without a key", url }) => {
    const stored = url === undefined ? undefined : await askStore(avala, hosts, { path: key, url });
    sizes.push(stored?.sizeBytes);
    const content = stored && contentOf(stored);
    if (url !== undefined && content !== undefined) shown.push({ key, url, content });
    telling.next();
  }).finally(telling.end);
  return { shown, sizes };
}

/** Pairs each file that has the size of an item with one of its content; reads no more of them than may show something. */
async function pairFiles(
  avala: Avala,
  files: readonly NamedFile[],
  { shown, sizes }: Seen,
  hosts: StoreHosts,
): Promise<Pick<ShownContents, "same"> & { readonly left: readonly Shown[] }> {
  const same = new Set<string>();
  const left = new Map<string, Shown[]>();
  for (const one of shown) {
    const alike = left.get(one.content);
    if (alike === undefined) left.set(one.content, [one]);
    else alike.push(one);
  }
  const known = new Set(sizes);
  const wanted = files.filter(({ sizeBytes }) => known.has(sizeBytes));
  const pool = { concurrency: STORE_CONCURRENCY, signal: avala.signal };
  const all = hostOf(hosts, shown[0]?.url);
  await runPool(wanted, pool, async (file) => {
    if (!hasPlace(file) || !mayRead(all)) return;
    const isEmpty = file.sizeBytes === 0;
    const content = isEmpty ? EMPTY : await readMd5(readUntil(avala.disk, avala.signal), file);
    if (content === undefined) return;
    const item = left.get(content)?.pop();
    if (item !== undefined) same.add(file.path);
    const likeness = item === undefined ? "other" : isEmpty ? "kept" : "same";
    noteLikeness(hostOf(hosts, item?.url ?? shown[0]?.url), likeness, { isTagged: false });
  });
  return { same, left: [...left.values()].flat() };
}

interface Looking {
  readonly name: string;
  /** Those that should be items. */
  readonly files: readonly NamedFile[];
  readonly waitMs: number;
}

async function lookAtContents(
  avala: Avala,
  items: Listed,
  { name, files, waitMs }: Looking,
): Promise<ShownContents> {
  const hosts = beginLook(avala, waitMs);
  const seen = await seeItems(avala, name, items, hosts);
  const { same, left } = await pairFiles(avala, files, seen, hosts);
  if (same.size < files.length) reportHosts(avala, hosts);
  // For all that is known, a host shows previews until it has shown the content of a file.
  const others = left.filter(({ url }) => hostOf(hosts, url).same > 0).map(({ key }) => key);
  const unshown = items.length - same.size - others.length;
  return { same, others, unshown, isMute: seen.shown.length === 0, sizes: seen.sizes };
}

interface UnmatchedComparison {
  readonly items: ItemComparison;
  /** Files of which an item is known to be. */
  readonly same: ReadonlySet<string>;
}

/**
 * Of a dataset that others may have made, and whose items' keys are like none of the paths: what it holds, as far as
 * contents show it. Says what stays in doubt.
 */
export async function compareUnmatched(
  avala: Avala,
  { dataset, items }: { readonly dataset: Dataset; readonly items: ItemComparison },
  target: NamedFiles,
  waitMs: number,
): Promise<UnmatchedComparison> {
  const { unmatched, listed = [], lost, surplus } = items;
  const files = indexedOf(target.files, target.dataset.dataType ?? asDataType(dataset.dataType));
  const none = { items, same: new Set<string>() };
  const isProven = lost !== undefined || surplus !== undefined;
  if (isProven) return none; // it is refused, which says why
  if (unmatched === undefined || listed.length !== files.length) {
    reportDoubt(avala, dataset, items);
    return none;
  }
  const shown = await lookAtContents(avala, listed, { name: dataset.name, files, waitMs });
  const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const concluded = concludeUnmatched(sizes, unmatched, shown);
  const compared = { ...items, doubt: undefined, ...concluded };
  reportDoubt(avala, dataset, compared);
  return { items: compared, same: concluded.uncompared === 0 ? shown.same : none.same };
}
