// A property that no resource has would be passed over in silence: it is refused, with what was most likely meant, beside
// all that is wrong besides.
import { RunError } from "@pulumi/pulumi";
import { getDataset, listDatasets, VersionedDataset } from "../../provider/index";
import { UNKNOWN } from "../../provider/process/unknown";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, failuresOf, type Bench } from "../support/provider";

let bench: Bench;
beforeAll(async () => {
  bench = await createBench({ "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b") });
});
afterAll(() => bench.stop());

type Kind = Parameters<typeof failuresOf>[0];
type Given = Readonly<Record<string, unknown>>;

const bucket = { provider: "aws_s3", bucketName: "b", bucketRegion: "r" };

/** Of each resource: what it can be made of, and a slip in one of its properties. */
const resources = (): readonly (readonly [string, Kind, Given, string, string])[] => {
  const handlers = bench.handlers();
  const { root } = bench.tree;
  const all: readonly (readonly [string, unknown, Given, string, string])[] = [
    ["FileSet", handlers.fileSet, { root, versionOf: "x" }, "exlude", "exclude"],
    ["Dataset", handlers.dataset, { name: "x", dataType: "image" }, "visiblity", "visibility"],
    [
      "GrowingDataset",
      handlers.growingDataset,
      { root, name: "x" },
      "timeoutMinute",
      "timeoutMinutes",
    ],
    ["Export", handlers.export, { datasets: ["d"] }, "nmae", "name"],
    [
      "StorageConfig",
      handlers.storageConfig,
      { name: "x", ...bucket },
      "bucketPrefx",
      "bucketPrefix",
    ],
    [
      "Webhook",
      handlers.webhook,
      { targetUrl: "https://a.example", events: ["export.completed"] },
      "is_active",
      "isActive",
    ],
    [
      "QualityTarget",
      handlers.qualityTarget,
      { project: "p", name: "x", metric: "issue_rate", threshold: 1, operator: "gt" },
      "notifyEmail",
      "notifyEmails",
    ],
  ];
  return all as readonly (readonly [string, Kind, Given, string, string])[];
};

const ofKind = (kind: string): Kind => {
  const [, handler] = resources().find(([one]) => one === kind) ?? [];
  if (handler === undefined) throw new Error(kind);
  return handler;
};

test("every resource refuses a property that it does not have, and names the one that was meant", async () => {
  for (const [kind, handler, given, slip, meant] of resources()) {
    const found = await failuresOf(handler, { ...given, [slip]: "x" });
    const reason = `${slip}: is not a known property. Did you mean ${meant}?`;
    expect([kind, found]).toEqual([kind, [{ property: "", reason }]]);
  }
});

test("and one that is like none of them", async () => {
  for (const [kind, handler, given] of resources()) {
    const found = await failuresOf(handler, { ...given, colour: UNKNOWN });
    const reason = "colour: is not a known property, and would have no effect: remove it";
    expect([kind, found]).toEqual([kind, [{ property: "", reason }]]);
  }
});

test("what is left out is no property, and neither is what the engine adds", async () => {
  for (const [, handler, given] of resources()) {
    const others = { colour: undefined, size: null, __provider: "code", __defaults: [] };
    await expect(checked(handler, { ...given, ...others })).resolves.toBeDefined();
  }
});

test("it stands beside all other problems, and no file is read for it", async () => {
  const given = {
    root: bench.tree.root,
    name: "x",
    exlude: ["**/f1/**"],
    concurrency: 99,
    include: [],
  };
  const reasons = await failuresOf(ofKind("GrowingDataset"), { ...given, prefix: "../up" });
  expect(reasons.map(({ property, reason }) => `${property}|${reason}`)).toEqual([
    expect.stringMatching(/^\|exlude: is not a known property/),
    expect.stringMatching(/^concurrency\|must be a whole number from 1 to 10/),
    expect.stringMatching(/^include\|/),
    expect.stringMatching(/^prefix\|/),
  ]);
  const set = { root: bench.tree.at("absent"), versionOf: "a/b", include: [], symlinks: "no" };
  const found = await failuresOf(ofKind("FileSet"), set);
  expect(found.map(({ property }) => property).sort()).toEqual([
    "include",
    "root",
    "symlinks",
    "versionOf",
  ]);
});

test("so does a configuration that can't be used", async () => {
  const handlers = bench.handlers({
    AVALA_BASE_URL: "notaurl",
    AVALA_ALLOW_STORAGE_HOSTS: "*.foo",
  });
  const found = await failuresOf(handlers.export, { datasets: [], nmae: 1 });
  expect(found.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("AVALA_BASE_URL"),
    expect.stringContaining("AVALA_ALLOW_STORAGE_HOSTS"),
    expect.stringContaining("nmae"),
    expect.stringContaining("needs something to export"),
  ]);
});

test("the value of a slip is never shown, since it may be a secret", async () => {
  const given = { name: "x", ...bucket, secretAcessKey: "wJalrXUtnFEMI" };
  const found = await failuresOf(ofKind("StorageConfig"), given);
  expect(found.map(({ property }) => property)).toEqual([""]);
  expect(JSON.stringify(found)).not.toContain("wJalrXUtnFEMI");
});

test("what takes properties of its own refuses others, and reports all that is wrong with it", async () => {
  const gate = { minTask: 1, minExported: "x", pendingTasks: 1, colour: 1 };
  const found = await failuresOf(ofKind("Export"), { datasets: ["d"], projects: ["p"], gate });
  expect(found.map(({ property, reason }) => `${property}|${reason}`)).toEqual([
    "gate|minTask is not a known property. Did you mean minTasks?",
    "gate|colour is not a known property, and would have no effect: remove it",
    expect.stringMatching(/^gate\|minExported must be a count/),
    expect.stringMatching(/^gate\|pendingTasks must be 0/),
  ]);
  const providerConfig = { ...bucket, bucketPrefx: "x", isAccelerated: "yes" };
  const ofDataset = await failuresOf(ofKind("Dataset"), {
    name: "x",
    dataType: "image",
    providerConfig,
  });
  expect(ofDataset.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("bucketPrefx is not a known property. Did you mean bucketPrefix?"),
    expect.stringContaining("isAccelerated must be true or false"),
  ]);
});

const refused = (args: object): string => {
  try {
    new VersionedDataset("training", { root: bench.tree.root, ...args });
  } catch (error) {
    if (RunError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("was not refused");
};

test("a VersionedDataset refuses what it does not have, with all that is wrong besides, before anything is registered", () => {
  const message = refused({
    ...{ partitionDepth: 4, concurrency: 99, include: [], timeoutMinute: 3 },
    ...{ datasetName: "fixed", export: { formt: "x", waitForExport: "yes" } },
    ...{ visibility: Promise.resolve("private"), prefix: "../up" },
  });
  expect(message).toContain("VersionedDataset training: 8 problems");
  for (const text of [
    "partitionDepth: must be 0 or 1 (got 4)",
    "concurrency: must be a whole number from 1 to 10 (got 99)",
    "timeoutMinute: is not a known property. Did you mean timeoutMinutes?",
    "datasetName: is not a known property",
    "export: formt is not a known property. Did you mean format?",
    "export: waitForExport must be true or false",
    "include: ",
    "prefix: ",
  ])
    expect(message).toContain(text);
});

test("what a VersionedDataset's export does not take is refused with what to declare in its place", () => {
  const message = refused({
    export: { gate: { minTasks: Promise.resolve(1) }, projects: ["p"], datasets: ["d"] },
  });
  for (const text of [
    "export: gate is not taken here: leave export out, and declare an Export with datasets: the component's datasetUids, and gate",
    "datasetUids, and projects",
    "export: datasets is not taken here: leave export out, and declare an Export with datasets",
  ])
    expect(message).toContain(text);
});

test("so do the look-ups", async () => {
  const args = { name: "x", ownr: "me" };
  await expect(getDataset(args)).rejects.toThrow(
    "getDataset ownr: is not a known property. Did you mean owner?",
  );
  await expect(listDatasets({ datatype: "image" } as object)).rejects.toThrow("dataType");
});
