// Files that the name of their dataset vouches for, and of which a store shows another size than was sent: whether anything
// shows that the item's URL leads to something else, as a scaled image, of which the size says nothing. Only images are shown
// scaled; and one that is shorter must not be what the file begins with, or its store has kept only a part.
import type { Avala } from "../../api/connection";
import { readStoredBytes } from "../../api/storage/stored-object";
import { readUntil } from "../../flow/disk/reading-disk";
import type { UploadFile } from "../../upload/request";
import { md5Of } from "../../upload/check/place-tag";
import { askHost, runByHost } from "../items/ask-store";
import { showsStrongEtags, type Kind } from "../items/store-evidence";
import type { StoreHosts } from "../items/store-hosts";
import { hasPlace, type Stored, type StoredLikeness } from "./likeness";

const PART_BYTES = 1024;

// So many that are no beginnings, and none that is one, show where items of their kind lead. To ask for more would cost requests and
// show the same.
const ENOUGH_OF_OTHERS = 8;

/** A file, and what it is to what its store keeps. */
export interface Compared extends Stored, StoredLikeness {}

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

/** What the file has in a range where the store has the same; `undefined` where that can't be known. */
async function sameIn(
  avala: Avala,
  hosts: StoreHosts,
  { file, url, storedBytes: sizeBytes }: Compared,
  first: number,
): Promise<Buffer | "other" | undefined> {
  if (!hasPlace(file) || sizeBytes === undefined) return undefined;
  const range = { first, last: Math.min(first + PART_BYTES, sizeBytes) - 1, sizeBytes };
  const shown = await askHost(avala, hosts, url, (idleMs) =>
    readStoredBytes(avala, url, range, idleMs),
  );
  if (shown === undefined) return undefined;
  const { length } = shown;
  const own = await hosts.reading(() => readPart(avala, file, { first, length }));
  return own.equals(shown) ? own : "other";
}

const isOneByte = (bytes: Buffer): boolean => bytes.every((byte) => byte === bytes[0]);

/** `undefined` where that can't be known. */
async function isBeginning(
  avala: Avala,
  hosts: StoreHosts,
  one: Compared,
): Promise<boolean | undefined> {
  const { storedBytes = 0 } = one;
  const end = await sameIn(avala, hosts, one, Math.max(0, storedBytes - PART_BYTES));
  // A white image ends as a smaller one does, but the sizes are in what it begins with.
  const shown = Buffer.isBuffer(end) && isOneByte(end) ? await sameIn(avala, hosts, one, 0) : end;
  return shown === undefined ? undefined : shown !== "other";
}

interface Seen<One> {
  readonly beginnings: One[];
  /** Those that could not be compared. */
  readonly unknown: One[];
  others: number;
}

function showOthers({ beginnings, others }: Seen<unknown>): boolean {
  return beginnings.length === 0 && others >= ENOUGH_OF_OTHERS;
}

/** All but those that are known to be no beginnings, or are of a kind of which a few show that none is. */
async function mayBeCutShort<One extends Compared>(
  avala: Avala,
  hosts: StoreHosts,
  smaller: readonly One[],
): Promise<readonly One[]> {
  const kinds = new Map<Kind, Seen<One>>();
  const items = { items: smaller, urlOf: ({ url }: One) => url };
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

/** Whether its size says nothing: its store has shown that it keeps it, or its item is made of it. */
function isExplained({ tag, kind, isConverted, isImage, isWeak }: Compared): boolean {
  if (tag !== undefined && md5Of(tag) !== undefined) return true;
  return isConverted || (isImage && isWeak && showsStrongEtags(kind.evidence));
}

/** Of files of another size those of which nothing shows that their items lead to something else than was sent. */
export async function findUnexplained<One extends Compared>(
  avala: Avala,
  hosts: StoreHosts,
  wrongSize: readonly One[],
): Promise<readonly One[]> {
  const open = wrongSize.filter((one) => !isExplained(one));
  const isSmaller = ({ file, storedBytes = 0 }: One): boolean => storedBytes < file.sizeBytes;
  const smallerImages = open.filter((one) => one.isImage && isSmaller(one));
  const cut = await mayBeCutShort(avala, hosts, smallerImages);
  return [...open.filter(({ isImage }) => !isImage), ...cut];
}
