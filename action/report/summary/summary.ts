// The job summary as GitHub's Markdown: how it ended, what was sent, left out and exported, where the time went. Pure.
// Knows nothing of how it gets to GitHub.
import { formatCount } from "../../../src/text";
import type { Facts } from "../facts/facts";
import type { Results } from "../results";
import { markdownText } from "../text";
import { datasetTable } from "./datasets";
import { fileList, inputTable, standingOut, triedAgain, warningList } from "./lists";
import { fitting, link, type Clean } from "./markdown";
import { overview } from "./overview";
import { callsSection, timeSection } from "./time";

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
function titleOf({ outcome, filesSent }: Readonly<Results>): string {
  if (filesSent === 0) return TITLES[outcome];
  if (outcome === "unchanged") return "Made by another run meanwhile";
  return outcome === "unverified" ? "Contents not compared" : TITLES[outcome];
}

/** Under 1 MiB, whatever the facts are: each part has its bound. */
export function summarize(facts: Facts, secrets: readonly string[]): string {
  const text = (value: string): string => markdownText(value, secrets);
  return [
    heading(facts, text),
    "",
    ...failureBlock(facts, text),
    ...whereabouts(facts, text),
    ...datasetTable(facts, text),
    ...overview(facts, text),
    ...timeSection(facts),
    ...callsSection(facts),
    ...triedAgain(facts, text),
    ...standingOut(facts, text),
    ...warningList(facts, text),
    ...fileList(facts, text),
    ...inputTable(facts, text),
  ].join("\n");
}

function heading({ results, step }: Facts, text: Clean): string {
  const name = step.name === undefined ? "" : ` · ${text(step.name)}`;
  return `## Avala: ${titleOf(results)}${name}`;
}

const FAILURE = { most: 100, maxBytes: 100_000 };

function failureBlock({ results, helpUrl }: Facts, text: Clean): readonly string[] {
  const { failure, error } = results;
  if (failure === undefined) return [];
  const { nextStep } = error ?? {};
  const what = nextStep === undefined ? failure : withoutEnd(failure, `\n${nextStep}`);
  const { lines, rest } = fitting(what.split("\n").map(text), FAILURE);
  const more = rest > 0 ? [`and ${formatCount(rest)} more lines, in the log`] : [];
  const next = nextStep?.split("\n").map(text).join("<br>");
  const help = helpUrl === undefined ? [] : ["", link("What this means and what to do", helpUrl)];
  return [
    "[!CAUTION]",
    [...lines, ...more].join("<br>"),
    ...(next === undefined ? [] : ["", `**Next step:** ${next}`]),
    ...help,
  ]
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .concat("");
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

/** Where it ran: for whoever opens the summary from a mail or a link. */
function whereabouts({ step: { commit, run, job } }: Facts, text: Clean): readonly string[] {
  const parts = [
    ...(commit === undefined ? [] : [`Commit ${link(text(commit.text), commit.url)}`]),
    ...(run === undefined ? [] : [link(text(run.text), run.url)]),
    ...(job === undefined ? [] : [`job ${text(job)}`]),
  ];
  return parts.length === 0 ? [] : [parts.join(" · "), ""];
}
