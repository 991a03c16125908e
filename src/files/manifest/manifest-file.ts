// The manifest as a file that anyone can check later, without this program: docs/manifest.md tells how, and
// docs/manifest.schema.json what it looks like. Knows nothing of disks.
import { InputError } from "../../errors";
import { createManifest, type Manifest, type ManifestEntry } from "./manifest";

/** One for another meaning of a field, or for one less. A field more is no new version. */
const FORMAT_VERSION = 1;

/** Names the canonical form that is hashed, which is also its first line. */
export const DIGEST_ALGORITHM = "avala-manifest 1 sha256";

export interface ManifestDestination {
  readonly baseUrl: string;
  readonly organizationUid?: string | undefined;
}

export interface ManifestDataset {
  readonly name: string;
  readonly manifest: Manifest;
}

/** What is to be sent or was, where to, and when the list was written. */
export interface ManifestRecord {
  readonly createdMs: number;
  readonly destination: ManifestDestination;
  /** One, or one for each partition; no two have a path in common. */
  readonly datasets: readonly ManifestDataset[];
  /** Avala has every dataset, and each was made of exactly these files. @default false: this is what was to be sent */
  readonly isComplete?: boolean | undefined;
}

function wholeOf(datasets: readonly ManifestDataset[]): Manifest {
  return createManifest(datasets.flatMap(({ manifest }) => manifest.entries));
}

function digestOf({ digest }: Manifest): { readonly algorithm: string; readonly value: string } {
  return { algorithm: DIGEST_ALGORITHM, value: digest };
}

/** The file's text: one file a line, so that two of them can be compared line by line. */
export function formatManifestFile(record: ManifestRecord): string {
  const { createdMs, destination, datasets } = record;
  const whole = wholeOf(datasets);
  const head = {
    formatVersion: FORMAT_VERSION,
    createdAt: new Date(createdMs).toISOString(),
    complete: record.isComplete ?? false,
    destination: {
      baseUrl: destination.baseUrl,
      organization: destination.organizationUid ?? null,
      datasets: datasets.map(({ name, manifest }) => ({
        name,
        files: manifest.entries.length,
        totalBytes: manifest.totalBytes,
        digest: digestOf(manifest),
      })),
    },
    digest: digestOf(whole),
    totalBytes: whole.totalBytes,
  };
  // Where there is one dataset, all files are its.
  const datasetOf = new Map<string, string>();
  for (const { name, manifest } of datasets.length > 1 ? datasets : []) {
    for (const { path } of manifest.entries) datasetOf.set(path, name);
  }
  const lines = whole.entries.map(({ path, sizeBytes, sha256 }) =>
    JSON.stringify({ path, sizeBytes, sha256, dataset: datasetOf.get(path) }),
  );
  const files = lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`;
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "files": ${files}\n}\n`;
}

function refuse(text: string): never {
  throw new InputError([{ input: "manifest", text }]);
}

type Json = Readonly<Record<string, unknown>>;

function object(value: unknown, name: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  return refuse(`${name} should be an object`);
}

function list(value: unknown, name: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${name} should be a list`);
}

function text(value: unknown, name: string): string {
  return typeof value === "string" ? value : refuse(`${name} should be text`);
}

function readEntry(value: unknown): ManifestEntry & { readonly dataset: string | undefined } {
  const { path, sizeBytes, sha256, dataset } = object(value, "a file");
  if (typeof sizeBytes !== "number") return refuse("sizeBytes should be a number");
  return {
    path: text(path, "path"),
    sizeBytes,
    sha256: text(sha256, "sha256"),
    dataset: dataset === undefined ? undefined : text(dataset, "dataset"),
  };
}

function requireDigest(name: string, given: unknown, { digest }: Manifest): void {
  const { algorithm, value } = object(given, "digest");
  if (algorithm !== DIGEST_ALGORITHM) refuse(`the digest of ${name} is by an algorithm not known`);
  if (value !== digest) refuse(`the digest of ${name} is not that of its files`);
}

function readDatasets(json: Json): readonly ManifestDataset[] {
  const entries = list(json["files"], "files").map(readEntry);
  const given = list(object(json["destination"], "destination")["datasets"], "datasets");
  const byDataset = new Map<string | undefined, ManifestEntry[]>();
  for (const { dataset, ...entry } of entries) {
    const ofIt = byDataset.get(dataset) ?? [];
    ofIt.push(entry);
    byDataset.set(dataset, ofIt);
  }
  const datasets = given.map((value) => {
    const { name, digest } = object(value, "a dataset");
    const called = text(name, "name");
    const key = given.length === 1 ? undefined : called;
    const manifest = createManifest(byDataset.get(key) ?? []);
    byDataset.delete(key);
    requireDigest(called, digest, manifest);
    return { name: called, manifest };
  });
  if (byDataset.size > 0) refuse("a file is of a dataset that is not listed");
  requireDigest("the set", json["digest"], wholeOf(datasets));
  return datasets;
}

/**
 * Reads what {@link formatManifestFile} wrote and holds each digest against the files that it is of.
 * @throws InputError for another format version, and for what was changed since
 */
export function parseManifestFile(data: string): ManifestRecord {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return refuse("it is not valid JSON");
  }
  const json = object(value, "it");
  if (json["formatVersion"] !== FORMAT_VERSION) {
    refuse(`formatVersion ${String(json["formatVersion"])} is not known, only ${FORMAT_VERSION}`);
  }
  const { baseUrl, organization } = object(json["destination"], "destination");
  const complete = json["complete"];
  if (typeof complete !== "boolean") refuse("complete should be true or false");
  const createdMs = Date.parse(text(json["createdAt"], "createdAt"));
  if (Number.isNaN(createdMs)) refuse("createdAt is not a time");
  return {
    createdMs,
    destination: {
      baseUrl: text(baseUrl, "baseUrl"),
      organizationUid: organization === null ? undefined : text(organization, "organization"),
    },
    datasets: readDatasets(json),
    isComplete: complete,
  };
}
