// The parts of undici that carry bytes, put together as its own index does. Knows nothing of what is sent.
//
// The index takes more than twice as long to read, for what makes it a browser's: sockets, caches, `fetch`, mocks. Where its
// files are is not promised, so if one has moved the index is read.
import type * as undici from "undici";
import { firstThatLoads } from "./first-that-loads";

type Parts = Pick<typeof undici, "Agent" | "Pool" | "ProxyAgent" | "buildConnector">;

/* oxlint-disable typescript/no-require-imports -- read at their first use, and only a call can be tried */
function readParts(): Parts {
  const dispatcher = require("undici/lib/dispatcher/dispatcher") as {
    prototype: undici.Dispatcher;
  };
  Object.assign(dispatcher.prototype, require("undici/lib/api"));
  return {
    Agent: require("undici/lib/dispatcher/agent") as Parts["Agent"],
    Pool: require("undici/lib/dispatcher/pool") as Parts["Pool"],
    ProxyAgent: require("undici/lib/dispatcher/proxy-agent") as Parts["ProxyAgent"],
    buildConnector: require("undici/lib/core/connect") as Parts["buildConnector"],
  };
}

const readIndex = (): Parts => require("undici") as Parts;
/* oxlint-enable typescript/no-require-imports -- no other file of a package is read so */

function isWhole({ Agent, Pool, ProxyAgent, buildConnector }: Parts): boolean {
  const all: readonly unknown[] = [Agent, Pool, ProxyAgent, buildConnector];
  return (
    all.every((one) => typeof one === "function") && typeof Agent.prototype.request === "function"
  );
}

let parts: Parts | undefined;

/** Read at the first call. */
export function undiciParts(): Parts {
  parts ??= firstThatLoads([readParts, readIndex], isWhole);
  return parts;
}
