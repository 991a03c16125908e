// The files of a growing set with their digests, as both front ends have them of a look at the disk. Pure.
import type { Manifest } from "../../files/manifest/manifest";
import type { UploadFile } from "../../upload/request";
import type { GrowingFile } from "./growth";

/** Those that were hashed: one that went or changed meanwhile has no digest, and is for a later run. */
export function growingFiles(
  files: readonly UploadFile[],
  { entries }: Pick<Manifest, "entries">,
): readonly GrowingFile[] {
  const sha256Of = new Map(entries.map(({ path, sha256 }) => [path, sha256]));
  return files.flatMap(({ path, absolutePath, sizeBytes }) => {
    const sha256 = sha256Of.get(path);
    return sha256 === undefined ? [] : [{ path, absolutePath, sizeBytes, sha256 }];
  });
}
