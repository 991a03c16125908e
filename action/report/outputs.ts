// A run's results as what a workflow gets: outputs, and the files that they name.
// Knows nothing of the log or the summary.
import { mkdtemp, rename } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../src/flow/folders";
import { asDiskError } from "../../src/errors";
import { checksumsText, createManifest, type Manifest } from "../../src/files/manifest/manifest";
import { formatManifestFile } from "../../src/files/manifest/manifest-file";
import { redact } from "../../src/redact";
import type { ActionEnvironment } from "../environment";
import type { Inputs } from "../inputs/inputs";
import type { Destination } from "../selection/destination";
import type { Plan } from "../plan/plan-shape";
import { pathFrom, type Selection } from "../selection/selection";
import { checksumParts } from "./checksum-parts";
import type { Facts } from "./facts/facts";
import { uidsText } from "./growing-report";
import { reportOf } from "./report-file";
import type { Results } from "./results";
import { replacing, write } from "./step-files";
import { OUTPUT_PREFIX } from "../written";
import { jsonText, nameText, urlText, wordText } from "./server-text";

/** Every output of action.yml; a test holds the two together. */
type OutputName =
  | "dataset-uid"
  | "dataset-slug"
  | "dataset-uids"
  | "current"
  | "files-total"
  | "files-uploaded"
  | "files-skipped"
  | "unverified"
  | "bytes-uploaded"
  | "digest"
  | "checksums"
  | "checksums-parts"
  | "manifest"
  | "plan"
  | "report"
  | "complete"
  | "outcome"
  | "export-uid"
  | "export-status"
  | "download-url"
  | "download-path"
  | "download-file";

/** A folder of this step's own: several steps of a job may use the Action. */
export async function createOutputFolder({ tempDirectory }: ActionEnvironment): Promise<string> {
  try {
    await makeFolder(tempDirectory);
    return await mkdtemp(join(tempDirectory, OUTPUT_PREFIX));
  } catch (error) {
    throw asDiskError(`No folder for this step's files can be made in ${tempDirectory}`, error);
  }
}

/** The manifest and the checksums, as docs/manifest.md has them: what is to be sent. */
export async function writeSelection(
  folder: string,
  selection: Selection,
  to: ManifestTerms,
): Promise<{ manifest: string; checksums: string; checksumsParts: readonly string[] }> {
  const text = checksumsText(onDisk(selection));
  const manifest = await writeManifest(folder, selection, { ...to, isComplete: false });
  const checksums = await write(folder, CHECKSUMS, text);
  const parts = checksumParts(text);
  if (parts.length === 1) return { manifest, checksums, checksumsParts: [checksums] };
  const checksumsParts: string[] = [];
  for (const [index, part] of parts.entries())
    checksumsParts.push(await write(folder, `${CHECKSUMS}.${index + 1}`, part));
  return { manifest, checksums, checksumsParts };
}

const CHECKSUMS = "SHA256SUMS";

interface ManifestTerms {
  readonly destination: Destination;
  readonly nowMs: number;
}

/** `isComplete`: Avala has all of it. Replaced as a whole, for it may be what somebody attests. */
export async function writeManifest(
  folder: string,
  selection: Selection,
  to: ManifestTerms & { readonly isComplete: boolean },
): Promise<string> {
  const { baseUrl, organization } = to.destination;
  const text = formatManifestFile({
    createdMs: to.nowMs,
    destination: { baseUrl, organizationUid: organization ?? undefined },
    datasets: selection.targets.map(({ name, manifest }) => ({ name, manifest })),
    isComplete: to.isComplete,
  });
  const file = join(folder, "manifest.json");
  const written = await write(folder, "manifest.json.new", text);
  await replacing(file, () => rename(written, file));
  return file;
}

/** The manifest with each file's path under `root`: a prefix and a link's target concern only the dataset. */
function onDisk({ fileSet, manifest }: Selection): Manifest {
  const places = new Map(
    fileSet.files.map((file) => [file.path, pathFrom(fileSet.root, file.absolutePath)]),
  );
  return createManifest(
    manifest.entries.map((entry) => ({ ...entry, path: places.get(entry.path) ?? entry.path })),
  );
}

export async function writePlan(folder: string, plan: Plan): Promise<string> {
  return write(folder, "plan.json", json(plan));
}

/** What happened, as JSON. The words in it are others' too, so it is as free of secrets as the log. */
export async function writeReport(
  folder: string,
  facts: Facts,
  secrets: readonly string[],
): Promise<string> {
  const masked: unknown = JSON.parse(JSON.stringify(reportOf(facts)), (_name, value: unknown) =>
    typeof value === "string" ? redact(value, secrets) : value,
  );
  return write(folder, "report.json", json(masked));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What is known, also of a run that failed; what is not known is left empty. */
export function outputsOf(
  results: Results,
  inputs: Inputs | undefined,
): ReadonlyMap<OutputName, string> {
  const { selection, datasets, files, export: made } = results;
  const isPartitioned = inputs?.upload?.partitionDepth === 1;
  const only = isPartitioned ? undefined : datasets[0]?.dataset;
  return new Map([
    ["dataset-uid", nameText(only?.uid)],
    ["dataset-slug", nameText(only?.slug)],
    ["dataset-uids", uidsText(results, isPartitioned)],
    ["current", files.current ?? ""],
    ["files-total", String(selection?.fileSet.files.length ?? 0)],
    ["files-uploaded", String(results.filesSent)],
    ["files-skipped", String(results.filesUnchanged)],
    ["unverified", String(results.unverified)],
    ["bytes-uploaded", String(results.bytesSent)],
    ["digest", selection?.manifest.digest ?? ""],
    ["checksums", files.checksums ?? ""],
    ["checksums-parts", files.checksumsParts === undefined ? "" : jsonText(files.checksumsParts)],
    ["manifest", files.manifest ?? ""],
    ["plan", files.plan ?? ""],
    ["report", files.report ?? ""],
    ["complete", String(results.isComplete)],
    ["outcome", results.outcome],
    ["export-uid", nameText(made?.uid)],
    ["export-status", wordText(made?.status)],
    ["download-url", urlText(made?.downloadUrl)],
    ["download-path", results.downloadPath ?? ""],
    ["download-file", results.downloadFile ?? ""],
  ]);
}
