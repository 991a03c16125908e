// The manifest as a file that anyone can check later, without this program: docs/manifest.md says how, and
// docs/manifest.schema.json what it looks like. It is only written here. Knows nothing of disks.
import { formatList } from "../../json-text";
import { createManifest, type Manifest } from "./manifest";

/** Rises when a field changes its meaning or goes. A new field does not raise it. */
const FORMAT_VERSION = 1;

/** Names the canonical form that is hashed, which is also its first line. */
const DIGEST_ALGORITHM = "avala-manifest 1 sha256";

interface ManifestDestination {
  readonly baseUrl: string;
  readonly organizationUid?: string | undefined;
}

interface ManifestDataset {
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
  const [only, ...others] = datasets;
  if (only !== undefined && others.length === 0) return only.manifest;
  return createManifest(datasets.flatMap(({ manifest }) => manifest.entries));
}

function digestOf({ digest }: Manifest): { readonly algorithm: string; readonly value: string } {
  return { algorithm: DIGEST_ALGORITHM, value: digest };
}

/** The file's text, in pieces: one file a line, so that two of them can be compared line by line. */
export function* formatManifestFile(record: ManifestRecord): Generator<string> {
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
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "files": `;
  yield* formatList(whole.entries, ({ path, sizeBytes, sha256 }) =>
    JSON.stringify({ path, sizeBytes, sha256, dataset: datasetOf.get(path) }),
  );
  yield "\n}\n";
}
