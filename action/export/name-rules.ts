// Which names a folder can hold side by side: asked of the folder itself, since a system has disks of both kinds (macOS by
// its formatting, Linux by a folder's casefold flag). Knows nothing of archives.
import { lstat, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NameRules } from "./archive-rules";

// One letter that has a small form, and one that is one character or two.
const PROBE = "AVALA-\u00c4";

/** Writes a file into the folder, which must be ours, and takes it away again. @throws what the system refuses */
export async function namesIn(folder: string): Promise<NameRules> {
  const probe = join(folder, PROBE);
  await writeFile(probe, "", { flag: "wx" });
  try {
    return {
      hasCase: !(await isThere(join(folder, PROBE.toLowerCase()))),
      hasForms: !(await isThere(join(folder, PROBE.normalize("NFD")))),
      hasColons: process.platform !== "win32",
    };
  } finally {
    await rm(probe, { force: true });
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
