// A key that may upload and not read: what a run can still tell when a reply is lost.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { createDatasetOnce } from "../../src/operations/datasets/dataset";
import { hashFiles } from "../../src/files/hash";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { carryOut } from "../../src/operations/publish/publish";
import type { PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { sessionWith } from "../support/session";
import { startQuietly } from "../support/quiet-emulator";

const CONFIRM = "/datasets/manual-upload/";
const apiKey = "avk_writeonly0000000000";

let emulator: Emulator;
let folder: string;
let files: UploadFile[];
let version: string;

beforeEach(async () => {
  emulator = await startQuietly({ ingestMs: 10 });
  emulator.addKey({ key: apiKey, username: "emulator", scopes: ["datasets.write"] });
  folder = await mkdtemp(join(tmpdir(), "write-only-"));
  const absolutePath = join(folder, "a.jpg");
  await writeFile(absolutePath, "content of a");
  const file = { path: "a.jpg", absolutePath, sizeBytes: 12 };
  const { digest, entries } = await hashFiles([file]);
  files = [{ ...file, sha256: entries[0]!.sha256 }];
  version = datasetVersionName("training-{digest}", digest);
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

/** As a front end does that could not look whether the dataset is there. */
function publish(name: string): Promise<PublishResult> {
  const { avala } = sessionWith(emulator, { apiKey });
  const dataset = { name, slug: name, dataType: "image" as const };
  const target = { dataset, files, ifExists: "verify" as const };
  const decision = { kind: "send" as const, target };
  const stateDirectory = join(folder, "state");
  return carryOut(avala, decision, { waitMs: () => 5000, waits: false, stateDirectory });
}

function loseReply(path: string): void {
  emulator.setFault({ on: { method: "POST", path }, when: "after", drop: true });
}

function confirms(): number {
  return emulator.requests().filter(({ method, path }) => method === "POST" && path === CONFIRM)
    .length;
}

describe("with a key that may not read", () => {
  test("a lost reply to the confirm ends as one error that says so, and what to do", async () => {
    loseReply(CONFIRM);
    await expect(publish(version)).rejects.toMatchObject({
      code: "network",
      ambiguous: true,
      message: expect.stringMatching(
        /^Dataset training-\w+ may or may not have been made: the response to its creation was lost, and this key cannot read datasets/,
      ) as string,
      hint: expect.stringMatching(/dashboard.*datasets\.read/) as string,
    });
    expect(confirms()).toBe(1);
  });

  test("so does a lost reply to the creation of a dataset without files", async () => {
    loseReply("/datasets/");
    const { avala } = sessionWith(emulator, { apiKey });
    const input = { name: "bucket", slug: "bucket", dataType: "image" as const };
    await expect(createDatasetOnce(avala, input)).rejects.toMatchObject({ ambiguous: true });
    expect(emulator.datasets()).toHaveLength(1);
  });

  test("each run after it says that the dataset named by this content is most likely its own", async () => {
    loseReply(CONFIRM);
    await expect(publish(version)).rejects.toMatchObject({ ambiguous: true });
    for (let run = 0; run < 2; run += 1) {
      await expect(publish(version)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringMatching(
          /exists already, and this key cannot check whether it holds these files: .*already exists/,
        ) as string,
        hint: expect.stringMatching(/most likely.*lost the response.*datasets\.read/) as string,
      });
    }
    expect(emulator.datasets()).toHaveLength(1);
  });

  test("a run after it under a fixed name says that nobody can tell whose the dataset is", async () => {
    loseReply(CONFIRM);
    await expect(publish("training")).rejects.toMatchObject({ ambiguous: true });
    await expect(publish("training")).rejects.toMatchObject({
      code: "conflict",
      hint: expect.not.stringContaining("most likely") as string,
    });
  });
});
