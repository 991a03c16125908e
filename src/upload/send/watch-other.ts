// Another run of the same files, on a machine that shares nothing with this one: watched by what the server shows of it, until
// it has done what is awaited or is taken for dead. Knows nothing of what is looked at.
import type { Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { isHeldUntil, pastDeadline } from "../../flow/deadline";
import { poll } from "../../flow/poll";
import { maxLockWaitMs } from "../journal/lock";

/** What this run has seen of another one. */
export interface OtherRun {
  /** Whether it has completed a session that was open in this run's time: then what it has completed is of now. */
  isAtWork: boolean;
  /** Whether the user knows of it. */
  isReported: boolean;
}

export type Look = "done" | "news" | "nothing new";

/** `busy`: it is alive, and not done in the longest time that a run waits for another. */
type Watched = "done" | "quiet" | "busy";

/**
 * So many looks in a row without news: then it is taken for dead. With the waits between them that is two minutes at the least,
 * since a run that has used up its calls says nothing for up to one. Looks are counted and not time, so that an outage or a
 * machine that was asleep is not taken for the other one's silence.
 */
export const QUIET_LOOKS = 15;
/** As users read it. */
export const QUIET_TIME = "2 minutes";

interface Watching {
  /** What is awaited, for errors. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** How many looks without news are enough. @default QUIET_LOOKS */
  readonly quietLooks?: (() => number) | undefined;
}

/** @throws AvalaError `cancelled`, `timeout` in an outage, and that of `pastDeadline`; as `look` */
export async function watchOther(
  {
    clock,
    random,
    deadlineMs = Number.POSITIVE_INFINITY,
  }: Pick<Avala, "clock" | "random" | "deadlineMs">,
  look: () => Promise<Look>,
  { what, signal, quietLooks = () => QUIET_LOOKS }: Watching,
): Promise<Watched> {
  const timeoutMs = Math.min(maxLockWaitMs, deadlineMs - clock.now());
  if (timeoutMs <= 0) throw pastDeadline(what);
  let [quiet, hasNews, isOut] = [0, false, false];
  const read = async (): Promise<Look> => {
    const seen = await look();
    hasNews ||= seen === "news";
    quiet = seen === "news" || isOut ? 0 : quiet + 1;
    isOut = false;
    return seen;
  };
  try {
    const last = await poll(read, {
      isDone: (seen) => seen === "done" || quiet >= quietLooks(),
      ...{ clock, random, signal, timeoutMs, what },
      onOutage: () => (isOut = true),
    });
    return last === "done" ? "done" : "quiet";
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "timeout") throw error;
    if (clock.now() >= deadlineMs || isHeldUntil(error.cause, deadlineMs))
      throw pastDeadline(what, error);
    if (isOut) throw error;
    return hasNews ? "busy" : "quiet";
  }
}
