// What is asked before the first byte of a set goes: whether the server takes the second protocol, and those files that no
// form can carry. Sends no bytes of files.
import { isFileRefused } from "../api/endpoints/uploads/batch-refusals";
import type { Presigned } from "../api/endpoints/uploads/presign";
import { unlessStalled } from "../flow/patience";
import { mayMeetOther, withoutUid, type Batch } from "./batch-state";
import { askHow } from "./send/ask";
import type { SourceFile } from "./send/source";
import { isPresignRefused, isSessionLost } from "./send/session-lost";
import { isOversize, isRefusalOfSize, notOffered, requireFit } from "./send/oversize";
import { findLanded, journalOf, sendingOf, type Run } from "./state";

async function ask(run: Run, file: SourceFile): Promise<Presigned> {
  // Where a file lies in the batch of its last presign alone, this one takes it from another.
  await journalOf(run, file).takeBackOthers();
  try {
    const presigned = await askHow(sendingOf(run), file);
    return requireFit(file, presigned);
  } catch (error) {
    if (isSessionLost(error) && error.lost === "protocol") {
      // The first protocol from here on, and nothing of the set has gone.
      run.batch = withoutUid(run.batch);
      return ask(run, file);
    }
    throw isOversize(file) && isRefusalOfSize(error) ? notOffered(file, error) : error;
  }
}

/** In which order the files of a set are sent. */
interface Order {
  /** Begun before all others, which wait for its end: however long that takes, or unless it stalls. */
  readonly first?: { readonly file: SourceFile; readonly isAwaitedLong: boolean } | undefined;
  readonly others: Iterable<SourceFile>;
}

// All others wait while it is sent, unless it stalls. Where each is larger, they go at once: the first to end is sent again to learn, and mostly
// that is the smallest where it begins first.
const MAX_FIRST_BYTES = 1024 * 1024;

/** Where another run has begun these files, nothing is sent before that is known. */
function completeOf(batch: Batch, files: Iterable<SourceFile>): SourceFile | undefined {
  if (!mayMeetOther(batch)) return undefined;
  for (const file of files) if (batch.asked.get(file.path)?.method === "COMPLETE") return file;
  return undefined;
}

/** None where the session's stores are known, or where nothing is sent twice to learn: a PUT does not replace. */
function smallestOf(
  { tools: { check }, batch: { asked } }: Run,
  files: Iterable<SourceFile>,
): SourceFile | undefined {
  if (check.hasLearned || [...asked.values()].some(({ method }) => method !== "POST")) return;
  let smallest: SourceFile | undefined;
  for (const file of files) if (file.sizeBytes < (smallest?.sizeBytes ?? Infinity)) smallest = file;
  return smallest;
}

/** Found anew each time that they are gone through. */
function filesWhere(
  files: Iterable<SourceFile>,
  isWanted: (file: SourceFile) => boolean,
): Iterable<SourceFile> {
  return {
    *[Symbol.iterator]() {
      for (const file of files) if (isWanted(file)) yield file;
    },
  };
}

function withFirst(first: SourceFile, others: Iterable<SourceFile>): Iterable<SourceFile> {
  return {
    *[Symbol.iterator]() {
      yield first;
      yield* others;
    },
  };
}

/** Those that no form can carry come first. */
export function inSendingOrder(files: Iterable<SourceFile>): Iterable<SourceFile> {
  return {
    *[Symbol.iterator]() {
      yield* filesWhere(files, isOversize);
      yield* filesWhere(files, (file) => !isOversize(file));
    },
  };
}

/**
 * The files that have not landed, in the order in which they are sent: first those that no form can carry, so that nothing has landed should the
 * deployment not take them; before all others go, one has shown which protocol the server takes.
 */
export async function inOrder(
  run: Run,
  files: Iterable<SourceFile>,
  failFile: (file: SourceFile, error: unknown) => Promise<void>,
): Promise<Order> {
  const failed = new Set<string>();
  const left = filesWhere(inSendingOrder(files), ({ path }) => !failed.has(path));
  // What proves wrong while these are sent is sent again after them.
  const isLeft = (file: SourceFile): boolean => findLanded(run, file) === undefined;
  const toSend = filesWhere(left, (file) => isLeft(file) && !run.batch.wrong.has(file.path));
  for (const file of toSend) {
    if (!isOversize(file) && (run.batch.asked.size > 0 || run.batch.uid === undefined)) break;
    try {
      const presigned = await ask(run, file);
      run.batch.asked.set(file.path, presigned);
    } catch (error) {
      if (isOversize(file) && !isPresignRefused(error) && !isFileRefused(error)) throw error;
      await failFile(file, error);
      failed.add(file.path);
    }
  }
  const others = (first: SourceFile): Iterable<SourceFile> =>
    filesWhere(toSend, ({ path }) => path !== first.path);
  const complete = completeOf(run.batch, toSend);
  if (complete !== undefined)
    return { first: { file: complete, isAwaitedLong: true }, others: others(complete) };
  // It shows what its store's `ETag`s are.
  const smallest = smallestOf(run, toSend);
  if (smallest === undefined) return { others: toSend };
  if (smallest.sizeBytes > MAX_FIRST_BYTES)
    return { others: withFirst(smallest, others(smallest)) };
  return { first: { file: smallest, isAwaitedLong: false }, others: others(smallest) };
}

/** The others of an order, once its first has ended, or is taken to have stalled. */
export async function* inTurn(
  run: Run,
  { first, others }: Order,
  hasEnded: Promise<void>,
): AsyncGenerator<SourceFile> {
  if (first !== undefined) {
    yield first.file;
    await (first.isAwaitedLong ? hasEnded : unlessStalled(run.avala.pace, hasEnded));
  }
  if (run.batch.unproven.length > 0 && mayMeetOther(run.batch)) return;
  yield* others;
}
