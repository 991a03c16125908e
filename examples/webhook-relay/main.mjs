// Starts the relay with the settings of the environment, and stops it when the host says so.
import { createRelay } from "./relay.mjs";
import { readSettings } from "./settings.mjs";

// Longer than the tries of one dispatch take.
const MAX_STOP_MS = 15_000;

function log(entry) {
  console.log(JSON.stringify({ at: new Date().toISOString(), ...entry }));
}

const { settings, problems } = readSettings(process.env);
if (problems.length > 0) {
  for (const problem of problems) console.error(problem);
  process.exit(1);
}

const server = createRelay(settings, log);
server.listen(settings.port, () => {
  log({ level: "info", result: "listening", port: server.address().port });
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    // What is being relayed is finished; a delivery that is refused meanwhile comes again.
    server.close();
    server.closeIdleConnections();
    setTimeout(() => process.exit(1), MAX_STOP_MS).unref();
  });
}
