// What Pulumi's SDK loads at its start and a stack of these tests does not use: a compiler, npm's resolver and tracing. Each is
// loaded when it is first used. Knows nothing of what the stacks declare.
// @ts-check
"use strict";

const path = require("node:path");

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

/**
 * @param {string} request what a file requires @param {string | undefined} file @param {() => any} load
 * @returns {any} what it gets
 */
function loadQuickly(request, file, load) {
  if (!file?.includes(SDK)) return load();
  return LEFT_OUT.get(request) ?? (ON_USE.has(request) ? onUse(load) : load());
}

module.exports = { loadQuickly };
