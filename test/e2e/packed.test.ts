// The package as npm would serve it, installed into a folder of its own: what a stranger gets. npm finds the packages that it
// needs there as this checkout has them, looks at each, and adds what is missing. `AVALA_INSTALL=anew`, as CI has it every
// night, has it fetch all, and so the newest that fit.
import { execFile } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { engineEnv, startEngine } from "../support/engine";
import { describeWithPart } from "../support/parts";

const run = promisify(execFile);
const REPOSITORY = join(__dirname, "../..");
const NPM = process.platform === "win32" ? "npm.cmd" : "npm";
/** With the same packages, so that one installation is all of theirs. */
const STACKS = ["quickstart", "growing-stack"] as const;

let place: string;
let folder: string;

const exampleAt = (name: string): string => join(REPOSITORY, "examples", name);

function packagesOf(manifest: string): object {
  const { dependencies, devDependencies } = JSON.parse(manifest) as Record<string, object>;
  return { dependencies, devDependencies };
}

async function node(...args: string[]): Promise<string> {
  return (await run(process.execPath, args, { cwd: folder, env: process.env })).stdout;
}

type Locked = Readonly<Partial<Record<"dev" | "devOptional" | "link", boolean>>>;

/** What the package needs, and what the example does, as it is installed here: three quarters of npm's time. */
async function bringPackages(example: string): Promise<void> {
  const lock = await readFile(join(REPOSITORY, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(lock) as { packages: Record<string, Locked> };
  const { devDependencies: own } = JSON.parse(example) as { devDependencies: object };
  for (const [path, { dev, devOptional, link }] of Object.entries(packages)) {
    // Those inside of another come with it.
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    const isNeeded = !dev && !devOptional && !link;
    if (name === undefined || !(isNeeded || name in own)) continue;
    const from = join(REPOSITORY, path);
    if (existsSync(from)) cpSync(from, join(folder, path), { recursive: true });
  }
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "packed-"));
  folder = join(place, "program");
  await mkdir(folder);
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await run(NPM, pack, { cwd: REPOSITORY });
  const packed = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>)[0];
  const example = await readFile(join(exampleAt(STACKS[0]), "package.json"), "utf8");
  await writeFile(join(folder, "package.json"), example);
  if (process.env["AVALA_INSTALL"] !== "anew") await bringPackages(example);
  const quick = ["--no-audit", "--no-fund", "--prefer-offline"];
  const install = ["install", "--ignore-scripts", ...quick, `./${packed?.filename ?? ""}`];
  await run(NPM, install, { cwd: folder });
});
afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

test("the package holds the core, the provider and the emulator, and nothing of the Action or the tests", async () => {
  const list = await node("-e", LIST, join(folder, "node_modules/@avala/pulumi"));
  expect(list.trim().split("\n")).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "lib/core.js",
    "lib/emulator",
    "lib/index.js",
    "lib/provider: types",
    "lib/runtime.js",
    "lib/shared.js",
    "lib/src: types",
    "lib/worker.js",
    "package.json",
  ]);
});

const LIST = `
const { readdirSync } = require("node:fs");
const { join, relative } = require("node:path");
const places = new Map();
for (const entry of readdirSync(process.argv[1], { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = relative(process.argv[1], join(entry.parentPath, entry.name)).split(/[\\\\/]/);
  const place = path.slice(0, 2).join("/");
  const isTyped = path.length > 2 && entry.name.endsWith(".d.ts");
  places.set(place, isTyped && (places.get(place) ?? true));
}
console.log([...places].map(([place, isTyped]) => (isTyped ? place + ": types" : place)).sort().join("\\n"));`;

test("a program, the engine's runtime and a script each find what they load, and the first loads no HTTP library", async () => {
  const seen = await node(
    "-p",
    `const { VersionedDataset } = require("@avala/pulumi");
    const http = Object.keys(require.cache).filter((file) => /node_modules.(axios|undici)/.test(file));
    const others = [require("@avala/pulumi/runtime").fileSet.create, require("@avala/pulumi/core").publishDataset];
    [http.length, ...[VersionedDataset, ...others].map((found) => typeof found)].join()`,
  );
  expect(seen.trim()).toBe("0,function,function,function");
});

describe("an ES module imports by name", () => {
  const ENTRIES = ["@avala/pulumi", "@avala/pulumi/core", "@avala/pulumi/runtime"];
  let found: readonly (readonly [imported: string[], required: string[]])[];
  beforeAll(async () => {
    const script = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const found = [];
for (const entry of ${JSON.stringify(ENTRIES)}) {
  const names = new Set(Object.keys(await import(entry)));
  for (const own of ["default", "module.exports", "__esModule"]) names.delete(own);
  found.push([[...names].sort(), Object.keys(require(entry)).sort()]);
}
console.log(JSON.stringify(found));`;
    found = JSON.parse(await node("--input-type=module", "-e", script)) as typeof found;
  });

  test.each(ENTRIES.map((entry, index) => [entry, index] as const))(
    "what %s has, and nothing else",
    (_entry, index) => {
      const [imported, required] = found[index] ?? [[], []];
      expect(imported).toEqual(required);
      expect(required.length).toBeGreaterThan(0);
    },
  );
});

test("the core has Node read its client that a browser has no earlier than somebody uses it", async () => {
  const seen = await node(
    "-p",
    `require("@avala/pulumi/core");
    const isRead = () => process.moduleLoadList.includes("NativeModule internal/deps/undici/undici");
    [isRead(), typeof FormData, isRead()].join()`,
  );
  expect(seen.trim()).toBe("false,function,true");
});

test("its types are there for a program that imports it", async () => {
  const manifest = join(folder, "node_modules/@avala/pulumi/package.json");
  const { exports } = JSON.parse(await readFile(manifest, "utf8")) as {
    exports: Record<string, { types?: string }>;
  };
  const types = Object.values(exports).flatMap(({ types: path }) => path ?? []);
  expect(types.length).toBe(3);
  for (const path of types) {
    expect(await readFile(join(folder, "node_modules/@avala/pulumi", path), "utf8")).toContain(
      "export",
    );
  }
});

const PROGRAM = `
import { FileSet } from "@avala/pulumi";
import { publishDataset } from "@avala/pulumi/core";
import { fileSet } from "@avala/pulumi/runtime";
export const known: [typeof FileSet, typeof publishDataset, typeof fileSet] = [FileSet, publishDataset, fileSet];
`;

// The first is what Pulumi's own template sets, and the examples, whose target all have here.
const RESOLUTIONS = [
  ["node10", "commonjs"],
  ["node16", "node16"],
  ["bundler", "esnext"],
] as const;

// One process, which parses a file of types once for all three: that is nearly all of the time. Without the browser's types.
const COMPILER = `
const [typescript, resolutions, ...programs] = process.argv.slice(1);
const ts = require(typescript);
const parsed = new Map();
const found = JSON.parse(resolutions).map(([moduleResolution, module]) => {
  const { options, errors } = ts.convertCompilerOptionsFromJson(
    { noEmit: true, strict: true, skipLibCheck: true, target: "es2020", lib: ["es2020"], moduleResolution, module }, ".");
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile;
  host.getSourceFile = (name, how, ...more) => {
    const key = JSON.stringify([name, how]);
    if (!parsed.has(key)) parsed.set(key, parse(name, how, ...more));
    return parsed.get(key);
  };
  const all = [...errors, ...ts.getPreEmitDiagnostics(ts.createProgram(programs, options, host))];
  return [moduleResolution, ts.formatDiagnostics(all, host)];
});
console.log(JSON.stringify(Object.fromEntries(found)));`;

describe("a program finds the types of each entry, and the examples fit them", () => {
  let errors: Readonly<Record<string, string>>;
  beforeAll(async () => {
    await writeFile(join(folder, "program.ts"), PROGRAM);
    const examples = STACKS.map((name) => `${name}.ts`);
    for (const name of STACKS)
      await cp(join(exampleAt(name), "index.ts"), join(folder, `${name}.ts`));
    const resolutions = JSON.stringify(RESOLUTIONS);
    const typescript = require.resolve("typescript");
    const said = await node("-e", COMPILER, typescript, resolutions, "program.ts", ...examples);
    errors = JSON.parse(said) as typeof errors;
  });

  test.each(RESOLUTIONS)("with moduleResolution %s", (resolution) => {
    expect(errors[resolution]).toBe("");
  });
});

test("the emulator starts from it", async () => {
  expect(await node("node_modules/@avala/pulumi/lib/emulator/main.js", "--help")).toContain(
    "A local Avala",
  );
});

describeWithPart("pulumi", (pulumi) => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "packed-home-"));
    await mkdir(join(home, "state"));
    // Both read what lies beside the program, or beside its folder.
    for (const photos of ["../photos", "images"])
      await cp(join(REPOSITORY, "examples/photos/things"), join(folder, photos), {
        recursive: true,
      });
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  test.each(STACKS)("a copy of examples/%s shows its preview", async (name) => {
    const [manifest, first] = await Promise.all(
      [name, STACKS[0]].map((one) => readFile(join(exampleAt(one), "package.json"), "utf8")),
    );
    expect(packagesOf(manifest ?? "")).toEqual(packagesOf(first ?? ""));
    for (const file of ["Pulumi.yaml", "tsconfig.json", "index.ts"])
      await cp(join(exampleAt(name), file), join(folder, file));
    const env = {
      ...engineEnv(pulumi, home),
      PULUMI_STACK: name,
      // Its compiler has just found their types.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
    await startEngine(pulumi, ["stack", "init", name], folder, env).ended;
    const { code, output } = await startEngine(pulumi, ["preview"], folder, env).ended;
    expect(output).toContain("to send: 1 file");
    expect(code).toBe(0);
  });
});
