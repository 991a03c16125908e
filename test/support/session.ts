// A session with an emulator, with short waits unless a test hands in its own clock.
import { connect } from "../../src/api/connect";
import type { Avala, Ports } from "../../src/api/connection";
import type { AvalaEvent } from "../../src/events";
import { systemDisk, type Disk } from "../../src/flow/disk/disk";
import { systemClock, type Clock } from "../../src/flow/clock";
import type { Emulator } from "../../emulator";

/** The system's time with every wait cut to a few ms: for tests of what happens, not of how long it takes. */
export const hurriedClock: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal),
};

/** The system's disk, as a network's may be: it does not show one run the locks of another. */
export const diskWithoutLocks: Disk = { ...systemDisk, list: async () => [] };

const open: Avala[] = [];
afterEach(() => {
  for (const avala of open.splice(0)) avala.close();
});

export interface Session {
  readonly avala: Avala;
  readonly events: AvalaEvent[];
}

export function sessionWith(
  emulator: Pick<Emulator, "baseUrl" | "storageUrl" | "apiKey">,
  options: { apiKey?: string; signal?: AbortSignal | undefined; ports?: Partial<Ports> } = {},
): Session {
  const events: AvalaEvent[] = [];
  const avala = connect({
    apiKey: options.apiKey ?? emulator.apiKey,
    baseUrl: emulator.baseUrl,
    allowInsecureBaseUrl: true,
    allowStorageHosts: [new URL(emulator.storageUrl).host],
    onEvent: (event) => events.push(event),
    signal: options.signal,
    ports: { clock: hurriedClock, ...options.ports },
  });
  open.push(avala);
  return { avala, events };
}
