// The datasets of a run one after the other: each is sent after the one before, while that one is indexed; and the count of
// what landed. Knows nothing of what is published.
import { withListener, withSignal, type Avala } from "../../src/api/connection";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { UploadError } from "../../src/errors";
import type { UploadProgress } from "../../src/events";
import { createMutex, type Mutex } from "../../src/flow/mutex";
import { runPool } from "../../src/flow/pool";
import type { PublishResult } from "../../src/operations/publish/target";
import { formatCount } from "../../src/text";
import { alikeOf } from "../../src/upload/failures";
import type { UploadResult } from "../../src/upload/result";
import type { UploadContext } from "./datasets";
import { addCounts, noteDataset, noteFollowed } from "../report/results";
import type { Run } from "../run-context";
import { tellWhole, type Telling, type ToSend } from "./whole";
import type { Target } from "../selection/selection";

type Outcome = PublishResult["outcome"];

interface Turns {
  /** With it the next one may be sent. */
  readonly onConfirmed: (dataset: Dataset) => void;
  /** The same where another dataset follows that is made of the same target. */
  readonly onOneConfirmed: (dataset: Dataset) => void;
  /** That one is made, and what follows is sent. */
  readonly onNext: () => void;
  /** What was sent until now is of no dataset, so it does not count. */
  readonly onSentInVain: () => void;
}

/** One dataset's work; what `context` sends is counted. */
export type Work<One> = (one: One, context: UploadContext, turns: Turns) => Promise<Outcome>;

// One is sent while others are indexed, which takes the server a while each. More of them would spend on polls the calls
// that the files need.
const AT_ONCE = 4;

interface Turning<One> {
  readonly all: readonly One[];
  /** What of them is to be sent, in the same order. */
  readonly toSend: readonly ToSend[];
  readonly work: Work<One>;
}

/** Does the work of each in their order, counts what landed also of what fails, and says what the whole came to. */
export async function inTurns<One extends { readonly target: Target }>(
  run: Run,
  context: UploadContext,
  { all, toSend, work }: Turning<One>,
): Promise<Outcome> {
  const outcomes = new Set<Outcome>();
  const turn = createMutex();
  const { avala } = context;
  const tell = tellWhole(avala, run.results, toSend);
  const options = { concurrency: AT_ONCE, signal: avala.signal };
  try {
    await runPool(all, options, async (one, signal) => {
      const own = { ...context, avala: withSignal(avala, signal) };
      await inTurn(turn, async (isSent) => {
        if (signal.aborted || outcomes.has("partial")) return;
        outcomes.add(await workCounted(run, own, { one, work, tell, isSent }));
      });
    });
  } finally {
    for (const noted of [run.results.datasets, run.results.sets]) sortAs(all, noted);
  }
  const worst = (["partial", "unverified", "uploaded"] as const).find((one) => outcomes.has(one));
  return worst ?? "unchanged";
}

interface Turn<One> {
  readonly one: One;
  readonly work: Work<One>;
  readonly tell: Telling;
  readonly isSent: () => void;
}

async function workCounted<One extends { readonly target: Target }>(
  run: Run,
  context: UploadContext,
  { one, work, tell, isSent }: Turn<One>,
): Promise<Outcome> {
  const { target } = one;
  const tally = createTally(run, target, tell);
  let endIngest = (): void => undefined;
  const onOneConfirmed = (dataset: Dataset): void => {
    tally.endSending();
    endIngest = run.results.times.start("ingest");
    noteDataset(run.results, target, dataset);
    run.putOutputs();
  };
  const onConfirmed = (dataset: Dataset): void => {
    onOneConfirmed(dataset);
    isSent();
  };
  const onNext = (): void => {
    endIngest();
    tally.next();
    noteFollowed(run.results, target);
    run.putOutputs();
  };
  const turns = { onConfirmed, onOneConfirmed, onNext, onSentInVain: tally.forget };
  try {
    return await work(one, { ...context, avala: tally.listening(context.avala) }, turns);
  } catch (error) {
    annotate(run, target, error);
    throw error;
  } finally {
    endIngest();
    tally.add();
    run.putOutputs();
  }
}

/** The turn lasts until `work` says that it is sent; what is left of it continues beside the next one. */
async function inTurn(turn: Mutex, work: (isSent: () => void) => Promise<void>): Promise<void> {
  let rest = Promise.resolve();
  await turn(
    () =>
      new Promise<void>((resolve) => {
        rest = work(resolve);
        rest.then(resolve, resolve);
      }),
  );
  await rest;
}

interface OfTarget {
  readonly target: Target;
}

function sortAs(all: readonly OfTarget[], noted: OfTarget[]): void {
  const order = new Map(all.map(({ target }, index) => [target, index]));
  noted.sort((one, other) => (order.get(one.target) ?? 0) - (order.get(other.target) ?? 0));
}

/** Adds one upload's last progress to the run's counts, and its time to the run's. */
function createTally({ results, environment, budget }: Run, target: Target, tell: Telling): Tally {
  let last: UploadProgress | undefined;
  let firstMs: number | undefined;
  let lastMs = 0;
  let end: (() => void) | undefined;
  let turn = 0;
  const note = (progress: UploadProgress): void => {
    const nowMs = environment.clock.now();
    // Sending is not waiting: `timeout-minutes` does not limit it.
    if (firstMs !== undefined) budget.exclude(nowMs - lastMs);
    end ??= results.times.start("sending");
    firstMs ??= nowMs;
    lastMs = nowMs;
    last = progress;
  };
  const endSending = (): void => end?.();
  const add = (): void => {
    endSending();
    results.uploadMs += firstMs === undefined ? 0 : lastMs - firstMs;
    if (last === undefined) return;
    const { filesSent: sent, filesUnchanged: unchanged, filesFailed: failed } = last;
    const { bytesSent, bytesSkipped } = last;
    addCounts(results, target, { sent, unchanged, failed, bytesSent, bytesSkipped });
  };
  return {
    listening: (avala) =>
      withListener(avala, (event) => {
        if (event.kind === "upload-progress") note(event.progress);
        avala.emit(tell(target, event, turn));
      }),
    endSending,
    forget: () => void (last = undefined),
    next: () => {
      add();
      [last, firstMs, end] = [undefined, undefined, undefined];
      turn += 1;
    },
    add,
  };
}

interface Tally {
  /** The same session, whose uploads are counted. */
  listening(avala: Avala): Avala;
  endSending(): void;
  readonly forget: () => void;
  /** Adds what was counted, and counts what follows from nothing. */
  next(): void;
  add(): void;
}

export function countChecked({ results }: Run, { sent, checkedByStore }: UploadResult): void {
  results.checkedByStore += checkedByStore;
  results.uncheckedByStore += sent.length - checkedByStore;
}

const MAX_NAMED = 100;

/** Each reason as an annotation on the first file that failed for it, and which files they are as lines of the log. */
function annotate(run: Run, target: Target, error: unknown): void {
  if (!(error instanceof UploadError)) return;
  const { failures } = error;
  const places = new Map(target.files.map((file) => [file.path, file.absolutePath]));
  const reasons = alikeOf(failures);
  for (const { paths, text } of reasons) run.warn({ text, file: places.get(paths[0] ?? "") });
  if (reasons.length === failures.length) return;
  const rest = failures.length - MAX_NAMED;
  const more = rest > 0 ? [`and ${formatCount(rest)} more`] : [];
  const names = failures.slice(0, MAX_NAMED).map(({ path }) => path);
  run.log.group(`Failed files of ${target.name}`, [...names, ...more]);
}
