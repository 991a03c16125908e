// Puts files into the user's folder: all of them or none, over nothing that is there.
import { constants, createReadStream } from "node:fs";
import { createHash } from "node:crypto";
import { copyFile, lstat, mkdir, realpath, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { AvalaError, systemErrorCode } from "../src/errors";

export interface Placing {
  /** Absolute. */
  readonly from: string;
  /** In the folder, with `/`. */
  readonly path: string;
}

/**
 * Copies each file to its path in `folder`. One that is there with the same content stays. Everything is looked at before
 * the first is copied, and when a copy fails, those before it are taken away again.
 * @returns their places
 * @throws AvalaError `file` when one is there with other content, or a link or a file is in the way
 */
export async function placeAll(
  files: readonly Placing[],
  folder: string,
): Promise<readonly string[]> {
  const missing: Placing[] = [];
  for (const file of files) if (!(await isThere(file, folder))) missing.push(file);
  await mkdir(folder, { recursive: true });
  const made: string[] = [];
  try {
    for (const file of missing) await copy(file, folder, made);
  } catch (error) {
    await Promise.all(made.map((target) => rm(target, { force: true })));
    throw error;
  }
  return files.map(({ path }) => resolve(folder, path));
}

async function copy({ from, path }: Placing, folder: string, made: string[]): Promise<void> {
  const target = resolve(folder, path);
  // Again: what is in the folder may be another's to change.
  await refuseDetours(folder, path);
  await mkdir(dirname(target), { recursive: true });
  try {
    await copyFile(from, target, constants.COPYFILE_EXCL);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") throw isTaken(path);
    made.push(target);
    throw error;
  }
  made.push(target);
}

async function isThere({ from, path }: Placing, folder: string): Promise<boolean> {
  await refuseDetours(folder, path);
  const target = resolve(folder, path);
  const there = await lstat(target).catch(() => undefined);
  if (there === undefined) return false;
  if (there.isFile() && (await digestOf(target)) === (await digestOf(from))) return true;
  throw isTaken(path);
}

function isTaken(path: string): AvalaError {
  return new AvalaError("file", `${path} is in download-path already, with other content.`, {
    hint: "Give an empty folder as download-path: nothing that is there is overwritten.",
  });
}

/** A link below the folder would take the file somewhere else; a file where a folder must be leaves it no place. */
async function refuseDetours(folder: string, path: string): Promise<void> {
  const hint = "Give an empty folder as download-path.";
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) return;
  let current = root;
  for (const part of dirname(path).split("/")) {
    current = join(current, part);
    const there = await lstat(current).catch(() => undefined);
    if (there === undefined) return;
    const real = await realpath(current).catch(() => "");
    if (there.isSymbolicLink() || relative(root, real) !== relative(root, current)) {
      const text = `${path} would be written through a link in download-path.`;
      throw new AvalaError("file", text, { hint });
    }
    if (!there.isDirectory()) {
      const text = `${path} can't be in download-path, where ${relative(root, current)} is a file.`;
      throw new AvalaError("file", text, { hint });
    }
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
