// What a run does with its files besides sending them, as a plan keeps it. Pure.
import { createHash } from "node:crypto";
import { shortDigest } from "../src/files/manifest";
import type { UploadInputs } from "./inputs/upload";

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
  const text = metadata === undefined ? undefined : canonical(JSON.parse(JSON.stringify(metadata)));
  const metadataSha256 =
    text === undefined ? null : createHash("sha256").update(text).digest("hex");
  return { visibility, metadataSha256, ifDatasetExists };
}

/** JSON without blanks, its names in UTF-16 code unit order: the order they were written in says nothing. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, one]) => [JSON.stringify(name), canonical(one)] as const,
  );
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map((member) => member.join(":")).join(",")}}`;
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
