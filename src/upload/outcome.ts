// What a run has come to, as its caller gets it: the result of one that ended, and what an error says of one that did not. Pure.
import { manifestOf } from "../files/manifest/manifest";
import type { UploadOutcome } from "./failures";
import type { UploadResult } from "./result";
import type { Run } from "./state";

export function outcomeOf(run: Run): UploadOutcome {
  const { sent, unchanged, failures, request, batch: uploadUid } = run;
  const { datasetName, files } = request;
  return { datasetName, uploadUid, filesTotal: files.length, sent, unchanged, failures };
}

export function resultOf(run: Run, startedMs: number): UploadResult {
  const { sent, unchanged, request } = run;
  return {
    uploadUid: run.batch,
    isByForm: run.hasSessions ? false : unchanged.length === 0 ? true : undefined,
    tags: run.tags,
    mayReplace: run.mayReplace,
    manifest: manifestOf([...sent, ...unchanged]),
    sent,
    unchanged,
    checkedByStore: run.checkedByStore,
    bytesSent: run.progress.bytesSent(),
    retries: run.retries.total,
    retriedFor: run.retries.causes(),
    durationMs: run.avala.clock.now() - startedMs,
    isComplete: sent.length + unchanged.length === request.files.length,
  };
}
