// A job that is cancelled in each of its long steps: it stops, says so in its outputs, and what it began is gone.
import { existsSync, readdirSync } from "node:fs";
import promises from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExportCache } from "../../action/environment";
import type { Emulator, EmulatorOptions } from "../../emulator";
import { hashFiles } from "../../src/files/hash";
import { replyServer, type ReplyServer } from "../support/reply-server";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { folderCache } from "../support/folder-cache";
import { runTalkingTo, type Recorded } from "../support/recorded-action";
import { zipOf } from "../support/zip";
import { startQuietly } from "../support/quiet-emulator";

let tree: TempTree;
let emulator: Emulator;
let store: ReplyServer;
let controller: AbortController;
/** What the store has. */
let file: Buffer;
/** How the store ends a reply. */
let isEndless: boolean;

async function start(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.stop();
  emulator = await startQuietly(options);
}

beforeEach(async () => {
  tree = createTempTree({ "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") });
  controller = new AbortController();
  file = Buffer.from("{}");
  isEndless = false;
  await start();
  store = await replyServer((_request, response) => {
    if (!isEndless) return response.end(file);
    response.write(file);
    controller.abort();
    return undefined;
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await emulator.stop();
  await store.stop();
  tree.remove();
});

const uploading = { dataset: "pets-{digest}", files: "images" };

interface Acted {
  readonly inputs: Record<string, string>;
  readonly cache?: ExportCache;
  readonly onInfo?: (line: string) => void;
}

async function act({ inputs, cache, onInfo }: Acted): Promise<Recorded> {
  return runTalkingTo(emulator, {
    tree,
    signal: controller.signal,
    inputs,
    ...(cache && { exportCache: cache }),
    ...(onInfo && { onInfo }),
  });
}

/** Fetches an export that is done, from the store. */
function fetching(more: Partial<Acted> = {}): Promise<Recorded> {
  const body = { uid: "e", status: "completed", download_url: `${store.origin}/export` };
  emulator.setFault({ on: { path: "/exports/*" }, times: 0, reply: { status: 200, body } });
  const inputs = { "export-uid": "e", "download-path": "export" };
  const hosts = { "allow-storage-hosts": store.host };
  return act({ ...more, inputs: { ...hosts, ...inputs, ...more.inputs } });
}

function expectStopped({ outputs, errors, summaries }: Recorded): void {
  expect(outputs).toMatchObject({ outcome: "cancelled", complete: "false", "download-path": "" });
  expect(errors).toHaveLength(1);
  expect(summaries[0]).toContain("Cancelled");
  expect(existsSync(tree.at("export"))).toBe(false);
  const left = readdirSync(tree.at(".temp")).filter((name) => name.startsWith("avala-export-"));
  expect(left).toEqual([]);
}

/** Aborts when the work that `method` begins has been called `after` times. */
function abortIn(method: "copyFile" | "mkdir", after: number): void {
  const original = promises[method] as (...given: unknown[]) => Promise<unknown>;
  let calls = 0;
  jest.spyOn(promises, method).mockImplementation((async (...given: unknown[]) => {
    calls += 1;
    if (calls === after) controller.abort();
    return original(...given);
  }) as never);
}

describe("before and while files are sent", () => {
  test("when it was cancelled before it began", async () => {
    controller.abort();
    expectStopped(await act({ inputs: uploading }));
    expect(emulator.requests()).toEqual([]);
  });

  test("while files are hashed", async () => {
    const files = ["one", "two"].map((name) => ({
      path: `${name}.jpg`,
      absolutePath: tree.at(`images/${name}.jpg`),
      sizeBytes: jpeg(name).length,
    }));
    const { signal } = controller;
    const onProgress = (): void => controller.abort();
    const work = hashFiles(files, { signal, onProgress });
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
  });

  test("while files are sent", async () => {
    emulator.setFault({ on: { target: "storage" }, times: 0, stall: true });
    const acted = act({ inputs: uploading });
    while (!emulator.requests().some(({ target }) => target === "storage")) await sleep(5);
    controller.abort();
    expectStopped(await acted);
    expect(emulator.datasets()).toEqual([]);
  });

  test("while a dataset is made", async () => {
    await start({ ingestMs: 600_000 });
    const acted = act({ inputs: uploading });
    while (emulator.datasets().length === 0) await sleep(5);
    await sleep(20);
    controller.abort();
    const recorded = await acted;
    expectStopped(recorded);
    expect(recorded.outputs["dataset-uid"]).toBe(emulator.datasets()[0]?.uid);
  });
});

describe("while an export is", () => {
  const large = zipOf(Array.from({ length: 40 }, (_, i) => ({ name: `${i}/${i}.json` })));

  test("made", async () => {
    await start({ exportMs: 600_000 });
    const acted = act({ inputs: { ...uploading, "export-datasets": "uploaded" } });
    while (emulator.exports().length === 0) await sleep(5);
    await sleep(20);
    controller.abort();
    const recorded = await acted;
    expectStopped(recorded);
    expect(recorded.outputs["export-uid"]).toBe(emulator.exports()[0]?.uid);
  });

  test("downloaded", async () => {
    isEndless = true;
    expectStopped(await fetching());
  });

  test("checked", async () => {
    file = Buffer.from(`[${"1,".repeat(4_000_000)}1]`);
    const onInfo = (line: string): void => {
      if (line.startsWith("Downloaded")) setImmediate(() => controller.abort());
    };
    expectStopped(await fetching({ onInfo }));
  });

  test("unpacked", async () => {
    file = large;
    abortIn("mkdir", 20);
    expectStopped(await fetching());
  });

  test("read through as an archive", async () => {
    file = zipOf([{ name: "a", content: Buffer.alloc(40_000_000, "ab") }]);
    const onInfo = (line: string): void => {
      if (line.startsWith("Downloaded")) setImmediate(() => controller.abort());
    };
    expectStopped(await fetching({ onInfo, inputs: { extract: "false" } }));
  });

  test("copied to this machine's cache", async () => {
    const folders = folderCache(tree.at("cache"));
    const create = async (key: string): Promise<string | undefined> => {
      const folder = await folders.create(key);
      controller.abort();
      return folder;
    };
    expectStopped(await fetching({ cache: { ...folders, create } }));
    for (const folder of folders.folders()) expect(readdirSync(folder)).toEqual([]);
  });

  test("taken from this machine's cache", async () => {
    const folders = folderCache(tree.at("cache"));
    await fetching({ cache: folders, inputs: { "download-path": "first" } });
    const find = (key: string): string | undefined => {
      controller.abort();
      return folders.find(key);
    };
    expectStopped(await fetching({ cache: { ...folders, find } }));
    expect(store.heard).toHaveLength(1);
    for (const folder of folders.folders()) expect(readdirSync(folder)).toHaveLength(2);
  });

  test("put in place", async () => {
    file = large;
    jest.spyOn(promises, "rename").mockImplementation(async (from, to) => {
      // As between two disks.
      if (String(to) === tree.at("export")) throw Object.assign(new Error(), { code: "EXDEV" });
      return renamed(from, to);
    });
    abortIn("copyFile", 20);
    expectStopped(await fetching());
  });
});

const renamed = promises.rename;
