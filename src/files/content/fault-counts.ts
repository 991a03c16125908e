// What is wrong with the contents of many files, in one line. Pure.
import { counted, formatCount } from "../../text";
import type { ContentFault } from "./content";

const phrases: Readonly<Record<ContentFault, string>> = {
  empty: "empty",
  "cut short": "truncated",
  "ends in zeros": "ending in zeros",
  "a pointer": "pointers instead of files",
  "a page or an error": "web pages or errors instead of files",
  "another format": "not in the format that their suffix says",
  "not a splat": "without the properties of a splat",
};

/** What becomes of files whose contents are only warned of. `refuse`: how a front end writes that they are refused. */
export function describeSentAnyway(fileCount: number, refuse: string): string {
  const [look, they] = fileCount === 1 ? ["looks", "it"] : ["look", "they"];
  return `${counted(fileCount, "file")} ${look} wrong by the contents, which does not stop an upload: once sent, ${they} can't be removed from the dataset. ${refuse} refuses such files.`;
}

/** `15 of 3,400 files: 12 cut short, 3 empty`, the most frequent first; empty where nothing is wrong. */
export function describeFaults(
  contents: readonly { readonly fault: ContentFault }[],
  fileCount: number,
): string {
  if (contents.length === 0) return "";
  const counts = new Map<ContentFault, number>();
  for (const { fault } of contents) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const parts = sorted.map(([fault, count]) => `${formatCount(count)} ${phrases[fault]}`);
  return `${formatCount(contents.length)} of ${counted(fileCount, "file")}: ${parts.join(", ")}`;
}
