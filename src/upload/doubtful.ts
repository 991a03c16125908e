// Files of which a store's reply did not show that it keeps them: when they count, and what becomes of them when the store
// shows later that it returns MD5s, so that it keeps something else. Sends nothing.
import { AvalaError } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import type { Batch, Landing } from "./batch-state";
import { hostsIn } from "./journal/doubtful-at";
import { landAll } from "./landing";
import { sessionLost } from "./send/session-lost";
import type { SourceFile } from "./send/source";
import { journalOf, type Run } from "./state";

/** Or may be: without an ETag it is sent once more to a store that has given others one since. */
function isWrong({ tools: { check } }: Run, { sent }: Landing): boolean {
  const { doubtfulAt, isSilent = false } = sent;
  return doubtfulAt.some((host) => check.returnsMd5(host) || (isSilent && check.givesEtags(host)));
}

/** Takes out of those that wait all for which `isWanted`. */
function takeDoubtful(
  { doubtful }: Batch,
  isWanted: (landing: Landing) => boolean,
): readonly Landing[] {
  const wanted: Landing[] = [];
  for (const landing of doubtful.splice(0)) (isWanted(landing) ? wanted : doubtful).push(landing);
  return wanted;
}

/** Those whose stores seem by now to return no MD5s: a run that is killed later need not send them again. */
export async function landPresumed(run: Run): Promise<void> {
  if (run.batch.doubtful.length === 0) return;
  const isSettled = (landing: Landing): boolean =>
    !isWrong(run, landing) &&
    landing.sent.doubtfulAt.every((host) => run.tools.check.seemsWithoutMd5s(host));
  await landAll(run, takeDoubtful(run.batch, isSettled));
}

function uncount(batch: Batch, outcome: "sent" | "unchanged"): void {
  const { wrong, progress, [outcome]: counted } = batch;
  for (const entry of counted.splice(0)) {
    if (wrong.has(entry.path)) progress.takeBackFile(outcome, entry.sizeBytes);
    else counted.push(entry);
  }
}

/**
 * Takes what has landed now or in an earlier run, and is not what its store keeps, out of what counts and out of the journal.
 * Before that lands which showed it: a later run that finds the one finds the other, or learns it anew.
 * @throws AvalaError `journal`
 */
export async function takePresumed(run: Run): Promise<void> {
  const { batch, tools } = run;
  const { presumed, wrong } = batch;
  const taken: ManifestEntry[] = [];
  for (const [doubtfulAt, entries] of presumed) {
    if (!hostsIn({ doubtfulAt }).some((host) => tools.check.returnsMd5(host))) continue;
    for (const entry of entries) taken.push(entry);
    presumed.delete(doubtfulAt);
  }
  if (taken.length === 0) return;
  for (const { path, sha256 } of taken) wrong.set(path, sha256);
  uncount(batch, "sent");
  uncount(batch, "unchanged");
  await Promise.all(taken.map((entry) => journalOf(run, entry).disown("other")));
}

interface Lost {
  readonly file: SourceFile;
  readonly error: AvalaError;
}

/** What its store does not keep, although it was sent. */
interface Wrong {
  /** To be sent again to the same place, which replaces what lies there. */
  readonly again: readonly SourceFile[];
  /** Those whose places can't be written to again. */
  readonly lost: readonly Lost[];
}

function lostAs(file: SourceFile): Lost {
  const text = "its store returned the MD5s of other files, and not of this one.";
  return { file, error: sessionLost(file.path, new AvalaError("storage", text)) };
}

/**
 * What is doubtful, and what has landed although it was, where the store has shown meanwhile that it returns MD5s. What else
 * is doubtful lands. @throws AvalaError `journal`
 */
export async function takeWrong(run: Run, files: Iterable<SourceFile>): Promise<Wrong> {
  const { batch } = run;
  const wrong = takeDoubtful(batch, (landing) => isWrong(run, landing));
  await landAll(run, batch.doubtful.splice(0));
  const again: SourceFile[] = [];
  const lost: SourceFile[] = [];
  for (const { file, sent } of wrong) {
    if (!sent.wasThere) batch.progress.takeBackBytes(file.sizeBytes);
    (sent.isReplaceable ? again : lost).push({ ...file, sha256: sent.sha256 });
  }
  await Promise.all(lost.map((file) => journalOf(run, file).disown("other")));
  await takePresumed(run);
  // Of each that has landed it is not known how it went; where all went by form, so did they.
  const into = batch.hasSessions ? lost : again;
  for (const file of batch.wrong.size === 0 ? [] : files) {
    const sha256 = batch.wrong.get(file.path);
    if (sha256 !== undefined) into.push({ ...file, sha256 });
  }
  batch.wrong.clear();
  return { again, lost: lost.map(lostAs) };
}
