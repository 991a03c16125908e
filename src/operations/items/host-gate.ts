// Sends the requests to one host as it takes them, and again what it has refused.
import { isAvalaError, type AvalaError, type ErrorCode } from "../../errors";
import {
  createStanding,
  MOMENT_MS,
  someOf,
  type Charge,
  type LookLimits,
  type Session,
} from "./host-standing";

/** Of one request. What is refused together says nothing of each: one of them counts. */
const MAX_TRIES = 5;

const PASSING: ReadonlySet<ErrorCode> = new Set(["storage", "network", "timeout"]);

export interface HostGate {
  /**
   * Sends a request as soon as the host takes one more, and again where it was refused.
   * @throws AvalaError `timeout` where it is not asked any more, `cancelled`; what `request` throws
   */
  readonly send: <T>(limits: LookLimits, request: () => Promise<T>) => Promise<T>;
}

export function createHostGate(session: Session): HostGate {
  const { clock, random, signal } = session;
  const standing = createStanding(session);
  const { run, restMs, pause, begin, begun, refusedInARow, isGivenUp } = standing;
  let servedBefore: (() => Promise<unknown>) | undefined;
  const once = async <T>(
    limits: LookLimits,
    request: () => Promise<T>,
    before?: number,
  ): Promise<{ readonly reply: T } | { readonly error: AvalaError; readonly charge: Charge }> => {
    for (let ms = restMs(limits); ms > 0; ms = restMs(limits)) await pause(ms);
    const { served, refused } = begin();
    try {
      const reply = await request();
      served();
      servedBefore = request;
      return { reply };
    } catch (error) {
      if (!isAvalaError(error) || !PASSING.has(error.code)) throw error;
      return { error, charge: refused({ error, limits, before }) };
    }
  };
  const trying: typeof once = async (limits, request, before) => {
    const tried = await once(limits, request, before);
    // All that is left may be files that it never serves: then what it has served shows whether it is there.
    const isInDoubt = "charge" in tried && tried.charge === "host" && refusedInARow() > 1;
    if (isInDoubt && servedBefore !== undefined)
      await once(limits, servedBefore).catch(() => undefined);
    return tried;
  };
  const send: HostGate["send"] = async (limits, request) => {
    let before: number | undefined;
    for (let tries = 0; ;) {
      const tried = await run(() => trying(limits, request, before));
      if ("reply" in tried) return tried.reply;
      const { error, charge } = tried;
      if (charge !== "together") tries += 1;
      if (!error.retryable || tries >= MAX_TRIES) throw error;
      before ??= begun();
      // What has not been refused goes first: should it be served, this is about the file.
      if (!isGivenUp()) await clock.sleep(someOf(MOMENT_MS, random), signal);
    }
  };
  return { send };
}
