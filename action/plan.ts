// The plan: what a run would send, as JSON, and whether a later run still would. Pure.
import { InputError, type RateLimit } from "../src/errors";
import { compareManifests, describeChanges } from "../src/files/compare";
import { createManifest, type Manifest } from "../src/files/manifest";
import { type Cost, estimateCost } from "../src/upload/cost";
import type { Selection, Target } from "./selection";

const VERSION = 1;

export interface PlannedDataset {
  readonly folder: string;
  readonly name: string;
  readonly slug: string;
  readonly dataType: string;
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
  /** Whether the server had it when the plan was made; null when nobody asked. */
  readonly exists: boolean | null;
}

export interface Plan {
  readonly version: typeof VERSION;
  readonly digest: string;
  readonly datasets: readonly PlannedDataset[];
  readonly cost: { readonly files: number; readonly bytes: number; readonly calls: number };
  readonly leftOut: { readonly hiddenFiles: number };
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

/** `exists` by dataset name; a name that is not in it was not looked up. */
export function createPlan(selection: Selection, exists: ReadonlyMap<string, boolean>): Plan {
  const { manifest, fileSet, targets } = selection;
  const toSend = targets.filter(({ name }) => exists.get(name) !== true);
  const { files, bytes, calls } = costOf(toSend.map((target) => target.files));
  return {
    version: VERSION,
    digest: manifest.digest,
    datasets: targets.map((target) => ({
      folder: target.folder,
      name: target.name,
      slug: target.slug,
      dataType: target.dataType,
      files: target.files.length,
      bytes: target.manifest.totalBytes,
      digest: target.manifest.digest,
      exists: exists.get(target.name) ?? null,
    })),
    cost: { files, bytes, calls },
    leftOut: { hiddenFiles: fileSet.hiddenLeftOut },
    files: filesOf(manifest),
  };
}

/** What sending costs at the least: a list of files for each dataset. */
export function costOf(
  datasets: readonly (readonly { readonly sizeBytes: number }[])[],
  rateLimit?: RateLimit,
): Cost {
  const files = datasets.flat();
  return estimateCost({
    files: files.length,
    bytes: files.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    otherCalls: datasets.filter(({ length }) => length > 0).length * CALLS_FOR_A_DATASET,
    rateLimit,
  });
}

// Look up, confirm, wait twice, read the items back.
const CALLS_FOR_A_DATASET = 5;

export function filesOf(manifest: Manifest): Plan["files"] {
  return manifest.entries.map(({ path, sizeBytes, sha256 }) => ({
    path,
    bytes: sizeBytes,
    sha256,
  }));
}

/** @throws InputError when `text` is no plan */
export function parsePlan(text: string, file: string): Plan {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlan(value)) return value;
  } catch {
    // Told below, as for JSON that is no plan.
  }
  throw new InputError([
    { input: "plan", text: `${file} is no plan that a dry run of this version wrote` },
  ]);
}

function isPlan(value: unknown): value is Plan {
  if (typeof value !== "object" || value === null) return false;
  const { version, digest, datasets, files } = value as Partial<Record<keyof Plan, unknown>>;
  const isWhole = version === VERSION && typeof digest === "string";
  return (
    isWhole &&
    isList(datasets, ["name", "slug", "dataType", "digest"]) &&
    isList(files, ["path", "sha256"])
  );
}

function isList(value: unknown, texts: readonly string[]): boolean {
  const isItem = (item: unknown): boolean =>
    typeof item === "object" &&
    item !== null &&
    texts.every((name) => typeof (item as Record<string, unknown>)[name] === "string");
  return Array.isArray(value) && value.every(isItem);
}

/** @throws InputError when the files, or what is to become of them, are no longer what the plan says */
export function checkPlan(plan: Plan, selection: Selection): void {
  if (plan.digest !== selection.manifest.digest) {
    const planned = createManifest(
      plan.files.map(({ path, bytes, sha256 }) => ({ path, sizeBytes: bytes, sha256 })),
    );
    const changes = describeChanges(compareManifests(planned, selection.manifest));
    refuse(`the files have changed since it was made:\n${changes}`);
  }
  const planned = plan.datasets.map(describe).sort().join("\n");
  const now = selection.targets.map(describe).sort().join("\n");
  if (planned !== now)
    refuse(`it was made for other datasets:\n${planned}\nand now they are:\n${now}`);
}

/** @throws InputError when a dataset came or went since the plan was made */
export function checkPlannedDatasets(plan: Plan, exists: ReadonlyMap<string, boolean>): void {
  for (const { name, exists: planned } of plan.datasets) {
    const now = exists.get(name);
    if (planned === null || now === undefined || planned === now) continue;
    refuse(`the dataset ${name} ${now ? "has been made" : "has gone"} since it was made`);
  }
}

function describe({
  name,
  slug,
  dataType,
}: Pick<Target, "name" | "slug"> & { dataType: string }): string {
  return `${name} (${slug}, ${dataType})`;
}

function refuse(text: string): never {
  throw new InputError([{ input: "plan", text }], { hint: "Make a new plan with dry-run: true." });
}
