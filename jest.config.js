// Tests run on the TypeScript sources; types are checked by `npm run types`, not by each test run.
// Two projects, so that a run of unit tests alone never waits for a program to be installed.
const swc = [
  "@swc/jest",
  {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
    sourceMaps: "inline",
  },
];

const shared = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  transform: { "\\.ts$": swc },
  modulePathIgnorePatterns: ["<rootDir>/lib/", "<rootDir>/.demo/"],
};

/** @type {import("jest").Config} */
module.exports = {
  // The end-to-end tests wait as much as they work: one worker fewer than cores would leave a small machine half idle.
  maxWorkers: "100%",
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
      setupFilesAfterEnv: ["<rootDir>/test/support/e2e-timeout.js"],
    },
  ],
};
