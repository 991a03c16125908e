// A file that an input names, read without waiting for it. Knows nothing of what is in it.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { InputError } from "../src/errors";
import { formatBytes, shown } from "../src/text";
import { unreadableText } from "./workspace-path";

export interface NamedFile {
  readonly input: string;
  /** As the workflow names it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number;
  /** What it must be: `it must be a file that lists paths`. */
  readonly mustBe: string;
}

/** @throws InputError for what is not there, is not a file, is too large or can't be read */
export function readNamed(file: NamedFile): Buffer {
  return opened(file, (handle) => readFileSync(handle));
}

/** Looks at it, and reads nothing. @throws as {@link readNamed} */
export function checkNamed(file: NamedFile): void {
  opened(file, () => undefined);
}

function opened<T>(
  { input, name, path, maxBytes, mustBe }: NamedFile,
  use: (handle: number) => T,
): T {
  const refused = (text: string, cause?: unknown): InputError =>
    new InputError([{ input, text: `${shown(name)} ${text}` }], { cause });
  let handle: number | undefined;
  try {
    // Without waiting: what lies there may be a pipe.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw refused(`is not a file; ${mustBe}`);
    if (stats.size > maxBytes)
      throw refused(`has ${formatBytes(stats.size)}, more than ${formatBytes(maxBytes)}`);
    return use(handle);
  } catch (error) {
    throw error instanceof InputError ? error : refused(unreadableText(name, error), error);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
