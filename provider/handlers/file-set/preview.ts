// What a preview shows of a file set: which files changed, what sending them costs, what the server will keep.
import { limitNow } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { compareManifests, describeChanges } from "../../../src/files/manifest/compare";
import type { Manifest } from "../../../src/files/manifest/manifest";
import { refuseChange } from "../../../src/operations/publish/refuse-change";
import { existsAlready } from "../../../src/operations/publish/refusals";
import type { LandedInBatch } from "../../../src/upload/journal/batch";
import { landedBefore } from "../../../src/upload/landed-before";
import { findInPreview, notCompared } from "../../process/advice";
import type { Call } from "../../process/calls";
import type { Session } from "../../process/session";
import { asUid, ownerOf, type FileSetInputs, type FileSetOutputs } from "./inputs";
import { PULUMI_WORDS } from "../publishing";

interface Preview {
  readonly session: Session;
  readonly call: Call;
  readonly inputs: FileSetInputs;
  readonly manifest: Manifest;
}

/** By the journal, and by `stored`, what the state says of an upload that did not end. */
async function describeSending(
  { session, call, inputs, manifest }: Preview,
  stored: LandedInBatch | undefined,
): Promise<string> {
  const { entries: files, digest } = manifest;
  const avala = session.avalaIfConfigured(call);
  const to = { datasetName: inputs.datasetName, organizationUid: ownerOf(inputs) };
  const landed =
    avala === undefined
      ? new Set()
      : await landedBefore(avala, { ...to, files, digest, stored }, session.stateDirectory());
  const toSend = files.filter(({ path }) => !landed.has(path));
  // By the Dataset that is made of it.
  const dataset = { toSend, fileCount: files.length, isSoughtBeforeConfirm: true };
  const limit = avala && limitNow(avala);
  const set = { dataset, limit, landedBefore: landed.size };
  return `to send: ${session.sendingTotal.describe(call, set)}`;
}

/** `text`, and that the server was not asked, when that is so. */
function withDoubt({ session, call }: Preview, text: string): string {
  return session.avalaIfConfigured(call) === undefined ? `${text}\n${notCompared}` : text;
}

/** The dataset of this name, as far as a preview can know. */
function findExisting({ session, call, inputs }: Preview): Promise<Dataset | undefined> {
  const wanted = { name: inputs.datasetName, organizationUid: ownerOf(inputs) };
  return findInPreview(session, call, wanted);
}

/** Of a set that is not stored under this name yet, as far as the state knows. @throws AvalaError `conflict` */
async function describeFirst(preview: Preview): Promise<string> {
  const { inputs } = preview;
  // The look first: its reply has the live limit, which the cost is made of.
  const existing = await findExisting(preview);
  if (existing === undefined) return withDoubt(preview, await describeSending(preview, undefined));
  if (inputs.isVersion) return "nothing to send: this version is on the server";
  if (inputs.adopt !== true) throw existsAlready(existing, { words: PULUMI_WORDS, isSent: false });
  return `nothing to send: the dataset that exists (uid ${existing.uid}) is taken over if it holds exactly these files`;
}

/** For a set that is not in the state yet. @throws AvalaError `conflict` when its name is taken */
export async function previewNew(preview: Preview): Promise<void> {
  const { session, call, inputs } = preview;
  const text = await describeFirst(preview);
  await session.messages(call).info(`dataset ${inputs.datasetName}\n${text}`);
}

/**
 * For a set that is in the state as `olds` and whose content changes; or is sent again, and then `why`.
 * @throws AvalaError `conflict` when it can't
 */
export async function previewChange(
  preview: Preview,
  olds: FileSetOutputs,
  { before, why }: { readonly before: Manifest; readonly why?: string | undefined },
): Promise<void> {
  const { inputs, manifest } = preview;
  const messages = preview.session.messages(preview.call);
  const changes = compareManifests(before, manifest);
  if (olds.datasetName !== inputs.datasetName) {
    const version = inputs.isVersion ? "new version" : "dataset";
    const isSameSet = before.digest === manifest.digest;
    const listed = isSameSet ? "the same files under another name" : describeChanges(changes);
    const head = `${version} ${inputs.datasetName}, was ${olds.datasetName}\n${listed}`;
    await messages.info(`${head}\n${await describeFirst(preview)}`);
    return;
  }
  if (before.entries.length === olds.fileCount) {
    const existing = await findExisting(preview);
    if (existing !== undefined) refuseChange(existing, before, manifest, { words: PULUMI_WORDS });
  }
  const listed = why ?? describeChanges(changes);
  const stored = { uploadUid: asUid(olds.uploadUid), entries: changes.unchanged };
  const text = withDoubt(preview, await describeSending(preview, stored));
  await messages.info(`${inputs.datasetName}, whose dataset is not made yet\n${listed}\n${text}`);
}
