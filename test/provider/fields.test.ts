// The tables of fields, and a field of a Dataset from its table to the API and back.
import type {
  DatasetArgs,
  ExportArgs,
  FileSetArgs,
  GrowingDatasetArgs,
  QualityTargetArgs,
  StorageConfigArgs,
  WebhookArgs,
} from "../../provider/index";
import type { DATASET_FIELDS } from "../../provider/fields/dataset";
import type { EXPORT_FIELDS } from "../../provider/fields/export";
import type { FILE_SET_FIELDS } from "../../provider/fields/file-set";
import type { GROWING_DATASET_FIELDS } from "../../provider/fields/growing-dataset";
import type { QUALITY_TARGET_FIELDS } from "../../provider/fields/quality-target";
import type { STORAGE_CONFIG_FIELDS } from "../../provider/fields/storage-config";
import type { WEBHOOK_FIELDS } from "../../provider/fields/webhook";
import type { DatasetOutputs } from "../../provider/handlers/dataset/inputs";
import { without } from "../../provider/process/present";
import {
  checked,
  createBench,
  failuresOf,
  hearingTransport,
  make,
  type Bench,
} from "../support/provider";

/** `true` where both have the same names. Held by the compiler: a table and the arguments name the same fields. */
type Same<Table, Args> = [
  Exclude<keyof Table, keyof Args>,
  Exclude<keyof Args, keyof Table>,
] extends [never, never]
  ? true
  : false;
/** The names of a union's members, of which each has some. */
type AllOf<Union> = { [Name in Union extends unknown ? keyof Union : never]: unknown };

const named: readonly true[] = [
  true satisfies Same<typeof DATASET_FIELDS, DatasetArgs>,
  true satisfies Same<typeof FILE_SET_FIELDS, FileSetArgs>,
  true satisfies Same<typeof GROWING_DATASET_FIELDS, GrowingDatasetArgs>,
  true satisfies Same<typeof EXPORT_FIELDS, ExportArgs>,
  true satisfies Same<typeof STORAGE_CONFIG_FIELDS, AllOf<StorageConfigArgs>>,
  true satisfies Same<typeof WEBHOOK_FIELDS, WebhookArgs>,
  true satisfies Same<typeof QUALITY_TARGET_FIELDS, QualityTargetArgs>,
];

test("each table names the arguments of its resource", () => {
  expect(named).toHaveLength(7);
});

describe("gpuTextureFormat of a Dataset", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench({});
  });
  afterEach(() => bench.stop());

  const given = { name: "mine", dataType: "splat", gpuTextureFormat: "bc7" };

  test("is sent under the API's name, kept in the state, and replaces the dataset", async () => {
    const { api, heard } = hearingTransport();
    const { dataset } = bench.handlers({}, { api });
    const { id, inputs, outs } = await make(dataset, given);
    const bodies = heard.filter(({ method }) => method === "POST").map(({ body }) => String(body));
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
      expect.objectContaining({ name: "mine", gpu_texture_format: "bc7" }),
    ]);
    expect(outs).toMatchObject({ gpuTextureFormat: "bc7" });
    const { props } = await dataset.read(id, outs);
    expect(await dataset.diff(id, props as DatasetOutputs, inputs)).toMatchObject({
      changes: false,
    });
    const leftOut = await checked(dataset, without(given, ["gpuTextureFormat"]));
    expect(await dataset.diff(id, outs, leftOut)).toMatchObject({ changes: false });
    const elsewhere = await checked(dataset, { ...given, name: "other", gpuTextureFormat: "etc2" });
    expect(await dataset.diff(id, outs, elsewhere)).toMatchObject({
      replaces: ["gpuTextureFormat"],
    });
  });

  test("can't be combined with files, of which the API accepts none", async () => {
    const files = { datasetName: "mine", digest: "d", dataType: "splat" };
    const { dataset } = bench.handlers();
    expect(await failuresOf(dataset, { files, gpuTextureFormat: "bc7" })).toEqual([
      expect.objectContaining({ property: "gpuTextureFormat" }),
    ]);
    expect(await failuresOf(dataset, { ...given, gpuTextureFormat: 7 })).toEqual([
      expect.objectContaining({ property: "gpuTextureFormat" }),
    ]);
  });
});
