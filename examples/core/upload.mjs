// Uploads a folder of images as a dataset version that its content names, and exports it.
// AVALA_API_KEY=… node upload.mjs FOLDER
import {
  connect,
  datasetVersionName,
  downloadExport,
  hashFiles,
  publishDataset,
  readConfig,
  readFileSet,
  slugFrom,
  startExport,
  stateDirectory,
  waitForExport,
} from "@avala/pulumi/core";

const [root = "images"] = process.argv.slice(2);
const timeoutMs = 10 * 60_000;
const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());

const avala = connect({
  ...readConfig({}), // AVALA_API_KEY and its kin; the core reads the environment nowhere else
  signal: interrupt.signal,
  onEvent: (event) => event.kind === "file-sent" && console.log(`sent ${event.path}`),
});

const set = await readFileSet({ root, include: ["**/*.jpg"] });
const manifest = await hashFiles(set.files);
const name = datasetVersionName("training-{digest}", manifest.digest);
// With its sha256 known, a file that changes before it is sent is an error, and not another content under this name.
const sums = new Map(manifest.entries.map(({ path, sha256 }) => [path, sha256]));
const files = set.files.map((file) => ({ ...file, sha256: sums.get(file.path) }));

// Sends nothing when Avala has this content already; else uploads, confirms, waits, and compares the items.
const { outcome, dataset } = await publishDataset(
  avala,
  {
    dataset: { name, slug: slugFrom(name), dataType: "image" },
    files,
    ifExists: "verify",
  },
  { waitMs: () => timeoutMs, stateDirectory: stateDirectory() },
);
console.log(`${name}: ${outcome}, ${dataset.itemCount} items`);

const started = await startExport(avala, {
  name: `${name} export`,
  format: "avala-json-external",
  datasets: [dataset.uid],
  projects: [],
  slices: [],
});
await waitForExport(avala, started.uid, { timeoutMs });
const file = await downloadExport(avala, started.uid, { toFile: `${name}.zip` });
console.log(`export: ${file.path}, ${file.sizeBytes} bytes`);
avala.close();
