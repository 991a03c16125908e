// What the stores of an increment's items show of the files that these may be.
import type { Avala } from "../../api/connection";
import type { StoredObject } from "../../api/storage/stored-object";
import { askStore, runByHost } from "../items/ask-store";
import { mayRead } from "../items/store-evidence";
import { evidenceOf, type StoreHosts } from "../items/store-hosts";
import { findUnexplained } from "../publish/cut-short";
import { likenessOf, mayReadNamed, type StoredLikeness } from "../publish/likeness";
import type { Seen } from "./increment-items";

interface Looking {
  readonly hosts: StoreHosts;
  readonly datasetUid: string;
  /** Whether its name proves the file, as long as no look speaks against it. */
  readonly isProven: (path: string) => boolean;
  readonly onLooked: () => void;
}

interface Compared {
  readonly likened: StoredLikeness | undefined;
  readonly stored: StoredObject | undefined;
}

type Likenesses = ReadonlyMap<Seen, Compared>;

async function likenesses(
  avala: Avala,
  seen: readonly Seen[],
  { hosts, datasetUid, isProven, onLooked }: Looking,
): Promise<Likenesses> {
  const found = new Map<Seen, Compared>();
  const items = { items: seen, urlOf: ({ item }: Seen) => item.url };
  await runByHost(avala, hosts, items, async (one) => {
    const { file, item } = one;
    if (file === undefined) return;
    const { url, stored: known } = item;
    // Where Avala itself lists another size, that is known.
    if (item.sizeBytes !== undefined && item.sizeBytes !== file.sizeBytes) return;
    if (url === undefined) return;
    const stored = await askStore(avala, hosts, { url, stored: known });
    const evidence = evidenceOf(hosts, { url, datasetUid });
    const canRead = isProven(file.path) ? mayReadNamed(evidence, file) : mayRead(evidence);
    const looking = { hosts, datasetUid, canRead };
    const likened = stored && (await likenessOf(avala, { file, url, stored }, looking));
    onLooked();
    found.set(one, { likened, stored });
  });
  return found;
}

/** Those of which a name proves the content, and that have another size without a known reason. */
async function unexplainedIn(
  avala: Avala,
  compared: Likenesses,
  { hosts, isProven }: Looking,
): Promise<ReadonlySet<Seen>> {
  const wrongSize = [...compared].flatMap(([seen, { likened }]) => {
    const { file, item } = seen;
    if (likened?.likeness !== "wrong-size" || file === undefined || item.url === undefined)
      return [];
    return isProven(file.path) ? [{ seen, file, url: item.url, ...likened }] : [];
  });
  return new Set((await findUnexplained(avala, hosts, wrongSize)).map(({ seen }) => seen));
}

interface ComparedSeen {
  /** All of which stores were asked. */
  readonly compared: Likenesses;
  readonly unexplained: ReadonlySet<Seen>;
}

/** @throws AvalaError `file_changed`, `cancelled` */
export async function compareSeen(
  avala: Avala,
  seen: readonly Seen[],
  looking: Looking,
): Promise<ComparedSeen> {
  const compared = await likenesses(avala, seen, looking);
  return { compared, unexplained: await unexplainedIn(avala, compared, looking) };
}
