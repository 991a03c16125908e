// The rule of so many requests a second. Pure state: the time is passed in, and it sets no timer.

export interface Burst {
  /**
   * When one more may be sent; `Infinity`: when one under way has ended. `limit`: requests a minute, when known;
   * `isLimited`: whether the documented burst holds all the same.
   */
  nextMs(limit: number | undefined, isLimited?: boolean): number;
  start(): void;
  end(nowMs: number): void;
}

// One more than a second: both clocks count whole ms.
const WINDOW_MS = 1001;

/**
 * The documented 20 a second stand beside 100 a minute. A deployment whose limit is more than 6,000 a minute can't have
 * that burst too: it would leave four fifths of the budget out of reach. There the burst is taken to be in the same
 * proportion to the limit, a fifth of it in a second, and only the minute's budget limits the pace.
 */
export const HUGE_LIMIT = 6000;

/**
 * A request counts from its start to a second after its end, because the server saw it at some moment in between: so no
 * second of the server's ever sees more than `perSecond`, however the network bunches them.
 */
export function createBurst(perSecond: number): Burst {
  // The ends of the last `perSecond` requests, in a ring.
  const ends = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  let ended = 0;
  let underWay = 0;
  return {
    nextMs: (limit, isLimited = false) => {
      if (limit === undefined && !isLimited) return isFirst(ended, underWay, perSecond);
      if (limit !== undefined && limit > HUGE_LIMIT) return 0;
      if (underWay >= perSecond) return Number.POSITIVE_INFINITY;
      // With n places left, the n-th last end must be over a second ago.
      const places = perSecond - underWay;
      const end = ends[(ended - places + perSecond * 2) % perSecond] ?? Number.NEGATIVE_INFINITY;
      return ended < places ? 0 : end + WINDOW_MS;
    },
    start: () => {
      underWay += 1;
    },
    end: (nowMs) => {
      underWay -= 1;
      ends[ended % perSecond] = nowMs;
      ended += 1;
    },
  };
}

/**
 * Before any reply nothing is known, and a hundred requests sent at once would draw a 429 from a server as documented:
 * so no more than one burst is under way until the first has ended.
 */
function isFirst(ended: number, underWay: number, perSecond: number): number {
  return ended === 0 && underWay >= perSecond ? Number.POSITIVE_INFINITY : 0;
}
