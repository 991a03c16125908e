// Puts the parts together: state, store, two services on two ports, and the handle that tests hold.
import { randomBytes } from "node:crypto";
import type { World } from "./api/request";
import { Reservations } from "./api/reservations";
import { ApiServer, PREFIX } from "./api/server";
import type { Fault } from "./faults";
import { Faults } from "./faults";
import type { LedgerEntry } from "./http/ledger";
import { Ledger } from "./http/ledger";
import { Service } from "./http/service";
import type { Inspection } from "./inspect";
import { inspect } from "./inspect";
import type { Config, EmulatorOptions } from "./options";
import { resolveOptions } from "./options";
import { seed } from "./seed";
import { State } from "./state/state";
import { DiskBlobs, MemoryBlobs } from "./storage/blobs";
import { LocalStore } from "./storage/local-store";
import { Presigner } from "./storage/presign";
import { handleStorage } from "./storage/server";
import { Signer } from "./storage/sigv4";

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

const BUCKET = "avala-emulator";
const REGION = "us-east-1";

/** Starts an emulator in this process. Resolves when both ports listen. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const config = resolveOptions(options);
  const state = config.dataDir === undefined ? new State() : await State.load(config.dataDir);
  const ledger = new Ledger();
  const faults = new Faults();
  const reservations = new Reservations();
  const blobs = await openBlobs(config, state);
  const store = new LocalStore(state, blobs, config.clock, (root, key) => {
    reservations.close(root, key);
  });
  // Credentials of a store that nobody else can reach: new ones at each start make old URLs invalid, as a rotation does.
  const credentials = {
    accessKey: "AKIAEMULATOR",
    secretKey: randomBytes(20).toString("hex"),
    region: REGION,
  };
  const signer = new Signer(credentials);
  const shared = { clock: config.clock, ledger, faults };
  const context = { bucket: BUCKET, store, signer, now: () => config.clock.now() };
  const storage = new Service({
    ...shared,
    target: "storage",
    prefix: "",
    requestIdHeader: "x-amz-request-id",
    handle: (exchange) => handleStorage(exchange, context),
  });
  const storageUrl = `http://${urlHost(config.host)}:${String(await storage.listen(config.storagePort, config.host))}`;
  const presigner = new Presigner({ endpoint: storageUrl, name: BUCKET }, credentials);
  const exportFailures = { next: [], always: config.failExports };
  const world: World = {
    config,
    state,
    store,
    presigner,
    reservations,
    faults,
    ledger,
    exportFailures,
  };
  seed(config, state);
  const server = new ApiServer(world);
  const api = new Service({
    ...shared,
    target: "api",
    prefix: PREFIX,
    requestIdHeader: "X-Request-Id",
    handle: (exchange) => server.handle(exchange),
  });
  const port = await api.listen(config.port, config.host);
  return {
    baseUrl: `http://${urlHost(config.host)}:${String(port)}${PREFIX}`,
    storageUrl,
    apiKey: config.apiKey,
    requests: () => ledger.entries(),
    setFault: (...added) => {
      faults.add(...added);
    },
    clearFaults: () => {
      faults.clear();
    },
    ...inspect(world, store),
    stop: async () => {
      await Promise.all([api.stop(), storage.stop()]);
      await state.journal.close();
    },
  };
}

async function openBlobs(config: Config, state: State) {
  if (config.dataDir === undefined) return new MemoryBlobs(config.etag);
  const known = [...state.objects.values()].flatMap((object) => object.blobs);
  const parts = [...state.multiparts.values()].flatMap((open) =>
    Object.values(open.parts).map((part) => part.blob),
  );
  return DiskBlobs.open(config.dataDir, config.etag, [...known, ...parts]);
}

/** An IPv6 address goes in brackets. */
function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
