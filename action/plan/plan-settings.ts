// What a run does with its files besides sending them, as a plan keeps it. Pure.
import { createHash } from "node:crypto";
import { canonicalJson } from "../../src/canonical-json";
import { shortDigest } from "../../src/files/manifest/dataset-name";
import type { UploadInputs } from "../inputs/upload";

export interface PlannedSettings {
  readonly visibility: string;
  /**
   * Of the metadata in canonical form; null when there is none. Not the metadata itself: a plan is handed on as an
   * artifact, to readers for whom what a workflow puts in there may not be meant.
   */
  readonly metadataSha256: string | null;
  readonly ifDatasetExists: string;
}

export function settingsOf(
  inputs: Pick<UploadInputs, "visibility" | "metadata" | "ifDatasetExists">,
): PlannedSettings {
  const { visibility, metadata, ifDatasetExists } = inputs;
  const metadataSha256 =
    metadata === undefined
      ? null
      : createHash("sha256").update(canonicalJson(metadata)).digest("hex");
  return { visibility, metadataSha256, ifDatasetExists };
}

/** One text for each setting that is no longer what it was. */
export function settingsChanges(planned: PlannedSettings, now: PlannedSettings): readonly string[] {
  const pairs = [
    ["visibility", planned.visibility, now.visibility],
    ["metadata", digestText(planned), digestText(now)],
    ["if-dataset-exists", planned.ifDatasetExists, now.ifDatasetExists],
  ] as const;
  return pairs.flatMap(([input, before, after]) =>
    before === after ? [] : [`${input} was ${before} when it was made, and is ${after} now`],
  );
}

function digestText({ metadataSha256 }: PlannedSettings): string {
  return metadataSha256 === null ? "none" : `that of sha256 ${shortDigest(metadataSha256)}`;
}
