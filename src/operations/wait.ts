// Waiting for something at Avala, through outages, until its deadline. Knows nothing of what is awaited.
import { withLimits, type Avala } from "../api/connection";
import { poll } from "../flow/poll";
import { formatDuration } from "../text";

interface Awaited<T> {
  /** For messages: `export 3f9a… to be completed`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly read: (avala: Avala) => Promise<T>;
  readonly isDone: (value: T) => boolean;
  readonly onValue: (value: T) => void;
}

/** @throws AvalaError `timeout`, `cancelled`; what a read throws that waiting can't help */
export function waitFor<T>(avala: Avala, awaited: Awaited<T>): Promise<T> {
  const { read, ...options } = awaited;
  return poll((limits) => read(withLimits(avala, limits)), {
    ...options,
    clock: avala.clock,
    random: avala.random,
    signal: avala.signal,
    onOutage: ({ message }, leftMs) => {
      const left = formatDuration(leftMs / 1000);
      const text = `${message} Still waiting for ${awaited.what}: ${left} left.`;
      avala.emit({ kind: "warning", text });
    },
  });
}
