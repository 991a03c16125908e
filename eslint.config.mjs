// The rules that the house style counts on; style that a formatter can hold is prettier's.
import js from "@eslint/js";
import comments from "@eslint-community/eslint-plugin-eslint-comments/configs";
import prettier from "eslint-config-prettier";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import jest from "eslint-plugin-jest";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { borderZones, packagesOffLimits } from "./scripts/borders.js";

const SHIPPED = ["src/**/*.ts", "provider/**/*.ts", "action/**/*.ts", "emulator/**/*.ts"];
const TESTS = ["test/**/*.ts"];

const noProcessExit = {
  selector: "MemberExpression[object.name='process'][property.name='exit']",
  message: "The core does not end the process: throw, and let the caller decide.",
};
const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Only src/config.ts reads the environment: take a parameter.",
};
const noTimeOrChance = [
  ["setTimeout", "CallExpression[callee.name='setTimeout']"],
  ["setInterval", "CallExpression[callee.name='setInterval']"],
  ["Date.now", "MemberExpression[object.name='Date'][property.name='now']"],
  ["new Date()", "NewExpression[callee.name='Date'][arguments.length=0]"],
  ["Math.random", "MemberExpression[object.name='Math'][property.name='random']"],
  ["performance.now", "MemberExpression[object.name='performance'][property.name='now']"],
].map(([name, selector]) => ({
  selector,
  message: `Only src/flow/clock.ts calls ${name}: take the clock, so that a run can be simulated.`,
}));

// `$&`, `$1` and `` $` `` mean something in a text that replaces: in text of users and servers they must not.
const noTextAsReplacement = {
  selector:
    "CallExpression[callee.property.name=/^replace(All)?$/][arguments.1.type=/^(Identifier|MemberExpression|CallExpression|ConditionalExpression|LogicalExpression)$/]",
  message: "Text that replaces is a pattern (`$&`): give a literal, or a function that returns it.",
};

export default defineConfig(
  globalIgnores([
    "lib/",
    "dist/",
    ".bundle/",
    "coverage/",
    ".demo/",
    "**/node_modules/",
    "examples/",
  ]),
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
  },
  js.configs.recommended,
  comments.recommended,
  {
    rules: {
      // A rule is switched off for a reason, and the reason is written down.
      "@eslint-community/eslint-comments/require-description": "error",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    plugins: { "import-x": importX },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    settings: {
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".json"] })],
    },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones: borderZones(import.meta.dirname) }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-floating-promises": "error",
      // A promise returned from inside a try escapes its catch.
      "@typescript-eslint/return-await": ["error", "in-try-catch"],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An interface that promises a promise is often met without waiting for anything.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: SHIPPED,
    rules: {
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": ["error", noTextAsReplacement],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: packagesOffLimits.src }],
      "no-restricted-syntax": [
        "error",
        noTextAsReplacement,
        noProcessExit,
        noProcessEnv,
        ...noTimeOrChance,
      ],
    },
  },
  {
    files: ["src/config.ts"],
    rules: {
      "no-restricted-syntax": ["error", noTextAsReplacement, noProcessExit, ...noTimeOrChance],
    },
  },
  {
    files: ["src/flow/clock.ts"],
    rules: { "no-restricted-syntax": ["error", noTextAsReplacement, noProcessExit, noProcessEnv] },
  },
  {
    files: ["provider/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: packagesOffLimits.provider }] },
  },
  {
    files: ["action/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: packagesOffLimits.action }] },
  },
  {
    files: ["emulator/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: packagesOffLimits.emulator }] },
  },
  {
    files: TESTS,
    extends: [jest.configs["flat/recommended"]],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "jest/no-disabled-tests": "error",
      "jest/expect-expect": ["error", { assertFunctionNames: ["expect*"] }],
      // Helpers of a test file may assert; that each test does is the rule above.
      "jest/no-standalone-expect": "off",
      // Suites that several files share live outside the test glob, in functions.
      "jest/no-export": "off",
    },
  },
  {
    // The helpers that decide whether tests run are the one place that skips.
    files: ["test/support/**"],
    languageOptions: { globals: jest.environments.globals.globals },
    rules: {
      "jest/no-disabled-tests": "off",
      "jest/expect-expect": "off",
      "jest/valid-title": "off",
      "jest/require-top-level-describe": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.cjs", "**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["process", "console", "setTimeout", "clearTimeout", "setInterval", "clearInterval"]
          .concat(["performance", "Buffer", "URL", "fetch", "AbortController", "AbortSignal"])
          .map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { require: "readonly", module: "writable", __dirname: "readonly" },
    },
  },
  {
    files: ["emulator/main.ts", "scripts/**", "bench/**"],
    rules: { "no-console": "off" },
  },
  prettier,
);
