// Files of which a store's reply did not show that it keeps them: when they count, and what becomes of them when the store
// shows later that it returns MD5s, so that it keeps something else. Sends nothing.
import { AvalaError } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import type { Batch, Landing } from "./batch-state";
import { hostUnheard, hostsIn, type DoubtfulAt } from "./journal/doubtful-at";
import { landAll, suspectUnheard } from "./landing";
import { sessionLost } from "./send/session-lost";
import type { SourceFile } from "./send/source";
import { journalOf, type Run } from "./state";

function isWrong({ tools: { check } }: Run, { sent }: Landing): boolean {
  return sent.doubtfulAt.some((host) => check.returnsMd5(host));
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

/**
 * Those whose stores seem by now to return no MD5s, and those that can't be sent again and had no ETag, once it is known what
 * others have: a run that is killed later need not send them again.
 */
export async function landPresumed(run: Run): Promise<void> {
  if (run.batch.doubtful.length === 0) return;
  const { check } = run.tools;
  const isKnown = (at: string): boolean => {
    const host = hostUnheard(at);
    return check.seemsWithoutMd5s(host ?? at) || (host !== undefined && check.returnsMd5(host));
  };
  const isSettled = (landing: Landing): boolean =>
    !isWrong(run, landing) && landing.sent.doubtfulAt.every(isKnown);
  await landAll(run, takeDoubtful(run.batch, isSettled));
}

function uncount(batch: Batch, paths: ReadonlySet<string>, outcome: "sent" | "unchanged"): void {
  const { progress, [outcome]: counted } = batch;
  for (const entry of counted.splice(0)) {
    if (paths.has(entry.path)) progress.takeBackFile(outcome, entry.sizeBytes);
    else counted.push(entry);
  }
}

/**
 * Takes what has landed now or in an earlier run out of what counts and out of the journal: it is to be sent again.
 * @throws AvalaError `journal`
 */
export async function takeBack(
  run: Run,
  entries: readonly ManifestEntry[],
  lies: "other" | "unknown",
): Promise<void> {
  if (entries.length === 0) return;
  const { batch } = run;
  const paths = new Set(entries.map(({ path }) => path));
  for (const [at, presumed] of batch.presumed) {
    const others = presumed.filter(({ path }) => !paths.has(path));
    if (others.length === 0) batch.presumed.delete(at);
    else if (others.length < presumed.length) batch.presumed.set(at, others);
  }
  uncount(batch, paths, "sent");
  uncount(batch, paths, "unchanged");
  await Promise.all(entries.map((entry) => journalOf(run, entry).disown(lies)));
}

/**
 * Takes back what has landed now or in an earlier run, and is not what its store keeps; of what can't be sent again and had no
 * ETag that is not known, and it is looked at. Before that lands which showed it: a later run that finds the one finds the
 * other, or learns it anew.
 * @throws AvalaError `journal`
 */
export async function takePresumed(run: Run): Promise<void> {
  const { batch, tools } = run;
  const isOfMd5s = (doubtfulAt: DoubtfulAt): boolean =>
    hostsIn({ doubtfulAt }).some((host) => tools.check.returnsMd5(host));
  const taken = [...batch.presumed].flatMap(([at, entries]) => (isOfMd5s(at) ? entries : []));
  for (const { path, sha256 } of taken) batch.wrong.set(path, sha256);
  await takeBack(run, taken, "other");
  await suspectUnheard(run);
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

/** Of what is doubtful all that is not known to be wrong. @throws AvalaError `journal` */
export async function landDoubtful(run: Run): Promise<void> {
  await landAll(
    run,
    takeDoubtful(run.batch, (landing) => !isWrong(run, landing)),
  );
}

/**
 * What is doubtful, and what has landed although it was, where the store has shown meanwhile that it returns MD5s. What else
 * is doubtful lands. @throws AvalaError `journal`
 */
export async function takeWrong(run: Run, files: Iterable<SourceFile>): Promise<Wrong> {
  const { batch } = run;
  await landDoubtful(run);
  const wrong = batch.doubtful.splice(0);
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
