// Files of which a store's reply did not show that it keeps them: when they count, and what becomes of them when the store
// shows later that it returns MD5s, so that it keeps something else. Sends nothing.
import { land } from "./landing";
import type { SourceFile } from "./send/source";
import { journalOf, type Landing, type Run } from "./state";

function isWrong({ check }: Run, { sent }: Landing): boolean {
  return sent.doubtfulAt.some((host) => check.returnsMd5(host));
}

/** Takes out of those that wait all for which `isWanted`. */
function takeDoubtful(
  { doubtful }: Run,
  isWanted: (landing: Landing) => boolean,
): readonly Landing[] {
  const wanted: Landing[] = [];
  for (const landing of doubtful.splice(0)) (isWanted(landing) ? wanted : doubtful).push(landing);
  return wanted;
}

/** Those whose stores seem by now to return no MD5s: a run that is killed later need not send them again. */
export async function landPresumed(run: Run): Promise<void> {
  if (run.doubtful.length === 0) return;
  const isSettled = ({ sent }: Landing): boolean =>
    sent.doubtfulAt.every((host) => run.check.seemsWithoutMd5s(host));
  await Promise.all(takeDoubtful(run, isSettled).map((landing) => land(run, landing)));
}

/** Takes what has landed, and is not what its store keeps, out of the sent; by path, its digest. */
function takePresumed({ presumed, check, sent, progress }: Run): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const [host, entries] of presumed) {
    if (!check.returnsMd5(host)) continue;
    for (const { path, sha256 } of entries) taken.set(path, sha256);
    presumed.delete(host);
  }
  if (taken.size === 0) return taken;
  for (const entry of sent.splice(0)) {
    if (taken.has(entry.path)) progress.takeBackFile("sent", entry.sizeBytes);
    else sent.push(entry);
  }
  return taken;
}

/** What its store does not keep, although it was sent. */
interface Wrong {
  /** To be sent again to the same place, which replaces what lies there. */
  readonly again: readonly SourceFile[];
  /** Those whose places can't be written to again. */
  readonly lost: readonly SourceFile[];
}

/**
 * What is doubtful, and what has landed although it was, where the store has shown meanwhile that it returns MD5s. What else
 * is doubtful lands. @throws AvalaError `journal`
 */
export async function takeWrong(run: Run, files: Iterable<SourceFile>): Promise<Wrong> {
  const wrong = takeDoubtful(run, (landing) => isWrong(run, landing));
  for (const landing of run.doubtful.splice(0)) await land(run, landing);
  const again: SourceFile[] = [];
  const lost: SourceFile[] = [];
  for (const { file, sent } of wrong) {
    run.progress.takeBackBytes(file.sizeBytes);
    (sent.isReplaceable ? again : lost).push({ ...file, sha256: sent.sha256 });
  }
  const taken = takePresumed(run);
  const landed: SourceFile[] = [];
  for (const file of taken.size === 0 ? [] : files) {
    const sha256 = taken.get(file.path);
    if (sha256 !== undefined) landed.push({ ...file, sha256 });
  }
  // Of each that has landed it is not known how it went; where all went by form, so did they.
  const into = run.hasSessions ? lost : again;
  for (const file of landed) into.push(file);
  await Promise.all([...landed, ...lost].map((file) => journalOf(run, file).disown()));
  return { again, lost };
}
