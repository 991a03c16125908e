// A file that landed in one batch, then in one of other content, and goes in the first again, where its session is complete:
// a server that keeps one place for both has it in the second alone.
import { createHash } from "node:crypto";
import { connect } from "../../src/api/connect";
import type { Transport } from "../../src/api/transport/transport";
import { isAvalaError } from "../../src/errors";
import type { ManifestEntry } from "../../src/files/manifest/manifest";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile, UploadRequest } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { createAvalaModel } from "../simulation/avala-model";
import { SIMPLE } from "../simulation/dialect";
import { createDiskModel } from "../simulation/disk-model";
import { createMachine, createProcess } from "../simulation/process";
import { seeded } from "../simulation/seeded";
import { createTimeline } from "../simulation/timeline";

interface Contents {
  readonly [path: string]: string;
}

const FIRST: Contents = { "same.jpg": "always the same", "other.jpg": "content A" };
const CHANGED: Contents = { ...FIRST, "other.jpg": "content B" };

interface How {
  /** Which of the requests to storage are refused. */
  readonly isRefused?: (path: string) => boolean;
  readonly stored?: UploadRequest["stored"];
  /** Has the process killed before it asks the server how to send this one of the files, counted from 0. */
  readonly killedAt?: number;
}

/** Where batches share a place in which the last one stays. */
function createWorld() {
  const timeline = createTimeline();
  const random = seeded(1);
  const server = createAvalaModel({
    clock: timeline,
    random: random.fork(),
    faultOf: () => undefined,
    limitPerMinute: 1000,
    burstPerSecond: 100,
    dialect: { ...SIMPLE, reply: "put", batches: "marked" },
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
    const avala = connect({ apiKey: "avk_simulation_0123456789", ports: process.ports });
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
  /** What the state of the first run says. */
  const stored = (landed: string): UploadRequest["stored"] => {
    const entries = place(FIRST).filter(({ path }) => path === landed);
    const [uploadUid] = server.namedBatches;
    return { uploadUid, entries };
  };
  return { play: (work: Promise<void>) => timeline.play(work), upload, lies, digestsOf, stored };
}

type World = ReturnType<typeof createWorld>;

/** Begins the first set, of which one file lands; then sends the changed one. */
async function changeMidway({ upload }: World): Promise<void> {
  let puts = 0;
  expect(await upload(FIRST, { isRefused: () => (puts += 1) > 1 })).toBe("failed");
  expect(await upload(CHANGED)).toMatchObject({ isComplete: true });
}

async function expectWhole(world: World, how: How = {}): Promise<void> {
  const result = await world.upload(FIRST, how);
  expect(result).toMatchObject({ isComplete: true });
  const { uploadUid } = result as UploadResult;
  expect(world.lies(uploadUid)).toEqual(world.digestsOf(FIRST));
}

describe("a file that another batch has taken from the one that it goes in again", () => {
  test("is sent again, though its session there is complete", async () => {
    const world = createWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      await expectWhole(world);
    };
    await world.play(run());
  });

  test("is sent again by the next run, too, when the first to go back was killed before it asked", async () => {
    const world = createWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      expect(await world.upload(FIRST, { killedAt: 0 })).toBe("killed");
      await expectWhole(world);
    };
    await world.play(run());
  });

  test("is sent again although the caller knows it to have landed there, when a run back was killed", async () => {
    const world = createWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      const stored = world.stored("same.jpg");
      expect(await world.upload(FIRST, { stored, killedAt: 0 })).toBe("killed");
      await expectWhole(world, { stored });
    };
    await world.play(run());
  });
});
