// Uploads of several contents of one set, in processes of one machine, by PUT to a server that keeps one place for all
// batches: a file lies in the batch that it was sent in last. Decides nothing.
import { createHash } from "node:crypto";
import { connect } from "../../src/api/connect";
import type { Transport } from "../../src/api/transport/transport";
import { isAvalaError } from "../../src/errors";
import type { ManifestEntry } from "../../src/files/manifest/manifest";
import { confirmSent, type Confirmed } from "../../src/operations/publish/confirm";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile, UploadRequest } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { createAvalaModel } from "./avala-model";
import { SIMPLE, type ModelDialect } from "./dialect";
import { createDiskModel } from "./disk-model";
import { createMachine, createProcess } from "./process";
import { seeded } from "./seeded";
import { createTimeline } from "./timeline";

/** Texts by path. */
export interface Contents {
  readonly [path: string]: string;
}

export interface How {
  /** Which of the requests to storage are refused. */
  readonly isRefused?: (path: string) => boolean;
  readonly stored?: UploadRequest["stored"];
  /** Has the process killed before it asks the server how to send this one of the files, counted from 0. */
  readonly killedAt?: number;
}

export function createBatchWorld({
  batches = "marked",
}: Partial<Pick<ModelDialect, "batches">> = {}) {
  const timeline = createTimeline();
  const random = seeded(1);
  const server = createAvalaModel({
    clock: timeline,
    random: random.fork(),
    faultOf: () => undefined,
    limitPerMinute: 1000,
    burstPerSecond: 100,
    dialect: { ...SIMPLE, reply: "put", batches },
  });
  const sources = new Map<string, Buffer>();
  const disk = createDiskModel(sources, timeline);
  const machine = createMachine();
  const place = (contents: Contents): readonly (UploadFile & ManifestEntry)[] =>
    Object.entries(contents).map(([path, text]) => {
      const data = Buffer.from(text);
      sources.set(`/set/${path}`, data);
      const sha256 = createHash("sha256").update(data).digest("hex");
      return { path, absolutePath: `/set/${path}`, sizeBytes: data.length, sha256 };
    });
  const storageFor = (isRefused: (path: string) => boolean): Transport => ({
    ...server.storage,
    send: (request) =>
      isRefused(new URL(request.url).pathname)
        ? Promise.resolve({ status: 403, headers: {}, body: Buffer.from("") })
        : server.storage.send(request),
  });
  const warnings: string[] = [];
  const upload = async (
    contents: Contents,
    { isRefused = () => false, stored, killedAt }: How = {},
  ): Promise<UploadResult | "failed" | "killed"> => {
    let presigns = 0;
    let end = (): void => undefined;
    const killed = new Promise<"killed">((resolve) => (end = () => resolve("killed")));
    const storage = storageFor(isRefused);
    const ports = { clock: timeline, random, api: server.api, storage, disk };
    const process = createProcess(ports, machine, ({ name }, run) => {
      if (name.endsWith("/file-upload-url/") && presigns++ === killedAt) {
        process.kill();
        end();
      }
      return run();
    });
    const avala = connect({
      apiKey: "avk_simulation_0123456789",
      ports: process.ports,
      onEvent: (event) => {
        if (event.kind === "warning") warnings.push(event.text);
      },
    });
    const request = { datasetName: "set", files: place(contents), concurrency: 1, stored };
    const run = uploadFiles(avala, { ...request, stateDirectory: "/state" }).catch(
      (error: unknown): "failed" => {
        if (!isAvalaError(error)) throw error;
        return "failed";
      },
    );
    return Promise.race([run, killed]);
  };
  /** What a dataset would be made of. */
  const lies = (uploadUid: string | undefined): Contents =>
    Object.fromEntries(
      [...server.objects.values()]
        .filter(({ batch }) => batch === uploadUid)
        .map(({ key, sha256 }) => [key.replace("acme/set/", ""), sha256]),
    );
  const digestsOf = (contents: Contents): Contents =>
    Object.fromEntries(place(contents).map(({ path, sha256 }) => [path, sha256]));
  /** What the state of the first run says, which has sent `contents`. */
  const stored = (contents: Contents, landed: string): UploadRequest["stored"] => {
    const entries = place(contents).filter(({ path }) => path === landed);
    const [uploadUid] = server.namedBatches;
    return { uploadUid, entries };
  };
  /** Of what was sent by another process, as the Dataset of a file set does it. */
  const confirm = (
    contents: Contents,
    { uploadUid }: Pick<UploadResult, "uploadUid">,
  ): Promise<Confirmed | { readonly outcome: "conflict"; readonly message: string }> => {
    const ports = { clock: timeline, random, api: server.api, storage: server.storage, disk };
    const process = createProcess(ports, machine);
    const avala = connect({ apiKey: "avk_simulation_0123456789", ports: process.ports });
    const dataset = { name: "set", slug: "set", dataType: "image" as const };
    const confirming = {
      dataset,
      files: place(contents),
      batch: { uid: uploadUid },
      isSentNow: false,
    };
    return confirmSent(avala, confirming, { stateDirectory: "/state" }).catch((error: unknown) => {
      if (!isAvalaError(error) || error.code !== "conflict") throw error;
      return { outcome: "conflict", message: `${error.message} ${error.hint ?? ""}` } as const;
    });
  };
  return {
    ...{ play: (work: Promise<void>) => timeline.play(work), now: () => timeline.now() },
    ...{ upload, confirm, lies, digestsOf, stored, server, warnings },
  };
}

export type BatchWorld = ReturnType<typeof createBatchWorld>;
