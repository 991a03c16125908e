// What ships, on each Node that it is promised for: the lowest to the number, and the newest of each major since. Its
// own warnings count as failures, since users would see them. On every change the lowest is tried and the Action's, and the
// newest by the engine, which takes most of the time and so is run on that alone. Every night, with `AVALA_NODES=all`, all four
// are tried, and the provider's process stands for the engine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../emulator";
import { LOADERS } from "../../provider/loader";
import { leadingTo } from "../support/recorded-action";
import { runBundle } from "../support/action-runner";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { describeWithPart, describeWithParts, envWith, type Part } from "../support/parts";
import { startProvider } from "../support/provider-process";
import { startQuietly } from "../support/quiet-emulator";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { descendants } from "./kills/processes";

const ROOT = path.join(__dirname, "..", "..");
const COUNT = 60;
const IMAGES = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`images/${index}.jpg`, jpeg(`number ${index}`)]),
);
/** Only a library knows it, which is an ES module and so comes in another way on each Node. */
const NO_IMAGE = { "images/no-image.jpg": "%PDF-1.7\n" };
/** Says at a program's end whether Node has read the client that it comes with. */
const TELLS_OF_OWN_CLIENT = `
const name = "NativeModule internal/deps/undici/undici";
process.on("exit", () => {
  const line = "Node has read its own HTTP client: " + process.moduleLoadList.includes(name);
  require("node:fs").writeSync(1, line + "\\n");
});
`;
const AT_ONCE = 4;
const STORE_MS = 100;
/** Set once a stop is on its way: on a busy machine it must not arrive after the last file. */
const SLOW_STORE_MS = 2_000;

/** Makes the store slow from now on. */
function slowDown(avala: Emulator, delayMs = STORE_MS): void {
  avala.clearFaults();
  avala.setFault({ on: { target: "storage", method: "POST" }, delayMs, times: 0 });
}

/** Paths that the store has acknowledged, one for each time. */
function storedIn(avala: Emulator): readonly string[] {
  return avala
    .requests()
    .filter(
      ({ target, method, status, endTime }) =>
        target === "storage" &&
        method !== "GET" &&
        status >= 200 &&
        status < 300 &&
        endTime !== undefined,
    )
    .map(({ key = "" }) => key);
}

/** What makes a program speak to a local Avala. */
function speakingTo({
  baseUrl,
  storageUrl,
  apiKey,
}: Pick<Emulator, "baseUrl" | "storageUrl" | "apiKey">): NodeJS.ProcessEnv {
  return {
    AVALA_API_KEY: apiKey,
    AVALA_BASE_URL: baseUrl,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
    AVALA_ALLOW_STORAGE_HOSTS: new URL(storageUrl).host,
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Runs a program to its end. */
async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(command, [...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as unknown[];
  return { code, stdout, stderr };
}

/** What V8 says of WebAssembly that it compiles, and the lines of the program. */
function apart(stdout: string): { readonly compiled: string; readonly printed: string } {
  const lines = stdout.split("\n");
  const isCompiling = (line: string): boolean => line.startsWith("Compiled function ");
  return {
    compiled: lines.filter(isCompiling).join("\n"),
    printed: lines.filter((line) => !isCompiling(line)).join("\n"),
  };
}

function describeNode(node: Part): void {
  let tree: TempTree;
  let avala: Emulator;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    tree = createTempTree({ node_modules: { link: path.join(ROOT, "node_modules") }, ...IMAGES });
    avala = await startQuietly({ ingestMs: 50, exportMs: 50 });
    const { PATH } = process.env;
    env = { PATH, AVALA_STATE_DIR: tree.at(".state"), ...speakingTo(avala) };
  });
  afterEach(async () => {
    await avala.stop();
    tree.remove();
  });

  test("the Action's bundle uploads a set, and finds it again unchanged", async () => {
    const inputs = { ...leadingTo(avala).inputs, files: "images", dataset: "pets-{digest}" };
    const first = await runBundle({ tree, inputs, node: node.command });
    expect(first.stderr).toBe("");
    expect(first.code).toBe(0);
    expect(first.outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": String(COUNT) });

    tree.write({ "own-client.js": TELLS_OF_OWN_CLIENT });
    const told = { NODE_OPTIONS: `--require=${tree.at("own-client.js")}` };
    const again = await runBundle({ tree, inputs, node: node.command, env: told });
    expect(again.stderr).toBe("");
    expect(again.code).toBe(0);
    // It takes a quarter of the time to the first request to read, and nothing uses it.
    expect(again.lines).toContain("Node has read its own HTTP client: false");
    expect(again.outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
    expect(again.outputs.digest).toBe(first.outputs.digest);
    expect(storedIn(avala)).toHaveLength(COUNT);
  });

  test("a program of the core uploads, exports and downloads on the emulator's own program", async () => {
    const main = path.join(ROOT, "lib", "emulator", "main.js");
    const emulator = spawn(node.command, [main, "--json", "--port", "0", "--ingest-ms", "50"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    emulator.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [line] = (await once(createInterface({ input: emulator.stdout }), "line")) as [string];
    const started = JSON.parse(line) as Emulator;
    try {
      const program = path.join(ROOT, "examples", "core", "upload.mjs");
      const photos = path.join(ROOT, "examples", "photos");
      const own = { cwd: tree.root, env: { ...env, ...speakingTo(started) } };
      const args = ["--trace-wasm-compilation-times", program, photos];
      const { code, stdout, stderr } = await run(node.command, args, own);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const { compiled, printed } = apart(stdout);
      expect(printed).toMatch(/: uploaded, 12 items\nexport: .*, \d+ bytes\n$/);
      // Optimizing the HTTP parser takes half as much as all else that such a program does.
      expect(compiled).toContain("Liftoff");
      expect(compiled).not.toContain("TurboFan");
    } finally {
      emulator.kill("SIGINT");
      await once(emulator, "close");
    }
    expect(said).toBe("");
    expect(emulator.exitCode).toBe(0);
  });

  test("the provider's process looks into files, uploads, and stops when the engine asks it to", async () => {
    const provider = await startProvider({ node: node.command, folder: tree.root, env });
    const inputs = { __provider: LOADERS.fileSet.source, root: "./images", concurrency: AT_ONCE };
    try {
      tree.write(NO_IMAGE);
      const strict = { ...inputs, include: ["no-image.jpg"], checkContent: "error" };
      await expect(provider.check(strict)).rejects.toThrow("application/pdf");

      const small = await provider.check({ ...inputs, include: ["1?.jpg"], versionOf: "small" });
      const { outputs } = await provider.create(small);
      expect(outputs).toMatchObject({ fileCount: 10, digest: small["digest"] });
      expect(storedIn(avala)).toHaveLength(10);

      slowDown(avala);
      const all = await provider.check({
        ...inputs,
        include: ["?.jpg", "??.jpg"],
        versionOf: "all",
      });
      const end = provider.create(all).then(
        () => "created",
        (error: Error) => error.message,
      );
      await until(() => storedIn(avala).length >= 10 + 2 * AT_ONCE);
      slowDown(avala, SLOW_STORE_MS);
      await provider.cancel();
      expect(await end).toMatch(/stopped after \d+ of 60 files/);
      expect(storedIn(avala).length).toBeLessThan(10 + COUNT);
    } finally {
      expect(await provider.stop()).toBe("");
    }
  });
}

describeWithPart("node20", describeNode);
describeWithPart("node24", describeNode);
if (process.env["AVALA_NODES"] === "all") {
  describeWithPart("node22", describeNode);
  describeWithPart("node26", describeNode);
}

const PROGRAM = `
import * as avala from "@avala/pulumi";
const files = new avala.FileSet("set", { root: "./images", include: ["*.jpg"], concurrency: ${AT_ONCE} });
const dataset = new avala.Dataset("set", { files });
export const uid: typeof dataset.uid = dataset.uid;
export const node: string = process.versions.node;
`;

function describeEngine(pulumi: Part, node: Part): void {
  let it_: AvalaStack;
  afterEach(() => it_.stop());

  test("Ctrl-C stops an up; the next one sends the rest, and the one after finds no change", async () => {
    it_ = await createAvalaStack(pulumi, PROGRAM, { asUsers: true });
    it_.stack.write(IMAGES);
    it_.stack.setEnv({
      // The engine's host asks PATH for `node`, for the program and for the provider.
      PATH: envWith([node, pulumi]).PATH,
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      // These versions keep compiled code by themselves: nothing of the tests comes between.
      NODE_OPTIONS: "",
      NODE_COMPILE_CACHE: path.join(it_.stack.folder, "compiled"),
    });
    slowDown(it_.avala);
    const up = it_.stack.run("up", "--yes", "--skip-preview");
    await until(() => storedIn(it_.avala).length >= 2 * AT_ONCE);
    slowDown(it_.avala, SLOW_STORE_MS);
    const engines = descendants((command) => command.startsWith(`${pulumi.command} `));
    expect(engines).toHaveLength(1);
    for (const pid of engines) process.kill(pid, "SIGINT");
    const broken = await up;
    expect(broken.code).not.toBe(0);
    expect(broken.output).toMatch(/stopped after \d+ of 60 files/);
    expect(storedIn(it_.avala).length).toBeLessThan(COUNT);

    // Without the journal: what has landed is in the state.
    it_.stack.setEnv({ AVALA_STATE_DIR: path.join(it_.stack.folder, "other-machine") });
    it_.avala.clearFaults();
    const whole = await it_.stack.up();
    const stored = storedIn(it_.avala);
    expect(new Set(stored).size).toBe(COUNT);
    // Those that were under way at the stop may have landed unnoticed.
    expect(stored.length).toBeLessThanOrEqual(COUNT + AT_ONCE);

    const again = await it_.stack.up("--expect-no-changes");
    expect(again.output).toMatch(new RegExp(`node: +"${node.version.replaceAll(".", "\\.")}"`));
    // For a program that is an ES module, Pulumi's own loader makes Node 26 warn: this one is none.
    for (const { output } of [broken, whole, again])
      expect(output).not.toMatch(/\(node:\d+\)|Warning/);
  });
}

describeWithParts(["pulumi", "node26"], ({ pulumi, node26 }) => {
  describeEngine(pulumi, node26);
});
