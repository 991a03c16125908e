// The paths that a cache is about, as one text, and the same ones again. Knows nothing of caches.
import { createHash } from "node:crypto";
import { isListOf, isText } from "./shapes";

const pathsAtOnce = 1024;

/**
 * JSON, as what is read of it is text by text in memory: slices of one text take several times as long to compare. In pieces,
 * as the whole is as large as all paths.
 */
export function* pathText(paths: Iterable<string>): Generator<string> {
  let start = "[";
  let some: string[] = [];
  for (const path of paths) {
    if (some.push(path) < pathsAtOnce) continue;
    yield start + JSON.stringify(some).slice(1, -1);
    start = ",";
    some = [];
  }
  yield (some.length === 0 && start === "," ? "" : start) + JSON.stringify(some).slice(1);
}

/** Of the same paths the same. */
export function pathsId(paths: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const piece of pathText(paths)) hash.update(piece);
  return hash.digest("hex");
}

/** `undefined` when there are not so many, or one leads out of the root that they are to be below. */
export type ReadPaths = (
  bytes: Buffer,
  expected: { readonly files: number; readonly id: string },
) => readonly string[] | undefined;

/**
 * Reads paths as {@link pathText} has them. A set that is looked at again has the same ones twice, in what was chosen and in
 * what is known: read once, they are also compared in no time.
 */
export function createPathReader(): ReadPaths {
  let last: { readonly id: string; readonly paths: readonly string[] } | undefined;
  return (bytes, { files, id }) => {
    const paths = last?.id === id ? last.paths : innerPathsIn(bytes);
    if (paths?.length !== files) return undefined;
    last = { id, paths };
    return paths;
  };
}

const arePaths = isListOf(isText);

/** `undefined` for what is no such text. */
export function pathsIn(bytes: Buffer): readonly string[] | undefined {
  try {
    const paths: unknown = JSON.parse(bytes.toString("utf8"));
    return arePaths(paths) ? paths : undefined;
  } catch {
    return undefined;
  }
}

const LEADS_OUT = /^[\\/]|(?:^|[\\/])\.\.(?:[\\/]|$)/;
/** Without one of these in the text, as nearly all are, no path leads out, and none is looked at by itself. */
const signs = ["..", "\\", '"/'];

/** {@link pathsIn}, unless one leads out of the root that it is to be below. */
function innerPathsIn(bytes: Buffer): readonly string[] | undefined {
  const paths = pathsIn(bytes);
  const mayLeadOut = signs.some((sign) => bytes.includes(sign));
  return mayLeadOut && paths?.some((path) => LEADS_OUT.test(path)) === true ? undefined : paths;
}
