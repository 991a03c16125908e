// Whether an export would be put where the next run's files are taken from. Reads nothing but real paths.
import { join, relative, sep } from "node:path";
import type { InputProblem } from "../../src/errors";
import { homeFolder } from "../../src/home-path";
import { matchingPaths } from "../../src/files/scan/patterns/matching";
import { parsePatterns } from "../../src/files/scan/patterns/patterns";
import { isWithin } from "../../src/files/within";
import type { UploadInputs } from "../inputs/upload";
import { realOf } from "../written";

// What exports are made of: tables, labels, masks and the images themselves.
const SUFFIXES = ["", ".json", ".jsonl", ".txt", ".xml", ".csv", ".yaml", ".png", ".jpg", ".zip"];

type Lines = Pick<UploadInputs, "include" | "exclude">;

/** A download into what `files` chooses would be a part of the next run's dataset. */
export function downloadProblem(
  lines: Lines,
  root: string,
  folder: string | undefined,
): readonly InputProblem[] {
  if (folder === undefined) return [];
  if (!isWithin(realOf(root), realOf(folder))) return [];
  const { lines: chosen, ignore } = parsePatterns({ ...lines, ...placesOf(root) });
  const globs = chosen.flatMap(({ glob, literal }) =>
    literal === undefined ? [glob] : [glob, `${glob}/**`],
  );
  if (globs.length === 0) return [];
  if (matchingPaths(likelyFiles(root, folder), globs, ignore).length === 0) return [];
  const way =
    "use a folder outside root, such as ${{ runner.temp }}/export, or exclude it in files with a line that starts with !";
  const text = `is inside a folder that files selects, so the next run would upload the export; ${way}`;
  return [{ input: "download-path", text }];
}

/** Whether a line that takes away keeps a download out: it has an effect, though none is there yet. */
export function guardsDownload(pattern: string, root: string, folder: string | undefined): boolean {
  if (folder === undefined || !isWithin(realOf(root), realOf(folder))) return false;
  const { ignore } = parsePatterns({ include: ["**"], exclude: [pattern], ...placesOf(root) });
  return ignore.length > 0 && matchingPaths(likelyFiles(root, folder), ignore).length > 0;
}

function placesOf(root: string): {
  readonly roots: readonly string[];
  readonly separator: typeof sep;
  readonly home: string | undefined;
} {
  return { roots: [root, realOf(root)], separator: sep, home: homeFolder() };
}

/** Files that an export might put into the folder, relative to the root. */
function likelyFiles(root: string, folder: string): readonly string[] {
  const inside = relative(realOf(root), realOf(folder));
  return SUFFIXES.flatMap((suffix) => [`export${suffix}`, `export/labels/one${suffix}`]).map(
    (file) => join(inside, file).split(sep).join("/"),
  );
}
