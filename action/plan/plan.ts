// The plan: what a run would send, as JSON. Pure; docs/plan.md describes it.
// The same files and inputs make the same plan, to the byte, on every system.
import {
  PLAN_VERSION,
  type Plan,
  type PlannedDataset,
  type PlannedFile,
  type PlannedGrowth,
} from "./plan-shape";
import type { Manifest, ManifestEntry } from "../../src/files/manifest/manifest";
import type { Counts } from "../../src/operations/datasets/dataset-work";
import { type Cost, callsFor, estimateCost } from "../../src/upload/cost";
import { counted, formatBytes } from "../../src/text";
import { growthText } from "./growth-text";
import { sourceOf } from "../selection/file-paths";
import type { Selection } from "../selection/selection";

/** What the server has under a dataset's name. */
export interface ServerDataset {
  /** Of the dataset, which holds all the files; undefined when there is none. */
  readonly uid: string | undefined;
  /** Whether its content is known to be these files: by its name, or since all were compared. */
  readonly isExact?: boolean | undefined;
  /** Versions that it would take the place of. */
  readonly earlier?: readonly Counts[] | undefined;
}

/** By dataset name; a name that is not in it was not looked up. */
export type ServerDatasets = ReadonlyMap<string, ServerDataset>;

/** What becomes of the files. */
export type PlanTarget = Pick<Plan, "destination" | "settings">;

export function createPlan(
  selection: Selection,
  looked: ServerDatasets,
  planTarget: PlanTarget,
): Plan {
  const { manifest, targets } = selection;
  const datasetOf = datasetsOf(targets);
  const files = plannedFiles(selection, ({ path }) => {
    const dataset = datasetOf(path);
    return { dataset, isSent: looked.get(dataset)?.uid === undefined };
  });
  const datasets = targets.map((target) => ({
    folder: target.folder,
    name: target.name,
    slug: target.slug,
    dataType: target.dataType,
    files: target.files.length,
    bytes: target.manifest.totalBytes,
    digest: target.manifest.digest,
    ...existenceOf(looked.get(target.name)),
    replaces: replacedOf(looked.get(target.name)),
    growing: null,
  }));
  return planOf(manifest, { datasets, files }, planTarget);
}

export function planOf(
  { digest }: Manifest,
  { datasets, files }: Pick<Plan, "datasets" | "files">,
  { destination, settings }: PlanTarget,
): Plan {
  const { files: count, bytes, calls } = costOf({ datasets, files });
  const cost = { files: count, bytes, calls };
  return { version: PLAN_VERSION, destination, settings, digest, datasets, cost, files };
}

function existenceOf(looked: ServerDataset | undefined): Pick<PlannedDataset, "exists" | "uid"> {
  if (looked === undefined) return { exists: null, uid: null };
  return { exists: looked.uid !== undefined, uid: looked.uid ?? null };
}

function replacedOf(looked: ServerDataset | undefined): PlannedDataset["replaces"] {
  return (
    looked?.earlier?.map(({ name, uid, itemCount, annotationsCount, projectCount }) => ({
      name,
      uid,
      items: itemCount,
      annotations: annotationsCount ?? null,
      projects: projectCount ?? null,
    })) ?? null
  );
}

/** Which dataset a file is in, or goes to. */
export interface Place {
  /** By name. */
  readonly dataset: string;
  readonly isSent: boolean;
}

export function plannedFiles(
  { fileSet, manifest }: Pick<Selection, "fileSet" | "manifest">,
  placeOf: (entry: ManifestEntry) => Place,
): Iterable<PlannedFile> {
  return {
    *[Symbol.iterator]() {
      for (const entry of manifest.entries)
        yield plannedFile(entry, sourceOf(fileSet, entry), placeOf(entry));
    },
  };
}

/** By path the name of the dataset that a file goes to. */
function datasetsOf(targets: Selection["targets"]): (path: string) => string {
  const [only, ...others] = targets;
  if (others.length === 0) return () => only?.name ?? "";
  const names = new Map<string, string>();
  for (const { name, files } of targets) for (const { path } of files) names.set(path, name);
  return (path) => names.get(path) ?? "";
}

function plannedFile(
  entry: ManifestEntry,
  source: string,
  { dataset, isSent }: Place,
): PlannedFile {
  const { path, sizeBytes, sha256 } = entry;
  const [by, calls] = isSent
    ? ([wayOf(entry), callsFor(entry)] as const)
    : (["nothing", 0] as const);
  return { source, dataset, path, sizeBytes, sha256, by, calls };
}

function wayOf(entry: ManifestEntry): "form" | "parts" {
  return callsFor(entry) === 1 ? "form" : "parts";
}

/** `training-3f9a1c2e77b0 (image) would be made: 3 files, 660 kB`. */
export function plannedText(planned: PlannedDataset): string {
  const { name, dataType, exists, files, bytes, growing } = planned;
  if (growing !== null) return plannedSetText(planned, growing);
  const state = exists === true ? "exists already" : "would be made";
  return `${name} (${dataType}) ${state}: ${counted(files, "file")}, ${formatBytes(bytes)}`;
}

/** `training-0007-3f9a1c2e77b0 (image) would be made: 3 files, 660 kB; 12 held, 1 superseded, 0 not compared`. */
function plannedSetText(
  { name, dataType, files, bytes }: PlannedDataset,
  { increments, held, unverified, superseded, moved, postponed }: PlannedGrowth,
): string {
  const size = `${counted(files, "file")}, ${formatBytes(bytes)}`;
  const made =
    files === 0
      ? `${name} (${dataType}): nothing is new`
      : `${name} (${dataType}) would be made: ${size}`;
  if (increments === null)
    return `${made}, minus what the set already holds, which was not looked up`;
  const [left, moves, later] = [superseded.length, moved.length, postponed.length];
  const counts = growthText({ held, moved: moves, superseded: left, unverified, postponed: later });
  return `${made}; ${counts}`;
}

/** What carrying it out costs at the least. */
export function costOf({ datasets, files }: Pick<Plan, "datasets" | "files">): Cost {
  const sizes = new Map<string, number[]>(datasets.map(({ name }) => [name, []]));
  for (const { by, dataset, sizeBytes } of files)
    if (by !== "nothing") sizes.get(dataset)?.push(sizeBytes);
  return estimateCost(
    datasets.map(({ name, files: fileCount, growing }) => ({
      toSend: filesOfSizes(sizes.get(name) ?? []),
      fileCount,
      isSoughtBeforeConfirm: growing !== null,
    })),
  );
}

function* filesOfSizes(sizes: readonly number[]): Generator<{ readonly sizeBytes: number }> {
  for (const sizeBytes of sizes) yield { sizeBytes };
}
