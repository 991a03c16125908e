// States as an earlier release wrote them, of resources that declare all that can be declared: an upgrade of the package must
// not change one.
import type { Handler } from "../../provider/process/handler";
import { checked, createBench, make, type Bench } from "../support/provider";

const UID = "2839d5e8-6aa6-41ee-be4e-494b58d28974";
const BATCH = "1e136932-aa34-433c-937a-3fb8402b6323";
const TIME = "2026-11-28T04:01:24.428Z";
const NAME = "cats-53cf08e0c97f";
const DIGEST = "53cf08e0c97f5bf33a61ae59cfb4e72ca515a5daa0eeb184caa4598439166946";

const fileSet = {
  ...{ versionOf: "cats", include: ["*.jpg"], exclude: ["x"], prefix: "p", dataType: "image" },
  ...{ includeHidden: true, symlinks: "skip", checkContent: "off", concurrency: 4, adopt: false },
};
const files = {
  ...{ datasetName: NAME, digest: DIGEST, isVersion: true, uploadUid: BATCH },
  ...{ dataType: "image", organizationUid: "" },
};
const described = {
  ...{ metadata: { a: 1 }, industry: 2, license: 3, createMetadata: true, adopt: true },
  ...{ onDelete: "delete", forceDestroy: true, waitForIngest: true, timeoutMinutes: 5 },
};
const bucket = {
  ...{ provider: "aws_s3", bucketName: "b", bucketRegion: "r", bucketPrefix: "p" },
  ...{ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secretsecret", isAccelerated: true },
  ...{ cloudfrontDomain: "x.cloudfront.net", cloudfrontPublicKeyId: "K1" },
  ...{ includedExtensions: ["jpg"], ignoredPaths: ["b", "a"] },
};
const returned = {
  ...{ uid: UID, name: NAME, slug: NAME, dataType: "image", isSequence: false },
  ...{ visibility: "private", status: "created", itemCount: 1, projectCount: 0, sizeBytes: 3 },
  ...{ annotationsCount: 0, ownerName: "emulator-handle", createdAt: TIME, updatedAt: TIME },
  ...{ predefinedLabels: [], isVerified: true, origin: "made" },
};
const exported = {
  ...{ format: "YOLO", filterQueryString: "x=1", triggers: { commit: "a" } },
  ...{ waitForExport: true, timeoutMinutes: 7 },
};
const hook = {
  ...{ targetUrl: "https://example.com/hook", isActive: true, secret: "whsec_abcdefgh" },
  events: ["export.completed", "dataset.created"],
};

interface Kept {
  readonly kind: "fileSet" | "dataset" | "export" | "storageConfig" | "webhook";
  readonly given: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>>;
}

const cases: Readonly<Record<string, (bench: Bench) => Kept>> = {
  "a FileSet": ({ tree }) => {
    const facts = { fileCount: 1, totalBytes: 3, indexedCount: 1, contents: { "p/a.jpg": "ba78" } };
    const state = { root: tree.root, ...fileSet, ...files, ...facts, manifest: "packed" };
    return { kind: "fileSet", given: { root: tree.root, ...fileSet }, state };
  },
  "a Dataset of files": () => ({
    kind: "dataset",
    given: { files, visibility: "private", ...described },
    state: { ...returned, files, declared: {}, ...described },
  }),
  "a Dataset of a bucket": () => {
    const { origin, ...rest } = returned;
    const providerConfig = { ...bucket, includedExtensions: [] };
    return {
      kind: "dataset",
      given: { name: NAME, slug: NAME, dataType: "image", providerConfig },
      state: { ...rest, origin, providerConfig, declared: { slug: NAME } },
    };
  },
  "an Export": ({ avala }) => {
    const { uid } = avala.addProject("roads", { tasks: 4, exportable: 4 });
    const given = { name: "release", projects: [uid], ...exported };
    const sources = { datasets: [], slices: [], uid: UID, status: "exported", state: "completed" };
    const counts = { totalTaskCount: 4, exportedTaskCount: 4, createdAt: TIME };
    const state = { ...given, ...sources, ...counts, downloadUrl: "https://b.example/x.zip" };
    return { kind: "export", given, state };
  },
  "a StorageConfig": () => ({
    kind: "storageConfig",
    given: { name: "b", ...bucket },
    state: { name: "b", ...bucket, uid: UID, isVerified: false, createdAt: TIME, updatedAt: TIME },
  }),
  "a Webhook": () => ({
    kind: "webhook",
    given: { ...hook, test: true },
    state: { ...hook, uid: UID, isTested: true, createdAt: TIME, updatedAt: TIME },
  }),
};

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": "abc" });
});
afterEach(() => bench.stop());

type AnyHandler = Handler<object, object>;

describe.each(Object.keys(cases))("The state of %s", (name) => {
  const kept = (): Kept => cases[name]!(bench);

  test("that an earlier release wrote is not a difference", async () => {
    const { kind, given, state } = kept();
    const handler = bench.handlers()[kind] as unknown as AnyHandler;
    const { changes, replaces = [] } = await handler.diff(
      UID,
      state,
      await checked(handler, given),
    );
    expect({ changes, replaces }).toEqual({ changes: false, replaces: [] });
  });

  test("has the properties that it had", async () => {
    const { kind, given, state } = kept();
    const handlers = bench.handlers();
    const sent = await make(handlers.fileSet, { root: bench.tree.root, ...fileSet });
    const { uploadUid, manifest } = sent.outs;
    const batch = { files: { ...files, uploadUid, manifest } };
    const handler = handlers[kind] as unknown as AnyHandler;
    const { outs } = await make(handler, "files" in given ? { ...given, ...batch } : given);
    expect(Object.keys(outs).sort()).toEqual(Object.keys(state).sort());
  });
});
