// An upload in virtual time to a store that answers each file as a test says.
import { connect } from "../../src/api/connect";
import type { AvalaEvent } from "../../src/events";
import { isUploadError, type UploadError } from "../../src/errors";
import type { Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadResult } from "../../src/upload/result";
import { createAvalaModel } from "../simulation/avala-model";
import { createDiskModel } from "../simulation/disk-model";
import { createMachine, createProcess } from "../simulation/process";
import { partsOf, bodyOf } from "../simulation/request-body";
import { seeded } from "../simulation/seeded";
import { createTimeline } from "../simulation/timeline";

/** One file that was sent to the store. */
export interface Posted {
  readonly path: string;
  /** Since the upload began, when it came. */
  readonly ms: number;
}

interface Answered {
  /** Absent: it is stored. */
  readonly status?: number | undefined;
  readonly code?: string;
  /** Until the answer. @default 50 */
  readonly afterMs?: number;
}

export interface Played {
  readonly result: UploadResult | undefined;
  readonly error: UploadError | undefined;
  /** How long it took. */
  readonly ms: number;
  readonly posted: readonly Posted[];
  readonly presigns: number;
  readonly events: readonly AvalaEvent[];
  /** Of all files that the store keeps. */
  readonly stored: ReadonlySet<string>;
}

interface Playing {
  readonly concurrency?: number;
  readonly deadlineMs?: number;
  /** Whether another run has made the dataset so long after the upload began. */
  readonly isMade?: (ms: number) => boolean;
  /** @default 12 bytes */
  readonly sizeOf?: (path: string) => number;
}

/** Uploads files of these paths, in this order. */
export async function playUpload(
  paths: readonly string[],
  answerTo: (posted: Posted) => Answered | undefined,
  { concurrency, deadlineMs, isMade, sizeOf = () => 12 }: Playing = {},
): Promise<Played> {
  const timeline = createTimeline();
  const startMs = timeline.now();
  const ms = (): number => timeline.now() - startMs;
  const random = seeded(1);
  const model = createAvalaModel({
    ...{ clock: timeline, random: random.fork(), faultOf: () => undefined },
    ...{ limitPerMinute: 100_000, burstPerSecond: 1000, storageMs: 1 },
  });
  const posted: Posted[] = [];
  const stored = new Set<string>();
  const storage: Transport = {
    ...model.storage,
    send: async (request) => {
      const body = await bodyOf(request);
      const key = partsOf(request, body).find(({ name }) => name === "key");
      const name = key?.data.toString("utf8") ?? "";
      const path = paths.find((one) => name.endsWith(`/${one}`)) ?? name;
      const one = { path, ms: ms() };
      posted.push(one);
      const { status, code = "AccessDenied", afterMs = 50 } = answerTo(one) ?? {};
      const xml = Buffer.from(`<Error><Code>${code}</Code></Error>`);
      const headers = { "content-type": "application/xml" };
      const reply =
        status === undefined
          ? await model.storage.send({ ...request, body })
          : { status, headers, body: xml };
      await timeline.sleep(afterMs, request.signal);
      if (reply.status < 300) stored.add(path);
      return reply;
    },
  };
  const files = paths.map((path) => ({
    ...{ path, absolutePath: `/set/${path}`, sizeBytes: sizeOf(path) },
  }));
  const contents = files.map(({ path, absolutePath, sizeBytes }): [string, Buffer] => [
    absolutePath,
    Buffer.from(path.padEnd(sizeBytes, ".").slice(0, sizeBytes)),
  ]);
  const { ports } = createProcess(
    {
      ...{ clock: timeline, random: random.fork(), api: model.api, storage },
      disk: createDiskModel(new Map(contents), timeline),
    },
    createMachine(),
  );
  const events: AvalaEvent[] = [];
  const apiKey = "avk_simulation_0123456789";
  const avala = connect({ apiKey, ports, onEvent: (event) => events.push(event) });
  const deadline = deadlineMs === undefined ? undefined : startMs + deadlineMs;
  const upload = uploadFiles(avala, {
    ...{ datasetName: "set", files, concurrency, deadlineMs: deadline },
    ...(isMade === undefined ? {} : { isMade: async () => isMade(ms()) }),
  });
  const [result, error] = await timeline.play(
    upload.then(
      (ended) => [ended, undefined] as const,
      (failed: unknown) => {
        if (!isUploadError(failed)) throw failed;
        return [undefined, failed] as const;
      },
    ),
  );
  const presigns = model.trace.filter((line) => line.includes("file-upload-url")).length;
  return { result, error, ms: ms(), posted, presigns, events, stored };
}
