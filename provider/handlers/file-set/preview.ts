// What a preview shows of a file set: which files changed, what sending them costs, what the server will keep.
import { limitNow } from "../../../src/api/connection";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { describeFaults } from "../../../src/files/content/fault-counts";
import { compareManifests, describeChanges } from "../../../src/files/manifest/compare";
import type { Manifest } from "../../../src/files/manifest/manifest";
import { describeLeftOut } from "../../../src/files/left-out";
import { because } from "../../../src/files/local-file";
import { refuseChange } from "../../../src/operations/publish/decide";
import { existsAlready } from "../../../src/operations/publish/refusals";
import { counted, formatCount } from "../../../src/text";
import { describeToSend, estimateCost } from "../../../src/upload/cost";
import type { Stored } from "../../../src/upload/journal/batch";
import { landedBefore } from "../../../src/upload/landed-before";
import { findInPreview, notCompared } from "../../process/advice";
import type { Call } from "../../process/calls";
import type { LocalSet } from "../../process/local-files";
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
  stored: Stored | undefined,
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
  const cost = estimateCost([dataset], avala && limitNow(avala));
  return `to send: ${describeToSend({ cost, landedBefore: landed.size }, "an earlier up")}`;
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

const MAX_NAMED = 20;

/** For a set that is in the state as `olds` and whose content changes. @throws AvalaError `conflict` when it can't */
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
    await messages.info(`${head}\n${await describeFirst(preview)}`);
    return;
  }
  if (before.entries.length === olds.fileCount) {
    const existing = await findExisting(preview);
    if (existing !== undefined) refuseChange(existing, before, manifest, { words: PULUMI_WORDS });
  }
  const listed = describeChanges(changes);
  const stored = { uploadUid: asUid(olds.uploadUid), entries: changes.unchanged };
  const text = withDoubt(preview, await describeSending(preview, stored));
  await messages.info(`${inputs.datasetName}, whose dataset is not made yet\n${listed}\n${text}`);
}

type Noticed = Pick<FileSetInputs, "root" | "folder">;

/** Lines of `include` that choose nothing while others do. Of one partition they tell nothing: it is a part of the root. */
function describeUnmatched({ set }: LocalSet, { root, folder }: Noticed): readonly string[] {
  if (folder !== undefined) return [];
  const lines = set.patterns.filter(({ matched }) => matched === 0);
  return lines.map((line) => `include: ${line.pattern} matches nothing in ${root}${because(line)}`);
}

/** What the user should know of the files themselves. */
export async function reportNotices(
  session: Session,
  call: Call,
  local: LocalSet,
  inputs: Noticed,
): Promise<void> {
  const { set } = local;
  const messages = session.messages(call);
  const notices = set.notices.map(({ path, text }) =>
    path === undefined ? text : `${path}: ${text}`,
  );
  const lines = [...describeUnmatched(local, inputs), ...notices];
  const rest = lines.length - MAX_NAMED;
  if (rest > 0) {
    const counts = describeFaults(set.contents, set.files.length);
    const contents = counts === "" ? "" : `; contents: ${counts}`;
    lines.splice(
      MAX_NAMED,
      rest,
      `and ${formatCount(rest)} more (the first ${MAX_NAMED} of ${formatCount(lines.length)}${contents})`,
    );
  }
  if (lines.length > 0) await messages.warn(lines.join("\n"));
  if (set.hiddenLeftOut > 0) {
    await messages.info(
      `${counted(set.hiddenLeftOut, "hidden file")} left out (includeHidden: true includes them)`,
    );
  }
  const leftOut = describeLeftOut(set.leftOut);
  if (leftOut.length > 0)
    await messages.info(leftOut.map((line) => `left out: ${line}`).join("\n"));
}
