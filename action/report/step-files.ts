// The files that a step writes for those after it. Knows nothing of what is in them.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asDiskError } from "../../src/errors";

export async function write(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await replacing(file, () => writeFile(file, text));
  return file;
}

/** @throws AvalaError that names the file */
export async function replacing(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asDiskError(`${file} can't be written`, error);
  }
}
