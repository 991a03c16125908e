// What is reached of a very large set before it breaks: the engine gets it in the trailers of a reply, and of more than fits
// there neither it nor the reason.
import { randomBytes } from "node:crypto";
import type { FileSetOutputs } from "../../provider/handlers/file-set/inputs";
import { textOf, unfinishedWith } from "../../provider/process/failures";
import { AvalaError } from "../../src/errors";
import { sendFileSet, type Sending } from "../../provider/handlers/file-set/send";
import { resolveDestination } from "../../src/upload/destination";
import { batchUid } from "../../src/upload/journal/batch";
import { createManifest, type ManifestEntry } from "../../src/files/manifest/manifest";
import { unpackManifest } from "../../src/files/manifest/packing";
import { checked, createBench, make, unfinished, type Bench } from "../support/provider";
import { sessionWith } from "../support/session";
import { jpeg } from "../support/temp-tree";

// The real engine has kept 9 MB, and lost 13 MB.
const SAFE_BYTES = 8_100_000;
/** Most of that, as hundreds of thousands of files would have it, which take too long here. */
const filled = { filling: "x".repeat(7_950_000) };

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

/** Names that can't be packed smaller. */
function manyEntries(length: number): ManifestEntry[] {
  return Array.from({ length }, () => ({
    path: `${randomBytes(400).toString("base64url")}.jpg`,
    sizeBytes: 10,
    sha256: randomBytes(32).toString("hex"),
  }));
}

const silent: Sending["messages"] = {
  info: () => Promise.resolve(),
  warn: () => Promise.resolve(),
  status: () => undefined,
  isLogged: false,
};

const sizeOf = (properties: object): number => Buffer.byteLength(JSON.stringify(properties));

/** No file can be sent any more. */
const refuseSending = (): void => {
  const on = { method: "POST", path: "*/file-upload-url/" };
  bench.avala.setFault({ on, times: 0, reply: { status: 403, body: { detail: "no more" } } });
};

test("a FileSet keeps as much of what has landed as fits, and the reason", async () => {
  const { fileSet } = bench.handlers();
  const inputs = await checked(fileSet, {
    ...{ root: bench.tree.root, include: ["*.jpg"], versionOf: "training" },
  });
  const landed = manyEntries(500);
  const fileOf = (entry: ManifestEntry) => ({ ...entry, absolutePath: bench.tree.at("a.jpg") });
  const manifest = createManifest([
    ...landed,
    { path: "left.jpg", sizeBytes: jpeg("a").length, sha256: "0".repeat(64) },
  ]);
  refuseSending();
  const { avala } = sessionWith(bench.avala);
  const to = await resolveDestination(avala, { datasetName: inputs.datasetName });
  const uploadUid = batchUid(to, manifest.digest);
  const local: unknown = { set: { files: manifest.entries.map(fileOf) }, manifest };
  const broken = await unfinished<FileSetOutputs>(
    sendFileSet({
      ...{ avala, inputs: { ...inputs, contents: filled }, local: local as Sending["local"] },
      messages: silent,
      stored: { manifest: createManifest(landed), isWhole: false, uploadUid },
      stateDirectory: bench.stateDirectory,
    }),
  );
  expect(broken.message).toContain("no more");
  const { properties } = broken;
  expect(sizeOf(properties)).toBeLessThan(SAFE_BYTES);
  expect(properties.uploadUid).toBe(uploadUid);
  const kept = unpackManifest(properties.manifest);
  expect(kept.entries.length).toBeGreaterThan(50);
  expect(broken.message).toContain(
    `Of 500 files that landed, the Pulumi state has room for ${kept.entries.length}.`,
  );
  const paths = new Set(landed.map(({ path }) => path));
  expect(kept.entries.every(({ path }) => paths.has(path))).toBe(true);
});

test("that nothing of what has landed fits is said", () => {
  const error = new AvalaError("upload", "The upload broke.", { hint: "Run again." });
  const forms = [{ keptCount: 3, properties: { filling: "x".repeat(9_000_000) } }];
  const plain = unfinishedWith(error, { id: "training", landedCount: 3, forms });
  expect(plain).not.toHaveProperty("properties");
  expect(plain).toMatchObject({ code: "upload", hint: "Run again." });
  expect(textOf(plain)).toMatch(
    /broke[^]*Of 3 files that landed, the Pulumi state has room for 0\./,
  );
  const small = [{ keptCount: 3, properties: {} }];
  const whole = unfinishedWith(error, { id: "training", landedCount: 3, forms: small });
  expect(textOf(whole)).not.toContain("has room");
});

test("a GrowingDataset of very many files stays in the state as it was, and says the reason", async () => {
  const { growingDataset } = bench.handlers();
  const given = { root: bench.tree.root, include: ["*.jpg"], name: "training" };
  const { id, inputs, outs } = await make(growingDataset, given);
  bench.tree.write({ "b.jpg": jpeg("b") });
  const later = bench.handlers().growingDataset;
  const news = await checked(later, given, inputs as object as never);
  refuseSending();
  const error: unknown = await later
    .update(id, outs, { ...news, contents: { filling: "x".repeat(8_000_000) } })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining("no more") as string });
  expect(error).not.toHaveProperty("properties");
  bench.avala.clearFaults();
  const { outs: next } = await bench.handlers().growingDataset.update(id, outs, news);
  expect(next?.datasetUids).toHaveLength(2);
});
