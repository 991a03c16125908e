// What GitHub starts: the real environment, and an end that the runner sees. No decisions.
import { openEnvironment } from "./github/environment";
import { stopSignal } from "./github/stop-signal";
import { run } from "./run";

// The last resort of an error: that it can't be written must not be another.
process.stderr.on("error", () => undefined);
openEnvironment(stopSignal())
  .then(run)
  .catch((error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  });
