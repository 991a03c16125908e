// The credentials of a bucket are no identity: rotating them replaces no dataset.
import { runtime } from "@pulumi/pulumi";
import type { DatasetOutputs } from "../../provider/handlers/dataset/inputs";
import { checked, createBench, make, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({});
});
afterEach(() => bench.stop());

const S3 = {
  provider: "aws_s3",
  bucketName: "mine",
  bucketRegion: "eu-west-1",
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI",
};
const GCS = { provider: "gc_storage", bucketName: "mine", authJsonContent: "{}" };

describe("A Dataset of a bucket", () => {
  const given = { name: "mine", dataType: "image" };
  const diffOf = async (before: object, after: object) => {
    const { dataset } = bench.handlers();
    const { id, outs } = await make(dataset, { ...given, providerConfig: before });
    bench.writes();
    const news = await checked(dataset, { ...given, providerConfig: after });
    return dataset.diff(id, outs, news).finally(() => {
      expect(bench.writes()).toEqual([]);
    });
  };

  test.each([
    [S3, { ...S3, accessKeyId: "AKIDROTATED", secretAccessKey: "rotatedSecret" }],
    [S3, { ...S3, accessKeyId: undefined, secretAccessKey: undefined }],
    [GCS, { ...GCS, authJsonContent: '{"rotatedSecret": 1}' }],
  ])("refuses other credentials with the way out, and shows none", async (before, after) => {
    const refused = diffOf(before, after);
    await expect(refused).rejects.toThrow(
      /the API can.t change those.*ignoreChanges: \["providerConfig"\].*another name/s,
    );
    await expect(refused).rejects.not.toThrow(/rotatedSecret|AKIDROTATED/);
  });

  test("takes the same ones, and ones that a preview does not know yet, for no difference", async () => {
    expect(await diffOf(S3, { ...S3 })).toMatchObject({ changes: false });
    await bench.stop();
    bench = await createBench({});
    const late = { ...S3, secretAccessKey: runtime.unknownValue };
    expect(await diffOf(S3, late)).toMatchObject({ changes: false, replaces: [] });
  });

  test("is another one of another bucket, whatever the credentials", async () => {
    const { dataset } = bench.handlers();
    const deleted = { ...given, onDelete: "delete" };
    const { id, outs } = await make(dataset, { ...deleted, providerConfig: S3 });
    const providerConfig = { ...S3, bucketName: "other", secretAccessKey: "other" };
    const news = await checked(dataset, { ...deleted, providerConfig });
    expect(await dataset.diff(id, outs, news)).toMatchObject({ replaces: ["providerConfig"] });
  });

  test("is compared with the credentials that were declared before, after a refresh too", async () => {
    const { dataset } = bench.handlers();
    const { id, outs, inputs } = await make(dataset, { ...given, providerConfig: S3 });
    const { props } = await dataset.read(id, outs);
    expect(await dataset.diff(id, props as DatasetOutputs, inputs)).toMatchObject({
      changes: false,
    });
  });
});

describe("A StorageConfig", () => {
  test("with other credentials is another one, made before the old one is removed, and the preview says so", async () => {
    const given = { name: "bucket", ...S3 };
    const { storageConfig } = bench.handlers();
    const { id, outs } = await make(storageConfig, given);
    const call = { urn: "urn:bucket", isPreview: true };
    const news = await checked(storageConfig, { ...given, secretAccessKey: "rotated", call });
    const diff = await storageConfig.diff(id, outs, news);
    expect(diff).toEqual({ changes: true, replaces: ["secretAccessKey"] });
    expect(bench.told().at(-1)).toMatch(
      new RegExp(
        `\\(secretAccessKey\\): another bucket is made, and then this one \\(uid ${id}\\)`,
      ),
    );
  });
});
