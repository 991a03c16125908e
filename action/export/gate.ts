// What a gate asks for in a step, and the uploads that keep it closed since they left something out. Pure.
import { isGrowingTemplate } from "../../src/operations/grow/increment-name";
import { GateClosedError, type Gate, type GateNames } from "../../src/operations/gate";
import { counted, formatCount, formatElapsed } from "../../src/text";
import type { ExportInputs } from "../inputs/export";
import type { Inputs } from "../inputs/inputs";
import type { Outcome, Results } from "../report/results";
import { budgetText } from "../waiting";

/** What action.yml calls the conditions. */
export const GATE_NAMES: GateNames = {
  minTasks: "gate-min-tasks",
  minExported: "gate-min-exported",
  pendingTasks: "gate-pending-tasks",
  qualityTargets: "gate-quality-targets",
};

function isAsked({
  minTasks,
  minExported,
  hasNoPending,
  quality,
  retryMs,
}: ExportInputs["gate"]): boolean {
  const given = [minTasks, minExported, quality, retryMs].some((value) => value !== undefined);
  return given || hasNoPending === true;
}

/**
 * What the export is held to. That of a dataset which this step made has no tasks while nobody has worked on it: it must not fail
 * a step that only uploads and downloads. A commit status tells others that there are annotations, so it never comes of such an
 * export. Where nobody asked for a gate, a server that does not count tasks fails no step either.
 */
export function gateOf({ gate, source }: ExportInputs, { status }: Inputs): Gate {
  const isOfUploaded =
    source.kind === "new" &&
    source.hasUploaded &&
    source.datasets.length + source.projects.length + source.slices.length === 0;
  return {
    ...gate,
    mayBeEmpty: isOfUploaded && status === undefined,
    mayBeUncounted: !isAsked(gate) && status === undefined,
  };
}

// Kept free at the end for the last look, and the export that follows if it passes: a tenth of what is left, up to a minute.
const RESERVED_SHARE = 0.1;
const MAX_RESERVED_MS = 60_000;

export interface NextLook {
  readonly waitMs: number;
  readonly isLast: boolean;
}

/** When a closed gate is looked at again. `undefined`: what is left is not as long as the last look took, or is nothing. */
export function nextLook(retryMs: number, leftMs: number, lookMs: number): NextLook | undefined {
  const reservedMs = Math.max(lookMs, Math.min(MAX_RESERVED_MS, RESERVED_SHARE * leftMs));
  const waitMs = Math.min(retryMs, leftMs - reservedMs);
  return waitMs > 0 ? { waitMs, isLast: waitMs < retryMs } : undefined;
}

/** A gate that was looked at until the time was over. */
export function closedToTheEnd(
  error: GateClosedError,
  {
    checks,
    spentMs,
    timeoutMs,
  }: { readonly checks: number; readonly spentMs: number; readonly timeoutMs: number },
): GateClosedError {
  const time = budgetText(timeoutMs);
  const checked =
    checks === 1
      ? `Checked once: ${time} leaves no time for another check.`
      : `Checked ${formatCount(checks)} times in ${formatElapsed(spentMs / 1000)}, until ${time} left no time for another check.`;
  const hint = [error.hint ?? "", "To wait longer, increase timeout-minutes."].join(" ").trim();
  return new GateClosedError(error.code, `${error.message} ${checked}`, { hint, cause: error });
}

function uncomparedHint(template: string): string {
  if (isGrowingTemplate(template))
    return "The file that the output `current` names lists them as unverified. Keep the folder AVALA_STATE_DIR between runs, for example with actions/cache: then contents are known from the record of what was sent.";
  return template.includes("{digest}")
    ? "A warning above says what could not be compared. Running again compares it again, and sends nothing: dataset already has the digest, and with another name all files would be sent once more."
    : "Put {digest} into dataset, so that the name identifies the content. Or name a new dataset for these files.";
}

/**
 * After an upload that left something out, a run that gates anything must not succeed: an export of half a set is
 * complete, and not what was asked for. `uploaded` is absent when there was no upload.
 * @throws GateClosedError
 */
export function refuseUnfinished(
  inputs: Inputs,
  uploaded: Outcome | undefined,
  { unverified, unlistedBegun }: Pick<Results, "unverified" | "unlistedBegun">,
): void {
  const { export: exporting, status } = inputs;
  if (exporting === undefined && status === undefined) return;
  if (uploaded === "partial") {
    throw new GateClosedError("upload", "The upload is not complete, so the gate stays closed.", {
      hint: "Run again: interrupted uploads resume.",
    });
  }
  const source = exporting?.source;
  const needsFiles = source === undefined || (source.kind === "new" && source.hasUploaded);
  if (unlistedBegun > 0 && (needsFiles || status !== undefined)) {
    throw new GateClosedError(
      "upload",
      `${counted(unlistedBegun, "file")} that an interrupted run was to send ${unlistedBegun === 1 ? "was" : "were"} not sent, so the gate stays closed.`,
      { hint: "Run once with a list that has what a warning above names, or without files-from." },
    );
  }
  if (unverified > 0 && (needsFiles || status !== undefined)) {
    throw new GateClosedError(
      "upload",
      `The contents of ${counted(unverified, "file")} were not compared with what the dataset holds, so the gate stays closed.`,
      {
        hint: uncomparedHint(inputs.upload?.dataset ?? ""),
      },
    );
  }
  if (uploaded === "empty" && needsFiles) {
    throw new GateClosedError("upload", "No file was found, so the gate stays closed.", {
      hint: "Fix the `files` patterns, or remove `uploaded` from `export-datasets`.",
    });
  }
}
