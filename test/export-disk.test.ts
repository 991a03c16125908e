// An export's file on its way to this machine's disk, when the disk is the trouble.
import { readdirSync, symlinkSync } from "node:fs";
import { describeFailure } from "../action/failure";
import { startEmulator, type Emulator } from "../emulator";
import { downloadExport } from "../src/export";
import { sessionWith } from "./support/session";
import { createTempTree, type TempTree } from "./support/temp-tree";
import { rejectionOf } from "./support/thrown";

let emulator: Emulator;
let tree: TempTree;
beforeEach(async () => {
  emulator = await startEmulator({ requestsPerMinute: 0, burstPerSecond: 0 });
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
