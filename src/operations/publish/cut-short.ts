// Whether less than was sent is what a file begins with: then its store has kept only a part. Else the item's URL leads to
// something else, as a scaled image, of which the size says nothing.
import type { Avala } from "../../api/connection";
import { readStoredEnd } from "../../api/storage/stored-object";
import { readUntil } from "../../flow/disk/reading-disk";
import type { UploadFile } from "../../upload/request";
import { askHost, runByHost } from "../items/ask-store";
import type { Kind, Likened } from "../items/store-evidence";
import type { StoreHosts } from "../items/store-hosts";
import { hasPlace, type Stored } from "./likeness";

const END_BYTES = 1024;

// So many that are no beginnings, and none that is one, show where items of their kind lead. To ask for more would cost requests and
// show the same.
const ENOUGH_OF_OTHERS = 8;

export interface Smaller extends Stored, Pick<Likened, "kind"> {
  /** As the store has it. */
  readonly storedBytes: number;
}

/** @throws AvalaError as the disk, `cancelled` */
async function readPart(
  avala: Avala,
  { absolutePath }: UploadFile,
  { first, length }: { readonly first: number; readonly length: number },
): Promise<Buffer> {
  const handle = await readUntil(avala.disk, avala.signal).openToRead(absolutePath);
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, await handle.read(bytes, first));
  } finally {
    await handle.close();
  }
}

/** `undefined` where that can't be known. */
async function isBeginning(
  avala: Avala,
  hosts: StoreHosts,
  { file, url, storedBytes }: Smaller,
): Promise<boolean | undefined> {
  if (storedBytes === 0) return true;
  if (!hasPlace(file)) return undefined;
  const wanted = { sizeBytes: storedBytes, atMost: END_BYTES };
  const end = await askHost(avala, hosts, url, (idleMs) =>
    readStoredEnd(avala, url, wanted, idleMs),
  );
  if (end === undefined) return undefined;
  const { length } = end;
  const own = await hosts.reading(() =>
    readPart(avala, file, { first: storedBytes - length, length }),
  );
  return own.equals(end);
}

interface Seen {
  readonly beginnings: Smaller[];
  /** Those that could not be compared. */
  readonly unknown: Smaller[];
  others: number;
}

function showOthers({ beginnings, others }: Seen): boolean {
  return beginnings.length === 0 && others >= ENOUGH_OF_OTHERS;
}

/** All but those that are known to be no beginnings, or are of a kind of which a few show that none is. */
export async function mayBeCutShort(
  avala: Avala,
  hosts: StoreHosts,
  smaller: readonly Smaller[],
): Promise<readonly Smaller[]> {
  const kinds = new Map<Kind, Seen>();
  const items = { items: smaller, urlOf: ({ url }: Smaller) => url };
  await runByHost(avala, hosts, items, async (one) => {
    const seen = kinds.get(one.kind) ?? { beginnings: [], unknown: [], others: 0 };
    kinds.set(one.kind, seen);
    if (showOthers(seen)) return;
    const isPart = await isBeginning(avala, hosts, one);
    if (isPart === false) seen.others += 1;
    else (isPart === true ? seen.beginnings : seen.unknown).push(one);
  });
  return [...kinds.values()].flatMap((seen) =>
    showOthers(seen) ? [] : [...seen.beginnings, ...seen.unknown],
  );
}
