// Which folder may import which: the architecture, as the linter's import rules read it.
// @ts-check
"use strict";

const path = require("node:path");

/** Folder → the folders of ours that it must not know. */
const FORBIDDEN = {
  src: ["provider", "action", "emulator"],
  provider: ["action", "emulator"],
  action: ["provider", "emulator"],
  // Written from the contract alone, so that a misreading in the client shows.
  emulator: ["src", "provider", "action"],
};

/** Nothing that ships may need what only tests, benchmarks and builds have. */
const NEVER_SHIPPED = ["test", "bench", "scripts", "examples"];

/** The core in its order: each entry may import those of its own line and of the lines above. */
const CORE_ORDER = [
  ["api/limits.ts"],
  ["errors.ts", "redact.ts", "secret-forms.ts", "disk-hint.ts", "events.ts", "version.ts"],
  ["flow"],
  ["files"],
  ["api"],
  ["upload"],
  ["once.ts", "dataset.ts", "dataset-owner.ts", "item-keys.ts", "item-comparison.ts"],
  ["operations"],
];

/** @param {string} root @returns {object[]} zones for `import-x/no-restricted-paths` */
function borderZones(root) {
  const at = (/** @type {string} */ name) => path.join(root, name);
  const between = Object.entries(FORBIDDEN).map(([folder, others]) => ({
    target: at(folder),
    from: [...others, ...NEVER_SHIPPED].map(at),
    message: `${folder}/ must not know ${others.join(", ")} or what is never shipped.`,
  }));
  const inside = CORE_ORDER.map((names, i) => ({
    target: names.map((name) => at(`src/${name}`)),
    from: at("src"),
    except: CORE_ORDER.slice(0, i + 1)
      .flat()
      .map((name) => `./${name}`),
    message: `Inside src/, ${names.join(", ")} may import only what stands above in the order of scripts/borders.js.`,
  }));
  const index = {
    target: at("src"),
    from: at("src/index.ts"),
    message: "src/index.ts is what others import; inside src/, import the file itself.",
  };
  return [...between, ...inside, index];
}

const pulumi = { group: ["@pulumi/*"], message: "Only provider/ knows Pulumi." };
const actions = { group: ["@actions/*"], message: "Only action/ knows GitHub Actions." };
const ourselves = { group: ["@avala/pulumi"], message: "Import the file, not the built package." };

/** Folder → patterns for `no-restricted-imports`. */
const packagesOffLimits = {
  src: [pulumi, actions, ourselves],
  provider: [actions, ourselves],
  action: [pulumi, ourselves],
  emulator: [pulumi, actions, ourselves],
};

module.exports = { borderZones, packagesOffLimits };
