// The program itself, as a shell starts it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Options, transformFileSync } from "@swc/core";
import type { Emulator } from "../../emulator/index";
import { type Answer, call, confirm, upload } from "../support/emulator";

const ROOT = join(__dirname, "../..");
const SWC: Options = {
  jsc: { target: "es2022", parser: { syntax: "typescript" } },
  module: { type: "commonjs" },
};

jest.setTimeout(60_000);

let lib: string;
let dir: string;
const children: ChildProcess[] = [];

/** The sources as plain JavaScript: `ts-node` would take seconds at each start. */
beforeAll(() => {
  lib = mkdtempSync(join(tmpdir(), "avala-emulator-lib-"));
  for (const file of readdirSync(join(ROOT, "emulator"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const target = join(lib, file.replace(/ts$/, "js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transformFileSync(join(ROOT, "emulator", file), SWC).code);
  }
});

afterAll(() => {
  rmSync(lib, { recursive: true, force: true });
});

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "avala-emulator-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

function launch(args: readonly string[]) {
  const env = { ...process.env, NODE_PATH: join(ROOT, "node_modules") };
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [join(lib, "main.js"), ...args], {
    env,
    stdio: [...stdio],
  });
  children.push(child);
  return { child, exit: once(child, "exit") as Promise<[number | null, string | null]> };
}

async function spawnEmulator(args: readonly string[]) {
  const { child, exit } = launch(["--json", ...args]);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, exit, emulator: JSON.parse(line.toString()) as Emulator };
}

const FREE = ["--requests-per-minute", "0", "--burst-per-second", "0", "--ingest-ms", "0"];

test("the first line is its addresses and key, and a signal ends it cleanly", async () => {
  const faults = join(dir, "faults.json");
  writeFileSync(faults, '{"on": {"path": "/users/me/"}, "reply": {"status": 503}}');
  const { child, exit, emulator } = await spawnEmulator([
    ...FREE,
    "--faults",
    faults,
    "--project",
    "streets",
  ]);
  expect(Object.keys(emulator)).toEqual(["baseUrl", "storageUrl", "apiKey"]);
  expect((await call(emulator, "GET", "/users/me/")).status).toBe(503);
  expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
  expect((await call(emulator, "GET", "/users/me/projects/")).body.results).toMatchObject([
    { name: "streets" },
  ]);
  child.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
});

test("what it has acknowledged survives a SIGKILL at any moment", async () => {
  const args = [...FREE, "--data", dir];
  const { child, exit, emulator } = await spawnEmulator(args);
  const sent: string[] = [];
  const sender = async (lane: number) => {
    for (let n = 0; ; n += 1) {
      const path = `${String(lane)}-${String(n)}.jpg`;
      const { status } = await upload(emulator, path, path.repeat(n % 2 === 0 ? 10 : 30_000));
      if (status === 204) sent.push(path);
    }
  };
  const senders = Promise.allSettled([1, 2, 3, 4].map(sender));
  while (sent.length < 40) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill("SIGKILL");
  await Promise.all([exit, senders]);

  const again = await spawnEmulator(args);
  await confirm(again.emulator);
  const found = new Map<string, string>();
  let next: string | null = "/datasets/emulator/cats/items/";
  while (next !== null) {
    const { body }: Answer = await call(again.emulator, "GET", next);
    for (const item of body.results) found.set(item.key, item.url);
    next = body.next;
  }
  expect([...found.keys()]).toEqual(expect.arrayContaining(sent));
  // Also one that nobody was told of is there whole, or not at all.
  for (const [path, url] of found) {
    const text = await (await fetch(url)).text();
    expect([path.length * 10, path.length * 30_000]).toContain(text.length);
    expect(text.startsWith(path)).toBe(true);
  }
});

test("wrong options are all named on stderr, with the exit code of a usage error", async () => {
  const { child, exit } = launch(["--port", "x", "--nonsense"]);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  expect(await exit).toEqual([2, null]);
  const lines = [expect.stringContaining("--nonsense"), expect.stringContaining("--port"), ""];
  expect(stderr.split("\n")).toEqual(lines);
});

test("a switch in the place of the file of switches says how to give one", async () => {
  const { child, exit } = launch(["--dialect", "exportCounts=absent"]);
  const [text] = (await once(child.stderr, "data")) as [Buffer];
  expect(text.toString()).toContain("use --switch exportCounts=absent");
  expect(await exit).toEqual([2, null]);
});

test("a port that is taken is an error, and the program ends", async () => {
  const { emulator } = await spawnEmulator([]);
  const { port } = new URL(emulator.baseUrl);
  const { child, exit } = launch(["--port", port]);
  const [text] = (await once(child.stderr, "data")) as [Buffer];
  expect(text.toString()).toContain(`Port ${port} is in use`);
  expect(text.toString()).toContain("--storage-port");
  expect(await exit).toEqual([1, null]);
});

test("without --json it says what to type next, and which projects there are", async () => {
  const { child, exit } = launch(["--project", "Street scenes"]);
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  expect(text.toString()).toMatch(
    /export AVALA_BASE_URL=http:\S+ AVALA_API_KEY=avk_\S+ AVALA_ALLOW_INSECURE_BASE_URL=true AVALA_ALLOW_STORAGE_HOSTS=127\.0\.0\.1:\d+\n/,
  );
  expect(text.toString()).toMatch(/project {2}[0-9a-f-]{36} \(Street scenes\)/);
  child.kill("SIGINT");
  expect(await exit).toEqual([0, null]);
});
