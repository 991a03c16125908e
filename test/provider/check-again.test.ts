// `check` over what it returned: the engine puts old inputs in the place of new ones where a program says `ignoreChanges`.
import type { Handlers } from "../../provider/handlers/handlers";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, failuresOf, type Bench } from "../support/provider";

type Given = Readonly<Record<string, unknown>>;
type Kind = Exclude<keyof Handlers, "close">;

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "images/a.jpg": jpeg("a"), "images/notes.txt": "x" });
});
afterEach(() => bench.stop());

const ORGANIZATION = { AVALA_ORGANIZATION_UID: "org-1", AVALA_ORGANIZATION: "acme" };

const BUCKET = {
  ...{ provider: "aws_s3", bucketName: "b", bucketRegion: "r", bucketPrefix: "p/" },
  ...{ authMethod: "iam_role", roleArn: "arn:aws:iam::1:role/x", isAccelerated: true },
  ...{ cloudfrontDomain: "d.cloudfront.net", cloudfrontPublicKeyId: "K1" },
  ...{ includedExtensions: ["png", "jpg"], ignoredPaths: ["tmp/"] },
};

function handlerOf(kind: Kind, environment: NodeJS.ProcessEnv = {}): Handlers["webhook"] {
  return bench.handlers(environment)[kind] as Handlers["webhook"];
}

/** Of each: none, one, two, all but one, all. */
function subsetsOf(keys: readonly string[]): readonly (readonly string[])[] {
  const pairs = keys.flatMap((one, at) => keys.slice(at + 1).map((other) => [one, other]));
  const others = keys.map((one) => keys.filter((key) => key !== one));
  return [[], ...keys.map((key) => [key]), ...pairs, ...others, keys];
}

/** As the engine does it: what the old inputs lack is taken away. */
function ignoring(given: Given, olds: Given, keys: readonly string[]): Given {
  const members = new Map(Object.entries(given));
  for (const key of keys) {
    if (key in olds) members.set(key, olds[key]);
    else members.delete(key);
  }
  return Object.fromEntries(members);
}

async function check(handler: Handlers["webhook"], given: Given, olds: Given = {}): Promise<Given> {
  return checked(handler, given, olds);
}

const cases = (): readonly (readonly [Kind, Given])[] => [
  ["fileSet", { root: bench.tree.root, versionOf: "pets" }],
  [
    "fileSet",
    { root: bench.tree.root, versionOf: "pets", datasetName: "fixed", dataType: "image" },
  ],
  ["fileSet", { root: bench.tree.root, datasetName: "fixed" }],
  ["dataset", { name: "empty", dataType: "image" }],
  [
    "dataset",
    {
      files: {
        datasetName: "p-1",
        digest: "d",
        isVersion: true,
        dataType: "image",
        organizationUid: "",
      },
    },
  ],
  ["growingDataset", { root: bench.tree.root, name: "pets" }],
  ["growingDataset", { root: bench.tree.root, name: "pets", dataType: "image" }],
  ["export", { projects: ["b", "a"], baseName: "release" }],
  ["webhook", { targetUrl: "https://x.example/", events: ["export.completed"] }],
  ["storageConfig", { name: "s", provider: "aws_s3", bucketName: "b", bucketRegion: "r" }],
  ["storageConfig", { name: "s", organization: "acme", test: true, ...BUCKET }],
  ["dataset", { name: "d", dataType: "image", organizationUid: "o", providerConfig: BUCKET }],
  ["webhook", { targetUrl: "https://x.example/", events: ["a"], secret: "s", test: true }],
];

test.each(["none", "an organization"])("gives the same again, with %s configured", async (name) => {
  const environment = name === "none" ? {} : ORGANIZATION;
  for (const [kind, given] of cases()) {
    const handler = handlerOf(kind, environment);
    const once = await check(handler, given);
    expect(await check(handler, once, once)).toEqual(once);
    expect(await check(handler, once)).toEqual(once);
    for (const keys of subsetsOf(Object.keys(once))) {
      expect(await check(handler, ignoring(given, once, keys), once)).toEqual(once);
    }
  }
});

describe("a version whose files have changed", () => {
  const given = (): Given => ({ root: bench.tree.root, versionOf: "pets", call: {} });
  let once: Given;
  beforeEach(async () => {
    once = await check(handlerOf("fileSet"), given());
    bench.tree.write({ "images/b.jpg": jpeg("b") });
  });

  test("stays as it is while its digest is ignored", async () => {
    const handler = handlerOf("fileSet");
    for (const keys of subsetsOf(Object.keys(once)).filter((all) => all.includes("digest"))) {
      expect(await check(handler, ignoring(given(), once, keys), once)).toEqual(once);
    }
  });

  test("is not sent again while its digest is ignored, and the refusal says why", async () => {
    const handler = handlerOf("fileSet");
    const other = { ...given(), dataType: "image" };
    const untyped = { ...once, dataType: "" };
    const news = await check(handler, { ...other, digest: once["digest"] }, untyped);
    const update = handler.update("pets", { ...untyped, manifest: "" } as never, news as never);
    await expect(update).rejects.toThrow(/digest: is pinned to .* by ignoreChanges/);
    await expect(update).rejects.not.toThrow(/while the update ran/);
  });

  test("is refused under the name of its old content", async () => {
    const news = ignoring(given(), once, ["datasetName", "isVersion"]);
    const { failures } = await handlerOf("fileSet").check(once as never, news as never);
    expect(failures?.map(({ property }) => property)).toEqual(["datasetName"]);
  });

  test("is a new version whatever else is ignored, never a set under a fixed name", async () => {
    const handler = handlerOf("fileSet");
    const fresh = await check(handler, given());
    const derived = [
      "isVersion",
      "uploadUid",
      "fileCount",
      "totalBytes",
      "indexedCount",
      "contents",
    ];
    for (const keys of subsetsOf(derived)) {
      expect(await check(handler, ignoring(given(), once, keys), once)).toEqual(fresh);
    }
  });

  test("is nothing at all when everything is ignored, without a look at the disk", async () => {
    bench.tree.write({ images: null });
    const handler = handlerOf("fileSet", ORGANIZATION);
    expect(await check(handler, once, once)).toEqual(once);
  });
});

test("a fixed name in the place of a version is one", async () => {
  const handler = handlerOf("fileSet");
  const given = { root: bench.tree.root, versionOf: "pets" };
  const once = await check(handler, given);
  const news = ignoring({ ...given, datasetName: "fixed" }, once, ["isVersion"]);
  expect(await check(handler, news, once)).toMatchObject({
    datasetName: "fixed",
    isVersion: false,
  });
});

test("an empty organization that a program gives is refused as before", async () => {
  const given = { root: bench.tree.root, versionOf: "pets", organizationUid: "" };
  const failures = await failuresOf(handlerOf("fileSet"), given);
  expect(failures.map(({ property }) => property)).toEqual(["organizationUid"]);
});
