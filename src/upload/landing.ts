// What becomes of a file that has landed, now or in an earlier run: it counts, is recorded, and what shows later whether it
// still lies there is kept.
import type { ManifestEntry } from "../files/manifest/manifest";
import type { PlaceTag } from "./check/place-tag";
import { concurrencyOf } from "./request";
import { keep, type Landing, type Run } from "./state";

/** Of a file that landed before what was recorded with it. */
export function takeUnchanged(run: Run, entry: ManifestEntry): void {
  const { path, sizeBytes, sha256 } = entry;
  const recorded = run.journal?.landed.get(path);
  const isRecorded = recorded?.batch === run.batch && recorded?.sha256 === sha256;
  if (isRecorded) noteTag(run, path, recorded.tag);
  run.unchanged.push(entry);
  run.progress.addFile("unchanged", sizeBytes);
}

/** Returns it, unless there is none to keep: other content has another place where the name is made of the content. */
function noteTag(run: Run, path: string, tag: PlaceTag | undefined): PlaceTag | undefined {
  if (tag === undefined || run.isNamedByContent) return undefined;
  run.tags.add(path, tag);
  return tag;
}

export async function land(run: Run, { file, sent, begunMs }: Landing): Promise<void> {
  const { sha256, kept, isReplaceable } = sent;
  run.hasSessions ||= !isReplaceable;
  const { path, sizeBytes } = file;
  const entry = { path, sizeBytes, sha256 };
  const tag = noteTag(run, path, sent.tag);
  run.mayReplace ||= isReplaceable && tag !== undefined;
  const record = { path, sizeBytes, sha256, batch: run.batch, tag };
  const underWay = concurrencyOf(run.request);
  await keep(run, (journal) => journal.record(record, underWay));
  if (kept === "right") run.checkedByStore += 1;
  run.sent.push(entry);
  if (!run.begun.delete(path)) run.notBegun.add(path);
  run.failuresInARow = 0;
  run.progress.addFile("sent", sizeBytes);
  const durationMs = run.avala.clock.now() - begunMs;
  run.avala.emit({ kind: "file-sent", path, sizeBytes, durationMs });
}
