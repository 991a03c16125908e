// The part of a run that publishes its datasets one after the other and keeps count of what landed.
// Knows nothing of plans or exports.
import { withListener } from "../src/api/connect";
import type { Dataset } from "../src/api/datasets";
import { UploadError } from "../src/errors";
import type { UploadProgress } from "../src/events";
import type { PublishResult } from "../src/publish";
import { shown } from "../src/files/names";
import { formatBytes, formatDuration } from "../src/upload/cost";
import { publish, type Decided, type Journey } from "./datasets";
import type { Run } from "./run";
import type { Target } from "./selection";

const MOST_NAMED = 10;

export async function publishAll(
  run: Run,
  journey: Journey,
  decided: readonly Decided[],
): Promise<"uploaded" | "unchanged" | "partial"> {
  let isUnchanged = true;
  for (const one of decided) {
    const result = await publishCounted(run, journey, one);
    if (result.outcome === "partial") return "partial";
    if (result.outcome === "uploaded") isUnchanged = false;
  }
  return isUnchanged ? "unchanged" : "uploaded";
}

/** Publishes one target, and keeps count of what landed also when it fails. */
async function publishCounted(
  run: Run,
  journey: Journey,
  decided: Decided,
): Promise<PublishResult> {
  const { target } = decided;
  const { avala } = journey;
  const tally = createTally(run);
  const counting = withListener(avala, (event) => {
    if (event.kind === "upload-progress") tally.note(event.progress);
    avala.emit(event);
  });
  let made: Dataset | undefined;
  const onConfirmed = (dataset: Dataset): void => {
    made = dataset;
  };
  try {
    const result = await publish({ ...journey, avala: counting }, decided, onConfirmed);
    tellResult(run, journey, target, result);
    return result;
  } catch (error) {
    if (error instanceof UploadError) annotate(run, target, error);
    if (made !== undefined) run.results.datasets.push({ target, dataset: made });
    throw error;
  } finally {
    tally.add();
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

function tellResult(run: Run, journey: Journey, target: Target, result: PublishResult): void {
  const { log, results } = run;
  if (result.outcome === "partial") {
    run.warn({
      text: `The time budget ended before every file of ${target.name} was sent. Nothing was confirmed; the next run goes on from here.`,
    });
    return;
  }
  const { dataset, extra } = result;
  results.datasets.push({ target, dataset });
  if (extra.length > 0) run.warn({ text: extraText(target, extra) });
  if (result.outcome === "unchanged") {
    results.filesUnchanged += target.files.length;
    log.info(
      `Dataset ${target.name} holds these files already (uid ${dataset.uid}); nothing is sent.`,
    );
    if (!journey.inputs.dataset.includes("{digest}")) run.warn({ text: namesOnlyText(target) });
    return;
  }
  const { sent, unchanged, bytesSent, durationMs, checkedByStore } = result.upload;
  results.checkedByStore += checkedByStore;
  // Files that an existing dataset had are in neither count.
  results.filesUnchanged += target.files.length - sent.length - unchanged.length;
  const rate =
    durationMs > 0 ? `, ${formatBytes(Math.round((bytesSent * 1000) / durationMs))}/s` : "";
  const sizes = `${formatBytes(bytesSent)} in ${formatDuration(durationMs / 1000)}${rate}`;
  log.info(
    `Sent ${sent.length} files, ${sizes}. Dataset ${target.name} is ${dataset.status} (uid ${dataset.uid}).`,
  );
}

function extraText({ name }: Target, extra: readonly string[]): string {
  const named = extra.slice(0, MOST_NAMED).map(shown).join(", ");
  const rest = extra.length > MOST_NAMED ? `, and ${extra.length - MOST_NAMED} more` : "";
  return `The dataset ${name} holds items that this run did not send: ${named}${rest}.`;
}

function namesOnlyText({ name }: Target): string {
  return `The dataset ${name} holds files of these paths, and of these sizes where Avala tells them. Avala tells no checksums: with {digest} in dataset, the content counts too.`;
}

/** Each failed file as an annotation on it; the log keeps GitHub's bound on them. */
function annotate(run: Run, target: Target, error: UploadError): void {
  const places = new Map(target.files.map((file) => [file.path, file.absolutePath]));
  for (const { path, error: reason } of error.failures) {
    run.warn({ text: `${path}: ${reason.message}`, file: places.get(path) });
  }
}
