// What a run has come to, as its caller gets it: the result of one that ended, and what an error says of one that did not. Pure.
import { manifestOf } from "../files/manifest/manifest";
import type { UploadOutcome } from "./failures";
import type { UploadResult } from "./result";
import type { Run } from "./state";

export function outcomeOf({ request, batch }: Run): UploadOutcome {
  const { sent, unchanged, failures, uid: uploadUid, isNamedByContent } = batch;
  const { datasetName, files } = request;
  const filesTotal = files.length;
  return { datasetName, uploadUid, isNamedByContent, filesTotal, sent, unchanged, failures };
}

export function resultOf(run: Run, startedMs: number): UploadResult {
  const { batch, request, retries, avala } = run;
  const { sent, unchanged, tags, mayReplace, checkedByStore } = batch;
  return {
    uploadUid: batch.uid,
    isByForm: batch.hasSessions ? false : unchanged.length === 0 ? true : undefined,
    tags,
    mayReplace,
    manifest: manifestOf([...sent, ...unchanged]),
    sent,
    unchanged,
    checkedByStore,
    bytesSent: batch.progress.bytesSent(),
    retries: retries.total,
    retriedFor: retries.causes(),
    durationMs: avala.clock.now() - startedMs,
    isComplete: sent.length + unchanged.length === request.files.length,
  };
}
