// Names that systems and programs leave beside the files that people keep: never meant, unless a line writes them out.
// Pure; knows nothing of the file system.

// Windows, macOS, Synology and QNAP; what is in their folders are thumbnails and deleted files, with suffixes of images.
const NAMES: ReadonlySet<string> = new Set([
  ...["thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information"],
  ...[".ds_store", ".appledouble", ".spotlight-v100", ".trashes", ".fseventsd", "__macosx"],
  ...["@eadir", "#recycle", "#snapshot", ".@__thumb", "@recycle"],
]);

// `._a.jpg` has what macOS knows of a.jpg; the others are downloads and copies that have not ended (browsers, rsync, curl).
const ENDINGS = [".part", ".partial", ".crdownload", ".filepart", ".icloud"];

/** Whether a file or folder of this name is never meant. Case says nothing. */
export function isJunk(name: string): boolean {
  const lower = name.toLowerCase();
  if (NAMES.has(lower) || lower.startsWith("._")) return true;
  return ENDINGS.some((ending) => lower.endsWith(ending) && lower !== ending);
}

/**
 * The name of the file that a placeholder stands for: macOS puts `.a.jpg.icloud` in the place of `a.jpg` when it takes the
 * file's bytes from the disk.
 */
export function evictedName(name: string): string | undefined {
  return /^\.(.+)\.icloud$/i.exec(name)?.[1];
}
