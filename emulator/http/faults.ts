// Scripted trouble: which request, and what happens to it. Knows neither state nor sockets.
import type { Target } from "./ledger";

/** Which requests a fault is for; what is not given matches all. */
export interface FaultMatch {
  readonly target?: Target;
  readonly method?: string;
  /**
   * The path, without `/api/v1` on the API and with the bucket on the storage; `*` stands for any
   * run of characters: `/datasets/manual-upload/`, `/exports/*`, `*cat.jpg`.
   */
  readonly path?: string;
}

/** A reply in place of the true one. An object as body is sent as JSON. */
export interface FaultReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Fault {
  readonly on?: FaultMatch;
  /** Let this many matching requests pass first. @default 0 */
  readonly skip?: number;
  /** How many are hit; 0 means all that follow. @default 1 */
  readonly times?: number;
  /** Hit each one only with this chance, from `seed`. @default 1 */
  readonly probability?: number;
  readonly seed?: number;
  /** Wait before anything else. */
  readonly delayMs?: number;
  readonly reply?: FaultReply;
  /** `before`: the request is as if never made; `after`: it took effect, and the answer is lost. @default "before" */
  readonly when?: "before" | "after";
  /** End the connection instead of replying. */
  readonly drop?: boolean;
  /** Hold the connection open and never reply, until the client gives up. */
  readonly stall?: boolean;
  /** Take the request's body, and give the reply's, at this rate at most. */
  readonly bytesPerSecond?: number;
  /** Send only so many bytes of the true reply's body, then end the connection. */
  readonly cutAfterBytes?: number;
  /** A presign whose policy or URL has already expired. */
  readonly expired?: boolean;
  /** The storage does nothing, as more is asked than it takes, and says so in its own words. */
  readonly throttled?: boolean;
  /** What the storage keeps, while it answers as if all were well. */
  readonly store?: "nothing" | "half" | "other";
}

interface FaultyRequest {
  readonly target: Target;
  readonly method: string;
  readonly path: string;
}

interface Armed {
  readonly fault: Fault;
  seen: number;
  hits: number;
  random: () => number;
}

export class Faults {
  private armed: Armed[] = [];

  add(...faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.armed.push({ fault, seen: 0, hits: 0, random: mulberry32(fault.seed ?? 1) });
    }
  }

  clear(): void {
    this.armed = [];
  }

  /** The first fault that is due for this request. Each matching fault counts it. */
  next(request: FaultyRequest): Fault | undefined {
    let due: Fault | undefined;
    for (const armed of this.armed) {
      if (!matches(armed, request)) continue;
      armed.seen += 1;
      const { skip = 0, times = 1, probability = 1 } = armed.fault;
      if (due !== undefined || armed.seen <= skip) continue;
      if (times > 0 && armed.hits >= times) continue;
      if (probability < 1 && armed.random() >= probability) continue;
      armed.hits += 1;
      due = armed.fault;
    }
    return due;
  }
}

/** How the ledger names it. */
export function faultName(fault: Fault): string {
  const parts = [
    fault.delayMs === undefined ? "" : `delay ${String(fault.delayMs)} ms`,
    fault.reply === undefined
      ? ""
      : `reply ${String(fault.reply.status)} ${fault.when ?? "before"}`,
    fault.stall === true ? `stall ${fault.when ?? "before"}` : "",
    fault.bytesPerSecond === undefined ? "" : `${String(fault.bytesPerSecond)} bytes/s`,
    fault.drop === true ? `drop ${fault.when ?? "before"}` : "",
    fault.cutAfterBytes === undefined ? "" : `cut after ${String(fault.cutAfterBytes)} bytes`,
    fault.expired === true ? "expired" : "",
    fault.throttled === true ? "throttled" : "",
    fault.store === undefined ? "" : `store ${fault.store}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function matches(armed: Armed, request: FaultyRequest): boolean {
  const { target, method, path } = armed.fault.on ?? {};
  if (target !== undefined && target !== request.target) return false;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  return path === undefined || matchesGlob(path, request.path);
}

/** `*` is any run of characters. By hand: an expression of twenty stars would try them all against each other. */
function matchesGlob(glob: string, text: string): boolean {
  const [first = "", ...others] = glob.split("*");
  const last = others.pop();
  if (last === undefined) return text === glob;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const literal of others) {
    const found = text.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return at + last.length <= text.length;
}

/** A small seeded generator, so that a run with chance in it can be played again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
