// Where files land: the emulator's own storage on its own port, or a real S3 store that it signs for.
import { randomBytes } from "node:crypto";
import type { Reservations } from "./api/reservations";
import type { ServiceOptions } from "./http/service";
import { Service } from "./http/service";
import type { Config, ExternalStorage } from "./options";
import type { State } from "./state/state";
import { type BlobStore, DiskBlobs, MemoryBlobs } from "./storage/blobs";
import { LocalStore } from "./storage/local-store";
import { Presigner } from "./storage/s3/presign";
import { RemoteStore } from "./storage/s3/remote-store";
import { S3Client } from "./storage/s3/s3-client";
import { accessDenied } from "./storage/errors";
import { itemUrlsOf, type ItemUrlsAt } from "./storage/item-urls";
import { errorReply, handleStorage } from "./storage/server";
import { Signer } from "./storage/s3/sigv4";
import type { ObjectStore } from "./storage/store";

export interface Backend {
  readonly url: string;
  readonly store: ObjectStore;
  /** The emulator's own store; undefined when a real one takes its place. */
  readonly local: LocalStore | undefined;
  readonly presigner: Presigner;
  /** Where the item of an object is read. */
  readonly itemUrls: ItemUrlsAt;
  stop(): Promise<void>;
}

interface BackendParts extends Pick<ServiceOptions, "clock" | "ledger" | "faults"> {
  readonly config: Config;
  readonly state: State;
  readonly reservations: Reservations;
}

const BUCKET = "avala-emulator";
const REGION = "us-east-1";

export function openBackend(parts: BackendParts): Promise<Backend> {
  const { storage } = parts.config;
  return storage === undefined ? openOwn(parts) : Promise.resolve(openRemote(storage, parts));
}

function openRemote(storage: ExternalStorage, { clock }: BackendParts): Backend {
  const bucket = { endpoint: storage.url, name: storage.bucket };
  const presigner = new Presigner(bucket, storage);
  return {
    url: storage.url,
    store: new RemoteStore(new S3Client(bucket, storage, clock)),
    local: undefined,
    presigner,
    itemUrls: itemUrlsOf("original", presigner, presigner),
    stop: () => Promise.resolve(),
  };
}

async function openOwn(parts: BackendParts): Promise<Backend> {
  const { config, state, reservations, clock, ledger, faults } = parts;
  const store = new LocalStore(state, await openBlobs(config, state), clock, (root, key) => {
    reservations.close(root, key);
  });
  const credentials = { accessKey: "AKIAEMULATOR", secretKey: storeSecret(state), region: REGION };
  const signer = new Signer(credentials);
  const words = config.dialect.storeWords;
  const context = { bucket: BUCKET, store, signer, words, now: () => clock.now() };
  const service = new Service({
    clock,
    ledger,
    faults,
    target: "storage",
    prefix: "",
    requestIdHeader: "x-amz-request-id",
    hosts: [config.host, ...config.allowHosts],
    refuse: (reason, { path, requestId }) => errorReply(accessDenied(reason), path, requestId),
    handle: (exchange) => handleStorage(exchange, context),
  });
  const port = await service.listen(config.storagePort, config.host);
  const at = (host: string): string => `http://${urlHost(host)}:${String(port)}`;
  const url = at(config.host);
  const presigner = new Presigner({ endpoint: url, name: BUCKET }, credentials);
  const otherHost = config.host === "localhost" ? "127.0.0.1" : "localhost";
  const elsewhere = new Presigner({ endpoint: at(otherHost), name: BUCKET }, credentials);
  const itemUrls = itemUrlsOf(config.dialect.itemUrls, presigner, elsewhere);
  return { url, store, local: store, presigner, itemUrls, stop: () => service.stop() };
}

/** Kept in the data folder, so that a URL presigned before a restart holds after it. */
function storeSecret(state: State): string {
  const kept = state.secrets.get("storage");
  return kept ?? state.secrets.set("storage", randomBytes(20).toString("hex"));
}

async function openBlobs(config: Config, state: State): Promise<BlobStore> {
  if (config.dataDir === undefined) return new MemoryBlobs(config.etag);
  const ofObjects = [...state.objects.values()].flatMap((object) => object.blobs);
  const ofParts = [...state.multiparts.values()].flatMap((open) =>
    Object.values(open.parts).map((part) => part.blob),
  );
  return DiskBlobs.open(config.dataDir, config.etag, [...ofObjects, ...ofParts]);
}

/** An IPv6 address goes in brackets. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
