// Avala's own client against the emulator: what it can do tells whether the emulator is true.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator";
import { describeWithPart, envWith, type Part } from "../support/parts";

const SESSION = join(__dirname, "python-sdk", "session.py");
const run = promisify(execFile);

let home: string;
let emulator: Emulator | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "avala-sdk-"));
});

afterEach(async () => {
  await emulator?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(options: EmulatorOptions): Promise<Emulator> {
  emulator = await startEmulator({ ingestMs: 100, exportMs: 100, ...options });
  return emulator;
}

/** Runs the script with a home of its own, since the SDK keeps its journal there. */
async function session(part: Part, avala: Emulator, args: readonly string[]): Promise<unknown> {
  const env = {
    ...envWith([part]),
    HOME: home,
    AVALA_BASE_URL: avala.baseUrl,
    AVALA_API_KEY: avala.apiKey,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
  };
  const { stdout } = await run(part.command, [SESSION, ...args], { env });
  return JSON.parse(stdout) as unknown;
}

function folderOf(count: number): string {
  const folder = join(home, "photos");
  for (let n = 0; n < count; n += 1) {
    const inner = join(folder, `day ${String(n % 4)}`);
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, `${String(n)}.jpg`), `photo ${String(n)}`);
  }
  return folder;
}

const MAIN = {
  listed: ["sdk"],
  ingest_ok: true,
  projects: ["Street scenes"],
  organizations: ["emulator-org"],
  export: { status: "exported" },
  exports: 1,
};

describeWithPart("python-sdk", (sdk) => {
  test.each([
    ["100 files by PUT", 100, { uploadReply: "managed" }, "PutObject"],
    [
      "40 files by form, to a server that knows nothing else",
      40,
      { uploadReply: "ignored" },
      "PostObject",
    ],
    ["40 files by form, to one that keeps their batch", 40, {}, "PostObject"],
  ] as const)(
    "makes a dataset, pages through it and exports it, sending %s",
    async (_how, count, dialect, operation) => {
      const unlimited = { requestsPerMinute: 0, burstPerSecond: 0 };
      const avala = await start({ ...unlimited, dialect, projects: ["Street scenes"] });
      const result = (await session(sdk, avala, ["main", folderOf(count)])) as { keys: string[] };
      expect(result).toMatchObject({
        ...MAIN,
        dataset: {
          name: "sdk",
          status: "created",
          item_count: count,
          owner_name: "emulator-handle",
        },
        pages: Math.ceil(count / 30),
      });
      expect(new Set(result.keys).size).toBe(count);
      expect(result.keys).toContain("day 3/39.jpg");
      expect(await avala.objects("__u__")).toHaveLength(count);
      expect(avala.requests().filter(({ route }) => route === operation)).toHaveLength(count);
    },
  );

  test.each([
    ["conflict", { type: "AvalaError", status: 409 }],
    ["detail", { type: "ValidationError", status: 400 }],
  ] as const)("meets each error as the one it has a class for: %s", async (takenName, taken) => {
    const dialect = { takenName };
    const avala = await start({ burstPerSecond: 0, quotaBytes: 1000, dialect });
    avala.addKey({ key: "avk_write_only", scopes: ["datasets.write"] });
    const control = new URL(avala.baseUrl).origin;
    expect(await session(sdk, avala, ["errors", control])).toMatchObject({
      401: { type: "AuthenticationError", body: { detail: "Invalid API key." } },
      403: { type: "ForbiddenError" },
      404: { type: "NotFoundError", body: { detail: "Not found." } },
      400: { type: "ValidationError", body: { slug: [expect.any(String)] } },
      409: taken,
      413: { type: "QuotaExceededError", limit: 1000, used: 0 },
      500: { type: "ServerError" },
      502: { type: "ServerError" },
      429: { type: "RateLimitError", status: 429 },
    });
  });
});
