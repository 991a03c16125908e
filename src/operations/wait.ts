// Waiting for something at Avala, through outages, until its deadline. Knows nothing of what is awaited.
import { withLimits, type Avala } from "../api/connection";
import { InputError, isAvalaError, type AvalaError } from "../errors";
import { isHeldUntil, pastDeadline } from "../flow/deadline";
import { poll } from "../flow/poll";
import { MORE_TIME } from "../hints";
import { aFunction, shapeOf, type Shape } from "../shapes";
import { formatDuration } from "../text";
import { mustBe } from "../wrong-value";

/** Ms that may still be waited. A preview waits for nothing, and reads on while it goes forward: it has no time to be over. */
export type WaitMs = number | "preview";

export const aWait = shapeOf<WaitMs>(
  'a number or "preview"',
  (value) => value === "preview" || (typeof value === "number" && !Number.isNaN(value)),
);

/** What returns it, and is asked once here: by the time that a wait needs it, a dataset is made. */
export const aWaitLeft: Shape<() => WaitMs> = (input, value) =>
  typeof value === "function" ? aWait(`${input}()`, value()) : aFunction(input, value);

export function msOf(waitMs: WaitMs): number {
  return waitMs === "preview" ? 0 : waitMs;
}

// The limit of the key may hold any call so long, also in a preview and at the end of a wait.
const MIN_WAIT_MS = 60_000;

/** Ms since the epoch until which a server may put off a read, a minute at the least. */
export function waitUntilMs({ clock }: Pick<Avala, "clock">, waitMs: WaitMs): number {
  return clock.now() + Math.max(MIN_WAIT_MS, msOf(waitMs));
}

interface Awaited<T> {
  /** For messages: `export 3f9a… to be completed`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** What to do when it took too long. @default to go on waiting for what is under way */
  readonly hint?: string;
  readonly read: (avala: Avala) => Promise<T>;
  readonly isDone: (value: T) => boolean;
  readonly onValue?: (value: T) => void;
}

/** @throws InputError for a timeout that is no number; AvalaError `timeout`, `cancelled`; that of `pastDeadline` when the session's comes first; what waiting can't help */
export async function waitFor<T>(avala: Avala, awaited: Awaited<T>): Promise<T> {
  const { timeoutMs } = awaited;
  if (typeof timeoutMs !== "number" || Number.isNaN(timeoutMs))
    throw new InputError([{ input: "timeoutMs", text: mustBe("a number", timeoutMs) }]);
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  const leftMs = Math.max(0, deadlineMs - clock.now());
  const isEnded = ({ cause }: AvalaError): boolean =>
    clock.now() >= deadlineMs || isHeldUntil(cause, deadlineMs);
  if (timeoutMs <= leftMs) return waitAll(avala, awaited);
  try {
    return await waitAll(avala, { ...awaited, timeoutMs: leftMs });
  } catch (error) {
    const isOver = isAvalaError(error) && error.code === "timeout" && isEnded(error);
    throw isOver ? pastDeadline(`Waiting for ${awaited.what}`, error.cause) : error;
  }
}

function waitAll<T>(avala: Avala, awaited: Awaited<T>): Promise<T> {
  const { read, ...options } = awaited;
  const outageText = ({ message }: AvalaError, leftMs: number): string =>
    `${message} Still waiting for ${awaited.what}: ${formatDuration(leftMs / 1000)} left.`;
  return poll((limits) => read(withLimits(avala, limits)), {
    ...options,
    clock: avala.clock,
    random: avala.random,
    signal: avala.signal,
    onOutage: (error, leftMs) => avala.emit({ kind: "warning", text: outageText(error, leftMs) }),
    onStillOut: (error, leftMs) => avala.emit({ kind: "outage", text: outageText(error, leftMs) }),
    onRecovery: (durationMs) =>
      avala.emit({ kind: "outage-end", what: `Waiting for ${awaited.what}`, durationMs }),
  });
}

/**
 * Does `work` once, and again after each failure that may pass, until the deadline: for what stands between two waits, where an
 * outage must not end a run of hours. `work` gets a session that waits no longer than that.
 * @throws AvalaError as {@link waitFor}
 */
export function throughOutages<T>(
  avala: Avala,
  {
    what,
    timeoutMs,
    work,
  }: Pick<Awaited<T>, "what" | "timeoutMs"> & {
    readonly work: (within: Avala) => Promise<T>;
  },
): Promise<T> {
  const hint = `Run again, or ${MORE_TIME}.`; // nothing may be under way
  return waitFor(avala, { what, timeoutMs, hint, read: work, isDone: () => true });
}
