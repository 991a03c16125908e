// What runs of one machine know of a store from those before them.
import { randomBytes } from "node:crypto";
import { readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { countingDisk } from "../support/counting-disk";
import type { hashingEarly } from "../support/early-threads";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, useUploadPlace } from "../support/upload-place";

jest.mock("../../src/files/workers/digest-thread", () =>
  jest
    .requireActual<{ hashingEarly: typeof hashingEarly }>("../support/early-threads")
    .hashingEarly(jest.requireActual("../../src/files/workers/digest-thread")),
);

const place = useUploadPlace();

let read = 0;
beforeEach(() => {
  read = 0;
});

/** What is read is counted. */
const counting = countingDisk((bytes) => (read += bytes));

interface Around {
  readonly key?: string;
  readonly laterMs?: number;
}

/** In a session of its own, under a name of its own. */
function upload(files: readonly UploadFile[], around: Around = {}): Promise<UploadResult> {
  const { avala } = sessionWith(place.emulator);
  const { key, laterMs = 0 } = around;
  const clock = { ...avala.clock, now: () => Date.now() + laterMs };
  const keyFor: typeof avala.keyFor = (purpose) =>
    key === undefined ? avala.keyFor(purpose) : Buffer.from(`${key} ${purpose}`);
  const stateDirectory = join(place.folder, "state");
  const datasetName = `set-${String((sets += 1))}`;
  return uploadFiles(
    { ...avala, disk: counting, clock, keyFor },
    { datasetName, files, stateDirectory, concurrency: 1 },
  );
}
let sets = 0;

/** How often files go to the store by what `action` does. */
async function timesSent(action: () => Promise<unknown>): Promise<number> {
  const sent = (): number =>
    place.emulator.requests().filter(({ target }) => target === "storage").length;
  const before = sent();
  await action();
  return sent() - before;
}

const dayMs = 24 * 60 * 60 * 1000;

describe("a store whose ETags are other MD5s", () => {
  let file: UploadFile;
  beforeEach(async () => {
    await place.start({ ...BY_FORM, etag: "opaque" });
    file = await place.put("drive.mcap", randomBytes(17 * MIB));
  });
  const send = (around?: Around) => timesSent(() => upload([file], around));

  test("is sent a large file twice in two sessions, and not in each", async () => {
    expect([await send(), await send(), await send(), await send()]).toEqual([2, 2, 1, 1]);
  });

  test("is sent it twice in one session where others differ as well", async () => {
    const small = await place.put("small.mcap", randomBytes(1000));
    expect(await timesSent(() => upload([small, file]))).toBe(3);
    expect([await send(), await send()]).toEqual([1, 1]);
  });

  test("is sent a small file twice in each session", async () => {
    const small = await place.put("small.mcap", randomBytes(1000));
    const sendSmall = () => timesSent(() => upload([small]));
    expect([await sendSmall(), await sendSmall(), await sendSmall()]).toEqual([2, 2, 2]);
  });

  test("is asked again after a month, and by another key", async () => {
    expect([await send(), await send()]).toEqual([2, 2]);
    expect(await send({ laterMs: 29 * dayMs })).toBe(1);
    expect(await send({ key: "another" })).toBe(2);
    expect(await send({ laterMs: 61 * dayMs })).toBe(2);
  });

  test("is known as such before the session ends", async () => {
    const small = await place.put("small.mcap", randomBytes(1000));
    const { avala } = sessionWith(place.emulator);
    const stateDirectory = join(place.folder, "state");
    const seen: string[][] = [];
    const send: Transport["send"] = async (request) => {
      seen.push(await readdir(join(stateDirectory, "stores")).catch(() => []));
      return avala.storage.send(request);
    };
    const session = { ...avala, storage: { ...avala.storage, send } };
    const request = { datasetName: "set", files: [small, file], stateDirectory, concurrency: 1 };
    await uploadFiles(session, request);
    expect(seen.map(({ length }) => length)).toEqual([0, 0, 1]);
  });

  test("is asked in each session where nothing can be kept", async () => {
    const state = join(place.folder, "state", "stores");
    expect([await send(), await send()]).toEqual([2, 2]);
    await rm(state, { recursive: true });
    await writeFile(state, "no folder");
    expect([await send(), await send()]).toEqual([2, 2]);
  });
});

test("a store that was taken for one without MD5s is held to them from the first that agrees", async () => {
  await place.start(BY_FORM);
  const files = [
    await place.put("a.mcap", randomBytes(2 * MIB)),
    await place.put("b.mcap", randomBytes(2 * MIB)),
  ];
  const fault = { on: { target: "storage" }, store: "other" } as const;
  place.emulator.setFault({ ...fault, times: 2 });
  expect(await upload(files.slice(0, 1))).toMatchObject({ checkedByStore: 0 });
  place.emulator.setFault({ ...fault, skip: 1 });
  const sent = await timesSent(async () => {
    expect(await upload(files)).toMatchObject({ checkedByStore: 2 });
  });
  expect(sent).toBe(3);
});

test("a lone small file that a store kept wrong is sent again, whatever was seen before", async () => {
  await place.start(BY_FORM);
  const files = [
    await place.put("a.mcap", randomBytes(2000)),
    await place.put("b.mcap", randomBytes(3000)),
  ];
  const fault = { on: { target: "storage" }, store: "other" } as const;
  place.emulator.setFault({ ...fault, times: 3 });
  expect(await upload(files)).toMatchObject({ checkedByStore: 0 });
  place.emulator.setFault(fault);
  expect(await upload(files.slice(0, 1))).toMatchObject({ checkedByStore: 1 });
});

test("a store whose ETags were MD5s has the first large file of a session read once", async () => {
  await place.start(BY_FORM);
  const sizeBytes = 32 * MIB + 1;
  const absolutePath = join(place.folder, "drive.mcap");
  await writeFile(absolutePath, "drive");
  await truncate(absolutePath, sizeBytes);
  const files = [{ path: "drive.mcap", absolutePath, sizeBytes }];
  expect(await upload(files)).toMatchObject({ checkedByStore: 1 });
  expect(read / sizeBytes).toBe(2);
  read = 0;
  expect(await upload(files)).toMatchObject({ checkedByStore: 1 });
  expect(read / sizeBytes).toBe(1);
});
