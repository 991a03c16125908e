// What the store says that it keeps is held against what was sent.
import { randomBytes } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { EmulatorOptions, Fault } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const ONCE = { target: "storage" } as const;

const place = useUploadPlace();

function start(options: EmulatorOptions = {}): Promise<void> {
  return place.start({ multipartFromBytes: 5 * MIB, ...options });
}

const THREE = { "small.jpg": 10_000, "large.jpg": 2 * MIB, "parts.mp4": 6 * MIB };
const contents = Object.entries(THREE).map(([path, sizeBytes]) => {
  const data = randomBytes(sizeBytes);
  return [path, data, sha256Of(data)] as const;
});

/** A file kept in memory, one that streams, one that goes by parts. */
async function threeFiles(): Promise<UploadFile[]> {
  return Promise.all(contents.map((content) => place.put(...content)));
}

async function smallFiles(count: number): Promise<UploadFile[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      place.put(`${index}.jpg`, Buffer.from(`content ${index}`)),
    ),
  );
}

function upload(files: readonly UploadFile[], concurrency = 1): Promise<UploadResult> {
  const request = { datasetName: "set", files, concurrency };
  return uploadFiles(sessionWith(place.emulator).avala, request);
}

async function expectStored(files: readonly UploadFile[]): Promise<void> {
  const stored = await place.emulator.objects();
  expect(stored.map((object) => object.sha256).sort()).toEqual(
    files.map((file) => file.sha256).sort(),
  );
}

const presigns = (): number =>
  place.emulator.requests().filter(({ path }) => path.endsWith("/file-upload-url/")).length;

const storageRequests = (): number =>
  place.emulator.requests().filter(({ target }) => target === "storage").length;

describe("a store that tells MD5s", () => {
  test.each([
    ["by form", BY_FORM],
    ["by PUT and by parts", {}],
  ])("is held to each, %s", async (_how, options) => {
    await start(options);
    const files = await threeFiles();
    const result = await upload(files);
    expect(result).toMatchObject({ checkedByStore: 3, retries: 0 });
    await expectStored(files);
  });

  test.each(["half", "other"] as const)(
    "and keeps %s is sent the bytes again, and ends with all of them",
    async (store) => {
      await start(BY_FORM);
      const files = await threeFiles();
      // The first try of each.
      for (const skip of [0, 2, 4]) place.emulator.setFault({ on: ONCE, skip, store });
      const result = await upload(files);
      expect(result).toMatchObject({ checkedByStore: 3 });
      expect(result.retriedFor).toMatchObject([
        { code: "storage", example: expect.stringContaining("ETag") as string },
      ]);
      await expectStored(files);
    },
  );

  test("and keeps something else of the first file twice is found out by the next, and sent it again", async () => {
    await start(BY_FORM);
    const files = await threeFiles();
    place.emulator.setFault({ on: ONCE, times: 2, store: "other" });
    const result = await upload(files);
    expect(result).toMatchObject({ checkedByStore: 3, isComplete: true });
    expect(result.sent).toHaveLength(3);
    expect(result.bytesSent).toBe(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    await expectStored(files);
  });

  test("and keeps something else of the first parts twice is found out, and sent all in another batch", async () => {
    await start();
    const parts = await place.put("parts.mp4", randomBytes(11 * MIB));
    const other = await place.put("other.mp4", randomBytes(6 * MIB));
    const on = { target: "storage", method: "PUT" } as const;
    // Its three parts, and the one of them that is sent again to learn.
    place.emulator.setFault({ on, times: 4, store: "other" });
    const result = await upload([parts, other]);
    expect(result).toMatchObject({ checkedByStore: 2, isComplete: true });
    await expectStored([parts, other]);
  });

  test("and gives large ones ETags of another form is sent each file once", async () => {
    await start(BY_FORM);
    const files = await threeFiles();
    const { avala } = sessionWith(place.emulator);
    const send: Transport["send"] = async (request) => {
      const reply = await avala.storage.send(request);
      const isLarge = (request.contentLength ?? 0) > MIB;
      const etag = `"${"0123456789abcdef".repeat(2)}-2"`;
      return isLarge ? { ...reply, headers: { ...reply.headers, etag } } : reply;
    };
    const request = { datasetName: "set", files, concurrency: 1 };
    const session = { ...avala, storage: { ...avala.storage, send } };
    const result = await uploadFiles(session, request);
    expect(result).toMatchObject({ checkedByStore: 1, retries: 0, isComplete: true });
    expect(storageRequests()).toBe(files.length);
    await expectStored(files);
  });

  test("and once answers as if all were well, with no ETag and nothing kept, is sent it again", async () => {
    await start(BY_FORM);
    const files = await threeFiles();
    place.emulator.setFault({ on: ONCE, skip: 1, store: "nothing" });
    const result = await upload(files);
    expect(result).toMatchObject({ checkedByStore: 3, retries: 1 });
    await expectStored(files);
  });

  test("and kept nothing of the very first file is found out by the next, and sent it again", async () => {
    await start(BY_FORM);
    const files = await threeFiles();
    place.emulator.setFault({ on: ONCE, store: "nothing" });
    const result = await upload(files);
    expect(result).toMatchObject({ checkedByStore: 3, isComplete: true });
    expect(result.sent).toHaveLength(3);
    expect(result.bytesSent).toBe(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    await expectStored(files);
  });

  test("and kept nothing of all that were first under way is sent them again", async () => {
    await start(BY_FORM);
    const files = await smallFiles(20);
    place.emulator.setFault({ on: ONCE, times: 8, store: "nothing" });
    const result = await upload(files, 8);
    expect(result.sent).toHaveLength(20);
    await expectStored(files);
  });

  test("and keeps something else of all that were first under way is sent them again", async () => {
    await start(BY_FORM);
    const files = await smallFiles(20);
    place.emulator.setFault({ on: ONCE, times: 8, store: "other" });
    const result = await upload(files, 8);
    expect(result.sent).toHaveLength(20);
    await expectStored(files);
  });

  test("and keeps something else of many parts at first is sent only those again", async () => {
    await start();
    const parts = await place.put("parts.mp4", randomBytes(21 * MIB));
    place.emulator.setFault({ on: ONCE, times: 3, store: "other" });
    const result = await upload([parts]);
    expect(result).toMatchObject({ checkedByStore: 1, isComplete: true });
    expect(storageRequests()).toBeLessThanOrEqual(5 + 4);
    await expectStored([parts]);
  });

  test("and goes on keeping something else is an error that names the file and says so", async () => {
    await start(BY_FORM);
    const files = await threeFiles();
    place.emulator.setFault({ on: ONCE, skip: 1, times: 0, store: "other" });
    await expect(upload(files.slice(0, 2))).rejects.toMatchObject({
      code: "upload",
      failures: [{ path: "large.jpg", error: { code: "storage" } }],
      landed: [{ path: "small.jpg" }],
      message: expect.stringMatching(/stored something other than large\.jpg/) as string,
    });
  });

  test("and keeps something else of a PUT, which it does not replace, is an error", async () => {
    await start({ multipartFromBytes: 100 * MIB });
    const files = await threeFiles();
    const fault: Fault = { on: { target: "storage", method: "PUT" }, store: "other" };
    place.emulator.setFault(fault);
    await expect(upload(files)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("a store whose ETags are no MD5s", () => {
  test("is no error, and the result says that nothing was checked", async () => {
    await start({ etag: "opaque" });
    const files = await threeFiles();
    const result = await upload(files);
    expect(result).toMatchObject({ checkedByStore: 0, isComplete: true });
    await expectStored(files);
  });

  test("costs one file sent twice in a session, the smallest of the first set, before all others", async () => {
    await start({ ...BY_FORM, etag: "opaque" });
    const { avala, events } = sessionWith(place.emulator);
    const files = [...(await smallFiles(5)), await place.put("least.jpg", Buffer.from("l"))];
    for (let set = 0; set < 4; set += 1) {
      const request = { datasetName: `set-${set}`, files, concurrency: 8 };
      expect(await uploadFiles(avala, request)).toMatchObject({ isComplete: true, retries: 0 });
    }
    expect([presigns(), storageRequests()]).toEqual([24, 25]);
    const keyed = place.emulator.requests().filter(({ key }) => key !== undefined);
    const byTarget = keyed.slice(0, 4).map(({ target, key = "" }) => `${target} ${basename(key)}`);
    const sentTwice = ["storage least.jpg", "storage least.jpg"];
    expect(byTarget).toEqual(["api 0.jpg", "api least.jpg", ...sentTwice]);
    expect(events.filter(({ kind }) => kind === "retry")).toEqual([]);
  });

  test("costs one file sent twice where many sets go at once", async () => {
    await start({ ...BY_FORM, etag: "opaque" });
    const { avala, events } = sessionWith(place.emulator);
    const files = await smallFiles(6);
    const uploads = Array.from({ length: 4 }, async (_, set) =>
      uploadFiles(avala, { datasetName: `set-${set}`, files }),
    );
    for (const result of await Promise.all(uploads)) expect(result.sent).toHaveLength(6);
    expect([presigns(), storageRequests()]).toEqual([24, 25]);
    expect(events.filter(({ kind }) => kind === "retry")).toEqual([]);
  });

  test("is sent the smallest twice also where all are larger than 1 MiB", async () => {
    await start({ ...BY_FORM, etag: "opaque" });
    const sizes = { "a.jpg": 3 * MIB, "b.jpg": 2 * MIB, "c.jpg": MIB + 1, "d.jpg": 2 * MIB };
    const files = await Promise.all(
      Object.entries(sizes).map(([path, sizeBytes]) => place.put(path, randomBytes(sizeBytes))),
    );
    expect(await upload(files)).toMatchObject({ isComplete: true, retries: 0 });
    const stored = place.emulator.requests().filter(({ target }) => target === "storage");
    const names = stored.map(({ key = "" }) => basename(key)).sort();
    expect(names).toEqual(["a.jpg", "b.jpg", "c.jpg", "c.jpg", "d.jpg"]);
  });

  test("holds up no file for another one that is larger than 1 MiB", async () => {
    await start({ ...BY_FORM, etag: "opaque" });
    const { avala } = sessionWith(place.emulator);
    const files = [
      await place.put("a.jpg", randomBytes(MIB + 1)),
      await place.put("b.jpg", randomBytes(MIB + 1)),
    ];
    let underWay = 0;
    let goOn: () => void = () => undefined;
    const areBothUnderWay = new Promise<void>((resolve) => (goOn = resolve));
    const send: Transport["send"] = async (request) => {
      underWay += 1;
      if (underWay === files.length) goOn();
      await areBothUnderWay;
      return avala.storage.send(request);
    };
    const held = { ...avala, storage: { ...avala.storage, send } };
    const result = await uploadFiles(held, { datasetName: "set", files, concurrency: 2 });
    expect(result.sent).toHaveLength(2);
    expect(storageRequests()).toBe(3);
  }, 10_000);

  test("costs one part sent twice, and no other signature", async () => {
    await start({ etag: "opaque" });
    const files = [
      await place.put("a.mp4", randomBytes(6 * MIB)),
      await place.put("b.mp4", randomBytes(6 * MIB)),
    ];
    const result = await upload(files, 2);
    expect(result).toMatchObject({ isComplete: true, retries: 0, bytesSent: 12 * MIB });
    expect(storageRequests()).toBe(5);
    expect(place.emulator.requests().filter(({ path }) => path.endsWith("/parts/"))).toHaveLength(
      2,
    );
  });

  test("is sent every file once by PUT", async () => {
    await start({ multipartFromBytes: 100 * MIB, etag: "opaque" });
    const result = await upload(await smallFiles(30), 8);
    expect(result).toMatchObject({ isComplete: true, retries: 0 });
    expect(storageRequests()).toBe(30);
  });
});

describe("a store that gives no ETag at all", () => {
  const withoutEtags = (): Avala => {
    const { avala } = sessionWith(place.emulator);
    const send: Transport["send"] = async (request) => {
      const reply = await avala.storage.send(request);
      return { ...reply, headers: {} };
    };
    return { ...avala, storage: { ...avala.storage, send } };
  };

  test("is sent every file once, and each is known to have landed", async () => {
    await start();
    const files = [...(await threeFiles()), ...(await smallFiles(30))];
    const request = { datasetName: "set", files, concurrency: 4 };
    const result = await uploadFiles(withoutEtags(), request);
    expect(result).toMatchObject({ checkedByStore: 0, retries: 0, isComplete: true });
    expect(storageRequests()).toBe(files.length + 1);
    await expectStored(files);
  });

  test("has few files wait for its manner to show: a run that is stopped sends none of them again", async () => {
    await start();
    const files = await smallFiles(30);
    const on = { target: "api", path: "*file-upload-url/" } as const;
    place.emulator.setFault({ on, skip: 20, times: 0, reply: { status: 401 } });
    const stateDirectory = join(place.folder, "state");
    const request = { datasetName: "set", files, concurrency: 1, stateDirectory };
    await expect(uploadFiles(withoutEtags(), request)).rejects.toMatchObject({
      code: "authentication",
    });
    place.emulator.clearFaults();
    const { unchanged, sent } = await uploadFiles(withoutEtags(), request);
    expect([unchanged.length, sent.length]).toEqual([20, 10]);
  });

  test.each([
    ["in the same batch", false],
    ["by the first protocol, which alone the server takes by then", true],
  ])(
    "and returns MD5s in a later run is sent once more what it was presumed to keep, %s",
    async (_, isByFirst) => {
      await start(BY_FORM);
      const files = await smallFiles(30);
      const on = { target: "api", path: "*file-upload-url/" } as const;
      place.emulator.setFault({ on, skip: 20, times: 0, reply: { status: 401 } });
      const stateDirectory = join(place.folder, "state");
      const request = { datasetName: "set", files, concurrency: 1, stateDirectory };
      await uploadFiles(withoutEtags(), request).catch(() => undefined);
      place.emulator.clearFaults();
      const unknown = { status: 400, body: { upload_protocol_version: ["Unknown field."] } };
      if (isByFirst) place.emulator.setFault({ on, reply: unknown });
      const before = storageRequests();
      const { avala } = sessionWith(place.emulator);
      const result = await uploadFiles(avala, request);
      expect(result).toMatchObject({ isComplete: true, unchanged: [], sent: { length: 30 } });
      expect(storageRequests() - before).toBe(30);
    },
  );
});

test("a large file's MD5s are taken by a thread while its parts are sent", async () => {
  await start({ partSizeBytes: 32 * MIB });
  const absolutePath = join(place.folder, "large.mp4");
  await writeFile(absolutePath, "");
  await truncate(absolutePath, 129 * MIB);
  const file = { path: "large.mp4", absolutePath, sizeBytes: 129 * MIB };
  place.emulator.setFault({ on: ONCE, skip: 2, store: "other" });
  const result = await upload([file]);
  expect(result).toMatchObject({ checkedByStore: 1, retries: 1, isComplete: true });
});
