"use strict";

const { availableParallelism } = require("node:os");
const { useMemoryForTemp } = require("./test/support/memory-temp");

useMemoryForTemp();

// Tests run on the TypeScript sources; types are checked by `npm run lint`, not by each test run.
// Two projects, so that a run of unit tests alone never waits for a program to be installed.
const swc = [
  "@swc/jest",
  {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
    sourceMaps: "inline",
  },
];

// ES modules, which jest can't load as they are.
const ES_PACKAGES = `(?:${[
  "file-type|strtok3|token-types|uint8array-extras|@tokenizer/[^/]+|@borewit/text-codec",
  "@actions/[^/]+|@octokit/[^/]+|before-after-hook|json-with-bigint|universal-user-agent",
].join("|")})/`;

// Packages that name no file for `require`, into which imports are compiled here.
const IMPORTED_ONLY = {
  "^@actions/github$": "<rootDir>/node_modules/@actions/github/lib/github.js",
  "^@actions/github/lib/utils$": "<rootDir>/node_modules/@actions/github/lib/utils.js",
  "^@actions/http-client$": "<rootDir>/node_modules/@actions/http-client/lib/index.js",
};

const shared = {
  testEnvironment: "node",
  runtime: require.resolve("./test/support/sharing-runtime"),
  roots: ["<rootDir>/test"],
  transform: {
    "\\.ts$": swc,
    [`/node_modules/${ES_PACKAGES}.+\\.js$`]: swc,
    "\\.yml$": "<rootDir>/test/support/yaml-transform.js",
  },
  transformIgnorePatterns: [`/node_modules/(?!${ES_PACKAGES})`],
  moduleNameMapper: IMPORTED_ONLY,
  modulePathIgnorePatterns: ["<rootDir>/lib/", "<rootDir>/.demo/"],
  setupFiles: [
    "<rootDir>/test/support/source-workers.js",
    "<rootDir>/test/support/process-flags.js",
    "<rootDir>/test/support/no-certificates.js",
  ],
  setupFilesAfterEnv: ["<rootDir>/test/support/short-stacks.js"],
};

/** @type {import("jest").Config} */
module.exports = {
  // The end-to-end tests wait for almost as long as they work: with one worker a core, a machine of two is 40 % idle meanwhile,
  // with one more 10 %.
  maxWorkers: availableParallelism() + 2,
  // A busy machine is slow and not wrong.
  testTimeout: 60_000,
  // Half a second, as jest has it, is too short for a large process to end in when others are busy: it was said to leak.
  workerGracefulExitTimeout: 10_000,
  testSequencer: "<rootDir>/test/support/longest-first.js",
  coverageProvider: "v8",
  collectCoverageFrom: ["{src,provider,action,emulator}/**/*.ts"],
  // What the tests of the same folder under test/ run of each, less a point. Other tests run more of them, never less.
  coverageThreshold: {
    "./src/flow/": { lines: 93, branches: 93, functions: 91 },
    "./src/files/": { lines: 97, branches: 93, functions: 96 },
    "./src/api/": { lines: 93, branches: 91, functions: 89 },
    "./src/upload/": { lines: 96, branches: 93, functions: 95 },
    "./src/operations/": { lines: 94, branches: 91, functions: 93 },
    "./provider/": { lines: 94, branches: 89, functions: 90 },
    "./action/": { lines: 97, branches: 93, functions: 97 },
    "./emulator/": { lines: 94, branches: 91, functions: 94 },
  },
  coverageReporters: ["text-summary", "json-summary", "html"],
  reporters: ["default", "<rootDir>/test/support/summary-reporter.js"],
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/test/e2e/"],
    },
    {
      ...shared,
      displayName: "e2e",
      testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
      globalSetup: "<rootDir>/test/support/ensure-parts.js",
      setupFilesAfterEnv: [...shared.setupFilesAfterEnv, "<rootDir>/test/support/e2e-timeout.js"],
    },
  ],
};
