// Making folders, with an end in every file system. Knows nothing of what is put there.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../../system-error";

interface FolderOptions {
  /** Of what is made. @default as the process makes folders */
  readonly mode?: number | undefined;
}

/** @throws `taken` where something that is not a folder has the name; the system's error for a link to nowhere */
async function requireFolder(path: string, taken: unknown): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw taken;
}

async function makeOne(
  path: string,
  options: FolderOptions,
): Promise<"made" | "there" | "no parent"> {
  try {
    await mkdir(path, options);
    return "made";
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return "no parent";
    // Windows' roots can't be made.
    if (code !== "EEXIST" && (code !== "EPERM" || dirname(path) !== path)) throw error;
    await requireFolder(path, error);
    return "there";
  }
}

/**
 * Makes the folder and those above it. Node's own `recursive` does not end where a folder that exists takes no others and
 * says that it was not found, as under `/proc` or behind a link to nowhere: it goes up and down between the two for ever.
 * Here each folder is tried twice at most.
 * @returns the first that was made; `undefined` when all were there
 * @throws the system's error: `EEXIST` where something that is not a folder has the name, `ENOENT` for a link to nowhere
 */
export async function makeFolder(
  path: string,
  options: FolderOptions = {},
): Promise<string | undefined> {
  const first = await makeOne(path, options);
  if (first !== "no parent") return first === "made" ? path : undefined;
  const above = dirname(path);
  const madeAbove = above === path ? undefined : await makeFolder(above, options);
  try {
    await mkdir(path, options);
    return madeAbove ?? path;
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    // Another process has made it since.
    await requireFolder(path, error);
    return madeAbove;
  }
}
