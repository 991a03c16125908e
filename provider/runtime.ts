// What the strings in the state load, in the provider's own process: the installed package's handlers.
// The engine gives its address as the process's first argument.
import { createHandlers } from "./handlers/handlers";
import { connectEngine } from "./process/engine";
import { withoutEchoes } from "./process/failures";
import { watchForStop } from "./process/stop";

// oxlint-disable-next-line no-console -- the SDK writes there what the engine reports by itself
console.error = withoutEchoes(console.error);
const stop = watchForStop();
const handlers = createHandlers({
  log: connectEngine(process.argv[2], stop.engineIsGone),
  environment: process.env,
  signal: stop.signal,
});

const { fileSet, dataset, growingDataset, storageConfig, webhook, qualityTarget } = handlers;

export { fileSet, dataset, growingDataset, storageConfig, webhook, qualityTarget };
const exportHandler = handlers.export;
export { exportHandler as export };
