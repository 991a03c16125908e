// The folder of digest caches: reading one that is safe to read, replacing one in one step, and keeping the folder small.
// Knows nothing of what is in a cache.
import {
  constants,
  fstatSync,
  lstatSync,
  renameSync,
  writeFileSync,
  type BigIntStats,
} from "node:fs";
import { open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemRandom, wallClockMs } from "../../flow/clock";
import { makeFolder } from "../../flow/disk/folders";

interface CacheFile {
  readonly bytes: Buffer;
  /** Another value: another process has replaced it. */
  readonly version: string;
}

type CacheKind = "digests" | "choice";
/** Also of what a killed process left of one. */
const cacheName = /\.(?:digests|choice)(?:$|\.)/;
const partialSuffix = ".partial";
/** Of one cache, for 2 million files; and of all caches of the folder. */
export const maxCacheBytes = 256 * 1024 * 1024;
const maxFolderBytes = 512 * 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;
const maxUnusedMs = 30 * dayMs;
/** What a process left that was killed while it wrote. */
const maxPartialMs = dayMs;

// Not blocking, and no link: what is there may be anything.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

export function cachePath(folder: string, name: string, kind: CacheKind): string {
  return join(folder, `${name.slice(0, 32)}.${kind}`);
}

/** The file when it is this user's, and only this user may write it; else `undefined`. Never rejects. */
export async function readCacheFile(path: string): Promise<CacheFile | undefined> {
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const found = await handle.stat({ bigint: true });
    if (versionOf(found) === undefined) return undefined;
    const bytes = await readWhole(handle, Number(found.size));
    const nowMs = wallClockMs();
    // Shows that it is used, so that it is kept.
    if (nowMs - Number(found.mtimeMs) > dayMs) await handle.utimes(nowMs / 1000, nowMs / 1000);
    const version = versionOf(await handle.stat({ bigint: true }));
    return version === undefined ? undefined : { bytes, version };
  } catch {
    return undefined;
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** `undefined` for what is not to be read. Of a file that is given another name it stays the same. */
function versionOf(found: BigIntStats | undefined): string | undefined {
  if (found?.isFile() !== true || found.size > maxCacheBytes) return undefined;
  const owner = process.getuid?.();
  if (owner !== undefined && (found.uid !== BigInt(owner) || (found.mode & 0o022n) !== 0n))
    return undefined;
  return [found.ino, found.size, found.mtimeNs].join("-");
}

/** In one call, into memory of its own; Node's `readFile` takes one for each 512 KiB. */
async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  const { bytesRead } = await handle.read(bytes, 0, size, 0);
  return bytes.subarray(0, bytesRead);
}

/**
 * Another process that reads sees the old one or this one. Of several that write at once, in this process too, the last one
 * stands, and is whole: each writes under a name of its own. Where a larger one would be written, none is. All pieces are taken
 * and written in one go, so that what they are made of does not change meanwhile. Returns the version of what was written;
 * `undefined` when what is there by then, by its version, was not to be replaced.
 */
export async function replaceCacheFile(
  path: string,
  pieces: Iterable<Uint8Array>,
  isReplaced: (version: string | undefined) => boolean = () => true,
): Promise<string | undefined> {
  const folder = dirname(path);
  await makeFolder(folder, { mode: 0o700 });
  let written: string | undefined;
  const partial = `${path}.${systemRandom.uuid()}${partialSuffix}`;
  try {
    const handle = await open(partial, "wx", 0o600);
    try {
      writePieces(handle.fd, pieces);
      written = versionOf(fstatSync(handle.fd, { bigint: true }));
    } finally {
      await handle.close();
    }
    if (written === undefined) throw new Error("What was written could not be read again.");
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (!isReplaced(versionOf(found))) return undefined;
    // In the same turn, so that no other write of this process comes between, and hardly one of another.
    renameSync(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  await sweep(folder);
  return written;
}

/** @throws RangeError when they are too large together */
function writePieces(fd: number, pieces: Iterable<Uint8Array>): void {
  let length = 0;
  for (const piece of pieces) {
    length += piece.length;
    if (length > maxCacheBytes) throw new RangeError("The cache is too large to be kept.");
    writeFileSync(fd, piece);
  }
}

export async function removeCacheFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** All of a kind, whatever they are of. Never rejects. */
export async function removeCacheFiles(folder: string, kind: CacheKind): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const isOfKind = (name: string): boolean => name.endsWith(`.${kind}`);
  await Promise.all(names.filter(isOfKind).map((name) => removeCacheFile(join(folder, name))));
}

/** Removes what was not used for long, and the longest unused of what is too much. */
async function sweep(folder: string): Promise<void> {
  const nowMs = wallClockMs();
  const names = (await readdir(folder)).filter((name) => cacheName.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      return { path: join(folder, name), bytes: stats?.size ?? 0, usedMs: stats?.mtimeMs ?? 0 };
    }),
  );
  let bytes = 0;
  for (const file of found.sort((a, b) => b.usedMs - a.usedMs)) {
    bytes += file.bytes;
    const maxAgeMs = file.path.endsWith(partialSuffix) ? maxPartialMs : maxUnusedMs;
    if (bytes > maxFolderBytes || nowMs - file.usedMs > maxAgeMs) await removeCacheFile(file.path);
  }
}
