// Uploads a folder of images as a dataset version that its content names, and exports it.
// AVALA_API_KEY=… node upload.mjs FOLDER
import {
  compareItems,
  confirmDataset,
  connect,
  datasetVersionName,
  downloadExport,
  findDataset,
  hashFiles,
  readConfig,
  readFileSet,
  slugFrom,
  startExport,
  uploadFiles,
  waitForDataset,
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

let dataset = await findDataset(avala, { name });
if (dataset === undefined) {
  await uploadFiles(avala, { datasetName: name, files: set.files });
  dataset = await confirmDataset(avala, { name, slug: slugFrom(name), dataType: "image" });
}
dataset = await waitForDataset(avala, dataset, { timeoutMs });
const { missing, extra } = await compareItems(avala, dataset, set.files);
console.log(
  `${name}: ${dataset.itemCount} items, ${missing.length} missing, ${extra.length} extra`,
);

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
