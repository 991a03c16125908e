// An export's file on its way to this machine's disk, when the disk is the trouble.
import { readdirSync, symlinkSync, type StatsFs } from "node:fs";
import promises from "node:fs/promises";
import { describeFailure } from "../../action/report/failure";
import type { Emulator } from "../../emulator";
import type { HttpStream } from "../../src/api/transport/transport";
import { roomFor } from "../../src/operations/download-room";
import type { AvalaError } from "../../src/errors";
import { downloadExport } from "../../src/operations/export-download";
import { hurriedClock, sessionWith } from "../support/session";
import { createTempTree, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";
import { startQuietly } from "../support/quiet-emulator";

let emulator: Emulator;
let tree: TempTree;
beforeEach(async () => {
  emulator = await startQuietly();
  tree = createTempTree({ into: null, file: "x" });
  const download_url = `${emulator.storageUrl}/export`;
  const body = { uid: "e", status: "completed", download_url };
  emulator.setFault(
    { on: { path: "/exports/*" }, times: 0, reply: { status: 200, body } },
    { on: { target: "storage" }, times: 0, reply: { status: 200, body: "{}" } },
  );
});
afterEach(async () => {
  tree.remove();
  await emulator.stop();
});

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("a full disk is an error that says so, and leaves nothing behind", async () => {
  symlinkSync("/dev/full", tree.at("into/export.partial"));
  const { avala } = sessionWith(emulator);
  const error = await rejectionOf(downloadExport(avala, "e", { toFile: tree.at("into/export") }));
  expect(error).toMatchObject({ code: "file", retryable: false });
  expect(error.message).toContain("ENOSPC");
  expect(readdirSync(tree.at("into"))).toEqual([]);
  expect(emulator.requests()).toHaveLength(2);
});

describe("the length of a file", () => {
  const MIB = 1024 * 1024;

  /** What a store answers, in pieces of 1 MiB; how many of them were taken. */
  async function fetchOf(
    headers: Record<string, string>,
    mebibytes: number,
  ): Promise<{ error: AvalaError; taken: number }> {
    const { avala } = sessionWith(emulator, { ports: { clock: hurriedClock } });
    let taken = 0;
    async function* body(): AsyncGenerator<Buffer> {
      while (taken < mebibytes) {
        taken += 1;
        yield Buffer.alloc(MIB);
      }
    }
    const open = async (): Promise<HttpStream> => ({ status: 200, headers, body: body() });
    const storage = { ...avala.storage, open };
    const error = await rejectionOf(
      downloadExport({ ...avala, storage }, "e", { toFile: tree.at("into/export") }),
    );
    expect(readdirSync(tree.at("into"))).toEqual([]);
    return { error, taken };
  }

  function disk(freeBytes: number): void {
    const stats = { bsize: 1, bavail: freeBytes, blocks: 10 * freeBytes };
    jest.spyOn(promises, "statfs").mockResolvedValue(stats as StatsFs);
  }
  afterEach(() => jest.restoreAllMocks());

  test("that is more than was promised ends the download at once", async () => {
    const { error, taken } = await fetchOf({ "content-length": String(2 * MIB) }, Infinity);
    expect(error).toMatchObject({ code: "bad_reply", retryable: false });
    expect(error.message).toContain("longer than the 2097152 bytes");
    expect(taken).toBe(3);
  });

  test("that is less than was promised is tried again, and fails", async () => {
    const { error, taken } = await fetchOf({ "content-length": String(2 * MIB) }, 1);
    expect(error.code).toBe("network");
    expect(error.message).toContain("truncated");
    expect(taken).toBe(1);
  });

  test("that nobody tells is bounded by what the disk has free", async () => {
    disk(10 * MIB);
    const { error, taken } = await fetchOf({}, Infinity);
    expect(error).toMatchObject({ code: "bad_reply", retryable: false });
    expect(taken).toBe(10);
  });

  test("that nobody tells is 50 GB at most, also where the disk has more or the system says nothing", async () => {
    disk(1e15);
    expect(await roomFor("x", undefined, tree.root)).toEqual({
      maxBytes: 50e9,
      isPromised: false,
    });
    jest.spyOn(promises, "statfs").mockRejectedValue(new Error("ENOSYS"));
    expect(await roomFor("x", "nine", tree.root)).toEqual({ maxBytes: 50e9, isPromised: false });
  });

  test("that does not fit is refused before a byte of it is taken", async () => {
    disk(10 * MIB);
    const { error, taken } = await fetchOf({ "content-length": String(11 * MIB) }, 11);
    expect(error).toMatchObject({ code: "file", retryable: false });
    expect(error.message).toContain("free");
    expect(taken).toBe(0);
  });
});

test("a folder that can't be made is an error that says so, and nothing is asked for", async () => {
  const { avala } = sessionWith(emulator);
  const error = await rejectionOf(downloadExport(avala, "e", { toFile: tree.at("file/export") }));
  expect(error.code).toBe("file");
  expect(emulator.requests()).toEqual([]);
});

test("what the runner's system refuses is no bug of the Action's", () => {
  const error = Object.assign(new Error("EROFS: read-only file system, open '/x'"), {
    code: "EROFS",
  });
  expect(describeFailure(error)).toMatchObject({ outcome: "failed" });
  expect(describeFailure(error).text).not.toContain("bug");
  const mistake = Object.assign(new TypeError("x"), { code: "ERR_INVALID_ARG_TYPE" });
  expect(describeFailure(mistake).text).toContain("bug");
});
