// The part of a run that publishes its datasets, each sent after the one before, and keeps count of what landed.
// Knows nothing of plans or exports.
import {
  isNamedByContent,
  toSend,
  type PublishResult,
  type Resemblance,
} from "../../src/operations/publish/target";
import { sentence } from "../../src/text";
import { describeSent } from "../../src/upload/result";
import type { Sending } from "./cost-lines";
import { publish, type Decided, type UploadContext } from "./datasets";
import { addCounts, noteDataset } from "../report/results";
import type { Run } from "../run-context";
import type { Target } from "../selection/selection";
import { lateText } from "./late-text";
import { countChecked, inTurns } from "./turns";
import { unappliedText } from "./words";

/** Publishes them in their order; what a dataset was made of is reported even if a later one fails. */
export function publishAll(
  run: Run,
  context: UploadContext,
  decided: readonly Decided[],
): Promise<PublishResult["outcome"]> {
  const toSend = sendingsOf(context, decided);
  return inTurns(run, context, {
    ...{ all: decided, toSend },
    work: async (one, own, { onConfirmed }) => {
      const result = await publish(own, one, onConfirmed);
      reportResult(run, one, result);
      return result.outcome;
    },
  });
}

/** What is to be sent of each, by what was decided. */
export function sendingsOf(
  { organizationUid }: UploadContext,
  decided: readonly Decided[],
): readonly Sending[] {
  return decided.map(({ target, decision, earlier }) => ({
    target,
    datasetName: target.name,
    organizationUid,
    files: toSend(decision),
    digest: target.manifest.digest,
    fileCount: target.files.length,
    siblings: earlier,
  }));
}

function reportResult(
  run: Run,
  { target, decision, isKnown }: Decided,
  result: PublishResult,
): void {
  const { log, results } = run;
  if (result.outcome === "partial") {
    if (result.upload !== undefined) countChecked(run, result.upload);
    const late = { name: target.name, what: "every file", all: target.files.length };
    run.warn({ text: lateText(run, late, result) });
    return;
  }
  const { dataset, unverified, resemblance, upload } = result;
  noteDataset(results, target, dataset);
  addCounts(results, target, { unverified });
  if (upload !== undefined) countChecked(run, upload);
  if (result.outcome === "unchanged") {
    // What was sent is counted with the upload.
    if (upload === undefined) {
      const bytesSkipped = target.manifest.totalBytes;
      addCounts(results, target, { unchanged: target.files.length, bytesSkipped });
    }
    const rest = upload === undefined ? "nothing is sent" : "another run made it meanwhile";
    const unapplied = unappliedText(dataset, run.inputs.upload?.visibility ?? "private");
    log.info(
      `Dataset ${target.name} holds these files already (uid ${dataset.uid}); ${rest}.${unapplied}`,
    );
    return;
  }
  if (result.outcome === "unverified") {
    const text = isNamedByContent(decision.target)
      ? versionText(target)
      : unverifiedText(target, resemblance);
    run.warn({ text: upload === undefined ? `${text} Nothing was sent.` : text });
    return;
  }
  const why =
    run.inputs.upload?.waitForDataset === false
      ? "wait-for-dataset is false"
      : isKnown
        ? undefined
        : "the key cannot read datasets";
  const waiting = why === undefined ? "" : ` Not waiting: ${why}.`;
  log.info(
    `${sentence(describeSent(result.upload))} Dataset ${target.name} is ${dataset.status} (uid ${dataset.uid}).${waiting}`,
  );
}

const NAME_IT = "Or put {digest} into dataset, so that the name identifies the content.";

function unverifiedText({ name }: Target, resemblance: Resemblance | undefined): string {
  const head = `The dataset ${name} exists`;
  const { paths, contents } = resemblance ?? { paths: "alike", contents: "unshown" };
  if (contents === "same") {
    if (resemblance?.paths === "unlike")
      return resemblance.areFileNames
        ? `${head}, and holds the contents of these files under other names: ${resemblance.instead}. To have it taken for these files, give them the names of its items. ${NAME_IT}`
        : `${head}, and holds the contents of these files, but nothing shows under which paths: ${resemblance.instead}. This runner has no record of them. To have them compared, keep the folder AVALA_STATE_DIR between runs. ${NAME_IT}`;
    return `${head}, and no difference was found. What stays unknown of it was warned of before.`;
  }
  const found =
    resemblance?.paths === "unlike"
      ? `but it is not known whether it holds these files: ${resemblance.instead}`
      : paths === "alike"
        ? "and has these paths, but nothing shows that it has their contents"
        : "but it is not known whether it holds these files: not all paths and contents could be compared";
  return `${head}, ${found}. This runner has no record of them, and storage did not show by MD5s that it keeps them. To have them compared, keep the folder AVALA_STATE_DIR between runs. ${NAME_IT}`;
}

function versionText({ name }: Target): string {
  return `The dataset ${name} exists, and its name identifies these files, but its contents could not be compared.`;
}
