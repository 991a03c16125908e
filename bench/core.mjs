// One upload by the core, in a process of its own: files of a folder, confirmed. Prints what it cost as JSON.
// @ts-check
import path from "node:path";
import { confirmDataset, connect, readConfig, readFileSet, uploadFiles } from "@avala/pulumi/core";

const [root = "", datasetName = "", stateDirectory = ""] = process.argv.slice(2);

const startedMs = performance.now();
const before = process.cpuUsage();
const avala = connect(readConfig({ allowStorageHosts: process.env.BENCH_STORAGE_HOST ?? "" }));
const files = await readFileSet({ root: path.resolve(root), include: ["**"] });
const result = await uploadFiles(avala, { datasetName, files: files.files, stateDirectory });
await confirmDataset(avala, { name: datasetName, slug: datasetName, dataType: "image" });
const durationMs = performance.now() - startedMs;
const cpu = process.cpuUsage(before);
avala.close();
// Or the figures of a store whose ETags are MD5s would be those of one that shows nothing.
if (process.env.BENCH_IS_CHECKED === "true" && result.checkedByStore !== result.sent.length)
  throw new Error(`the store has shown of ${result.checkedByStore} files that it keeps them`);

console.log(
  JSON.stringify({
    files: result.sent.length,
    bytes: result.bytesSent,
    durationMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
