// A plan's files as lines of the log. Pure.
import { shortDigest } from "../../src/files/manifest/dataset-name";
import { counted, formatBytes, shown } from "../../src/text";
import type { Plan, PlannedFile } from "./plan-shape";

function thereAlready(itemPath: string | undefined): string {
  return itemPath === undefined ? "there already" : `there already, as ${shown(itemPath)}`;
}

// The JSON has them all; a log of a hundred thousand lines is of no use.
const MAX_PLANNED_LINES = 100;

/**
 * Each file's way: `photos/a.jpg → 2026/photos/a.jpg in training: 12 kB, sha256 0a1b2c3d4e5f, by form, 1 call`; the path once
 * where both are the same.
 */
export function planLines({ files, datasets }: Plan): readonly string[] {
  const itemPaths = new Map(
    datasets.flatMap(
      ({ growing }) => growing?.moved.map(({ path, to }) => [to, path] as const) ?? [],
    ),
  );
  const lineOf = (file: PlannedFile): string => {
    const content = `${formatBytes(file.sizeBytes)}, sha256 ${shortDigest(file.sha256)}`;
    const way =
      file.by === "nothing"
        ? thereAlready(itemPaths.get(file.path))
        : `by ${file.by}, ${counted(file.calls, "call")}`;
    const path = shown(file.path);
    const place = file.source === file.path ? path : `${shown(file.source)} → ${path}`;
    return `${place} in ${file.dataset}: ${content}, ${way}`;
  };
  const lines: string[] = [];
  let rest = 0;
  for (const file of files) {
    if (lines.length < MAX_PLANNED_LINES) lines.push(lineOf(file));
    else rest += 1;
  }
  return rest > 0 ? [...lines, `and ${counted(rest, "file")} more, in the plan's JSON`] : lines;
}
