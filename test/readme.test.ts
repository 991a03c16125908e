// What a stranger reads is true: snippets are parts of examples that run, names exist, links lead somewhere.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { startEmulator, type Fault } from "../emulator/index";
import * as core from "../src/index";
import { anchors, containsLines, fencedBlocks, links, type FencedBlock } from "./support/markdown";

const ROOT = path.join(__dirname, "..");

function filesUnder(folder: string, suffixes: readonly string[]): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => !name.includes("node_modules"))
    .filter((name) => suffixes.some((suffix) => name.endsWith(suffix)))
    .map((name) => `${folder}/${name.replaceAll(path.sep, "/")}`);
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...filesUnder("docs", [".md"]),
  ...filesUnder("examples", [".md"]),
  "bench/README.md",
];

function blocksIn(languages: readonly string[]): FencedBlock[] {
  return documents
    .flatMap((file) => fencedBlocks(ROOT, file))
    .filter(({ language }) => languages.includes(language));
}

/** Of several lines, all of which are imports: what is imported is checked, not where it stands. */
function isImportAlone(text: string): boolean {
  return /^import \{[^}]*\} from "@avala\/pulumi\/core";$/.test(text.trim());
}

/** The names under `with` of every step of this Action, wherever it stands in a workflow or a piece of one. */
function inputsIn(yaml: unknown): readonly string[] {
  if (typeof yaml !== "object" || yaml === null) return [];
  const { uses, with: given } = yaml as { uses?: unknown; with?: object };
  if (typeof uses === "string")
    return uses.startsWith("avala/upload-action@") ? Object.keys(given ?? {}) : [];
  return Object.values(yaml).flatMap(inputsIn);
}

const named = (block: FencedBlock): [string, FencedBlock] => [block.where, block];

test("a stack in a clone of the repository is the quickstart that people copy", () => {
  const copied = parse(read("examples/quickstart/Pulumi.yaml")) as object;
  expect(parse(read("Pulumi.yaml"))).toEqual({ ...copied, main: "examples/quickstart" });
});

describe("snippets of code", () => {
  const programs = filesUnder("examples", [".ts", ".mjs", ".js"]).map(read);
  const isInExample = ({ text }: FencedBlock): boolean =>
    programs.some((program) => containsLines(program, text));
  const blocks = blocksIn(["ts", "js", "typescript"]).filter(({ text }) => !isImportAlone(text));
  // The front page is for copying from, so what stands there is run as it stands. The reference may show more than
  // there are examples; what it shows is at least what the package takes.
  const reference = blocks.filter((block) => block.where.startsWith("docs/pulumi.md"));
  const others = blocks.filter((block) => !reference.includes(block));

  test.each(others.map(named))("%s stands in an example as it is", (_where, block) => {
    expect(isInExample(block)).toBe(true);
  });
});

describe("snippets of workflows", () => {
  const workflows = filesUnder("examples", [".yml", ".yaml"]).map(read);
  const action = parse(read("action.yml")) as { inputs: object; outputs: object };
  const blocks = blocksIn(["yaml", "yml"]);

  test.each(blocks.map(named))("%s stands in an example as it is", (_where, { text }) => {
    expect(workflows.some((workflow) => containsLines(workflow, text))).toBe(true);
  });

  test.each(blocks.map(named))("%s uses inputs and outputs that exist", (_where, { text }) => {
    const used = inputsIn(parse(text));
    const steps = [...text.matchAll(/steps\.avala\.outputs\.([\w-]+)/g)].map((m) => m[1]);
    expect(used.filter((name) => !(name in action.inputs))).toEqual([]);
    expect(steps.filter((name) => !(String(name) in action.outputs))).toEqual([]);
  });
});

describe("commands", () => {
  const manifest = JSON.parse(read("package.json")) as {
    scripts: Record<string, string>;
    bin: Record<string, string>;
  };

  test.each(documents)("%s names npm scripts and programs that exist", (file) => {
    const text = read(file);
    const scripts = [...text.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? "");
    const programs = [...text.matchAll(/npx (avala[\w-]*)/g)].map((match) => match[1] ?? "");
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    expect(programs.filter((name) => !(name in manifest.bin))).toEqual([]);
  });

  test.each(documents)("%s names files that exist", (file) => {
    const named = [...read(file).matchAll(/node ((?:scripts|bench|dist)\/[\w./-]+)/g)];
    expect(
      named.map((match) => match[1] ?? "").filter((name) => !existsSync(path.join(ROOT, name))),
    ).toEqual([]);
  });
});

describe("links", () => {
  test.each(documents)("of %s lead somewhere", (file) => {
    const broken = links(read(file)).filter((target) => !leadsSomewhere(file, target));
    expect(broken).toEqual([]);
  });

  function leadsSomewhere(from: string, target: string): boolean {
    if (/^(https|mailto):/.test(target)) return true;
    const [relative = "", anchor] = target.split("#");
    const file = relative === "" ? from : path.posix.join(path.posix.dirname(from), relative);
    if (!existsSync(path.join(ROOT, file))) return false;
    return anchor === undefined || anchors(read(file)).includes(anchor);
  }
});

describe("the README's tables", () => {
  test("are what action.yml says", () => {
    const script = path.join(ROOT, "scripts", "readme-tables.mjs");
    expect(() =>
      execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" }),
    ).not.toThrow();
  });
});

describe("docs/core.md", () => {
  test("imports what the core exports", () => {
    const imports = blocksIn(["ts", "js"]).filter((block) => isImportAlone(block.text));
    const names = imports.flatMap(
      ({ text: line }) => line.match(/\{([^}]*)\}/)?.[1]?.split(",") ?? [],
    );
    expect(names.map((name) => name.trim()).filter((name) => !(name in core))).toEqual([]);
  });
});

describe("docs/emulator.md", () => {
  const text = read("docs/emulator.md");

  test("has the emulator's own help, word for word", () => {
    const main = path.join(ROOT, "lib", "emulator", "main.js");
    const help = execFileSync(process.execPath, [main, "--help"], { encoding: "utf8" });
    expect(text).toContain(`\n\`\`\`text\n${help}\`\`\`\n`);
  });

  test("shows trouble that the emulator makes", async () => {
    const [script] = fencedBlocks(ROOT, "docs/emulator.md").filter(
      ({ language }) => language === "json",
    );
    const emulator = await startEmulator();
    try {
      emulator.setFault(...(JSON.parse(script?.text ?? "") as Fault[]));
      const confirm = (): Promise<number> =>
        fetch(`${emulator.baseUrl}/datasets/manual-upload/`, {
          method: "POST",
          headers: { "X-Avala-Api-Key": emulator.apiKey, "Content-Type": "application/json" },
          body: "{}",
        }).then(({ status }) => status);
      expect(await confirm()).toBe(400);
      await expect(confirm()).rejects.toThrow();
      expect(await confirm()).toBe(400);
    } finally {
      await emulator.stop();
    }
  });
});
