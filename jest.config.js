// Tests run on the TypeScript sources; types are checked by `npm run types`, not by each test run.
const swc = [
  "@swc/jest",
  {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
    sourceMaps: "inline",
  },
];

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": swc },
  modulePathIgnorePatterns: ["<rootDir>/lib/", "<rootDir>/.demo/"],
};
