import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dialect, Emulator, EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { AvalaError } from "../../src/errors";
import { createManifest } from "../../src/files/manifest/manifest";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { systemClock } from "../../src/flow/clock";
import { carryOut, publishDataset } from "../../src/operations/publish/publish";
import { decidePublish } from "../../src/operations/publish/decide";
import type {
  PublishOptions,
  PublishResult,
  PublishTarget,
} from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { sessionWith } from "../support/session";
import { KEEPS_NOTHING } from "../support/store-replies";
import { startQuietly } from "../support/quiet-emulator";

const CONFIRM = "/datasets/manual-upload/";
const PRESIGN = "/datasets/manual-upload/file-upload-url/";

let emulator: Emulator;
let folder: string;

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startQuietly({ ingestMs: 20, ...options });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "publish-"));
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

async function makeFiles(...paths: string[]): Promise<UploadFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const absolutePath = join(folder, path);
      const content = `content of ${path}`;
      await writeFile(absolutePath, content);
      const sha256 = createHash("sha256").update(content).digest("hex");
      return { path, absolutePath, sizeBytes: Buffer.byteLength(content), sha256 };
    }),
  );
}

function targetOf(files: readonly UploadFile[], more: Partial<PublishTarget> = {}): PublishTarget {
  return {
    files,
    dataset: { name: "training", slug: "training", dataType: "image" },
    ifExists: "verify",
    ...more,
  };
}

function optionsIn(stateDirectory: string): PublishOptions {
  return { waitMs: () => 30_000, stateDirectory };
}

function publish(
  files: readonly UploadFile[],
  more: Partial<PublishTarget> = {},
): Promise<PublishResult> {
  const options = optionsIn(join(folder, "state"));
  return publishDataset(sessionWith(emulator).avala, targetOf(files, more), options);
}

function count(method: string, path: string): number {
  return emulator.requests().filter((entry) => entry.method === method && entry.path === path)
    .length;
}

async function storedPaths(): Promise<string[]> {
  return (await emulator.objects()).map(({ key }) => key.split("/").at(-1) ?? "");
}

describe("publishing", () => {
  test("makes a dataset of the files, and the second time finds it and sends nothing", async () => {
    await start();
    const files = await makeFiles("a.jpg", "b.jpg");
    const first = await publish(files);
    expect(first).toMatchObject({
      outcome: "uploaded",
      dataset: { status: "created", itemCount: 2 },
    });
    const before = emulator.requests().filter(({ target }) => target === "storage").length;
    expect(await publish(files)).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(emulator.requests().filter(({ target }) => target === "storage")).toHaveLength(before);
    expect(count("POST", CONFIRM)).toBe(1);
    expect(await readdir(join(folder, "state", "journals"))).toEqual([]);
  });

  test("makes one dataset when the reply to the confirm was lost", async () => {
    await start();
    emulator.setFault({ on: { path: CONFIRM }, drop: true, when: "after" });
    expect(await publish(await makeFiles("a.jpg"))).toMatchObject({ outcome: "uploaded" });
    expect(emulator.datasets()).toHaveLength(1);
    expect(count("POST", CONFIRM)).toBe(1);
  });

  test("confirms again when the confirm never arrived", async () => {
    await start();
    emulator.setFault({ on: { path: CONFIRM }, times: 2, reply: { status: 502, body: "<html>" } });
    expect(await publish(await makeFiles("a.jpg"))).toMatchObject({ outcome: "uploaded" });
    expect(emulator.datasets()).toHaveLength(1);
    expect(count("POST", CONFIRM)).toBe(3);
  });

  test("waits before it looks, and so finds what the server made after a gateway gave up", async () => {
    await start();
    const behind: (() => Promise<unknown>)[] = [];
    const sleep = async (): Promise<void> => {
      for (const effect of behind.splice(0)) await effect();
    };
    const { avala } = sessionWith(emulator, { ports: { clock: { now: systemClock.now, sleep } } });
    const call: Avala["call"] = async (request) => {
      if (request.repeat !== "ambiguous" || count("POST", CONFIRM) > 0) return avala.call(request);
      behind.push(() => avala.call(request));
      throw new AvalaError("server", "504 Gateway Time-out", { ambiguous: true });
    };
    const target = targetOf(await makeFiles("a.jpg"));
    const published = publishDataset({ ...avala, call }, target, optionsIn(join(folder, "state")));
    expect(await published).toMatchObject({ outcome: "uploaded" });
    expect(count("POST", CONFIRM)).toBe(1);
  });

  test("refuses to make a dataset of no files, before anything is asked", async () => {
    await start();
    await expect(publish([])).rejects.toMatchObject({
      code: "input",
      problems: [{ input: "files" }],
    });
    expect(emulator.requests()).toEqual([]);
  });

  test("never confirms while a file is missing", async () => {
    await start();
    const files = await makeFiles("a.jpg", "b.jpg");
    await rm(files[1]!.absolutePath);
    await expect(publish(files)).rejects.toMatchObject({ code: "upload" });
    expect(count("POST", CONFIRM)).toBe(0);
  });

  test("names what had landed where the confirm is refused: all of it", async () => {
    await start();
    const on = { method: "POST", path: CONFIRM };
    emulator.setFault({ on, reply: { status: 403, body: { detail: "No." } } });
    await expect(publish(await makeFiles("a.jpg", "b.jpg"))).rejects.toMatchObject({
      ...{ code: "permission", status: 403 },
      landed: [{ path: "a.jpg" }, { path: "b.jpg" }],
    });
  });

  test("of two runs at once makes one dataset, and both succeed", async () => {
    await start();
    const files = await makeFiles("a.jpg", "b.jpg", "c.jpg");
    const results = await Promise.all([publish(files), publish(files)]);
    const outcomes = results.map(({ outcome }) => outcome);
    expect(["uploaded", "unchanged"]).toEqual(expect.arrayContaining(outcomes));
    expect(emulator.datasets()).toHaveLength(1);
    expect((await storedPaths()).sort()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  });

  test("sends nothing when another run has made the dataset since it was decided to make it", async () => {
    await start();
    const files = await makeFiles("a.jpg", "b.jpg");
    const { avala } = sessionWith(emulator);
    const options = optionsIn(join(folder, "state"));
    const decision = await decidePublish(avala, targetOf(files), options);
    await publish(files);
    const before = count("POST", PRESIGN);
    expect(await carryOut(avala, decision, options)).toMatchObject({ outcome: "unchanged" });
    expect(count("POST", PRESIGN)).toBe(before);
    expect(count("POST", CONFIRM)).toBe(1);
    expect(await readdir(join(folder, "state", "journals"))).toEqual([]);
  });

  test("refuses with `fail` a dataset that was made since it was decided to make it", async () => {
    await start();
    const files = await makeFiles("a.jpg");
    const { avala } = sessionWith(emulator);
    const options = optionsIn(join(folder, "state"));
    const decision = await decidePublish(avala, targetOf(files, { ifExists: "fail" }), options);
    await publish(files);
    await expect(carryOut(avala, decision, options)).rejects.toMatchObject({ code: "conflict" });
    expect(count("POST", PRESIGN)).toBe(1);
  });

  test("asks once in a session who the key belongs to, for any number of datasets", async () => {
    await start();
    const files = await makeFiles("a.jpg");
    const { avala } = sessionWith(emulator);
    for (const name of ["one", "two", "three"]) {
      const target = targetOf(files, { dataset: { name, slug: name, dataType: "image" } });
      await publishDataset(avala, target, optionsIn(join(folder, "state")));
    }
    expect(emulator.datasets()).toHaveLength(3);
    expect(count("GET", "/users/me/")).toBe(1);
  });

  test("says which file the server does not list, when the store answered well and kept nothing", async () => {
    await start({ etag: "opaque" });
    // A doubtful file may be sent twice; only the first reply is true.
    const on = { target: "storage", method: "POST" } as const;
    emulator.setFault({ on, reply: KEEPS_NOTHING, skip: 1, times: 0 });
    await expect(publish(await makeFiles("a.jpg", "b.jpg"))).rejects.toMatchObject({
      code: "dataset",
      message: expect.stringContaining(".jpg: not in the dataset") as string,
    });
  });

  test("fails when another run left files under the name, when it makes the dataset and when it finds it", async () => {
    await start({ dialect: { batches: "together" } });
    await emulator.leaveFile("training/old.jpg", "left behind");
    const files = await makeFiles("a.jpg");
    for (const code of ["dataset", "conflict"]) {
      await expect(publish(files)).rejects.toMatchObject({
        code,
        message: expect.stringContaining("old.jpg: in the dataset, and not among these") as string,
      });
    }
  });

  test("has none of what another run left under the name, where batches are kept apart", async () => {
    await start();
    await emulator.leaveFile("training/old.jpg", "left behind");
    const files = await makeFiles("a.jpg");
    for (const outcome of ["uploaded", "unchanged"])
      expect(await publish(files)).toMatchObject({ outcome, dataset: { itemCount: 1 } });
  });

  // The live API says a name that is taken so (docs/api.md, "Errors").
  describe.each([
    [400, { detail: "Dataset with the given name already exists." }],
    [422, { name: ["dataset with this name already exists."] }],
    [409, { detail: "Conflict." }],
  ])("where a taken name is a %d %j", (status, body) => {
    test.each(["training", "training-{digest}"])(
      "of two runs at once under %s makes one dataset, and both succeed",
      async (template) => {
        await start();
        const files = await makeFiles("a.jpg", "b.jpg");
        const { digest } = createManifest(files.map((file) => ({ ...file, sha256: file.sha256! })));
        const name = datasetVersionName(template, digest);
        const dataset = { name, slug: name, dataType: "image" as const };
        const on = { method: "POST", path: CONFIRM };
        emulator.setFault({ on, skip: 1, reply: { status, body } });
        const run = (avala: Avala, machine: string): Promise<PublishResult> =>
          publishDataset(avala, targetOf(files, { dataset }), optionsIn(join(folder, machine)));
        let other: Promise<PublishResult> | undefined;
        const { avala } = sessionWith(emulator);
        const send: Avala["storage"]["send"] = async (request) => {
          const reply = await avala.storage.send(request);
          await (other ??= run(sessionWith(emulator).avala, "other"));
          return reply;
        };
        const own = await run({ ...avala, storage: { ...avala.storage, send } }, "own");
        const { uid } = emulator.datasets()[0]!;
        expect(await other).toMatchObject({ outcome: "uploaded", dataset: { uid }, unverified: 0 });
        // Under the fixed one it has sent over the other's files, and can't tell whether they were the same.
        const [outcome, unverified] = template === name ? ["unverified", 2] : ["unchanged", 0];
        expect(own).toMatchObject({ outcome, dataset: { uid }, unverified });
        expect(emulator.datasets()).toHaveLength(1);
      },
    );

    test("of two runs under `fail` fails the second, with what to do", async () => {
      await start();
      const on = { method: "POST", path: CONFIRM };
      emulator.setFault({ on, reply: { status, body } });
      const files = await makeFiles("a.jpg");
      await expect(publish(files, { ifExists: "fail" })).rejects.toMatchObject({
        code: "conflict",
        hint: expect.stringMatching(/slug training is taken.*choose another name/) as string,
      });
    });
  });

  test("says that an uploaded dataset may have to be private first, when its visibility is refused", async () => {
    await start();
    const on = { method: "POST", path: CONFIRM };
    const body = { visibility: ["Uploaded datasets are private."] };
    emulator.setFault({ on, reply: { status: 400, body } });
    await expect(publish(await makeFiles("a.jpg"))).rejects.toMatchObject({
      code: "validation",
      message: expect.stringContaining("Uploaded datasets are private") as string,
      hint: expect.stringMatching(/private at first/) as string,
    });
  });

  test("never takes a dataset for its own whose owner Avala does not show, however often it meets it", async () => {
    await start();
    const key = { key: "avk_second_000000000000", username: "second", organizations: ["acme"] };
    const [organizationUid] = emulator.addKey(key).organizations;
    const dataset = { ...targetOf([]).dataset, organizationUid };
    const target = targetOf(await makeFiles("a.jpg", "b.jpg"), { dataset });
    const { avala } = sessionWith(emulator, { apiKey: key.key });
    await publishDataset(avala, target, optionsIn(join(folder, "another machine")));
    for (const path of ["/organizations/", "/datasets/*/health/"])
      emulator.setFault({
        on: { method: "GET", path },
        times: 0,
        reply: { status: 403, body: {} },
      });
    for (const time of ["first", "second"]) {
      const again = sessionWith(emulator, { apiKey: key.key });
      const found = await publishDataset(again.avala, target, optionsIn(join(folder, "state")));
      expect({ time, ...found }).toMatchObject({ time, outcome: "unverified", unverified: 2 });
      expect(again.events).toContainEqual({
        kind: "warning",
        text: expect.stringMatching(/training .*whether it belongs to the organization/) as string,
      });
    }
  });

  test("reports a dataset that is someone else's as a conflict, after looking that it is not ours", async () => {
    await start();
    emulator.takeName("training");
    await expect(publish(await makeFiles("a.jpg"))).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("files and the storage quota", () => {
  const QUOTA = "/datasets/manual-upload/quota/";

  test("refuses what can never fit before the first byte is sent", async () => {
    await start({ quotaBytes: 30 });
    const refused = publish(await makeFiles("a.jpg", "b.jpg"));
    await expect(refused).rejects.toMatchObject({
      code: "quota",
      message: "The files can't fit: 32 bytes are to be sent, and the storage quota is 30 bytes.",
    });
    expect(count("POST", PRESIGN)).toBe(0);
    expect(count("GET", QUOTA)).toBe(1);
  });

  test("asks once in a session, for any number of datasets, and not when nothing is to be sent", async () => {
    await start();
    const files = await makeFiles("a.jpg");
    await publish(files);
    const { avala } = sessionWith(emulator);
    for (const name of ["training", "two", "three"]) {
      const target = targetOf(files, { dataset: { name, slug: name, dataType: "image" } });
      await publishDataset(avala, target, optionsIn(join(folder, "state")));
    }
    expect(count("GET", QUOTA)).toBe(2);
  });

  test("does not ask when the caller has", async () => {
    await start();
    const target = targetOf(await makeFiles("a.jpg"));
    const options = { ...optionsIn(join(folder, "state")), isRoomChecked: true };
    await publishDataset(sessionWith(emulator).avala, target, options);
    expect(count("GET", QUOTA)).toBe(0);
  });

  test.each([
    [403, {}],
    [404, {}],
    [500, {}],
    [200, { limit: "much" }],
  ])("goes on where the server tells no quota: %d %j", async (status, body) => {
    await start();
    emulator.setFault({ on: { path: QUOTA }, times: 0, reply: { status, body } });
    expect(await publish(await makeFiles("a.jpg"))).toMatchObject({ outcome: "uploaded" });
  });
});

describe("a dataset that exists and holds other files", () => {
  beforeEach(async () => {
    await start();
    await publish(await makeFiles("a.jpg", "b.jpg"));
  });

  test("is refused by `verify`, which names the difference and sends nothing", async () => {
    const before = emulator.requests().length;
    await expect(publish(await makeFiles("a.jpg", "c.jpg"))).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /c\.jpg: not in the dataset\n.*b\.jpg: in the dataset, and not among these files/,
      ) as string,
    });
    expect(
      emulator
        .requests()
        .slice(before)
        .every(({ method }) => method === "GET"),
    ).toBe(true);
  });

  test("is refused by `fail`, also when it holds these files", async () => {
    await expect(
      publish(await makeFiles("a.jpg", "b.jpg"), { ifExists: "fail" }),
    ).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("publishing files whose items Avala names as it likes", () => {
  const paths = ["a/0.jpg", "a/1.jpg", "b/2.jpg"];
  test.each<[string, Partial<Dialect>, PublishTarget["dataset"]["dataType"]]>([
    ["by their names", { itemKeys: "baseName" }, "image"],
    ["by nothing", { itemKeys: "null" }, "image"],
    ["by frames", { sequences: "always" }, "lidar"],
    ["by the frames of videos", { sequences: "always" }, "video"],
  ])("%s, ends well, and the second run finds them", async (_how, dialect, dataType) => {
    await start({ dialect });
    const ending = { image: ".jpg", lidar: ".alp", video: ".mp4" }[dataType as "image"];
    await Promise.all(["a", "b"].map((name) => mkdir(join(folder, name))));
    const files = await makeFiles(...paths.map((path) => path.replace(".jpg", ending)));
    const digest = createManifest(files as never).digest;
    const name = datasetVersionName("training-{digest}", digest);
    const dataset = { name, slug: name, dataType };
    expect(await publish(files, { dataset })).toMatchObject({ outcome: "uploaded", unverified: 0 });
    expect(await publish(files, { dataset })).toMatchObject({
      outcome: "unchanged",
      unverified: 0,
    });
  });

  test("warns of what could not be compared, counts it, and does not fail", async () => {
    await start({ dialect: { itemKeys: "null" } });
    const on = { method: "GET", path: "/datasets/*/training/health/" };
    emulator.setFault({ on, times: 0, reply: { status: 404, body: { detail: "Not found." } } });
    const { avala, events } = sessionWith(emulator);
    const files = await makeFiles("a.jpg", "b.jpg");
    const published = publishDataset(avala, targetOf(files), optionsIn(join(folder, "state")));
    expect(await published).toMatchObject({ outcome: "uploaded", unverified: 2 });
    expect(events.filter(({ kind }) => kind === "warning")).toHaveLength(1);
  });
});
