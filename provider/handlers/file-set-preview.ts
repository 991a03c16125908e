// What a preview tells of a file set: which files changed, what sending them costs, what the server will keep.
import { findDataset } from "../../src/dataset";
import { isAvalaError } from "../../src/errors";
import { compareManifests, describeChanges, type ManifestChanges } from "../../src/files/compare";
import type { Manifest, ManifestEntry } from "../../src/files/manifest";
import { counted, describeCost, estimateCost } from "../../src/upload/cost";
import type { Call } from "../process/calls";
import type { LocalSet } from "../process/local-files";
import type { Session } from "../process/session";
import { ownerOf, type FileSetInputs, type FileSetOutputs } from "./file-set-inputs";

export interface Preview {
  readonly session: Session;
  readonly call: Call;
  readonly inputs: FileSetInputs;
  readonly manifest: Manifest;
}

function describeSending(
  { session, call, manifest }: Preview,
  toSend: readonly ManifestEntry[],
): string {
  const rateLimit = session.avalaIfConfigured(call)?.pace.snapshot();
  const fileCount = manifest.entries.length;
  return `to send: ${describeCost(estimateCost([{ toSend, fileCount }], rateLimit))}`;
}

/** Whether this version is on the server already. Advisory: a preview works without a key and without a network. */
async function isThere({ session, call, inputs }: Preview): Promise<boolean> {
  const avala = session.avalaIfConfigured(call);
  if (avala === undefined) return false;
  try {
    const wanted = { name: inputs.datasetName, organizationUid: ownerOf(inputs) };
    return (await findDataset(avala, wanted)) !== undefined;
  } catch (error) {
    if (isAvalaError(error)) return false;
    throw error;
  }
}

async function describeVersion(preview: Preview): Promise<string> {
  const { inputs, manifest } = preview;
  if (inputs.isVersion && (await isThere(preview)))
    return "nothing to send: this version is on the server";
  return describeSending(preview, manifest.entries);
}

/** For a set that is not in the state yet. */
export async function previewNew(preview: Preview): Promise<void> {
  const text = await describeVersion(preview);
  await preview.session
    .messages(preview.call)
    .info(`dataset ${preview.inputs.datasetName}\n${text}`);
}

const MOST_NAMED = 20;

function describeRemoved({ removed }: ManifestChanges): string | undefined {
  if (removed.length === 0) return undefined;
  const named = removed.slice(0, MOST_NAMED).map(({ path }) => path);
  const rest = removed.length - named.length;
  const names = named.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  return `${counted(removed.length, "removed file")} will stay stored and in the dataset, as no call of the API removes one: ${names}`;
}

/** For a set that is in the state as `olds` and whose content changes. */
export async function previewChange(
  preview: Preview,
  olds: FileSetOutputs,
  before: Manifest,
): Promise<void> {
  const { inputs, manifest } = preview;
  const messages = preview.session.messages(preview.call);
  const changes = compareManifests(before, manifest);
  const listed = describeChanges(changes);
  if (olds.datasetName !== inputs.datasetName) {
    const version = inputs.isVersion ? "new version" : "dataset";
    const text = await describeVersion(preview);
    await messages.info(
      `${version} ${inputs.datasetName}, was ${olds.datasetName}\n${listed}\n${text}`,
    );
    return;
  }
  const toSend = [...changes.added, ...changes.changed.map(({ after }) => after)];
  const text = describeSending(preview, toSend);
  await messages.info(`${inputs.datasetName} changes in place\n${listed}\n${text}`);
  const removed = inputs.isVersion ? undefined : describeRemoved(changes);
  if (removed !== undefined) await messages.warn(removed);
}

/** What the user should know of the files themselves. */
export async function tellNotices(session: Session, call: Call, { set }: LocalSet): Promise<void> {
  const messages = session.messages(call);
  const lines = set.notices.map(({ path, text }) =>
    path === undefined ? text : `${path}: ${text}`,
  );
  const rest = lines.length - MOST_NAMED;
  if (rest > 0) lines.splice(MOST_NAMED, rest, `and ${rest} more`);
  if (lines.length > 0) await messages.warn(lines.join("\n"));
  if (set.hiddenLeftOut > 0) {
    await messages.info(
      `${counted(set.hiddenLeftOut, "hidden file")} left out (includeHidden: true takes them)`,
    );
  }
}
