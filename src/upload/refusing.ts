// How the files of a set are begun while some of them are refused, by stores or when they are completed: one after the other where too
// many have failed in a row, and those that were refused once more, some seconds later. Sends nothing itself.
import { extname } from "node:path/posix";
import type { AvalaError } from "../errors";
import { pastDeadline } from "../flow/deadline";
import { MAX_FAILURES_IN_A_ROW, type Held } from "./batch-state";
import { failFile } from "./fail-file";
import { lastOfFull, stepAfter } from "./in-a-row";
import { judgeUncompleted } from "./refused";
import { sampleOf } from "./sample";
import { isCompletionRefused } from "./send/completion";
import { isOpenSessionLost } from "./send/session-lost";
import type { SourceFile } from "./send/source";
import type { Run } from "./state";

// A moment in which all is refused, as while a store or what stands before it begins anew, has mostly ended by then.
const LATER_MS = 8_000;

export interface Pool {
  readonly run: Run;
  /** All that it may begin. */
  readonly files: Iterable<SourceFile>;
  readonly signal: AbortSignal;
  /** Returns whether the file was sent; `before`: what refused it, and whatever does now, it is not held. @throws what ends the run */
  readonly tryOnce: (file: SourceFile, before?: AvalaError) => Promise<boolean>;
  /** By path. */
  readonly underWay: Map<string, Promise<unknown>>;
  /** Paths that were tried before it was their turn. */
  readonly sampled: Set<string>;
  /** While it is on, nothing is begun but by it. */
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

/** Whether it was begun, unless it has landed or failed since. */
function wasBegun({ run: { batch }, underWay, sampled }: Pool, { path }: SourceFile): boolean {
  return [sampled, underWay, batch.begun, batch.wrong].some((paths) => paths.has(path));
}

/** A few from elsewhere in the set that were not begun. Last comes one that is least like those which were refused. */
function othersOf(pool: Pool): SourceFile[] {
  const { batch } = pool.run;
  const { sent, unchanged, failures, doubtful, unproven, held, uncompleted } = batch;
  const known = new Set<string>();
  for (const list of [sent, unchanged, failures]) for (const { path } of list) known.add(path);
  for (const list of [doubtful, unproven, held, uncompleted])
    for (const { file } of list) known.add(file.path);
  const left: SourceFile[] = [];
  for (const file of pool.files)
    if (!known.has(file.path) && !wasBegun(pool, file)) left.push(file);
  const refused = new Set(batch.inARow.map(({ path }) => suffixOf(path)));
  const otherwise = left.find(({ path }) => !refused.has(suffixOf(path)));
  const sample = [...sampleOf(left)].reverse().filter((file) => file !== otherwise);
  return otherwise === undefined ? sample : [...sample, otherwise];
}

/** Whether more than `ms` are left to the deadline. */
function leavesTime({ avala }: Run, ms: number): boolean {
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  return clock.now() + ms < deadlineMs;
}

/** Says that it waits as any other wait for another try is said. @throws AvalaError `cancelled`, that of `pastDeadline` */
async function awaitTurn({ run, signal }: Pool, { file, error, atMs }: Held): Promise<void> {
  const { avala } = run;
  const { clock } = avala;
  const what = `upload ${file.path}`;
  const waitMs = Math.max(0, atMs + LATER_MS - clock.now());
  if (!leavesTime(run, waitMs)) throw pastDeadline(what, error);
  avala.emit({ kind: "retry", what, attempt: 1, waitMs, error });
  await clock.sleep(waitMs, signal);
}

/**
 * Tries files again that were refused about the same time, later. If neither the last nor the first of them is taken then, it was no
 * moment, and all have failed.
 */
export async function tryAgain(pool: Pool, group: readonly Held[]): Promise<void> {
  const { run } = pool;
  const left = [...group];
  const next = async (index: 0 | -1): Promise<boolean> => {
    const held = left.at(index);
    if (held === undefined) return false;
    await awaitTurn(pool, held);
    if (run.isMade) return false;
    left.splice(index, 1);
    return pool.tryOnce(held.file, held.error);
  };
  // What the server says of one session shows nothing of another.
  const areApart = group.some(({ error }) => isOpenSessionLost(error));
  try {
    const isTaken = (await next(-1)) || (await next(0));
    while ((isTaken || areApart) && left.length > 0 && !run.isMade) await next(0);
    if (!run.isMade) for (const { file, error } of left.splice(0)) failFile(run, file, error, true);
  } finally {
    run.batch.held.push(...left);
  }
}

function refusedBy({ error }: Pick<Held, "error">): "completion" | "session" | "store" {
  if (isCompletionRefused(error)) return "completion";
  return isOpenSessionLost(error) ? "session" : "store";
}

/** Whether the same refused both: only then one may show something of the other. */
function isAlike(one: Pick<Held, "error">, other: Pick<Held, "error">): boolean {
  return refusedBy(one) === refusedBy(other);
}

/** Those that were refused about the same time, and alike. */
export function takeHeld({ batch: { held } }: Run): Held[] {
  const [first, ...others] = held.splice(0);
  if (first === undefined) return [];
  const group = [first];
  for (const one of others)
    (group.length < MAX_FAILURES_IN_A_ROW && isAlike(first, one) ? group : held).push(one);
  return group;
}

/** The last that was refused as the row was. */
function laterOf({ batch: { inARow, held } }: Run): Held | undefined {
  const last = inARow.at(-1);
  return last && held.findLast((one) => isAlike(one, last));
}

/** A turn for as many as {@link takeHeld} takes, until none is left. Takes none itself: no turn may come of it any more. */
export function* turnsOf(run: Run): Generator<undefined> {
  while (run.batch.held.length > 0 && !run.isMade) yield;
}

/**
 * Whether as many completions as make a row are held, and no file was completed before: more would most likely be sent in vain.
 * Not where a deadline leaves no time to wait for them.
 */
function hasYetToComplete(run: Run): boolean {
  const { batch } = run;
  if (batch.sent.length > 0 || batch.completesNone || !leavesTime(run, LATER_MS)) return false;
  const refused = batch.held.filter(({ error }) => isCompletionRefused(error));
  return refused.length >= MAX_FAILURES_IN_A_ROW;
}

function isRound({ run, round }: Pool): boolean {
  if (run.isMade) return false;
  return round !== undefined || lastOfFull(run.batch.inARow) !== undefined || hasYetToComplete(run);
}

/**
 * Those whose turn has come while others are still begun; so few calls are made for a set of which many are refused. One whose open
 * session is called gone may end the batch: it does not wait for others.
 */
function takeDue(pool: Pool): Held[] {
  const { run } = pool;
  const { held } = run.batch;
  if (run.isMade || isRound(pool)) return [];
  const now = run.avala.clock.now();
  const isDue = (one: Held | undefined): boolean => one !== undefined && one.atMs + LATER_MS <= now;
  const open = held.find((one) => isOpenSessionLost(one.error) && isDue(one));
  if (open !== undefined) return held.splice(held.indexOf(open), 1);
  return isDue(held[MAX_FAILURES_IN_A_ROW - 1]) ? takeHeld(run) : [];
}

/** Whether any file of the batch was, in this run or in an earlier one: else the server may complete none of the set. */
function hasCompleted({ batch: { sent, unchanged, doubtful, unproven } }: Run): boolean {
  return [sent, unchanged, doubtful, unproven].some(({ length }) => length > 0);
}

/** Begins nothing but what shows whether files are still taken, until one is. @throws what ends the run */
async function holdRound(pool: Pool): Promise<void> {
  const { run, underWay, sampled, tryOnce } = pool;
  const { inARow, held } = run.batch;
  let hasWaited = false;
  while (!run.isMade && hasYetToComplete(run)) {
    hasWaited = true;
    await tryAgain(pool, takeHeld(run));
  }
  let others = othersOf(pool);
  while (!run.isMade) {
    const later = !hasWaited && leavesTime(run, LATER_MS) ? laterOf(run) : undefined;
    others = others.filter((file) => !wasBegun(pool, file));
    const step = stepAfter({ inARow, underWay: underWay.size, other: others[0], later });
    switch (step.kind) {
      case "begin":
        return;
      case "try another":
        sampled.add(step.file.path);
        await tryOnce(step.file);
        break;
      case "let one end":
        await Promise.race(underWay.values());
        break;
      case "try later":
        hasWaited = true;
        held.splice(held.indexOf(step.held), 1);
        await tryAgain(pool, [step.held]);
        break;
      case "end":
        if (!isCompletionRefused(step.error)) throw step.error;
        await judgeUncompleted(run);
        if (!run.isMade && !hasCompleted(run)) throw step.error;
        inARow.length = 0;
        return;
    }
  }
}

/** One file, when it is its turn. @throws what ends the run */
export async function workOn(pool: Pool, file: SourceFile): Promise<void> {
  const { run, sampled } = pool;
  while (isRound(pool))
    await (pool.round ??= holdRound(pool).finally(() => (pool.round = undefined)));
  if (sampled.has(file.path) || run.isMade) return;
  if (!leavesTime(run, 0)) throw pastDeadline(`upload ${file.path}`);
  await track(pool, file.path, pool.tryOnce(file));
  const due = takeDue(pool);
  if (due.length > 0) await track(pool, file.path, tryAgain(pool, due));
}
