// The part of a run that publishes its datasets, each sent after the one before, and keeps count of what landed.
// Knows nothing of plans or exports.
import { withListener, withSignal } from "../../src/api/connection";
import type { Dataset } from "../../src/api/endpoints/dataset-wire";
import { UploadError } from "../../src/errors";
import type { UploadProgress } from "../../src/events";
import { runPool } from "../../src/flow/pool";
import { createMutex, type Mutex } from "../../src/flow/mutex";
import { isNamedByContent, type PublishResult } from "../../src/operations/publish/target";
import { counted, describeTransfer } from "../../src/text";
import type { UploadResult } from "../../src/upload/run";
import { publish, type Decided, type UploadContext } from "./datasets";
import { noteDataset, type Results } from "../report/results";
import type { Run } from "../run-context";
import type { Target } from "../selection/selection";

// One is sent while others are indexed, which takes the server a while each. More of them would spend on polls the calls
// that the files need.
const AT_ONCE = 4;

/** Publishes them in their order; what a dataset of the files was made of is told also when a later one fails. */
export async function publishAll(
  run: Run,
  context: UploadContext,
  decided: readonly Decided[],
): Promise<PublishResult["outcome"]> {
  const outcomes = new Set<PublishResult["outcome"]>();
  const turn = createMutex();
  const { avala } = context;
  const options = { concurrency: AT_ONCE, signal: avala.signal };
  try {
    await runPool(decided, options, async (one, signal) => {
      const own = { ...context, avala: withSignal(avala, signal) };
      await inTurn(turn, async (isSent) => {
        if (signal.aborted || outcomes.has("partial")) return;
        outcomes.add((await publishCounted(run, own, one, isSent)).outcome);
      });
    });
  } finally {
    inOrderOf(decided, run.results.datasets);
  }
  const worst = (["partial", "unverified", "uploaded"] as const).find((one) => outcomes.has(one));
  return worst ?? "unchanged";
}

/** The turn lasts until `work` says that it is sent; what is left of it goes on beside the next one. */
async function inTurn(turn: Mutex, work: (isSent: () => void) => Promise<void>): Promise<void> {
  let rest = Promise.resolve();
  await turn(
    () =>
      new Promise<void>((resolve) => {
        rest = work(resolve);
        rest.then(resolve, resolve);
      }),
  );
  await rest;
}

function inOrderOf(decided: readonly Decided[], datasets: Results["datasets"]): void {
  const order = new Map(decided.map(({ target }, index) => [target, index]));
  datasets.sort((one, other) => (order.get(one.target) ?? 0) - (order.get(other.target) ?? 0));
}

/** Publishes one target, and keeps count of what landed also when it fails. */
async function publishCounted(
  run: Run,
  context: UploadContext,
  decided: Decided,
  isSent: () => void,
): Promise<PublishResult> {
  const { target } = decided;
  const { avala } = context;
  const tally = createTally(run);
  const counting = withListener(avala, (event) => {
    if (event.kind === "upload-progress") tally.note(event.progress);
    avala.emit(event);
  });
  const onConfirmed = (dataset: Dataset): void => {
    noteDataset(run.results, target, dataset);
    run.putOutputs();
    isSent();
  };
  try {
    const result = await publish({ ...context, avala: counting }, decided, onConfirmed);
    reportResult(run, decided, result);
    return result;
  } catch (error) {
    if (error instanceof UploadError) annotate(run, target, error);
    throw error;
  } finally {
    tally.add();
    run.putOutputs();
  }
}

/** Adds one upload's last progress to the run's counts. */
function createTally({ results, environment, budget }: Run): {
  note(progress: UploadProgress): void;
  add(): void;
} {
  let last: UploadProgress | undefined;
  let firstMs: number | undefined;
  let lastMs = 0;
  return {
    note(progress) {
      const nowMs = environment.clock.now();
      // Sending is no waiting: `timeout-minutes` is not about it.
      if (firstMs !== undefined) budget.exclude(nowMs - lastMs);
      firstMs ??= nowMs;
      lastMs = nowMs;
      last = progress;
    },
    add() {
      results.uploadMs += firstMs === undefined ? 0 : lastMs - firstMs;
      results.filesSent += last?.filesSent ?? 0;
      results.filesUnchanged += last?.filesUnchanged ?? 0;
      results.filesFailed += last?.filesFailed ?? 0;
      results.bytesSent += last?.bytesSent ?? 0;
    },
  };
}

function reportResult(run: Run, { target, decision }: Decided, result: PublishResult): void {
  const { log, results } = run;
  if (result.outcome === "partial") {
    countChecked(run, result.upload);
    run.warn({
      text: `The time budget ended before every file of ${target.name} was sent. Nothing was confirmed; the next run resumes from here.`,
    });
    return;
  }
  const { dataset, unverified, upload } = result;
  noteDataset(results, target, dataset);
  results.unverified += unverified;
  if (upload !== undefined) countChecked(run, upload);
  if (result.outcome === "unchanged") {
    // What was sent is counted with the upload.
    if (upload === undefined) results.filesUnchanged += target.files.length;
    const rest = upload === undefined ? "nothing is sent" : "another run made it meanwhile";
    log.info(`Dataset ${target.name} holds these files already (uid ${dataset.uid}); ${rest}.`);
    return;
  }
  if (result.outcome === "unverified") {
    const text = isNamedByContent(decision.target) ? versionText(target) : unverifiedText(target);
    run.warn({ text: upload === undefined ? `${text} Nothing was sent.` : text });
    return;
  }
  const { sent, bytesSent, durationMs } = result.upload;
  const transfer = describeTransfer(bytesSent, durationMs);
  const waiting =
    run.inputs.upload?.waitForDataset === false ? " Not waiting: wait-for-dataset is false." : "";
  log.info(
    `Sent ${counted(sent.length, "file")}, ${transfer}. Dataset ${target.name} is ${dataset.status} (uid ${dataset.uid}).${waiting}`,
  );
}

function countChecked({ results }: Run, { sent, checkedByStore }: UploadResult): void {
  results.checkedByStore += checkedByStore;
  results.uncheckedByStore += sent.length - checkedByStore;
}

function unverifiedText({ name }: Target): string {
  return `The dataset ${name} exists, and no difference was found; contents were not compared, since this runner has no record of them and storage returned no checksums that are known to be MD5s. To have them compared, keep the folder AVALA_STATE_DIR between runs, or put {digest} into dataset: then the name stands for the content.`;
}

function versionText({ name }: Target): string {
  return `The dataset ${name} exists, and its name stands for these files, but what it holds could not be compared.`;
}

/** Each failed file as an annotation on it; the log keeps GitHub's bound on them. */
function annotate(run: Run, target: Target, error: UploadError): void {
  const places = new Map(target.files.map((file) => [file.path, file.absolutePath]));
  for (const { path, error: reason } of error.failures) {
    run.warn({ text: `${path}: ${reason.message}`, file: places.get(path) });
  }
}
