// The tables of fields, and a field of a Dataset from its table to the API and back.
import type {
  DatasetArgs,
  ExportArgs,
  FileSetArgs,
  GrowingDatasetArgs,
  QualityTarget,
  QualityTargetArgs,
  StorageConfigArgs,
  Webhook,
  VersionedDatasetArgs,
  WebhookArgs,
  ExportGateArgs,
} from "../../provider/index";
import type { COMPONENT_FIELDS } from "../../provider/resources/component-fields";
import type { DATASET_FIELDS } from "../../provider/fields/dataset";
import type { EXPORT_FIELDS } from "../../provider/fields/export";
import type { PassedOn } from "../../provider/fields/field";
import type { FILE_SET_FIELDS } from "../../provider/fields/file-set";
import type { GROWING_DATASET_FIELDS } from "../../provider/fields/growing-dataset";
import type { QUALITY_TARGET_FIELDS } from "../../provider/fields/quality-target";
import type { STORAGE_CONFIG_FIELDS } from "../../provider/fields/storage-config";
import type { WEBHOOK_FIELDS } from "../../provider/fields/webhook";
import type { DatasetOutputs } from "../../provider/handlers/dataset/inputs";
import type { ExportInput } from "../../src/api/endpoints/exports";
import type { QualityTargetInput } from "../../src/api/endpoints/quality-targets";
import type { WebhookInput } from "../../src/api/endpoints/webhooks";
import type { FileSetOptions } from "../../src/files/file-set-options";
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
/** `true` where the core takes all that the table passes on: what it does not know would be left out without a word. */
type Takes<Input, Table> = [Exclude<PassedOn<Table>, keyof Input>] extends [never] ? true : false;
/** `true` where the class declares each output that the table has. */
type Declares<Class, Table> = [Exclude<Output<Table>, keyof Class>] extends [never] ? true : false;
type Output<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly output: "none" } ? never : Name;
}[keyof Table];
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
  true satisfies Same<typeof COMPONENT_FIELDS, VersionedDatasetArgs>,
  true satisfies Same<
    (typeof COMPONENT_FIELDS)["export"]["members"],
    NonNullable<VersionedDatasetArgs["export"]>
  >,
  true satisfies Same<(typeof EXPORT_FIELDS)["gate"]["members"], ExportGateArgs>,
];

const declared: readonly true[] = [
  true satisfies Declares<QualityTarget, typeof QUALITY_TARGET_FIELDS>,
  true satisfies Declares<Webhook, typeof WEBHOOK_FIELDS>,
];

const taken: readonly true[] = [
  true satisfies Takes<FileSetOptions, typeof FILE_SET_FIELDS>,
  true satisfies Takes<FileSetOptions, typeof GROWING_DATASET_FIELDS>,
  true satisfies Takes<ExportInput, typeof EXPORT_FIELDS>,
  true satisfies Takes<WebhookInput, typeof WEBHOOK_FIELDS>,
  true satisfies Takes<QualityTargetInput, typeof QUALITY_TARGET_FIELDS>,
];

test("each table names the arguments of its resource, what the core takes, and the outputs that are shown", () => {
  expect([...named, ...taken, ...declared]).not.toContain(false);
});

test("a null counts as left out: of what is required, of what has a default, and of the rest", async () => {
  const bench = await createBench({});
  const { qualityTarget } = bench.handlers();
  const project = bench.avala.addProject("lanes", { metrics: { issue_rate: 0.2 } }).uid;
  const given = { project, name: "Issues", metric: "issue_rate", operator: "gt", threshold: 0.1 };
  expect(await failuresOf(qualityTarget, { ...given, name: null })).toEqual([
    { property: "name", reason: "is missing" },
  ]);
  const { outs } = await make(qualityTarget, { ...given, isActive: null, severity: null });
  expect(outs).toMatchObject({ isActive: true, severity: "warning" });
  await bench.stop();
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
