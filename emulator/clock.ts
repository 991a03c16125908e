// The one place that knows what time it is, so that tests of expiry turn a dial and do not sleep.

/** Milliseconds since 1970, as `Date.now` counts them. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 in UTC, the form of every time in the API's replies. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Whole Unix seconds, rounded up: a moment that has surely come when the second is reached. */
export function unixSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
