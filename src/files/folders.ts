// Making folders, with an end in every file system. Knows nothing of what is put there.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../errors";

interface FolderOptions {
  /** Of what is made. @default as the process makes folders */
  readonly mode?: number | undefined;
}

async function makeOne(path: string, options: FolderOptions): Promise<"there" | "no parent"> {
  try {
    await mkdir(path, options);
    return "there";
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return "no parent";
    // What is there may be a file: whoever uses it as a folder is told so.
    if (code === "EEXIST" || code === "EISDIR") return "there";
    throw error;
  }
}

/**
 * Makes the folder and those above it. Node's own `recursive` does not end where a folder that exists takes no others and
 * says that it was not found, as under `/proc` or behind a link to nowhere: it goes up and down between the two for ever.
 * Here each folder is tried twice at most. @throws the system's error
 */
export async function makeFolder(path: string, options: FolderOptions = {}): Promise<void> {
  if ((await makeOne(path, options)) === "there") return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above, options);
  await mkdir(path, options).catch((error: unknown) => {
    // Somebody else has made it since.
    if (systemErrorCode(error) !== "EEXIST") throw error;
  });
}
