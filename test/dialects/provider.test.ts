// The provider's handlers, as a stack's first and later ups call them, on an emulator that speaks each dialect.
import type { Handler } from "../../provider/process/handler";
import { checked, createBench, make, type Bench, type Made } from "../provider/support";
import type { NamedDialect } from "../support/dialects";
import { jpeg } from "../support/temp-tree";
import { optionsOf, overDialects } from "./support";

let bench: Bench;
const KEY = "avk_scoped_scoped_scoped";

/** What a stack's key has: see "Scopes" in docs/api.md. */
const SCOPES = [
  ...["datasets.read", "datasets.write", "projects.read", "exports.create", "exports.read"],
  ...["storage.read", "storage.write", "webhooks.read", "webhooks.write", "organizations.read"],
];

async function start({ dialect }: NamedDialect): Promise<void> {
  const files = {
    "cats/one.jpg": jpeg("one"),
    "dogs/two.jpg": jpeg("second"),
    "three.jpg": jpeg("third"),
  };
  bench = await createBench(files, optionsOf(dialect));
  bench.avala.addKey({ key: KEY, scopes: SCOPES });
}
afterEach(() => bench?.stop());

/** A process of the provider: what an `up` or a `refresh` starts. */
const process = () => bench.handlers({ AVALA_API_KEY: KEY });

const filesGiven = () => ({
  root: bench.tree.root,
  include: ["**/*.jpg"],
  versionOf: "training",
  adopt: true,
});

type Given = Readonly<Record<string, unknown>>;
const SAME = { changes: false };

/** What a second `up` finds, and what a third one does after a refresh. */
async function expectSteady<Inputs, Outputs>(
  pick: () => Handler<Inputs, Outputs>,
  given: Given,
  { id, inputs, outs }: Made<Inputs, Outputs>,
): Promise<void> {
  bench.writes();
  const news = await checked(pick(), given, inputs as Given);
  expect(await pick().diff(id, outs, news)).toMatchObject(SAME);
  const read = await pick().read(id, outs);
  expect(read.id).toBe(id);
  expect(await pick().diff(id, read.props ?? outs, news)).toMatchObject(SAME);
  expect(bench.writes()).toEqual([]);
}

const filesOf = () => make(process().fileSet, filesGiven());

overDialects("a stack", {
  "makes a dataset of files, and finds no change later": async (spoken) => {
    await start(spoken);
    const files = await filesOf();
    const given = { files: files.outs };
    const dataset = await make(process().dataset, given);
    expect(dataset.outs).toMatchObject({ status: "created", name: files.outs.datasetName });
    await expectSteady(() => process().fileSet, filesGiven(), files);
    await expectSteady(() => process().dataset, given, dataset);
  },

  "takes the same version over in another stack, and sends nothing": async (spoken) => {
    await start(spoken);
    const given = { files: (await filesOf()).outs };
    const { id } = await make(process().dataset, given);
    bench.writes();
    const again = await make(process().dataset, { files: (await filesOf()).outs });
    expect(again.id).toBe(id);
    expect(bench.writes()).toEqual([]);
  },

  "replaces a dataset whose files changed": async (spoken) => {
    await start(spoken);
    const first = await make(process().dataset, { files: (await filesOf()).outs });
    bench.tree.write({ "birds/four.jpg": jpeg("fourth") });
    const given = { files: (await filesOf()).outs };
    const news = await checked(process().dataset, given, first.inputs as unknown as Given);
    expect(await process().dataset.diff(first.id, first.outs, news)).toMatchObject({
      changes: true,
      replaces: ["files"],
    });
    const second = await make(process().dataset, given);
    expect(second.id).not.toBe(first.id);
    await process().dataset.delete(first.id, first.outs);
    expect(bench.avala.items(second.id)).toHaveLength(4);
  },

  "exports a dataset once": async (spoken) => {
    await start(spoken);
    const dataset = await make(process().dataset, { files: (await filesOf()).outs });
    const given = { datasets: [dataset.id], baseName: "release" };
    const made = await make(process().export, given);
    expect(made.outs).toMatchObject({ state: "completed" });
    await expectSteady(() => process().export, given, made);
    expect(bench.avala.exports()).toHaveLength(1);
  },

  "exports a project once": async (spoken) => {
    await start(spoken);
    const { uid } = bench.avala.addProject("roads", { tasks: 4, exportable: 4 });
    const given = { projects: [uid], baseName: "release" };
    const made = await make(process().export, given);
    await expectSteady(() => process().export, given, made);
    expect(bench.avala.exports()).toHaveLength(1);
  },

  "keeps a webhook and a storage config, and removes them": async (spoken) => {
    await start(spoken);
    const hook = { targetUrl: "https://example.com/hook", events: ["export.completed"] };
    const webhook = await make(process().webhook, hook);
    await expectSteady(() => process().webhook, hook, webhook);
    await process().webhook.delete(webhook.id, webhook.outs);
    const bucket = {
      ...{ name: "bucket", provider: "aws_s3", bucketName: "mine", bucketRegion: "eu-west-1" },
      ...{ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" },
    };
    const config = await make(process().storageConfig, bucket);
    await expectSteady(() => process().storageConfig, bucket, config);
    await process().storageConfig.delete(config.id, config.outs);
    expect(await process().storageConfig.read(config.id, config.outs)).toEqual({ id: "" });
  },
});
