// Files that are large enough to be hashed in threads, from memory that is used again.
import { randomBytes } from "node:crypto";
import { appendFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { systemDisk, type Disk } from "../../src/flow/disk/disk";
import type { DigestStep } from "../../src/files/workers/worker";
import { removeUploadJournal, takeBackPaths } from "../../src/upload/journal/upload-journal";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { countingDisk } from "../support/counting-disk";
import type { hashingEarly } from "../support/early-threads";
import { cases } from "../support/night";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, sha256Of, useUploadPlace } from "../support/upload-place";

jest.mock("../../src/files/workers/digest-thread", () =>
  jest
    .requireActual<{ hashingEarly: typeof hashingEarly }>("../support/early-threads")
    .hashingEarly(jest.requireActual("../../src/files/workers/digest-thread")),
);

const place = useUploadPlace();
// In four parts of 11 MiB, the last one of 3 bytes, of which two are kept at once.
const data = randomBytes(33 * MIB + 3);
const digest = sha256Of(data);
let file: UploadFile;
let read: number;
let sha256: string;

/** A store that has shown so, where the next large file is not compared. */
const NO_MD5S = {
  etags: "none",
  tags: 0,
  silences: 0,
  doubts: 0,
  larger: 4,
  probe: undefined,
} as const;

beforeEach(async () => {
  file = await place.put("drive.mcap", data, digest);
  sha256 = digest;
  read = 0;
});

afterEach(() => jest.restoreAllMocks());

/** What is read is counted. `onOpen` is called before each opening. */
function countingWith(onOpen?: (opened: number) => Promise<void>): Disk {
  return countingDisk((bytes) => (read += bytes), onOpen);
}

const counting = countingWith();

/** By algorithm, the bytes that threads are given to hash from now on. */
function countHashed(): () => Record<"md5" | "sha256", number> {
  const { mock } = jest.spyOn(Worker.prototype, "postMessage");
  return () => {
    const hashed = { md5: 0, sha256: 0 };
    for (const [step] of mock.calls as [Partial<DigestStep>][])
      if (step.algorithm !== undefined) hashed[step.algorithm] += step.chunk?.length ?? 0;
    return hashed;
  };
}

function upload(avala: Avala, disk = counting, datasetName = "set"): Promise<UploadResult> {
  return uploadFiles({ ...avala, disk }, { datasetName, files: [file] });
}

async function expectStored(): Promise<void> {
  const stored = await place.emulator.objects();
  expect(stored.length).toBeGreaterThan(0);
  for (const object of stored) expect(object.sha256).toBe(sha256);
}

describe("where the store is the first to return an MD5", () => {
  type Way = readonly [way: string, how: EmulatorOptions];
  const byForm: Way = ["by form", BY_FORM];
  const byPut: Way = ["by one PUT", { multipartFromBytes: 1024 * MIB }];
  const storageRequests = (): number =>
    place.emulator.requests().filter(({ target }) => target === "storage").length;

  test("by form it is read again for that alone, and the next file no more", async () => {
    await place.start(BY_FORM);
    const { avala } = sessionWith(place.emulator);
    const hashed = countHashed();
    expect(await upload(avala)).toMatchObject({ checkedByStore: 1 });
    expect(read).toBe(2 * data.length);
    expect(hashed()).toEqual({ md5: data.length, sha256: data.length });
    expect(await upload(avala, counting, "second")).toMatchObject({ checkedByStore: 1 });
    expect(read).toBe(3 * data.length);
    expect(hashed()).toEqual({ md5: 2 * data.length, sha256: 2 * data.length });
    await expectStored();
  });

  test.each(cases([byForm], [byPut]))(
    "%s it counts as not checked where it has changed since it was sent, and is not sent again",
    async (_way, how) => {
      await place.start(how);
      const changing = countingWith(async (time) => {
        if (time === 2) await writeFile(file.absolutePath, randomBytes(data.length));
      });
      const result = await upload(sessionWith(place.emulator).avala, changing);
      expect(result).toMatchObject({ checkedByStore: 0, isComplete: true, retries: 0 });
      expect(storageRequests()).toBe(1);
      await expectStored();
    },
  );

  test.each(cases([byPut], [byForm]))(
    "%s it counts where it was only touched since it was sent",
    async (_way, how) => {
      await place.start(how);
      const touching = countingWith(async (time) => {
        if (time === 2) await utimes(file.absolutePath, 1, 1);
      });
      const { avala } = sessionWith(place.emulator);
      expect(await upload(avala, touching)).toMatchObject({ checkedByStore: 1, retries: 0 });
      expect(storageRequests()).toBe(1);
      await expectStored();
    },
  );

  test("and keeps other bytes it is sent those again", async () => {
    await place.start(BY_FORM);
    place.emulator.setFault({ on: { target: "storage" }, store: "other" });
    const hashed = countHashed();
    const { avala } = sessionWith(place.emulator);
    expect(await upload(avala)).toMatchObject({ checkedByStore: 1 });
    expect(storageRequests()).toBe(2);
    expect(hashed()).toEqual({ md5: data.length, sha256: 2 * data.length });
    await expectStored();
  });
});

test("by parts it is read once", async () => {
  await place.start({ partSizeBytes: 11 * MIB });
  const hashed = countHashed();
  expect(await upload(sessionWith(place.emulator).avala)).toMatchObject({ checkedByStore: 1 });
  expect(read).toBe(data.length);
  expect(hashed()).toEqual({ md5: data.length, sha256: data.length });
  await expectStored();
});

describe("a file whose content is not known before", () => {
  beforeEach(() => {
    const { path, absolutePath, sizeBytes } = file;
    file = { path, absolutePath, sizeBytes };
  });

  test.each([
    ["by form", BY_FORM],
    ["by parts", { partSizeBytes: 11 * MIB }],
  ])("is read once %s, and has its digest in the end", async (_how, options) => {
    await place.start({ ...options, etag: "opaque" });
    const { avala } = sessionWith(place.emulator);
    avala.remembered.stores = new Map([[new URL(place.emulator.storageUrl).host, { ...NO_MD5S }]]);
    const { manifest } = await upload(avala);
    expect(manifest.entries).toMatchObject([{ sha256 }]);
    expect(read).toBe(data.length);
    await expectStored();
  });

  test.each(["taken back", "claimed with another key"])(
    "is read once, and replaces what lies there, where all that is recorded was %s",
    async (how) => {
      await place.start({ ...BY_FORM, etag: "opaque" });
      const { avala } = sessionWith(place.emulator);
      const request = { datasetName: "set", stateDirectory: join(place.folder, "state") };
      const another = { ...avala, keyFor: () => Buffer.from("another key") };
      const other = { ...(await place.put("other.mcap", Buffer.from("other"))), path: file.path };
      await uploadFiles(another, { ...request, files: [other] });
      if (how === "taken back") {
        await removeUploadJournal(avala, request, request.stateDirectory);
        await takeBackPaths(avala, request, request.stateDirectory, [file.path]);
      }
      const host = new URL(place.emulator.storageUrl).host;
      avala.remembered.stores = new Map([[host, { ...NO_MD5S }]]);
      await uploadFiles({ ...avala, disk: counting }, { ...request, files: [file] });
      expect(read).toBe(data.length);
      await expectStored();
    },
  );

  /** A run whose parts are refused after three, and what runs it again once they are not. */
  async function interrupted(
    ...others: readonly UploadFile[]
  ): Promise<(disk?: Disk) => Promise<UploadResult>> {
    await place.start({ partSizeBytes: 11 * MIB });
    place.emulator.setFault({
      on: { target: "storage", method: "PUT" },
      skip: 3,
      times: 0,
      reply: { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" },
    });
    const files = [file, ...others];
    const stateDirectory = join(place.folder, "state");
    const send = (disk = systemDisk) => {
      const { avala } = sessionWith(place.emulator);
      return uploadFiles({ ...avala, disk }, { datasetName: "set", files, stateDirectory });
    };
    await expect(send()).rejects.toMatchObject({
      landed: others.map(({ path }) => ({ path })),
    });
    place.emulator.clearFaults();
    return send;
  }

  test("resumes in the batch that was begun", async () => {
    const resume = await interrupted();
    const puts = (): number =>
      place.emulator.requests().filter(({ method }) => method === "PUT").length;
    const before = puts();
    expect(await resume()).toMatchObject({ isComplete: true });
    // The third part may have been stored and not recorded.
    expect(puts() - before).toBeLessThanOrEqual(4 - 2);
    await expectStored();
  });

  test("is not why a small file beside it is read twice before the run is resumed", async () => {
    const { path, absolutePath, sizeBytes } = await place.put("note.mcap", randomBytes(1000));
    const resume = await interrupted({ path, absolutePath, sizeBytes });
    const paths: string[] = [];
    const noting: Disk = {
      ...systemDisk,
      readWhole: (opening, bytes) => {
        paths.push(opening);
        return systemDisk.readWhole(opening, bytes);
      },
    };
    expect(await resume(noting)).toMatchObject({ isComplete: true });
    expect(paths.filter((one) => one === absolutePath)).toHaveLength(1);
  });

  test("starts again where it is another file by now", async () => {
    const resume = await interrupted();
    const other = await place.put("drive.mcap", randomBytes(data.length));
    sha256 = other.sha256;
    expect(await resume()).toMatchObject({ isComplete: true });
    await expectStored();
  });
});

test.each([
  ["by form", BY_FORM],
  ["by parts", {}],
])("%s it does not land when it grows while it is sent", async (_way, options) => {
  await place.start(options);
  let isGrown = false;
  const growing: Disk = {
    ...systemDisk,
    openToRead: async (path) => {
      const handle = await systemDisk.openToRead(path);
      const read: typeof handle.read = async (buffer, position) => {
        if (position > data.length / 2 && !isGrown) {
          isGrown = true;
          await appendFile(path, "more");
        }
        return handle.read(buffer, position);
      };
      return { ...handle, read };
    },
  };
  const failures = [{ error: { code: "file_changed" } }];
  await expect(upload(sessionWith(place.emulator).avala, growing)).rejects.toMatchObject({
    failures,
  });
  expect(await place.emulator.objects()).toEqual([]);
});
