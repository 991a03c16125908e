// What every try of sending bytes has in common: its bytes are counted and taken back when it fails, its retries told.
import type { Avala } from "../api/connect";
import type { RetryOptions } from "../flow/retry";

export interface ByteCounter {
  readonly add: (bytes: number) => void;
  readonly takeBack: (bytes: number) => void;
}

/** Runs one try that sends `sizeBytes`; whatever it reported, exactly these count when it succeeds and none when not. */
export async function countBytes(
  bytes: ByteCounter,
  sizeBytes: number,
  send: (onBytes: (count: number) => void) => Promise<unknown>,
): Promise<void> {
  let counted = 0;
  const onBytes = (count: number): void => {
    counted += count;
    bytes.add(count);
  };
  try {
    await send(onBytes);
    bytes.add(sizeBytes - counted);
  } catch (error) {
    bytes.takeBack(counted);
    throw error;
  }
}

/** Options of `retry` on a session: its clock and chance, each retry told to its listener. */
export function retryOn(
  avala: Avala,
  what: string,
  signal: AbortSignal | undefined,
  onRetry?: () => void,
): RetryOptions {
  return {
    clock: avala.clock,
    random: avala.random,
    signal,
    what,
    onRetry: (again) => {
      onRetry?.();
      avala.emit({ kind: "retry", ...again });
    },
  };
}
