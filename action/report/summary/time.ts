// The parts of the summary about where the time went and how much of the call budget was used. Pure.
import { formatCount, formatElapsed } from "../../../src/text";
import type { Facts } from "../facts/facts";
import { limitTotalMs, PHASES, type Phase } from "../facts/times";
import { row, tableHead } from "./markdown";

const NAMES: Readonly<Record<Phase, string>> = {
  hashing: "Reading and hashing",
  sending: "Sending",
  comparing: "Comparing stored files",
  ingest: "Indexing by Avala",
  export: "Export",
  download: "Download of the export",
  gate: "Waiting for the gate",
};
/** What was done meanwhile, where its name does not say it. */
const WHILE: Readonly<Partial<Record<Phase, string>>> = {
  export: "exporting",
  download: "downloading the export",
};
// Also where there is room in it: calls are spread, so that other runs find some.
const LIMIT = "Keeping to the rate limit";
const OTHER = "Other";

// Less is not worth a look: as of a run whose inputs were refused.
const MIN_TOTAL_MS = 100;

export function timeSection({ time, results }: Facts): readonly string[] {
  const { totalMs, phases } = time;
  // The look at the files that ends in a refusal is none of these.
  if (results.outcome === "invalid" && results.selection === undefined) return [];
  if (PHASES.every((phase) => phases[phase] === 0) || totalMs < MIN_TOTAL_MS) return [];
  const line = ([name, ms]: Part): string =>
    row([name, durationText(ms), `${Math.round((100 * ms) / totalMs)}%`]);
  return [
    "### Where the time went",
    "",
    ...tableHead(["Step", "Time", "Share"], 2),
    ...partsOf(time).flatMap((part) =>
      part[0] === LIMIT ? [line(part), ...limitRows(time)] : [line(part)],
    ),
    row(["**Total**", `**${durationText(totalMs)}**`, ""]),
    "",
    ...chart(time),
  ];
}

type Part = readonly [name: string, ms: number];

/** A wait for the rate limit is of the limit, whatever waited. */
function partsOf(time: Facts["time"]): readonly Part[] {
  const { phases, otherMs, limitMs, otherLimitMs } = time;
  const parts: readonly Part[] = [
    ...PHASES.map((phase) => [NAMES[phase], phases[phase] - limitMs[phase]] as const),
    [LIMIT, limitTotalMs(time)],
    [OTHER, otherMs - otherLimitMs],
  ];
  return parts.filter(([, ms]) => ms >= MIN_SLICE_MS);
}

/** What waited for the limit. */
function limitRows({ limitMs, otherLimitMs }: Facts["time"]): readonly string[] {
  const waits = PHASES.map((phase) => {
    const name = NAMES[phase];
    const doing = WHILE[phase] ?? name.charAt(0).toLowerCase() + name.slice(1);
    return [`while ${doing}`, limitMs[phase]] as const;
  });
  return [...waits, ["for other calls", otherLimitMs] as const]
    .filter(([, ms]) => ms >= MIN_TOTAL_MS)
    .map(([what, ms]) => row([`– ${what}`, durationText(ms), ""]));
}

// What is less can't be seen.
const MIN_SLICE_MS = 10;

/** A pie in Mermaid, which GitHub draws. It takes no zeros, and a part alone shows nothing. */
function chart(time: Facts["time"]): readonly string[] {
  const parts = partsOf(time);
  if (parts.length < 2) return [];
  return [
    "```mermaid",
    "pie showData",
    "  title Where the time went, in seconds",
    ...parts.map(([name, ms]) => `  "${name}" : ${Math.round(ms / 10) / 100}`),
    "```",
    "",
  ];
}

/** `0.4 s`, `12 s`, `4 min 51 s`, `3 h 20 min`. */
function durationText(ms: number): string {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : formatElapsed(ms / 1000);
}

export function callsSection({ calls }: Facts): readonly string[] {
  const { made, limit } = calls;
  if (made === 0) return [];
  const of = (count: number | undefined): string =>
    count === undefined ? "not known" : formatCount(count);
  return [
    ...tableHead(["API calls", "Allowed a minute", "Left at the end"], 3),
    row([formatCount(made), of(limit?.limit), of(limit?.remaining)]),
    "",
  ];
}
