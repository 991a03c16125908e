// Whether items of which no key is like the path of a file have the contents of the files all the same: by the sizes and MD5s
// that their store returns for one byte each. As many requests as a look at items that are known by their keys.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { StoredObject } from "../../api/storage/stored-object";
import { readUntil } from "../../flow/disk/reading-disk";
import { runPool } from "../../flow/pool";
import { groupBy } from "../../group-by";
import { readMd5 } from "../../upload/send/chunks";
import { askStore, runByHost } from "../items/ask-store";
import { tellComparing } from "../items/comparing";
import type { ItemComparison } from "../items/item-comparison";
import { kindOf, mayRead, noteLikeness, noteOther, type Kind } from "../items/store-evidence";
import {
  beginLook,
  evidenceOf,
  FILE_READS_AT_ONCE,
  reportHosts,
  type StoreHosts,
} from "../items/store-hosts";
import { concludeUnmatched, type ShownContents } from "../items/unmatched-keys";
import type { WaitMs } from "../wait";
import { hasPlace } from "./likeness";
import { hasDifference } from "./refusals";
import { reportDoubt } from "./settle";
import { asDataType, indexedOf, type NamedFile, type NamedFiles } from "./target";

type Listed = NonNullable<ItemComparison["listed"]>;

/** An item of which the store shows the size and the content. */
interface Shown {
  readonly key: string;
  readonly kind: Kind;
  readonly sizeBytes: number;
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
  { name, uid: datasetUid }: Dataset,
  items: Listed,
  hosts: StoreHosts,
): Promise<Seen> {
  const shown: Shown[] = [];
  const sizes: (number | undefined)[] = [];
  const telling = tellComparing(avala, name, items.length);
  const all = { items, urlOf: ({ url }: Listed[number]) => url };
  await runByHost(
    avala,
    hosts,
    all,
    async ({ key = "an item without a key", url, stored: known }) => {
      const asked = url === undefined ? undefined : { url, stored: known };
      const stored = asked && (await askStore(avala, hosts, asked));
      sizes.push(stored?.sizeBytes);
      const content = stored && contentOf(stored);
      if (stored?.sizeBytes !== undefined && content !== undefined) {
        const { sizeBytes } = stored;
        const evidence = evidenceOf(hosts, { url, datasetUid });
        const kind = kindOf(evidence, key, stored);
        shown.push({ key, kind, sizeBytes, content });
      }
      telling.next();
    },
  ).finally(telling.end);
  return { shown, sizes };
}

/**
 * Pairs each file that has the size of an item whose content is shown with one of its content; reads no more of them than
 * may show something.
 */
async function pairFiles(
  avala: Avala,
  files: readonly NamedFile[],
  shown: readonly Shown[],
): Promise<Pick<ShownContents, "same"> & { readonly left: readonly Shown[] }> {
  const same = new Set<string>();
  const left = groupBy(shown, ({ content }) => content);
  const evidenceOfSize = new Map(
    Array.from(
      groupBy(shown, ({ sizeBytes }) => sizeBytes),
      ([sizeBytes, alike]) => [sizeBytes, new Set(alike.map(({ kind }) => kind.evidence))],
    ),
  );
  const wanted = files.filter(({ sizeBytes }) => evidenceOfSize.has(sizeBytes));
  const pool = { concurrency: FILE_READS_AT_ONCE, signal: avala.signal };
  await runPool(wanted, pool, async (file) => {
    const possible = [...(evidenceOfSize.get(file.sizeBytes) ?? [])];
    if (!hasPlace(file) || !possible.some(mayRead)) return;
    const isEmpty = file.sizeBytes === 0;
    const content = isEmpty ? EMPTY : await readMd5(readUntil(avala.disk, avala.signal), file);
    if (content === undefined) return;
    const item = left.get(content)?.pop();
    if (item === undefined) {
      for (const evidence of possible) noteOther(evidence);
      return;
    }
    same.add(file.path);
    if (!isEmpty) noteLikeness({ likeness: "same", kind: item.kind });
  });
  return { same, left: [...left.values()].flat() };
}

interface Looking {
  readonly dataset: Dataset;
  /** Those that should be items. */
  readonly files: readonly NamedFile[];
}

async function lookAtContents(
  avala: Avala,
  items: Listed,
  { dataset, files }: Looking,
  hosts: StoreHosts,
): Promise<ShownContents> {
  const seen = await seeItems(avala, dataset, items, hosts);
  const { same, left } = await pairFiles(avala, files, seen.shown);
  const sizes = new Set(files.map(({ sizeBytes }) => sizeBytes));
  // For all that is known, an item leads to a preview until one of its kind has shown the content of a file: but if it has the
  // size of one, it is enough that the ETags are MD5s. Beside a weak ETag another size may be that of a smaller rendition.
  const others = left.flatMap(({ key, kind, sizeBytes }) => {
    if (sizes.has(sizeBytes)) return kind.evidence.same > 0 ? key : [];
    return kind.form !== "weak" && kind.family.same > 0 ? key : [];
  });
  const unshown = items.length - same.size - others.length;
  return { same, others, unshown, isMute: seen.shown.length === 0, sizes: seen.sizes };
}

export interface UnmatchedComparison {
  readonly items: ItemComparison;
  /** Whether items have the contents of all the files; which is which, that does not show. */
  readonly areContentsSame: boolean;
}

/**
 * Of a dataset that others may have made, and whose items' keys are like none of the paths: what it holds, as far as
 * contents show it. Says what stays in doubt.
 */
export async function compareUnmatched(
  avala: Avala,
  { dataset, items }: { readonly dataset: Dataset; readonly items: ItemComparison },
  target: NamedFiles,
  waitMs: WaitMs,
): Promise<UnmatchedComparison> {
  const { unmatched, listed = [], lost, surplus } = items;
  const files = indexedOf(target.files, target.dataset.dataType ?? asDataType(dataset.dataType));
  const isProven = lost !== undefined || surplus !== undefined;
  if (isProven) return { items, areContentsSame: false }; // it is refused, which says why
  if (unmatched === undefined || listed.length !== files.length) {
    reportDoubt(avala, dataset, items);
    return { items, areContentsSame: false };
  }
  const hosts = beginLook(avala, waitMs);
  const shown = await lookAtContents(avala, listed, { dataset, files }, hosts);
  const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const compared = { ...items, doubt: undefined, ...concludeUnmatched(sizes, unmatched, shown) };
  const areContentsSame = shown.same.size === files.length;
  // What shows nothing takes nothing away from a refusal.
  if (!areContentsSame && !hasDifference(compared)) reportHosts(avala, hosts);
  reportDoubt(avala, dataset, compared);
  return { items: compared, areContentsSame };
}
