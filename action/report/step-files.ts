// The files that a step writes for those after it. Knows nothing of what is in them.
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asDiskError } from "../../src/errors";

/** `pieces`: a text, or the pieces of one. */
export async function write(
  folder: string,
  name: string,
  pieces: string | Iterable<string>,
): Promise<string> {
  const file = join(folder, name);
  const text = typeof pieces === "string" ? pieces : inChunks(pieces);
  await replacing(file, (fresh) => writeFile(fresh, text));
  return file;
}

// Of a million lines none is written by itself, nor all in one.
const CHUNK_CHARACTERS = 64 * 1024;

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

/**
 * Has `work` write the file beside its place, then puts it there as a whole: a process that ends half way leaves none there, or
 * the one before. @throws AvalaError that names the file
 */
export async function replacing(
  file: string,
  work: (fresh: string) => Promise<void>,
): Promise<void> {
  const fresh = `${file}.new`;
  try {
    await work(fresh);
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw asDiskError(`${file} can't be written`, error);
  }
}
