// What Avala's own counts say of the files of a dataset (contract, "Sequences and health"). Which of its counts counts files
// depends on what the files are: a video is a sequence, a lidar file or an image is a frame, and what an mcap file becomes
// is not documented. Pure; knows no keys.
import type { DatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { printable } from "../../redact";
import { counted } from "../../text";

/** Whether a dataset has sequences, of which the items may be frames. */
type Sequences = "none" | "some" | "unknown";

export interface Counted {
  /** Files that should be indexed. */
  readonly sent: number;
  /** Items in the list; `undefined` where it can't be read. */
  readonly listed: number | undefined;
  readonly dataType: string | undefined;
  readonly sequences: Sequences;
  readonly health: DatasetHealth | undefined;
}

type CountVerdict =
  | { readonly kind: "equal" }
  | { readonly kind: "unknown" }
  /** Proven, by more than one count. */
  | { readonly kind: "fewer" | "more"; readonly text: string };

// Of these a file is an item, unless the dataset says that it has sequences.
const ITEM_TYPES: ReadonlySet<string> = new Set(["image", "splat", "image_3d"]);

export function sequencesOf(
  { dataType, isSequence }: Pick<Dataset, "dataType" | "isSequence">,
  health: DatasetHealth | undefined,
): Sequences {
  if (isSequence === true || (health?.sequenceCount ?? 0) > 0) return "some";
  return dataType !== undefined && ITEM_TYPES.has(dataType) ? "none" : "unknown";
}

function countOfFiles({ dataType, sequences, health }: Counted): number | undefined {
  if (health === undefined) return undefined;
  const { itemCount, sequenceCount, totalFrames } = health;
  if (sequences !== "some") return itemCount;
  if (dataType === "video") return sequenceCount;
  return dataType === "mcap" ? undefined : (totalFrames ?? itemCount);
}

/** Whether Avala says that all is indexed, and counts as many as were sent. */
export function isCountedWhole(counts: Counted): boolean {
  return counts.health?.ingestOk === true && countOfFiles(counts) === counts.sent;
}

/** `2 items, 0 frames`. */
export function describeCounts({ itemCount, totalFrames, sequenceCount }: DatasetHealth): string {
  const counts = [
    [itemCount, "item"],
    [totalFrames, "frame"],
    [sequenceCount, "sequence"],
  ] as const;
  const known = counts.flatMap(([count, what]) =>
    count === undefined ? [] : counted(count, what),
  );
  return known.length === 0 ? "no counts" : known.join(", ");
}

const maxIssueCharacters = 300;

export function describeIssues({ issues }: DatasetHealth): string | undefined {
  if (issues.length === 0) return undefined;
  return `Avala reports issues: ${printable(JSON.stringify(issues), maxIssueCharacters)}`;
}

function allCounts({ itemCount, totalFrames, sequenceCount }: DatasetHealth): readonly number[] {
  return [itemCount, totalFrames, sequenceCount].flatMap((count) => count ?? []);
}

export function judgeCounts(counts: Counted): CountVerdict {
  const { sent, listed, sequences, health } = counts;
  if (health === undefined) return { kind: "unknown" };
  const { ingestOk, issues } = health;
  const reported = describeCounts(health);
  const every = allCounts(health);
  if (!ingestOk && issues.length > 0 && every.length > 0 && every.every((one) => one < sent)) {
    const text = `Avala reports that indexing failed: ${reported} of ${counted(sent, "file")}. ${describeIssues(health) ?? ""}`;
    return { kind: "fewer", text };
  }
  const isListed = sequences !== "none" || listed === undefined || listed === sent;
  if (isCountedWhole(counts)) return { kind: isListed ? "equal" : "unknown" };
  const count = countOfFiles(counts);
  // Of frames and sequences the counts of files are not known well enough to prove anything.
  if (sequences !== "none" || count === undefined || listed === undefined)
    return { kind: "unknown" };
  if (!ingestOk && issues.length === 0) return { kind: "unknown" };
  const text = `Avala lists ${counted(listed, "item")} and counts ${counted(count, "item")}, for ${counted(sent, "file")}`;
  if (listed < sent && count < sent) return { kind: "fewer", text };
  return listed > sent && count > sent ? { kind: "more", text } : { kind: "unknown" };
}
