// What becomes of a file that has landed, now or in an earlier run: it counts, is recorded, and what shows later whether it
// still lies there is kept.
import type { ManifestEntry } from "../files/manifest/manifest";
import type { Batch, Landing } from "./batch-state";
import { UNTAGGED, md5Of, type PlaceTag } from "./check/place-tag";
import { doubtfulAt, hostUnheard, hostsIn, silentAt, type DoubtfulAt } from "./journal/doubtful-at";
import type { LandedEntry } from "./journal/journal-lines";
import { report } from "./progress";
import { concurrencyOf } from "./request";
import type { SentFile } from "./send/attempt";
import type { SourceFile } from "./send/source";
import { findLanded, journalOf, type Run } from "./state";

/** Of a file that landed before what was recorded with it. */
function takeUnchanged({ batch, journal }: Run, entry: ManifestEntry): void {
  const { path, sizeBytes } = entry;
  const recorded = journal?.landed.get(path);
  if (recorded !== undefined) {
    noteTag(batch, path, recorded.tag);
    presume(batch, recorded.doubtfulAt, entry);
  }
  batch.unchanged.push(entry);
  batch.progress.addFile("unchanged", sizeBytes);
}

/** Whether something of it went in the batch. Before anything is sent, that was in an earlier run. */
function isOpen(run: Run, file: SourceFile): boolean {
  return run.journal?.parts.has(file.path) === true && journalOf(run, file).parts().size > 0;
}

/**
 * Counts the files that have landed before, all of them before the first one is sent: then what is said of the whole holds from the
 * start, and wherever it ends.
 */
export function takeLanded(run: Run, files: Iterable<SourceFile>): void {
  for (const file of files) {
    const landed = findLanded(run, file);
    if (landed !== undefined) takeUnchanged(run, landed);
    else if (isOpen(run, file)) run.batch.leftOpen.add(file.path);
  }
  report(run.avala, run.batch.progress, true);
}

/** The same in another batch, before anything was sent in it. */
export function takeLandedAgain(run: Run, files: Iterable<SourceFile>): void {
  const { unchanged, progress, tags, presumed, leftOpen } = run.batch;
  for (const { sizeBytes } of unchanged.splice(0)) progress.takeBackFile("unchanged", sizeBytes);
  tags.clear();
  presumed.clear();
  leftOpen.clear();
  takeLanded(run, files);
}

// One shows that the store's ETags are MD5s, unless it is one of those that went wrong.
const MAX_CONTROLS = 8;

/** Returns it, unless there is none to keep: under a name of its content no other run replaces what is known to lie there. */
function noteTag(
  { tags, controls, isNamedByContent }: Batch,
  path: string,
  tag: PlaceTag | undefined,
): PlaceTag | undefined {
  if (tag === undefined) return undefined;
  if (isNamedByContent && md5Of(tag) !== undefined) {
    if (tags.has(path)) tags.add(path, tag); // it was sent again
    else if (controls.size < MAX_CONTROLS) controls.set(path, tag);
    return undefined;
  }
  tags.add(path, tag);
  return tag;
}

/** Once all have ended. Of files that landed in earlier runs it may not be known how they went: as the others, then. */
export function completeTags({ tags, controls, unchanged, isNamedByContent }: Batch): void {
  if (tags.size === 0) return;
  for (const [path, tag] of controls) tags.add(path, tag);
  controls.clear();
  if (isNamedByContent) return;
  for (const { path } of unchanged) if (!tags.has(path)) tags.add(path, UNTAGGED);
}

function presume({ presumed }: Batch, at: DoubtfulAt | undefined, entry: ManifestEntry): void {
  if (at === undefined) return;
  const entries = presumed.get(at) ?? [];
  entries.push(entry);
  presumed.set(at, entries);
}

/** Where its store may keep something else. */
function doubtfulWhere({ doubtfulAt: hosts, reply }: SentFile): DoubtfulAt | undefined {
  const isSilent = hosts.length > 0 && reply?.hasEtag === false;
  return isSilent ? silentAt(reply.host) : doubtfulAt(hosts);
}

function noteReply(
  { heard, replies, isSettling }: Batch,
  { reply }: SentFile,
  entry: ManifestEntry,
): void {
  if (reply !== undefined && isSettling) replies.set(entry.path, reply);
  if (reply?.hasEtag !== true) return;
  const known = heard.get(reply.host);
  if (known === undefined || entry.sizeBytes < known.sizeBytes) heard.set(reply.host, entry);
}

/** Whether one of them took it without the ETag that it gives others: what lies there is looked at once the dataset is made. */
function isUnheardOf({ tools: { check } }: Run, at: readonly string[]): boolean {
  return at.some((each) => {
    const host = hostUnheard(each);
    return host !== undefined && check.givesEtags(host);
  });
}

/** @throws AvalaError `journal` */
function keepRecord({ request, writes }: Run, record: LandedEntry): Promise<void> {
  return writes.keep((journal) => journal.record(record, concurrencyOf(request)));
}

/** Has those looked at of which that was not known when they landed. */
export async function suspectUnheard(run: Run): Promise<void> {
  const { batch } = run;
  for (const [at, entries] of [...batch.presumed]) {
    const hosts = hostsIn({ doubtfulAt: at });
    if (!isUnheardOf(run, hosts)) continue;
    batch.presumed.delete(at);
    const left = doubtfulAt(hosts.filter((host) => !isUnheardOf(run, [host])));
    for (const entry of entries) {
      presume(batch, left, entry);
      if (batch.tags.has(entry.path)) continue;
      batch.tags.add(entry.path, UNTAGGED);
      const record = { ...entry, batch: batch.uid, tag: UNTAGGED, doubtfulAt: left };
      await keepRecord(run, record);
    }
  }
}

export async function land(run: Run, { file, sent, begunMs }: Landing): Promise<void> {
  const { avala, batch } = run;
  const { sha256, kept, isReplaceable, wasThere } = sent;
  batch.hasSessions ||= !isReplaceable;
  const { path, sizeBytes } = file;
  const entry = { path, sizeBytes, sha256 };
  const isUnheard = isUnheardOf(run, sent.doubtfulAt);
  const tag = noteTag(batch, path, sent.tag ?? (isUnheard ? UNTAGGED : undefined));
  batch.mayReplace ||= isReplaceable && tag !== undefined && !batch.isNamedByContent;
  const at = doubtfulWhere(sent);
  const record = { path, sizeBytes, sha256, batch: batch.uid, tag, doubtfulAt: at };
  await keepRecord(run, record);
  presume(batch, at, entry);
  noteReply(batch, sent, entry);
  batch.begun.delete(path);
  batch.progress.addFile(wasThere ? "found" : "sent", sizeBytes);
  if (wasThere) {
    batch.unchanged.push(entry);
    return;
  }
  if (kept === "right") batch.checkedByStore += 1;
  batch.sent.push(entry);
  const durationMs = avala.clock.now() - begunMs;
  avala.emit({ kind: "file-sent", path, sizeBytes, durationMs });
}

// What is recorded at once is synced at once.
const LANDED_AT_ONCE = 1000;

/** Many that have waited, also 100,000 of them. */
export async function landAll(run: Run, landings: readonly Landing[]): Promise<void> {
  for (let from = 0; from < landings.length; from += LANDED_AT_ONCE) {
    const some = landings.slice(from, from + LANDED_AT_ONCE);
    await Promise.all(some.map((landing) => land(run, landing)));
    report(run.avala, run.batch.progress);
  }
}
