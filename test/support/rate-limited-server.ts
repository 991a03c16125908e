// A server that counts as the contract's does, in one of three ways, and says so in its headers. In virtual time.
import type { RateLimit } from "../../src/errors";
import type { Clock, Random } from "../../src/flow/clock";

export interface Counting {
  /** `fixed`: windows of a minute and of a second; `sliding`: the last minute and the last second. */
  readonly window: "fixed" | "sliding";
  /** What the reset header means in sliding windows: when one place is free, or when all are. */
  readonly reset?: "one" | "all";
}

export interface SimulatedServer {
  /** One request: takes a while each way, and is counted on arrival. */
  request(latencyMs: number): Promise<{ status: number; headers: RateLimit }>;
  /** A request of somebody else with the same key. */
  intrude(): void;
  readonly served: number;
  readonly refused: number;
}

export function rateLimitedServer(
  { window, reset = "one" }: Counting,
  limits: { readonly perMinute: number; readonly perSecond: number },
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): SimulatedServer {
  let arrivals: number[] = [];
  let served = 0;
  let refused = 0;
  const within = (spanMs: number): number => {
    const nowMs = clock.now();
    const fromMs = window === "fixed" ? Math.floor(nowMs / spanMs) * spanMs : nowMs - spanMs + 1;
    return arrivals.filter((atMs) => atMs >= fromMs).length;
  };
  const resetAtMs = (): number => {
    const nowMs = clock.now();
    if (window === "fixed") return (Math.floor(nowMs / 60_000) + 1) * 60_000;
    const at = reset === "one" ? arrivals.find((atMs) => atMs > nowMs - 60_000) : arrivals.at(-1);
    return Math.ceil(((at ?? nowMs) + 60_000) / 1000) * 1000;
  };
  const arrive = (): boolean => {
    arrivals = arrivals.filter((atMs) => atMs > clock.now() - 120_000);
    if (within(60_000) >= limits.perMinute || within(1000) >= limits.perSecond) return false;
    arrivals.push(clock.now());
    return true;
  };
  return {
    request: async (latencyMs) => {
      await clock.sleep(Math.round(latencyMs * random.next()));
      const isServed = arrive();
      if (isServed) served += 1;
      else refused += 1;
      const remaining = Math.max(0, limits.perMinute - within(60_000));
      const headers = { limit: limits.perMinute, remaining, resetAtMs: resetAtMs() };
      await clock.sleep(Math.round(latencyMs * random.next()));
      return { status: isServed ? 200 : 429, headers };
    },
    intrude: () => void arrive(),
    get served() {
      return served;
    },
    get refused() {
      return refused;
    },
  };
}
