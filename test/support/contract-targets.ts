// What the contract's suites run on: an emulator always, and the live API when a key for it is there.
import { connect } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import { readConfig } from "../../src/config";
import type { Emulator, EmulatorOptions } from "../../emulator";
import { startQuietly } from "./quiet-emulator";
import { skippingClock } from "./virtual-clock";

export interface Running {
  readonly avala: Avala;
  readonly emulator: Emulator;
  readonly stop: () => Promise<void>;
}

/** An emulator without limits and waits unless they are asked for, and a session whose waits take no time. */
export async function emulated(options: EmulatorOptions = {}, apiKey?: string): Promise<Running> {
  const clock = skippingClock();
  const emulator = await startQuietly({ clock, ...options });
  const avala = connect({
    apiKey: apiKey ?? emulator.apiKey,
    baseUrl: emulator.baseUrl,
    allowInsecureBaseUrl: true,
    allowStorageHosts: [new URL(emulator.storageUrl).host],
    ports: { clock },
  });
  return {
    avala,
    emulator,
    stop: async () => {
      avala.close();
      await emulator.stop();
    },
  };
}

/** A session with the live API by `AVALA_LIVE_API_KEY` (a variable of its own, so that no test meets it by chance). */
export function live(): Avala | undefined {
  const apiKey = process.env["AVALA_LIVE_API_KEY"];
  return apiKey === undefined ? undefined : connect(readConfig({ apiKey }));
}
