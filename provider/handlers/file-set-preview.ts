// What a preview tells of a file set: which files changed, what sending them costs, what the server will keep.
import { compareManifests, describeChanges, type ManifestChanges } from "../../src/files/compare";
import type { Manifest, ManifestEntry } from "../../src/files/manifest";
import { counted, describeCost, estimateCost } from "../../src/upload/cost";
import { findInPreview } from "../process/advice";
import type { Call } from "../process/calls";
import type { LocalSet } from "../process/local-files";
import type { Session } from "../process/session";
import { ownerOf, type FileSetInputs, type FileSetOutputs } from "./file-set-inputs";

/** For a set with a fixed name that is a dataset already. */
export const HOW_TO_ADOPT =
  "Set adopt: true on the FileSet and on its Dataset to add these files to it, or leave datasetName out for a dataset version of its own.";

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
  if (toSend.length === 0) return "nothing to send";
  const rateLimit = session.avalaIfConfigured(call)?.pace.snapshot();
  const fileCount = manifest.entries.length;
  return `to send: ${describeCost(estimateCost([{ toSend, fileCount }], rateLimit))}`;
}

/** Whether a dataset of this name is on the server already, as far as a preview can tell. */
async function isThere({ session, call, inputs }: Preview): Promise<boolean> {
  const wanted = { name: inputs.datasetName, organizationUid: ownerOf(inputs) };
  return (await findInPreview(session, call, wanted)) !== undefined;
}

interface Told {
  readonly text: string;
  readonly warning?: string;
}

/** Of a set that is not stored under this name yet, as far as the state knows. */
async function describeFirst(preview: Preview): Promise<Told> {
  const { inputs, manifest } = preview;
  // The look first: its reply tells the live limit, which the cost is told by.
  const isTaken = await isThere(preview);
  const text = describeSending(preview, manifest.entries);
  if (!isTaken) return { text };
  if (inputs.isVersion) return { text: "nothing to send: this version is on the server" };
  if (inputs.adopt === true)
    return { text: `${text}\nthey are added to the dataset that is there` };
  const warning = `Dataset ${inputs.datasetName} exists already, so up will fail. ${HOW_TO_ADOPT}`;
  return { text, warning };
}

async function tell({ session, call }: Preview, head: string, told: Told): Promise<void> {
  const messages = session.messages(call);
  await messages.info(`${head}\n${told.text}`);
  if (told.warning !== undefined) await messages.warn(told.warning);
}

/** For a set that is not in the state yet. */
export async function previewNew(preview: Preview): Promise<void> {
  await tell(preview, `dataset ${preview.inputs.datasetName}`, await describeFirst(preview));
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
  if (olds.datasetName !== inputs.datasetName) {
    const version = inputs.isVersion ? "new version" : "dataset";
    const isSameSet = before.digest === manifest.digest;
    const listed = isSameSet ? "the same files under another name" : describeChanges(changes);
    const head = `${version} ${inputs.datasetName}, was ${olds.datasetName}\n${listed}`;
    await tell(preview, head, await describeFirst(preview));
    return;
  }
  const listed = describeChanges(changes);
  const toSend = [...changes.added, ...changes.changed.map(({ after }) => after)];
  const text = describeSending(preview, toSend);
  await messages.info(`${inputs.datasetName} changes in place\n${listed}\n${text}`);
  const removed = inputs.isVersion ? undefined : describeRemoved(changes);
  if (removed !== undefined) await messages.warn(removed);
}

/** Lines of `include` that choose nothing while others do. Of one partition they tell nothing: it is a part of the root. */
function describeUnmatched({ set }: LocalSet, { root, folder }: FileSetInputs): readonly string[] {
  if (folder !== undefined) return [];
  const lines = set.patterns.filter(({ matched }) => matched === 0);
  return lines.map(({ pattern }) => `include: ${pattern} matches nothing in ${root}`);
}

/** What the user should know of the files themselves. */
export async function tellNotices(
  session: Session,
  call: Call,
  local: LocalSet,
  inputs: FileSetInputs,
): Promise<void> {
  const { set } = local;
  const messages = session.messages(call);
  const notices = set.notices.map(({ path, text }) =>
    path === undefined ? text : `${path}: ${text}`,
  );
  const lines = [...describeUnmatched(local, inputs), ...notices];
  const rest = lines.length - MOST_NAMED;
  if (rest > 0) lines.splice(MOST_NAMED, rest, `and ${rest} more`);
  if (lines.length > 0) await messages.warn(lines.join("\n"));
  if (set.hiddenLeftOut > 0) {
    await messages.info(
      `${counted(set.hiddenLeftOut, "hidden file")} left out (includeHidden: true takes them)`,
    );
  }
}
