// Loaded by `--require` before Pulumi's SDK in the processes of a test's stack. The SDK loads a compiler, npm's resolver and
// tracing at its start, for what these stacks don't do: 1.5 of the 4 seconds of processor time that an `up` spends in Node.
// Here each is loaded when it is first used. Knows nothing of what the stacks declare.
// @ts-check
"use strict";

const Module = require("node:module");
const path = require("node:path");

// The programs are JavaScript already. The engine's host asks for TypeScript whatever the project says.
if (process.env["PULUMI_NODEJS_TYPESCRIPT"] !== undefined)
  process.env["PULUMI_NODEJS_TYPESCRIPT"] = "false";

const SDK = path.join("@pulumi", "pulumi");

const ON_USE = new Set([
  // for functions that are written into the state
  "typescript",
  "@npmcli/arborist",
  "normalize-package-data",
  // for `--tracing`
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
  // for programs that run an engine or are a provider
  "./automation",
  "./provider",
]);

/** Never, as far as a stack's program sees. */
const LEFT_OUT = new Map([
  // The lines of the SDK's TypeScript in stacks of calls: it reads the maps of all files of each call that makes a resource.
  ["source-map-support/register", {}],
  // Starts V8's debugger, in which functions are found that are written into the state. They would start it themselves.
  ["../../runtime/closure/v8Hooks", { isInitializedAsync: async () => undefined }],
]);

/** @param {() => any} load */
function onUse(load) {
  /** @type {any} */
  let loaded;
  const real = () => (loaded ??= load());
  return new Proxy(function () {}, {
    get: (_, key) => {
      // Else compiled `import`s would copy all names at once.
      if (key === "__esModule") return true;
      return key === "default" ? (real().default ?? real()) : real()[key];
    },
    has: (_, key) => key in real(),
    apply: (_, self, args) => Reflect.apply(real(), self, args),
    construct: (_, args) => Reflect.construct(real(), args),
  });
}

const { _load: load } = /** @type {any} */ (Module);

/** @param {string} request @param {{ filename?: string } | undefined} parent @param {boolean} isMain */
function loadOnUse(request, parent, isMain) {
  const now = () => load(request, parent, isMain);
  if (!parent?.filename?.includes(SDK)) return now();
  return LEFT_OUT.get(request) ?? (ON_USE.has(request) ? onUse(now) : now());
}
Object.assign(Module, { _load: loadOnUse });
