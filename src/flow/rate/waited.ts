// How long anyone waited: of several at once each moment counts once.

interface Waited {
  readonly note: (isWaiting: boolean, nowMs: number) => void;
  /** Until `nowMs`. */
  readonly ms: (nowMs: number) => number;
}

export function createWaited(): Waited {
  let beforeMs = 0;
  let sinceMs: number | undefined;
  const ms = (nowMs: number): number => beforeMs + (sinceMs === undefined ? 0 : nowMs - sinceMs);
  return {
    ms,
    note: (isWaiting, nowMs) => {
      beforeMs = ms(nowMs);
      sinceMs = isWaiting ? nowMs : undefined;
    },
  };
}
