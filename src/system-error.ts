// Errors of the system: their code, and what to do about what a disk refuses. Knows nothing of errors of ours.

const RAISE_OPEN_FILES = "Raise the limit of open files (ulimit -n), then run again.";

/** By the system's code; `undefined` for one that says nothing of what to do. */
export function diskHint(code: string): string | undefined {
  switch (code) {
    case "ENOSPC":
      return "Free space on the disk, then run again.";
    case "EDQUOT":
      return "Free space within the disk quota of this user, then run again.";
    case "EROFS":
      return "The file system is read-only: choose a folder that can be written, then run again.";
    case "EACCES":
    case "EPERM":
      return "Give this user the right to write there, or choose another folder, then run again.";
    case "EMFILE":
    case "ENFILE":
      return RAISE_OPEN_FILES;
    default:
      return undefined;
  }
}

/** What to do about what can't be read. `otherwise`: where the fault is of the file and not of the machine. */
export function readHint(code: string, otherwise: string): string {
  return code === "EMFILE" || code === "ENFILE" ? RAISE_OPEN_FILES : otherwise;
}

/**
 * Whether what was there a moment ago is gone: itself, or a folder that it was in. ESTALE: another client of a file server has
 * removed it.
 */
export function isGoneCode(code: string): boolean {
  return code === "ENOENT" || code === "ENOTDIR" || code === "ESTALE";
}

/**
 * The code of an error of the system (`ENOENT`, `ECONNRESET`), `undefined` for any other. By shape and not by
 * `instanceof`: an error may come from another realm.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
