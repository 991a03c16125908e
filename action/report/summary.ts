// The job summary: what was sent, how fast, what was left out and why, the export and its counts. Pure.
// Knows nothing of how it gets to GitHub.
import { describeRetries } from "../../src/flow/retry-tally";
import { describeLeftOut } from "../../src/files/left-out";
import { describeFaults } from "../../src/files/content/fault-counts";
import { counted, describeTransfer, formatBytes, formatCount } from "../../src/text";
import { describeCost } from "../../src/upload/cost";
import { costOf, plannedText } from "../plan/plan";
import { growthText } from "../plan/growth-text";
import { conditionText, exportText } from "./report";
import { nameOfMade, type GrownSet, type Results } from "./results";
import { markdownText } from "./text";

const MAX_FILES = 100;
const MAX_WARNINGS = 20;
const MAX_ROWS = 100;

const TITLES: Readonly<Record<Results["outcome"], string>> = {
  uploaded: "Uploaded",
  unchanged: "Nothing changed, nothing sent",
  unverified: "Nothing sent, contents not compared",
  planned: "Planned, nothing sent",
  partial: "Stopped at the time budget: run again to continue",
  empty: "No files found",
  export_started: "Export started",
  exported: "Export complete",
  invalid: "Refused, nothing sent",
  export_failed: "Export failed",
  gate_closed: "The gate stays closed",
  status_not_set: "Done, but the commit status is not set",
  timeout: "Out of time",
  cancelled: "Cancelled",
  failed: "Failed",
};

/** In a run of several datasets some may have been sent, and of one another run may have made the dataset meanwhile. */
function titleOf({ outcome, filesSent }: Results): string {
  if (filesSent === 0) return TITLES[outcome];
  if (outcome === "unchanged") return "Made by another run meanwhile";
  return outcome === "unverified" ? "Contents not compared" : TITLES[outcome];
}

export function summarize(results: Results, secrets: readonly string[]): string {
  const text = (value: string): string => markdownText(value, secrets);
  const rows = [
    ...bounded(datasetRows(results)),
    ...bounded(fileRows(results)),
    ...exportRows(results),
    ...bounded(gateRows(results)),
  ].map(([name, value]) => `| ${name} | ${value.split("\n").map(text).join("<br>")} |`);
  const failure = results.failure?.split("\n").map((line) => `> ${text(line)}<br>`) ?? [];
  return [
    `## Avala: ${titleOf(results)}`,
    "",
    ...failure,
    ...(failure.length > 0 ? [""] : []),
    ...(rows.length > 0 ? ["| | |", "| --- | --- |", ...rows, ""] : []),
    ...listed("Warnings", countedTexts(results.warnings), MAX_WARNINGS, text),
    ...listed("Files", fileLines(results), MAX_FILES, text),
  ].join("\n");
}

/** GitHub refuses a summary of more than 1 MiB, as 12,000 partitions would make it. The report has all of them. */
function bounded(rows: readonly Row[]): readonly Row[] {
  const rest = rows.length - MAX_ROWS;
  if (rest <= 0) return rows;
  return [
    ...rows.slice(0, MAX_ROWS),
    ["and more", `${formatCount(rest)} more rows: see report.json`],
  ];
}

type Row = readonly [name: string, value: string];

function setRows({ target, increments, plan, newCount }: GrownSet): readonly Row[] {
  const { current, superseded, moved, unverified, postponed } = plan;
  const counts = growthText({
    held: current.length - newCount,
    moved: moved.length,
    added: newCount,
    superseded: superseded.length,
    unverified: unverified.length,
    postponed: postponed.length,
  });
  const has = `${counted(increments.length, "dataset")}, ${counts}`;
  return [["Growing set", `${target.name}: ${has}`], ...supersededRows(increments, plan)];
}

const MAX_SUPERSEDED = 10;

function supersededRows(
  increments: GrownSet["increments"],
  { superseded }: GrownSet["plan"],
): readonly Row[] {
  if (superseded.length === 0) return [];
  const names = new Map(increments.map(({ dataset }) => [dataset.uid, dataset.name]));
  const lines = superseded
    .slice(0, MAX_SUPERSEDED)
    .map(
      ({ path, datasetUid, why }) => `${path} in ${names.get(datasetUid) ?? datasetUid}: ${why}`,
    );
  const rest = superseded.length - lines.length;
  const more = rest > 0 ? [`and ${formatCount(rest)} more: see the output current`] : [];
  return [["Superseded", [...lines, ...more].join("\n")]];
}

function datasetRows({ datasets, plan, sets }: Results): readonly Row[] {
  if (plan !== undefined) return plan.datasets.map((one) => ["Dataset", plannedText(one)]);
  const made = datasets.map((one): Row => {
    const { status, itemCount, uid } = one.dataset;
    const items = `${status}, ${counted(itemCount, "item")}`;
    return ["Dataset", `${nameOfMade(one)}, uid ${uid}: ${items}`];
  });
  return [...sets.flatMap(setRows), ...made];
}

function fileRows(results: Results): readonly Row[] {
  const { selection } = results;
  if (selection === undefined) return [];
  const { fileSet, manifest } = selection;
  const causes = results.retries.causes();
  const leftOut = leftOutText(results);
  const rows: Row[] = [
    ["Files", `${counted(fileSet.files.length, "file")}, ${formatBytes(manifest.totalBytes)}`],
    results.plan === undefined
      ? ["Sent", sentText(results)]
      : ["Would send", describeCost(costOf(results.plan))],
  ];
  if (results.checkedByStore + results.uncheckedByStore > 0) {
    rows.push(["Checked", checkedText(results)]);
  }
  if (causes.length > 0) rows.push(["Tried again", describeRetries(causes)]);
  rows.push(...results.replaced.map((text) => ["Stays behind", text] as const));
  const { contents, files } = fileSet;
  if (contents.length > 0) rows.push(["Contents", describeFaults(contents, files.length)]);
  if (leftOut !== "") rows.push(["Left out", leftOut]);
  rows.push(["Digest", manifest.digest]);
  return rows;
}

function sentText(results: Results): string {
  const { filesSent, filesUnchanged, filesFailed, bytesSent, uploadMs } = results;
  const speed = filesSent === 0 ? "" : `, ${describeTransfer(bytesSent, uploadMs)}`;
  const rest = [
    filesUnchanged > 0 ? `${filesUnchanged} there already` : "",
    results.unverified > 0 ? `${results.unverified} not compared` : "",
    filesFailed > 0 ? `${filesFailed} failed` : "",
  ].filter((part) => part !== "");
  return [`${filesSent} sent${speed}`, ...rest].join("; ");
}

/** Storage without checksums is not a fault, and yet worth knowing. */
function checkedText({ checkedByStore, uncheckedByStore }: Results): string {
  if (checkedByStore === 0) return "storage returned no checksums";
  return `checksums of storage match for ${checkedByStore} of ${counted(checkedByStore + uncheckedByStore, "file")}`;
}

function leftOutText({ selection }: Results): string {
  const { fileSet } = selection ?? {};
  const hidden = fileSet?.hiddenLeftOut ?? 0;
  return [
    hidden > 0 ? `${counted(hidden, "hidden file")}: include-hidden-files is false` : "",
    ...(fileSet === undefined ? [] : describeLeftOut(fileSet.leftOut)),
    ...(selection?.leftOutFolders ?? []),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function gateRows({ conditions }: Results): readonly Row[] {
  return conditions.map((condition) => ["Gate", conditionText(condition)]);
}

function exportRows({ export: made, downloadPath }: Results): readonly Row[] {
  if (made === undefined) return [];
  const rows: Row[] = [["Export", `${made.uid}: ${exportText(made)}`]];
  if (downloadPath !== undefined) rows.push(["Downloaded to", downloadPath]);
  return rows;
}

function fileLines({ selection }: Results): readonly string[] {
  return (
    selection?.manifest.entries.map(
      ({ path, sizeBytes, sha256 }) =>
        `${path}, ${formatBytes(sizeBytes)}, sha256 ${sha256.slice(0, 12)}`,
    ) ?? []
  );
}

/** Equal ones once, with their number. */
function countedTexts(warnings: readonly { readonly text: string }[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { text } of warnings) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) =>
    count === 1 ? text : `${text} (${formatCount(count)} times)`,
  );
}

function listed(
  title: string,
  lines: readonly string[],
  most: number,
  text: (value: string) => string,
): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - most;
  return [
    `<details><summary>${title} (${lines.length})</summary>`,
    "",
    ...lines.slice(0, most).map((line) => `- ${text(line)}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    "",
    "</details>",
    "",
  ];
}
