// How the files of a set are begun while stores refuse some of them: one after the other where too many have failed in a row, and
// those that were refused once more, some seconds later. Sends nothing itself.
import { extname } from "node:path/posix";
import { pastDeadline } from "../flow/deadline";
import { MAX_FAILURES_IN_A_ROW, type Held } from "./batch-state";
import { noteFailure } from "./fail-file";
import { lastOfFull, stepAfter } from "./in-a-row";
import { sampleOf } from "./sample";
import type { SourceFile } from "./send/source";
import type { Run } from "./state";

// A moment in which all is refused, as while a store or what stands before it begins anew, has mostly ended by then.
const LATER_MS = 8_000;

export interface Pool {
  readonly run: Run;
  /** All that it may begin. */
  readonly files: Iterable<SourceFile>;
  readonly signal: AbortSignal;
  /** Returns whether the file was sent; `isAgain`: whatever refuses it now, it is not held. @throws what ends the run */
  readonly tryOnce: (file: SourceFile, isAgain: boolean) => Promise<boolean>;
  /** By path. */
  readonly underWay: Map<string, Promise<unknown>>;
  /** Paths that were tried before it was their turn. */
  readonly sampled: Set<string>;
  /** Before it ends, nothing else is begun. */
  round: Promise<void> | undefined;
}

export function createPool(
  run: Run,
  files: Iterable<SourceFile>,
  signal: AbortSignal,
  tryOnce: Pool["tryOnce"],
): Pool {
  const none = { underWay: new Map(), sampled: new Set<string>(), round: undefined };
  return { run, files, signal, tryOnce, ...none };
}

function track({ underWay }: Pool, path: string, work: Promise<unknown>): Promise<unknown> {
  const ended = work.catch(() => undefined);
  underWay.set(path, ended);
  void ended.then(() => underWay.get(path) === ended && underWay.delete(path));
  return work;
}

const suffixOf = (path: string): string => extname(path).toLowerCase();

/** A few from elsewhere in the set that were not begun. Last comes one that is least like those which were refused. */
function othersOf({ run: { batch }, files, underWay, sampled }: Pool): SourceFile[] {
  const { sent, unchanged, failures, doubtful, unproven, begun, wrong } = batch;
  const known = new Set([...sampled, ...underWay.keys()]);
  for (const list of [sent, unchanged, failures]) for (const { path } of list) known.add(path);
  for (const list of [doubtful, unproven]) for (const { file } of list) known.add(file.path);
  const left: SourceFile[] = [];
  for (const file of files) {
    const { path } = file;
    if (!known.has(path) && !begun.has(path) && !wrong.has(path)) left.push(file);
  }
  const refused = new Set(batch.inARow.map(({ path }) => suffixOf(path)));
  const otherwise = left.find(({ path }) => !refused.has(suffixOf(path)));
  const sample = [...sampleOf(left)].reverse().filter((file) => file !== otherwise);
  return otherwise === undefined ? sample : [...sample, otherwise];
}

/** Says that it waits as any other wait for another try is said. @throws AvalaError `cancelled`, that of `pastDeadline` */
async function awaitTurn(
  { run: { avala }, signal }: Pool,
  { file, error, atMs }: Held,
): Promise<void> {
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  const what = `upload ${file.path}`;
  const waitMs = Math.max(0, atMs + LATER_MS - clock.now());
  if (clock.now() + waitMs >= deadlineMs) throw pastDeadline(what, error);
  avala.emit({ kind: "retry", what, attempt: 1, waitMs, error });
  if (waitMs > 0) await clock.sleep(waitMs, signal);
}

/**
 * Tries files again that were refused about the same time, later. If neither the last nor the first of them is taken then, it was no
 * moment, and all have failed.
 */
export async function tryAgain(pool: Pool, group: readonly Held[]): Promise<void> {
  const left = [...group];
  const next = async (index: 0 | -1): Promise<boolean> => {
    const held = left.at(index);
    if (held === undefined) return false;
    await awaitTurn(pool, held);
    left.splice(index, 1);
    return pool.tryOnce(held.file, true);
  };
  try {
    if ((await next(-1)) || (await next(0))) while (left.length > 0) await next(0);
    for (const held of left.splice(0)) noteFailure(pool.run, held);
  } finally {
    pool.run.batch.held.push(...left);
  }
}

/** Those that were refused about the same time, until none is left. */
export function* heldOf({ batch: { held } }: Run): Generator<Held[]> {
  while (held.length > 0) yield held.splice(0, MAX_FAILURES_IN_A_ROW);
}

/** Those whose turn has come while others are still begun; so few calls are made for a set of which many are refused. */
function takeDue({ avala, batch: { held, inARow } }: Run): Held[] {
  const atMs = held[MAX_FAILURES_IN_A_ROW - 1]?.atMs ?? Number.POSITIVE_INFINITY;
  const isDue = atMs + LATER_MS <= avala.clock.now() && lastOfFull(inARow) === undefined;
  return isDue ? held.splice(0, MAX_FAILURES_IN_A_ROW) : [];
}

/** Begins nothing but what shows whether files are still taken, until one is. @throws what ends the run */
async function holdRound(pool: Pool): Promise<void> {
  const { run, underWay, sampled, tryOnce } = pool;
  const { inARow, held } = run.batch;
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = run.avala;
  const others = othersOf(pool);
  let hasWaited = false;
  while (!run.isMade) {
    const mayWait = !hasWaited && clock.now() + LATER_MS < deadlineMs;
    const later = mayWait ? held.at(-1) : undefined;
    const step = stepAfter({ inARow, underWay: underWay.size, other: others[0], later });
    switch (step.kind) {
      case "begin":
        return;
      case "try another":
        others.shift();
        sampled.add(step.file.path);
        await tryOnce(step.file, false);
        break;
      case "let one end":
        await Promise.race(underWay.values());
        break;
      case "try later":
        hasWaited = true;
        held.pop();
        await tryAgain(pool, [step.held]);
        break;
      case "end":
        throw step.error;
    }
  }
}

/** One file, when it is its turn. @throws what ends the run */
export async function workOn(pool: Pool, file: SourceFile): Promise<void> {
  const { run, sampled } = pool;
  const { batch, avala } = run;
  while (lastOfFull(batch.inARow) !== undefined && !run.isMade)
    await (pool.round ??= holdRound(pool).finally(() => (pool.round = undefined)));
  if (sampled.has(file.path) || run.isMade) return;
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  if (clock.now() >= deadlineMs) throw pastDeadline(`upload ${file.path}`);
  await track(pool, file.path, pool.tryOnce(file, false));
  const due = takeDue(run);
  if (due.length > 0) await track(pool, file.path, tryAgain(pool, due));
}
