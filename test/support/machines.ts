// Machines that share no state folder, each with files of the same content to send to one emulator.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { connect } from "../../src/api/connect";
import type { Transport } from "../../src/api/transport/transport";
import type { AvalaEvent } from "../../src/events";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import type { Clock } from "../../src/flow/clock";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishOptions, PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { hurriedClock } from "./session";
import type { UploadPlace } from "./upload-place";

export const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";
export const CONFIRM = "POST /datasets/manual-upload/";
// Twice as many as are under way at once, so that one run can be half way when another starts.
export const COUNT = 16;

export type Content = readonly (UploadFile & { readonly sha256: string })[];

export function makeFiles(place: UploadPlace): Promise<Content> {
  const names = Array.from({ length: COUNT }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

export const versionOf = (files: Content): string =>
  datasetVersionName("set-{digest}", createManifest(files).digest);

export interface Machine {
  readonly avala: Avala;
  readonly events: AvalaEvent[];
  readonly presigns: () => number;
  readonly publish: (
    files: readonly UploadFile[],
    name: string,
    options?: Pick<PublishOptions, "deadlineMs" | "waits">,
  ) => Promise<PublishResult>;
}

export interface Given {
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** What a call waits for. */
  readonly holds?: (route: string, count: number) => Promise<unknown> | undefined;
  /** What every wait waits for. */
  readonly sleeps?: (events: readonly AvalaEvent[]) => Promise<unknown> | undefined;
  /** The ETag of each object. @default what the store says */
  readonly etag?: string;
  /** Over which it calls the API. */
  readonly api?: Transport;
}

const open: Avala[] = [];
afterEach(() => {
  for (const avala of open.splice(0)) avala.close();
});

/** A machine with a state folder of its own. */
export function machineIn(
  place: UploadPlace,
  name: string,
  { holds, sleeps, clock = hurriedClock, signal, etag, api }: Given = {},
): Machine {
  const { emulator } = place;
  const events: AvalaEvent[] = [];
  const counts = new Map<string, number>();
  const sleep: Clock["sleep"] = async (ms, until) => {
    await (sleeps?.(events) ?? clock.sleep(ms, until));
  };
  const connected = connect({
    apiKey: emulator.apiKey,
    baseUrl: emulator.baseUrl,
    allowInsecureBaseUrl: true,
    allowStorageHosts: [new URL(emulator.storageUrl).host],
    onEvent: (event) => events.push(event),
    signal,
    ports: { clock: { now: clock.now, sleep }, ...(api && { api }) },
  });
  open.push(connected);
  const call: Avala["call"] = async (request) => {
    const count = (counts.get(request.route) ?? 0) + 1;
    counts.set(request.route, count);
    await holds?.(request.route, count);
    return connected.call(request);
  };
  const called = <Reply extends { readonly headers: object }>(reply: Reply): Reply =>
    etag === undefined ? reply : { ...reply, headers: { ...reply.headers, etag } };
  const storage: Avala["storage"] = {
    ...connected.storage,
    send: async (request) => called(await connected.storage.send(request)),
    open: async (request) => called(await connected.storage.open(request)),
  };
  const avala = { ...connected, call, storage };
  return {
    avala,
    events,
    presigns: () => counts.get(PRESIGN) ?? 0,
    publish: (files, dataset, more = {}) => {
      const stateDirectory = join(place.folder, name);
      const options = { waitMs: () => 20_000, stateDirectory, ...more };
      const described = { name: dataset, slug: dataset, dataType: "image" as const };
      const target = { dataset: described, files, ifExists: "verify" as const };
      return publishDataset(avala, target, options);
    },
  };
}

/** A promise, and what fulfills it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let pass = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { opened, open: pass };
}

/** A machine that waits at its confirm until it is let go. */
export function heldAtConfirm(): {
  readonly given: Given;
  readonly reached: Promise<void>;
  readonly letGo: () => void;
} {
  const [reached, go] = [gate(), gate()];
  const holds = (route: string): Promise<void> | undefined => {
    if (route !== CONFIRM) return undefined;
    reached.open();
    return go.opened;
  };
  return { given: { holds }, reached: reached.opened, letGo: go.open };
}

export const isWait = (event: AvalaEvent): boolean =>
  event.kind === "warning" && event.text.includes("uploaded by another run of the same files");

/** That the other run is taken for dead. */
export const isGivenUp = (event: AvalaEvent): boolean =>
  event.kind === "warning" && event.text.includes("no sign of life");

export const warnings = ({ events }: Machine): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));

/** A machine that sends all files, and nothing more from its confirm on. */
export async function killedAtConfirm(
  place: UploadPlace,
  files: Content,
  name: string,
): Promise<void> {
  const atConfirm = gate();
  const holds = (route: string): Promise<void> | undefined => {
    if (route !== CONFIRM) return undefined;
    atConfirm.open();
    return new Promise(() => undefined);
  };
  void machineIn(place, "killed", { holds }).publish(files, name);
  await atConfirm.opened;
}
