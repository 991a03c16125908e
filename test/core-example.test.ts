// The program in docs/core.md, run as it stands on the emulator.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startEmulator, type Emulator } from "../emulator/index";

const ROOT = path.join(__dirname, "..");
const PROGRAM = path.join(ROOT, "examples", "core", "upload.mjs");

// Each run is a process of its own, on a machine that may be busy.
jest.setTimeout(60_000);

let emulator: Emulator;
let folder: string;

beforeEach(async () => {
  emulator = await startEmulator({ ingestMs: 20, exportMs: 20 });
  folder = mkdtempSync(path.join(tmpdir(), "avala-core-example-"));
  const images = path.join(folder, "images", "space");
  mkdirSync(images, { recursive: true });
  for (const name of ["hubble.jpg", "rocket.jpg"]) {
    copyFileSync(path.join(ROOT, "examples", "photos", "space", name), path.join(images, name));
  }
});

afterEach(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(): Promise<string> {
  const env = {
    ...process.env,
    AVALA_API_KEY: emulator.apiKey,
    AVALA_STATE_DIR: path.join(folder, "state"),
    AVALA_BASE_URL: emulator.baseUrl,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
    AVALA_ALLOW_STORAGE_HOSTS: new URL(emulator.storageUrl).host,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, "images"], {
    cwd: folder,
    env,
  });
  return stdout;
}

const stored = (): number =>
  emulator.requests().filter(({ target, method }) => target === "storage" && method === "POST")
    .length;

describe("examples/core/upload.mjs", () => {
  test("uploads a folder, waits for its dataset and fetches its export", async () => {
    const said = await run();
    expect(said).toContain(": uploaded, 2 items");
    expect(emulator.datasets()).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.endsWith(".zip"))).toHaveLength(1);
  });

  test("sends nothing the second time", async () => {
    await run();
    const before = stored();
    expect(before).toBe(2);
    const said = await run();
    expect(said).toContain(": unchanged, 2 items");
    expect(stored()).toBe(before);
    expect(said).not.toContain("sent ");
    expect(emulator.datasets()).toHaveLength(1);
  });
});
