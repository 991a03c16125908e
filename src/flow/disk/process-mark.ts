// Which process this is, as a word for a file's name, and whether the process of such a word still runs. A process is its
// machine, its number and the time of its start: numbers are used again, and two containers may have the same ones.
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemErrorCode } from "../../system-error";

function textOf(read: () => string): string | undefined {
  try {
    return read().trim();
  } catch {
    return undefined;
  }
}

/** Which start of the machine this is; `undefined` where the system does not name it. */
export function bootId(): string | undefined {
  return textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
}

/**
 * Where numbers of processes mean the same as here: the host, its boot and its space of processes. `undefined` on a Linux
 * that does not show them, for there numbers prove nothing.
 */
function machine(): string | undefined {
  const boot = bootId();
  const space = textOf(() => readlinkSync("/proc/self/ns/pid"));
  if (process.platform === "linux" && (boot === undefined || space === undefined)) return undefined;
  const parts = [hostname(), boot ?? "", space ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** The start of a process in ticks since the boot and its state, of Linux's `stat`: its name may hold anything but a last `)`. */
function statOf(pid: number): { readonly start: string; readonly state: string } | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields?.[0], fields?.[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

const UNKNOWN = "0";
const MARK = /^([0-9a-f]{16}|0)-(\d{1,10})-(\d{1,20})$/;

/** `3f9a1c2e77b04d5e-4711-8812345`: without a dot or a slash. */
export function ownMark(): string {
  return [machine() ?? UNKNOWN, process.pid, statOf(process.pid)?.start ?? UNKNOWN].join("-");
}

/** The number of the process, for people; `undefined` for what is not a mark. */
export function pidIn(mark: string): number | undefined {
  const pid = MARK.exec(mark)?.[2];
  return pid === undefined ? undefined : Number(pid);
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) !== "ESRCH"; // another user's may not be asked, and is there
  }
}

/** Whether the process of `mark` runs; `undefined` where that can't be known from here. */
export function isMarkRunning(mark: string): boolean | undefined {
  const [, where, pidText, start = UNKNOWN] = MARK.exec(mark) ?? [];
  if (where === undefined || where === UNKNOWN || where !== machine()) return undefined;
  const pid = Number(pidText);
  if (!hasProcess(pid)) return false;
  const stat = statOf(pid);
  // Without the time of its start it may be another process by now.
  if (stat === undefined || start === UNKNOWN) return undefined;
  return stat.start === start && stat.state !== "Z";
}
