// Whether the machine's clock was set back: then a file may be changed within a tick that has been before, and its times
// show nothing. Knows nothing of files.
import { uptime } from "node:os";
import { wallClockMs } from "../../flow/clock";
import { bootId } from "../../flow/disk/process-mark";
import { isRecord } from "../../json";
import { isNumber, isText } from "./shapes";

export interface ClockMark {
  readonly wallMs: number;
  /** By the clock's reckoning; it moves only when the clock is set. */
  readonly bootedMs: number;
  /** Which start of the machine `bootedMs` is of; empty where the system does not name it. */
  readonly boot: string;
}

export function isClockMark(value: unknown): value is ClockMark {
  if (!isRecord(value)) return false;
  const { wallMs, bootedMs, boot } = value;
  return isNumber(wallMs) && isNumber(bootedMs) && isText(boot);
}

// What clocks are adjusted by all the time and `uptime` is rounded by, and less than a file's times must be past.
const toleranceMs = 1000;

// The same for as long as this process lives, and a mark is taken for every portion of files.
let ownBoot: string | undefined;

export function markClock(): ClockMark {
  ownBoot ??= bootId() ?? "";
  const wallMs = wallClockMs();
  return { wallMs, bootedMs: wallMs - uptime() * 1000, boot: ownBoot };
}

/** Whether the clock was set back between two marks. Forward is harmless: no tick comes twice. */
export function isSetBack(before: ClockMark, after: ClockMark): boolean {
  if (after.wallMs < before.wallMs - toleranceMs) return true;
  const isSameBoot = before.boot !== "" && before.boot === after.boot;
  return isSameBoot && after.bootedMs < before.bootedMs - toleranceMs;
}

/** The mark to keep of the two: many small steps back must not pass as none. */
export function laterMark(before: ClockMark, after: ClockMark): ClockMark {
  const wallMs = Math.max(before.wallMs, after.wallMs);
  if (before.boot !== after.boot) return { ...after, wallMs };
  return { ...after, wallMs, bootedMs: Math.max(before.bootedMs, after.bootedMs) };
}
