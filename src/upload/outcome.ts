// What a run has come to, as its caller gets it: the result of one that ended, and what an error says of one that did not. Pure.
import { manifestOf } from "../files/manifest/manifest";
import { UNTAGGED, type PlaceTags } from "./check/place-tag";
import type { UploadOutcome } from "./failures";
import type { UploadResult } from "./result";
import type { Run } from "./state";

export function outcomeOf(run: Run): UploadOutcome {
  const { sent, unchanged, failures, request, batch: uploadUid } = run;
  const { datasetName, files } = request;
  return { datasetName, uploadUid, filesTotal: files.length, sent, unchanged, failures };
}

/** Of files that landed in earlier runs it may not be known how they went: as the others, then. */
function tagsOf({ tags, controls, unchanged, isNamedByContent }: Run): PlaceTags {
  if (tags.size === 0) return tags;
  for (const [path, tag] of controls) tags.add(path, tag);
  if (isNamedByContent) return tags;
  for (const { path } of unchanged) if (!tags.has(path)) tags.add(path, UNTAGGED);
  return tags;
}

export function resultOf(run: Run, startedMs: number): UploadResult {
  const { sent, unchanged, request } = run;
  return {
    uploadUid: run.batch,
    isByForm: run.hasSessions ? false : unchanged.length === 0 ? true : undefined,
    tags: tagsOf(run),
    mayReplace: run.mayReplace,
    manifest: manifestOf([...sent, ...unchanged]),
    sent,
    unchanged,
    checkedByStore: run.checkedByStore,
    bytesSent: run.progress.snapshot().bytesSent,
    retries: run.retries.total,
    retriedFor: run.retries.causes(),
    durationMs: run.avala.clock.now() - startedMs,
    isComplete: sent.length + unchanged.length === request.files.length,
  };
}
