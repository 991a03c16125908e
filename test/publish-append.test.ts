// A dataset that is added to: what it lacks is sent, whatever a journal says from before it was confirmed.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../emulator";
import { publishDataset, type PublishOptions, type PublishResult } from "../src/publish";
import type { UploadFile } from "../src/upload/run";
import { sessionWith } from "./support/session";

const CONFIRM = "/datasets/manual-upload/";

let emulator: Emulator;
let folder: string;
let files: UploadFile[];

beforeEach(async () => {
  // Such a store tells nothing of what it keeps, so the items alone show a file that it lost.
  emulator = await startEmulator({
    ...{ requestsPerMinute: 0, burstPerSecond: 0, ingestMs: 10 },
    ...{ confirmAgain: "accept", etag: "opaque" },
  });
  folder = await mkdtemp(join(tmpdir(), "append-"));
  files = await makeFiles("a.jpg", "b.jpg");
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

function makeFiles(...paths: string[]): Promise<UploadFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const absolutePath = join(folder, path);
      await writeFile(absolutePath, `content of ${path}`);
      return { path, absolutePath, sizeBytes: Buffer.byteLength(`content of ${path}`) };
    }),
  );
}

function append(of = files, more: Partial<PublishOptions> = {}): Promise<PublishResult> {
  const dataset = { name: "set", slug: "set", dataType: "image" as const };
  const options = { waitMs: () => 30_000, stateDirectory: join(folder, "state"), ...more };
  const { avala } = sessionWith(emulator);
  return publishDataset(avala, { dataset, files: of, ifExists: "append" }, options);
}

/** The next file is lost by the store, which says that it keeps it. */
function loseNext(): void {
  emulator.setFault({ on: { target: "storage", method: "POST" }, store: "nothing" });
}

async function stored(): Promise<string[]> {
  return (await emulator.objects()).map(({ key }) => key.split("/").at(-1) ?? "").sort();
}

function journals(): Promise<string[]> {
  return readdir(join(folder, "state", "journals"));
}

describe("appending what the store lost", () => {
  test("sends it by the next run, when nobody waited for the first one", async () => {
    loseNext();
    await append(files, { waits: false });
    expect(await stored()).toHaveLength(1);
    expect(await append(files, { waits: false })).toMatchObject({
      outcome: "uploaded",
      upload: { sent: [expect.anything()], unchanged: [] },
    });
    expect(await stored()).toEqual(["a.jpg", "b.jpg"]);
    expect(await append(files)).toMatchObject({ outcome: "unchanged" });
  });

  test("sends it by the next run, when the first one gave up waiting and left its journal", async () => {
    loseNext();
    emulator.setFault({
      on: { method: "GET", path: "/datasets/*-*/" },
      times: 0,
      reply: { status: 403 },
    });
    await expect(append()).rejects.toMatchObject({ code: "permission" });
    emulator.clearFaults();
    expect(await journals()).toHaveLength(1);
    expect(await append()).toMatchObject({ outcome: "uploaded", upload: { unchanged: [] } });
    expect(await stored()).toEqual(["a.jpg", "b.jpg"]);
    expect(await journals()).toEqual([]);
  });

  test("sends it by the next run, when it was appended before", async () => {
    await append();
    const three = [...files, ...(await makeFiles("c.jpg"))];
    loseNext();
    await append(three, { waits: false });
    expect(await append(three)).toMatchObject({ outcome: "uploaded", upload: { unchanged: [] } });
    expect(await stored()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
    expect(await journals()).toEqual([]);
  });
});

describe("appending what a run has sent that broke before its confirm", () => {
  test("sends nothing again", async () => {
    await append();
    const three = [...files, ...(await makeFiles("c.jpg"))];
    emulator.setFault({ on: { method: "POST", path: CONFIRM }, reply: { status: 403 } });
    await expect(append(three)).rejects.toMatchObject({ code: "permission" });
    expect(await append(three)).toMatchObject({
      outcome: "uploaded",
      upload: { sent: [], unchanged: [{ path: "c.jpg" }] },
    });
    expect(await journals()).toEqual([]);
  });

  test("leaves no journal behind when another run appended it meanwhile", async () => {
    await append();
    const three = [...files, ...(await makeFiles("c.jpg"))];
    emulator.setFault({ on: { method: "POST", path: CONFIRM }, reply: { status: 403 } });
    await expect(append(three)).rejects.toMatchObject({ code: "permission" });
    await append(three, { stateDirectory: join(folder, "elsewhere") });
    expect(await append(three)).toMatchObject({ outcome: "unchanged" });
    expect(await journals()).toEqual([]);
  });
});
