// Puts the parts together: state, store, two services on two ports, and the handle that tests hold.
import type { World } from "./api/request";
import { PREFIX } from "./api/request";
import { Reservations } from "./api/reservations";
import { jsonReply } from "./api/replies";
import { ApiServer } from "./api/server";
import { type Backend, openBackend, urlHost } from "./backend";
import { type Fault, Faults } from "./http/faults";
import { Ledger, type LedgerEntry } from "./http/ledger";
import { Service } from "./http/service";
import { inspect, type Inspection } from "./inspect";
import { type EmulatorOptions, resolveOptions } from "./options";
import { seed } from "./seed";
import { State } from "./state/state";

/** A running emulator. */
export interface Emulator extends Inspection {
  /** `http://127.0.0.1:PORT/api/v1`. */
  readonly baseUrl: string;
  /** `http://127.0.0.1:PORT2`, the storage's own port. */
  readonly storageUrl: string;
  readonly apiKey: string;
  /** Every request so far, in the order of their beginning. */
  requests(): readonly LedgerEntry[];
  /** Adds scripted trouble; see `Fault`. */
  setFault(...faults: readonly Fault[]): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Starts an emulator in this process. Resolves when both ports listen. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const config = resolveOptions(options);
  const state = config.dataDir === undefined ? new State() : await State.load(config.dataDir);
  const { clock } = config;
  const shared = { clock, ledger: new Ledger(), faults: new Faults() };
  const reservations = new Reservations();
  const backend = await openBackend({ ...shared, config, state, reservations });
  const { store, presigner, itemUrls } = backend;
  const exportFailures = { next: [], always: config.failExports };
  const world: World = {
    ...shared,
    ...{ config, state, store, presigner, itemUrls, reservations, exportFailures },
    storageTestErrors: [],
  };
  seed(config, state);
  const server = new ApiServer(world);
  const api = new Service({
    ...shared,
    target: "api",
    prefix: PREFIX,
    requestIdHeader: "X-Request-Id",
    hosts: [config.host, ...config.allowHosts],
    refuse: (detail) => jsonReply(403, { detail }),
    handle: (exchange) => server.handle(exchange),
  });
  const port = await api.listen(config.port, config.host).catch(async (error: unknown) => {
    await backend.stop();
    throw error;
  });
  return handle(world, backend, api, `http://${urlHost(config.host)}:${String(port)}${PREFIX}`);
}

function handle(world: World, backend: Backend, api: Service, baseUrl: string): Emulator {
  const { config, ledger, faults, state } = world;
  return {
    baseUrl,
    storageUrl: backend.url,
    apiKey: config.apiKey,
    requests: () => ledger.entries(),
    setFault: (...added) => {
      faults.add(...added);
    },
    clearFaults: () => {
      faults.clear();
    },
    ...inspect(world, backend.local),
    stop: async () => {
      await Promise.all([api.stop(), backend.stop()]);
      await state.journal.close();
    },
  };
}
