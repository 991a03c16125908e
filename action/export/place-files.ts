// Puts files into the user's folder: all of them or none, over nothing that is there.
import { createReadStream } from "node:fs";
import { createHash } from "node:crypto";
import { lstat, realpath, rename } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { asDiskError, AvalaError } from "../../src/errors";
import { cancelled } from "../../src/flow/clock";
import { copyAll, takenPathError, throughLinkError, type Placing } from "./copying";

/**
 * Copies each file to its path in `folder`. One that is there with the same content stays. Everything is looked at before
 * the first is copied; when a copy fails or the run is stopped, what was made is taken away again, folders too.
 * @returns their places
 * @throws AvalaError `file` when one is there with other content, when a link or a file is in the way, or when the disk
 * refuses; `cancelled`; `bad_reply` for a path that leads out of the folder
 */
export async function placeAll(
  files: readonly Placing[],
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    files.forEach(({ path }) => checkPath(path));
    const missing = await missingOf(files, folder, signal);
    await copyAll(missing, folder, signal);
  } catch (error) {
    if (signal.aborted) throw cancelled("Putting the export into download-path");
    throw asDiskError(`The export can't be put into ${folder}`, error);
  }
  return files.map(({ path }) => resolve(folder, path));
}

/**
 * As {@link placeAll}, for all that is in `from`: where `folder` is not there and on the same disk, in one step.
 * @returns their places
 */
export async function placeFolder(
  from: string,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  paths.forEach(checkPath);
  if (paths.length > 0 && !signal.aborted && (await moved(from, folder)))
    return paths.map((path) => resolve(folder, path));
  const files = paths.map((path) => ({ from: join(from, path), path }));
  return placeAll(files, folder, signal);
}

/** Whether it could be. Another disk, no folder above it or no right to are for copying to tell. */
async function moved(from: string, folder: string): Promise<boolean> {
  if ((await lstat(folder).catch(() => undefined)) !== undefined) return false;
  return rename(from, folder).then(
    () => true,
    () => false,
  );
}

/** What comes from elsewhere is a path in the folder, or nothing: also where none of its parts is there yet. */
function checkPath(path: string): void {
  const isBad = path
    .split("/")
    .some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part));
  if (!isBad) return;
  const shown = JSON.stringify(path);
  throw new AvalaError("bad_reply", `${shown} can't be a path in download-path.`);
}

async function missingOf(
  files: readonly Placing[],
  folder: string,
  signal: AbortSignal,
): Promise<readonly Placing[]> {
  const clear = new Set<string>();
  const missing: Placing[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    await refuseDetours(folder, file.path, clear);
    if (!(await isThere(file, folder, signal))) missing.push(file);
  }
  return missing;
}

async function isThere(
  { from, path }: Placing,
  folder: string,
  signal: AbortSignal,
): Promise<boolean> {
  const target = resolve(folder, path);
  const there = await lstat(target).catch(() => undefined);
  if (there === undefined) return false;
  const isSame =
    there.isFile() &&
    there.size === (await lstat(from)).size &&
    (await digestOf(target, signal)) === (await digestOf(from, signal));
  if (isSame) return true;
  throw takenPathError(path);
}

/** A link below the folder would take the file somewhere else; a file where a folder must be leaves it no place. */
async function refuseDetours(folder: string, path: string, clear: Set<string>): Promise<void> {
  const parent = dirname(path);
  if (clear.has(parent)) return;
  const root = await realpath(folder).catch(() => undefined);
  let current = root;
  for (const part of parent.split("/")) {
    if (current === undefined) break;
    const [above, at]: [string, string] = [current, join(current, part)];
    const there = await lstat(at).catch(() => undefined);
    const real = await realpath(at).catch(() => "");
    if (there !== undefined && (there.isSymbolicLink() || real !== at))
      throw throughLinkError(path);
    if (there !== undefined && !there.isDirectory()) {
      const text = `${path} can't be written to download-path: ${relative(root ?? above, at)} is a file there.`;
      throw new AvalaError("file", text, { hint: "Use an empty folder as download-path." });
    }
    current = there === undefined ? undefined : at;
  }
  clear.add(parent);
}

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest("hex");
}
