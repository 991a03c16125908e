// The rows of the summary that say in a line each what was sent, left out, exported and required. Pure.
import { describeRetries } from "../../../src/flow/retry-tally";
import { describeFaults } from "../../../src/files/content/fault-counts";
import { counted, describeTransfer, formatBytes, formatCount } from "../../../src/text";
import { describeToSend } from "../../../src/upload/cost";
import { growthText } from "../../plan/growth-text";
import type { Facts } from "../facts/facts";
import { conditionText, exportText } from "../report";
import type { GrownSet, Results } from "../results";
import { fitting, link, row, tableHead, type Clean } from "./markdown";

// Of each kind of row.
const MAX_ROWS = 100;
const MAX_BYTES = 50_000;

export function overview(facts: Facts, text: Clean): readonly string[] {
  const { results } = facts;
  const cells = (rows: readonly Row[]): readonly string[] => {
    const all = rows.map(([name, value, url]) =>
      row([name, link(value.split("\n").map(text).join("<br>"), url)]),
    );
    const { lines, rest } = fitting(all, { most: MAX_ROWS, maxBytes: MAX_BYTES });
    const more = `${formatCount(rest)} more rows: see report.json`;
    return rest > 0 ? [...lines, row(["and more", more])] : lines;
  };
  const all = [
    ...cells(results.plan === undefined ? results.sets.flatMap(setRows) : []),
    ...cells(fileRows(facts)),
    ...cells(exportRows(facts)),
    ...cells(gateRows(results)),
  ];
  return all.length === 0 ? [] : [...tableHead(["What", "Result"]), ...all, ""];
}

type Row = readonly [name: string, value: string, url?: string | undefined];

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

function fileRows({ results, leftOut }: Facts): readonly Row[] {
  const { selection } = results;
  if (selection === undefined) return [];
  const { fileSet, manifest } = selection;
  const causes = results.retries.causes();
  const rows: Row[] = [
    ["Files", `${counted(fileSet.files.length, "file")}, ${formatBytes(manifest.totalBytes)}`],
    results.wouldSend === undefined
      ? ["Sent", sentText(results)]
      : ["Would send", describeToSend(results.wouldSend)],
  ];
  if (results.checkedByStore + results.uncheckedByStore > 0) {
    rows.push(["Checked", checkedText(results)]);
  }
  if (causes.length > 0) rows.push(["Retries", describeRetries(causes)]);
  rows.push(...results.replaced.map((text) => ["Left behind", text] as const));
  const { contents, files } = fileSet;
  if (contents.length > 0) rows.push(["Contents", describeFaults(contents, files.length)]);
  if (leftOut.length > 0) rows.push(["Left out", leftOut.join("\n")]);
  rows.push(["Digest", manifest.digest]);
  return rows;
}

function sentText(results: Readonly<Results>): string {
  const { filesSent, filesUnchanged, filesFailed, bytesSent, uploadMs } = results;
  const speed = filesSent === 0 ? "" : `, ${describeTransfer(bytesSent, uploadMs)}`;
  const rest = [
    filesUnchanged > 0 ? `${formatCount(filesUnchanged)} there already` : "",
    results.unverified > 0 ? `${formatCount(results.unverified)} not compared` : "",
    filesFailed > 0 ? `${formatCount(filesFailed)} failed` : "",
  ].filter((part) => part !== "");
  return [`${formatCount(filesSent)} sent${speed}`, ...rest].join("; ");
}

/** Storage without checksums is not a fault, and yet worth knowing. */
function checkedText({ checkedByStore, uncheckedByStore }: Readonly<Results>): string {
  if (checkedByStore === 0) return "storage returned no MD5s of the files";
  return `checksums of storage match for ${checkedByStore} of ${counted(checkedByStore + uncheckedByStore, "file")}`;
}

function gateRows({ conditions }: Readonly<Results>): readonly Row[] {
  return conditions.map((condition) => ["Gate", conditionText(condition)]);
}

function exportRows({ results, exportUrl }: Facts): readonly Row[] {
  const { export: made, downloadPath } = results;
  if (made === undefined) return [];
  const rows: Row[] = [["Export", `${made.uid}: ${exportText(made)}`, exportUrl]];
  if (downloadPath !== undefined) rows.push(["Downloaded to", downloadPath]);
  return rows;
}
