// The folded lists of the summary: files, what was tried again, warnings, inputs. Pure.
import { formatBytes, formatCount, formatElapsed } from "../../../src/text";
import { describeCause } from "../../../src/flow/retry-tally";
import type { Facts } from "../facts/facts";
import { details, fitting, row, tableHead, type Bound, type Clean } from "./markdown";

const FILES = { most: 100, maxBytes: 150_000 };
const WARNINGS = { most: 20, maxBytes: 100_000 };
const CAUSES = { most: 20, maxBytes: 50_000 };
const INPUTS = { most: 60, maxBytes: 100_000 };

/** Most files take less, and none of these is slow. */
const MIN_SLOW_MS = 1_000;

export function standingOut(
  { results: { slowest }, largest }: Facts,
  text: Clean,
): readonly string[] {
  if (largest.length === 0) return [];
  const slow = slowest
    .filter(({ durationMs }) => durationMs >= MIN_SLOW_MS)
    .map(({ path, sizeBytes, durationMs }) =>
      row([text(path), formatBytes(sizeBytes), formatElapsed(durationMs / 1000)]),
    );
  const large = largest.map(({ path, sizeBytes }) => row([text(path), formatBytes(sizeBytes)]));
  return details(slow.length > 0 ? "Slowest and largest files" : "Largest files", [
    ...(slow.length > 0 ? [...tableHead(["Slowest to send", "Size", "Time"], 2), ...slow, ""] : []),
    ...tableHead(["Largest", "Size"], 1),
    ...large,
  ]);
}

export function triedAgain({ results }: Facts, text: Clean): readonly string[] {
  const causes = results.retries.causes();
  if (causes.length === 0) return [];
  const rows = causes.map((cause) =>
    row([formatCount(cause.count), text(describeCause(cause)), text(cause.example)]),
  );
  const { lines, rest } = fitting(rows, CAUSES);
  return details(`Retries (${formatCount(results.retries.total)})`, [
    ...tableHead(["Times", "Why", "The first"]),
    ...lines,
    ...(rest > 0 ? [row(["", "", `and ${formatCount(rest)} more causes`])] : []),
  ]);
}

export function inputTable({ inputs }: Facts, text: Clean): readonly string[] {
  if (inputs.length === 0) return [];
  const rows = inputs.map(({ name, value }) => row([text(name), linesText(value, text)]));
  const { lines, rest } = fitting(rows, INPUTS);
  return details("Inputs", [
    ...tableHead(["Input", "Value"]),
    ...lines,
    ...(rest > 0 ? [row([`and ${formatCount(rest)} more`, "see report.json"])] : []),
  ]);
}

const MAX_LINES = 20;

function linesText(value: string, text: Clean): string {
  const lines = value.split("\n");
  const rest = lines.length - MAX_LINES;
  const more = rest > 0 ? [`and ${formatCount(rest)} more lines`] : [];
  return [...lines.slice(0, MAX_LINES).map(text), ...more].join("<br>");
}

export function warningList({ results }: Facts, text: Clean): readonly string[] {
  const lines = countedTexts(results.warnings);
  return listed("Warnings", { lines, count: lines.length, bound: WARNINGS }, text);
}

export function fileList({ results }: Facts, text: Clean): readonly string[] {
  const entries = results.selection?.manifest.entries ?? [];
  const lines = entries
    .slice(0, FILES.most)
    .map(
      ({ path, sizeBytes, sha256 }) =>
        `${path}, ${formatBytes(sizeBytes)}, sha256 ${sha256.slice(0, 12)}`,
    );
  return listed("Files", { lines, count: entries.length, bound: FILES }, text);
}

/** Equal ones once, with their number. */
function countedTexts(warnings: readonly { readonly text: string }[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { text } of warnings) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) =>
    count === 1 ? text : `${text} (${formatCount(count)} times)`,
  );
}

interface List {
  readonly lines: readonly string[];
  /** Of all of it. */
  readonly count: number;
  readonly bound: Bound;
}

function listed(title: string, { lines, count, bound }: List, text: Clean): readonly string[] {
  if (count === 0) return [];
  const shown = fitting(
    lines.map((line) => `- ${linesText(line, text)}`),
    bound,
  ).lines;
  const rest = count - shown.length;
  return details(`${title} (${formatCount(count)})`, [
    ...shown,
    ...(rest > 0 ? [`- and ${formatCount(rest)} more`] : []),
  ]);
}
