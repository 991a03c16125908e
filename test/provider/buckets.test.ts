// Buckets in a Dataset and in a StorageConfig, and the organizations that storage configs belong to.
import { runtime } from "@pulumi/pulumi";
import type { EmulatorOptions } from "../../emulator/index";
import type { StorageConfigOutputs } from "../../provider/handlers/plain/storage-config";
import {
  checked,
  createBench,
  failuresOf,
  hearingTransport,
  make,
  unfinished,
  type Bench,
} from "../support/provider";

let bench: Bench;
const start = async (options: EmulatorOptions = {}): Promise<void> => {
  bench = await createBench({}, options);
};
afterEach(() => bench.stop());

const S3 = { provider: "aws_s3", bucketName: "mine", bucketRegion: "eu-west-1" };
const GCS = { provider: "gc_storage", bucketName: "mine", authJsonContent: "{}" };
const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" };
const roleArn = "arn:aws:iam::1:role/avala";
const FULL = {
  ...{ ...S3, bucketPrefix: "p/", authMethod: "iam_role", roleArn, isAccelerated: true },
  ...{ cloudfrontDomain: "d.cloudfront.net", cloudfrontPublicKeyId: "K1" },
  ...{ includedExtensions: ["jpg", "png"], ignoredPaths: ["tmp/", "old/"] },
};

/** A user of two organizations, on a server where storage configs belong to them. */
async function startWithTwo(): Promise<void> {
  await start();
  bench.avala.addKey({ key: bench.avala.apiKey, organizations: ["acme"] });
}

describe("A StorageConfig of an organization", () => {
  const given = { name: "bucket", organization: "acme", ...FULL };

  test("names it in every call, and is read back without a difference", async () => {
    await startWithTwo();
    const { api, heard } = hearingTransport();
    const { storageConfig } = bench.handlers({}, { api });
    const { id, inputs, outs } = await make(storageConfig, { ...given, test: true });
    const { props = outs } = await storageConfig.read(id, outs);
    expect(props).toMatchObject({ ...given, uid: id, isVerified: true });
    expect(await storageConfig.diff(id, props, inputs)).toEqual({ changes: false, replaces: [] });
    await storageConfig.delete(id, props);
    expect(await storageConfig.read(id, outs)).toEqual({ id: "" });
    const called = heard
      .filter(({ url }) => url.includes("/storage-configs/"))
      .map(({ method, url }) => `${method} ${new URL(url).search}`);
    expect(new Set(called)).toEqual(
      new Set(["GET ?organization=acme", "POST ?organization=acme", "DELETE ?organization=acme"]),
    );
  });

  test("is read by its own call", async () => {
    await startWithTwo();
    const { storageConfig } = bench.handlers();
    const { id, outs } = await make(storageConfig, given);
    const before = bench.avala.requests().length;
    await storageConfig.read(id, outs);
    const routes = bench.avala.requests().slice(before);
    expect(routes.map(({ route }) => route)).toEqual(["/storage-configs/{uid}/"]);
  });

  test("takes the one of the configuration where it names none", async () => {
    await startWithTwo();
    const environment = { AVALA_ORGANIZATION: "acme" };
    const { storageConfig } = bench.handlers(environment);
    const { id, inputs, outs } = await make(storageConfig, { name: "bucket", ...S3 });
    expect(inputs).toMatchObject({ organization: "acme" });
    // As `StorageConfig.get` does it: nothing is known but the uid.
    expect(await bench.handlers(environment).storageConfig.read(id)).toMatchObject({ id });
    expect(await storageConfig.read(id, outs)).toMatchObject({ id });
  });

  test("is another one of another organization, and the old one is removed from its own", async () => {
    await startWithTwo();
    const { storageConfig } = bench.handlers();
    const { id, outs } = await make(storageConfig, given);
    const news = await checked(storageConfig, { ...given, organization: "emulator-org" });
    expect(await storageConfig.diff(id, outs, news)).toEqual({
      changes: true,
      replaces: ["organization"],
    });
    await storageConfig.create(news);
    await storageConfig.delete(id, outs);
    expect(await storageConfig.read(id, outs)).toEqual({ id: "" });
  });

  test("that names none says which there are, and makes nothing", async () => {
    await startWithTwo();
    const { storageConfig } = bench.handlers();
    const made = make(storageConfig, { name: "bucket", ...S3 });
    await expect(made).rejects.toThrow(/organization.*acme/s);
    expect(bench.avala.requests().filter(({ status }) => status === 201)).toEqual([]);
  });

  test("whose state names none is neither taken for gone nor left behind in silence", async () => {
    await start();
    const { outs } = await make(bench.handlers().storageConfig, { name: "bucket", ...S3 });
    await bench.stop();
    await startWithTwo();
    const { storageConfig } = bench.handlers();
    await expect(storageConfig.read(outs.uid, outs)).rejects.toThrow(/avala:organization/);
    await expect(storageConfig.delete(outs.uid, outs)).rejects.toThrow(/organization/);
    const configured = bench.handlers({ AVALA_ORGANIZATION: "acme" }).storageConfig;
    expect(await configured.read(outs.uid, outs)).toEqual({ id: "" });
    await configured.delete(outs.uid, outs);
  });
});

describe("A StorageConfig that does not work", () => {
  test("says why by the inputs' names, without a secret, and is tried again", async () => {
    await start();
    bench.avala.failStorageTest({
      s3_bucket_name: ["No such bucket."],
      s3_secret_access_key: [`Wrong: ${KEYS.secretAccessKey}`],
    });
    const { storageConfig } = bench.handlers();
    const inputs = await checked(storageConfig, { name: "bucket", test: true, ...S3, ...KEYS });
    const failed = await unfinished<StorageConfigOutputs>(storageConfig.create(inputs));
    expect(failed.message).toContain("bucketName: No such bucket.; secretAccessKey: Wrong: ***");
    expect(failed.message).not.toContain(KEYS.secretAccessKey);
    expect(await storageConfig.diff(failed.id, failed.properties, inputs)).toEqual({
      changes: true,
      replaces: [],
    });
    const { outs } = await storageConfig.update(failed.id, failed.properties, inputs);
    expect(outs).toMatchObject({ isVerified: true });
  });
});

describe("lists of a bucket", () => {
  const given = { name: "bucket", ...S3, includedExtensions: ["jpg", "png"], ignoredPaths: [] };

  test.each([
    [{ includedExtensions: ["png", "jpg", "png"] }, []],
    [{ ignoredPaths: undefined }, []],
    [{ includedExtensions: ["jpg"] }, ["includedExtensions"]],
    [{ ignoredPaths: ["tmp/"] }, ["ignoredPaths"]],
  ])("are sets: %j replaces a StorageConfig for %j", async (more, replaces) => {
    await start();
    const { storageConfig } = bench.handlers();
    const { id, outs } = await make(storageConfig, given);
    const news = await checked(storageConfig, { ...given, ...more });
    expect(await storageConfig.diff(id, outs, news)).toMatchObject({ replaces });
  });
});

describe("A Dataset of a bucket", () => {
  const given = { name: "mine", dataType: "image", organizationUid: "" };
  const organization = async (): Promise<string> => {
    const { baseUrl, apiKey } = bench.avala;
    const headers = { "X-Avala-Api-Key": apiKey };
    const reply = await fetch(`${baseUrl}/organizations/emulator-org/`, { headers });
    return ((await reply.json()) as { uid: string }).uid;
  };

  test("has every field of it, and a list in another order is no difference", async () => {
    await start();
    const { dataset } = bench.handlers();
    const organizationUid = await organization();
    const asked = { ...given, organizationUid, providerConfig: FULL };
    const { id, outs } = await make(dataset, asked);
    const providerConfig = { ...FULL, ignoredPaths: ["old/", "tmp/"], authMethod: undefined };
    const news = await checked(dataset, { ...asked, providerConfig });
    expect(await dataset.diff(id, outs, news)).toMatchObject({ changes: false, replaces: [] });
  });

  test("keeps to its access: keys in the place of a role are refused, and replace nothing", async () => {
    await start();
    const { dataset } = bench.handlers();
    const asked = { ...given, organizationUid: await organization() };
    const { id, outs } = await make(dataset, { ...asked, providerConfig: { ...S3, roleArn } });
    for (const providerConfig of [
      { ...S3, ...KEYS },
      { ...S3, roleArn: `${roleArn}-2` },
    ]) {
      const news = await checked(dataset, { ...asked, providerConfig });
      await expect(dataset.diff(id, outs, news)).rejects.toThrow(/the API can.t change those/);
    }
    const other = { ...S3, roleArn, cloudfrontDomain: "d.cloudfront.net" };
    const news = await checked(dataset, { ...asked, providerConfig: other, onDelete: "delete" });
    const deletable = { ...outs, onDelete: "delete" as const };
    expect(await dataset.diff(id, deletable, news)).toMatchObject({ replaces: ["providerConfig"] });
  });
});

const refused: readonly (readonly [string, object, string])[] = [
  ["a role with keys", { ...S3, roleArn, ...KEYS }, "accessKeyId"],
  ["a role that is not named", { ...S3, authMethod: "iam_role" }, "roleArn"],
  ["another way in", { ...S3, authMethod: "password" }, "authMethod"],
  ["half a pair of keys", { ...S3, accessKeyId: "A" }, "secretAccessKey"],
  ["no region", { provider: "aws_s3", bucketName: "b" }, "bucketRegion"],
  ["a field of the other provider", { ...GCS, roleArn }, "roleArn"],
  ["a list that is text", { ...S3, ignoredPaths: "tmp/" }, "ignoredPaths"],
  ["a comma in a list", { ...S3, includedExtensions: ["jpg,png"] }, "includedExtensions"],
];

test.each(refused)("%s is refused in both places", async (_name, bucket, field) => {
  await start();
  const { storageConfig, dataset } = bench.handlers();
  const ofConfig = { name: "bucket", organization: "acme", ...bucket };
  const failures = await failuresOf(storageConfig, ofConfig);
  // The engine shows the value of a property that is named, and credentials are never shown.
  const named = failures.map(({ property, reason }) => property || reason.split(":", 1)[0]);
  expect(named).toContain(field);
  expect(failures.map(({ property }) => property)).not.toContain("accessKeyId");
  const ofDataset = { name: "d", dataType: "image", organizationUid: "o", providerConfig: bucket };
  expect(await failuresOf(dataset, ofDataset)).toContainEqual({
    property: "",
    reason: expect.stringMatching(new RegExp(`^providerConfig: ${field} `)) as string,
  });
});

test("a role needs an organization for a dataset, which the configuration may name", async () => {
  await start();
  const bucket = { ...S3, roleArn };
  const ofDataset = { name: "d", dataType: "image", providerConfig: bucket };
  const { dataset } = bench.handlers();
  expect(await failuresOf(dataset, ofDataset)).toMatchObject([
    { property: "", reason: expect.stringMatching(/^providerConfig: roleArn/) as string },
  ]);
  const configured = bench.handlers({ AVALA_ORGANIZATION_UID: "o" });
  expect(await failuresOf(configured.dataset, ofDataset)).toEqual([]);
});

test("a storage config with a role is made for a user's only organization, which need not be named", async () => {
  await start();
  const { storageConfig } = bench.handlers();
  const { outs } = await make(storageConfig, { name: "bucket", ...S3, roleArn });
  expect(outs).toMatchObject({ name: "bucket", roleArn });
  expect(outs).not.toHaveProperty("organization");
});

test("a field that no bucket has is refused, and one that is not known yet is not", async () => {
  await start();
  const { dataset } = bench.handlers();
  const given = { name: "d", dataType: "image" };
  const misspelt = { ...S3, includedExtension: ["jpg"] };
  expect(await failuresOf(dataset, { ...given, providerConfig: misspelt })).toMatchObject([
    { reason: expect.stringMatching(/^providerConfig: includedExtension /) as string },
  ]);
  const unknown = runtime.unknownValue;
  expect(await failuresOf(dataset, { ...given, providerConfig: "s3" })).toHaveLength(1);
  for (const providerConfig of [
    null,
    unknown,
    { ...S3, bucketName: unknown },
    { ...S3, includedExtensions: unknown, ignoredPaths: [unknown] },
  ]) {
    expect(await failuresOf(dataset, { ...given, providerConfig })).toEqual([]);
  }
});
