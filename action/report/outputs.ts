// A run's results as what a workflow gets: outputs, and the files that they name.
// Knows nothing of the log or the summary.
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../src/flow/disk/folders";
import { asDiskError } from "../../src/errors";
import { formatList } from "../../src/json-text";
import { checksumLine } from "../../src/files/manifest/manifest";
import { formatManifestFile } from "../../src/files/manifest/manifest-file";
import { redact } from "../../src/redact";
import type { ActionEnvironment } from "../environment";
import type { Inputs } from "../inputs/inputs";
import type { Destination } from "../selection/destination";
import type { Plan } from "../plan/plan-shape";
import { sourceOf } from "../selection/file-paths";
import type { Selection } from "../selection/selection";
import { checksumParts } from "./checksum-parts";
import type { Facts } from "./facts/facts";
import { uidsText } from "./growing-report";
import { reportOf } from "./report-file";
import type { Results } from "./results";
import { write } from "./step-files";
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
    throw asDiskError(`A folder for this step's files can't be created in ${tempDirectory}`, error);
  }
}

/** The manifest and the checksums, as docs/manifest.md has them: what is to be sent. */
export async function writeSelection(
  folder: string,
  selection: Selection,
  to: ManifestTerms,
): Promise<{ manifest: string; checksums: string; checksumsParts: readonly string[] }> {
  const manifest = await writeManifest(folder, selection, { ...to, isComplete: false });
  const checksums = await write(folder, CHECKSUMS, checksumLines(selection));
  const [, second] = checksumParts(checksumLines(selection));
  if (second === undefined) return { manifest, checksums, checksumsParts: [checksums] };
  const checksumsParts: string[] = [];
  for (const part of checksumParts(checksumLines(selection)))
    checksumsParts.push(await write(folder, `${CHECKSUMS}.${checksumsParts.length + 1}`, part));
  return { manifest, checksums, checksumsParts };
}

const CHECKSUMS = "SHA256SUMS";

/** Each file by its path under `root`: a prefix and a link's target concern only the dataset. */
function* checksumLines({ fileSet, manifest }: Selection): Generator<string> {
  // All have the prefix, so they are in the order of their paths also without it.
  for (const entry of manifest.entries)
    yield checksumLine({ ...entry, path: sourceOf(fileSet, entry) });
}

interface ManifestTerms {
  readonly destination: Destination;
  readonly nowMs: number;
}

/** `isComplete`: Avala has all of it. */
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
  return write(folder, "manifest.json", text);
}

export async function writePlan(folder: string, plan: Plan): Promise<string> {
  return write(folder, "plan.json", planPieces(plan));
}

function* planPieces({ files, ...head }: Plan): Generator<string> {
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "files": `;
  yield* formatList(files, (file) => JSON.stringify(file, null, 2).replaceAll("\n", "\n    "));
  yield "\n}\n";
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
