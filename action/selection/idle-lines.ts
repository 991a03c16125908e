// Lines of `files` that choose nothing or take nothing away, in words. Pure.
// Knows nothing of what is done about them.
import type { InputProblem } from "../../src/errors";
import type { FileSet } from "../../src/files/file-set";
import { describeLeftOut } from "../../src/files/left-out";
import { because } from "../../src/files/local-file";
import { counted } from "../../src/text";
import { guardsDownload } from "./download-place";

interface Matched extends Pick<
  FileSet,
  "root" | "patterns" | "removed" | "hiddenLeftOut" | "leftOut"
> {
  /** How many files and folders were left out because the Action wrote them. */
  readonly ownLeftOut: number;
}

interface IdleLine {
  readonly text: string;
  /** Whether it says why, and so what to do: then no other advice stands beside it. */
  readonly isExplained: boolean;
}

/** As problems, with what to do. */
export function refusedLines(
  found: Matched,
  download: string | undefined,
): readonly InputProblem[] {
  return idleIn(found, download).map(({ text, isExplained }) => ({
    input: "files",
    text: isExplained
      ? `${text}. To make this a warning, set if-no-files-found: warn`
      : `${text}; fix or remove the line, or set if-no-files-found: warn`,
  }));
}

/** `download` is the folder that an export goes to: a line that keeps it out is not idle. */
export function idleLines(found: Matched, download: string | undefined): readonly string[] {
  return idleIn(found, download).map(({ text }) => text);
}

function idleIn(
  { root, patterns, removed, hiddenLeftOut, leftOut, ownLeftOut }: Matched,
  download: string | undefined,
): readonly IdleLine[] {
  const hidden =
    hiddenLeftOut === 0
      ? ""
      : ` (${counted(hiddenLeftOut, "hidden file")} left out; include-hidden-files: true includes them)`;
  const own =
    ownLeftOut === 0
      ? ""
      : ` (${counted(ownLeftOut, "file")} written by this Action left out; a line that names a file in full includes it)`;
  // What is not indexed counts as matched.
  const others = describeLeftOut({ ...leftOut, unindexed: [] }).map(
    (line) => ` (left out: ${line})`,
  );
  const rest = `${hidden}${own}${others.join("")}`;
  const unmatched = patterns.filter(({ matched }) => matched === 0);
  const idle = removed.filter(
    ({ pattern, matched }) => matched === 0 && !guardsDownload(pattern, root, download),
  );
  return [
    ...unmatched.map((count) => ({
      text: `the line ${JSON.stringify(count.pattern)} matches nothing in ${root}${because(count)}${rest}`,
      isExplained: count.why !== undefined || rest !== "",
    })),
    ...idle.map((count) => ({
      text: `the line ${JSON.stringify(`!${count.pattern}`)} excludes nothing: it matches no file in ${root} that another line selects${because(count)}`,
      isExplained: count.why !== undefined,
    })),
  ];
}
