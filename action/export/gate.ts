// What an export must hold to pass. Pure: whatever is not plainly enough is too little.
import type { Export } from "../../src/api/endpoints/exports";
import { counted } from "../../src/text";
import { GateClosedError } from "../report/failure";
import type { Inputs } from "../inputs/inputs";
import type { GateConditions } from "../inputs/export";
import type { Outcome } from "../report/results";

function holdsTooLittle(reasons: readonly string[]): GateClosedError {
  return new GateClosedError("export_failed", `The gate stays closed: ${reasons.join("; ")}.`, {
    hint: "Finish the missing tasks and run again, or lower gate-min-tasks or gate-min-exported.",
  });
}

/** @throws GateClosedError */
export function judge(finished: Export, conditions: GateConditions): void {
  const reasons = [...tooFewTasks(finished, conditions), ...tooFewExported(finished, conditions)];
  if (reasons.length > 0) throw holdsTooLittle(reasons);
}

function tooFewTasks(
  { totalTaskCount: total }: Export,
  { minTasks }: GateConditions,
): readonly string[] {
  if (minTasks === undefined) return [];
  if (total === undefined) {
    return [
      `Avala does not say how many tasks the export holds, and gate-min-tasks is ${minTasks}`,
    ];
  }
  return total >= minTasks
    ? []
    : [`the export holds ${counted(total, "task")}, and gate-min-tasks is ${minTasks}`];
}

function tooFewExported(finished: Export, { minExported }: GateConditions): readonly string[] {
  const { totalTaskCount: total, exportedTaskCount: exported } = finished;
  if (minExported === undefined) {
    if (total === undefined || exported === undefined || exported >= total) return [];
    return [`${exported} of ${total} tasks are exported`];
  }
  if (exported === undefined) return ["Avala does not say how many tasks are exported"];
  if ("count" in minExported) {
    if (exported >= minExported.count) return [];
    return [`${exported} tasks are exported, and gate-min-exported is ${minExported.count}`];
  }
  if (total === undefined)
    return ["Avala does not report how many tasks the export has, so a share cannot be computed"];
  const { percent } = minExported;
  return isEnough({ exported, total, percent })
    ? []
    : [
        `${exported} of ${counted(total, "task")} are exported, and gate-min-exported is ${percent}%`,
      ];
}

/** In whole numbers, since 7% of 100 is a little more than 7 in fractions. A share of nothing is not enough of anything. */
function isEnough(given: {
  readonly exported: number;
  readonly total: number;
  /** With three digits after the point at most. */
  readonly percent: number;
}): boolean {
  const thousandths = Math.round(given.percent * 1_000);
  return given.total > 0 && given.exported * 100_000 >= given.total * thousandths;
}

/**
 * After an upload that left something out, a run that gates anything must not succeed: an export of half a set is
 * complete, and not what was asked for. `uploaded` is absent when there was no upload.
 * @throws GateClosedError
 */
export function refuseUnfinished(
  inputs: Inputs,
  uploaded: Outcome | undefined,
  unverified: number,
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
  if (unverified > 0 && (needsFiles || status !== undefined)) {
    throw new GateClosedError(
      "upload",
      `The contents of ${counted(unverified, "file")} were not compared with what the dataset holds, so the gate stays closed.`,
      {
        hint: "Put {digest} into dataset: then the name stands for the content. Or name a new dataset for these files. Where the name has the digest already, a warning above says what could not be compared.",
      },
    );
  }
  if (uploaded === "empty" && needsFiles) {
    throw new GateClosedError("upload", "No file was found, so the gate stays closed.", {
      hint: "Fix the `files` patterns, or remove `uploaded` from `export-datasets`.",
    });
  }
}
