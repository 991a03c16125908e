// The parts of the summary about where the time went and how much of the call budget was used. Pure.
import { formatCount, formatDuration } from "../../../src/text";
import type { Facts } from "../facts/facts";
import { PHASES, type Phase } from "../facts/times";
import { row, tableHead } from "./markdown";

const NAMES: Readonly<Record<Phase, string>> = {
  hashing: "Reading and hashing",
  sending: "Sending",
  ingest: "Indexing by Avala",
  export: "Export",
  download: "Download of the export",
  gate: "Waiting for the gate",
};
const LIMIT = "Waiting for the rate limit";
const OTHER = "Other";

export function timeSection({ time }: Facts): readonly string[] {
  const { totalMs, phases, otherMs, waitingForLimitMs } = time;
  const spent = PHASES.filter((phase) => phases[phase] > 0);
  if (spent.length === 0) return [];
  const line = (name: string, ms: number): string =>
    row([name, durationText(ms), `${Math.round((100 * ms) / totalMs)}%`]);
  const rows = spent.flatMap((phase) => [
    line(NAMES[phase], phases[phase]),
    ...(phase === "sending" && waitingForLimitMs > 0
      ? [row(["– of it waiting for the rate limit", durationText(waitingForLimitMs), ""])]
      : []),
  ]);
  return [
    "### Where the time went",
    "",
    ...tableHead(["Step", "Time", "Share"], 2),
    ...rows,
    ...(otherMs > 0 ? [line(OTHER, otherMs)] : []),
    row(["**Total**", `**${durationText(totalMs)}**`, ""]),
    "",
    ...chart(time),
  ];
}

/** A pie in Mermaid, which GitHub draws. It takes no zeros, and a part alone shows nothing. */
function chart({ phases, otherMs, waitingForLimitMs }: Facts["time"]): readonly string[] {
  const waitingMs = Math.min(waitingForLimitMs, phases.sending);
  const parts = [
    ...PHASES.map(
      (phase) => [NAMES[phase], phases[phase] - (phase === "sending" ? waitingMs : 0)] as const,
    ),
    [LIMIT, waitingMs] as const,
    [OTHER, otherMs] as const,
  ].filter(([, ms]) => ms > 0);
  if (parts.length < 2) return [];
  return [
    "```mermaid",
    "pie showData",
    "  title Where the time went, in seconds",
    ...parts.map(([name, ms]) => `  "${name}" : ${ms / 1000}`),
    "```",
    "",
  ];
}

/** `0.4 s`, `12 s`, `3 h 20 min`. */
function durationText(ms: number): string {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms / 1000);
}

export function callsSection({ calls }: Facts): readonly string[] {
  const { made, inBusiestMinute, limit } = calls;
  if (made === 0) return [];
  const ofLimit = limit === undefined ? "" : `, of ${formatCount(limit.limit)} allowed`;
  const left = limit === undefined ? "not known" : formatCount(limit.remaining);
  return [
    ...tableHead(["API calls", "In the busiest minute", "Left at the end"], 3),
    row([formatCount(made), `${formatCount(inBusiestMinute)}${ofLimit}`, left]),
    "",
  ];
}
