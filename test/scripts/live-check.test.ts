// The script for the first hour with a real key, against emulators: what it finds is what they speak.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDialect } from "../../emulator/dialect/dialect";
import { DEFAULT_DIALECT, type Dialect, type Emulator } from "../../emulator/index";
import { mixtures, startSpeaking } from "../support/dialects";
import { createTempTree } from "../support/temp-tree";

const SCRIPT = join(__dirname, "../../scripts/live-check.mjs");

// High enough to be met by no check, and there to be seen in headers.
const limits = { requestsPerMinute: 10_000 };

interface Checked {
  readonly code: number;
  readonly text: string;
  readonly dialect: Partial<Dialect>;
}

async function check(emulator: Emulator, ...flags: readonly string[]): Promise<Checked> {
  const tree = createTempTree();
  const args = [SCRIPT, ...flags, "--dialect", tree.at("dialect.json")];
  const env = {
    PATH: process.env.PATH,
    AVALA_API_KEY: emulator.apiKey,
    AVALA_BASE_URL: emulator.baseUrl,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
    AVALA_ALLOW_STORAGE_HOSTS: new URL(emulator.storageUrl).host,
  };
  const [code, text] = await new Promise<[number, string]>((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      resolve([error === null ? 0 : 1, stdout + stderr]);
    });
  });
  try {
    const dialect = readDialect(JSON.parse(readFileSync(tree.at("dialect.json"), "utf8")));
    return { code, text, dialect };
  } catch {
    throw new Error(`no dialect was written: ${text}`);
  } finally {
    tree.remove();
  }
}

const writes = (emulator: Emulator): number =>
  emulator.requests().filter(({ method }) => method !== "GET").length;

/** What it claims to have seen, as the server speaks it. */
const pick = (of: Dialect, seen: Partial<Dialect>): Partial<Dialect> =>
  Object.fromEntries(Object.keys(seen).map((name) => [name, of[name as keyof Dialect]]));

describe("the live check", () => {
  test("changes nothing unless it is asked to, and answers every question", async () => {
    const emulator = await startSpeaking({}, limits);
    const { code, text, dialect } = await check(emulator);
    expect(code).toBe(0);
    expect(writes(emulator)).toBe(0);
    expect(dialect).toEqual(pick(DEFAULT_DIALECT, dialect));
    expect(dialect).toMatchObject({ permissions: "present", projectPaths: "mine" });
    for (let n = 1; n <= 10; n += 1)
      expect(text).toMatch(new RegExp(`^${String(n)}\\. .*\\n   \\S`, "m"));
  });

  test.each([{ name: "the default", dialect: DEFAULT_DIALECT }, ...mixtures(3, 11)])(
    "finds with --write how $name speaks, and leaves one private dataset",
    async (spoken) => {
      const emulator = await startSpeaking(spoken.dialect, limits);
      const { code, text, dialect } = await check(emulator, "--write");
      expect({ code, text }).toMatchObject({ code: 0 });
      // A status that depends on the form of the request shows itself as one of the others.
      const { exportStatus, ...seen } = dialect;
      expect(exportStatus).toBeDefined();
      expect(seen).toEqual(pick(spoken.dialect, seen));
      // The fewest: without the second protocol, and with every dataset a sequence, five can't be seen.
      expect(Object.keys(seen).length).toBeGreaterThanOrEqual(13);
      expect(emulator.datasets()).toMatchObject([{ visibility: "private" }]);
      expect(emulator.requests().length).toBeLessThan(80);
    },
  );

  test("prints no key, no presigned URL and no address", async () => {
    const emulator = await startSpeaking({ ownerName: "email" });
    const { text } = await check(emulator, "--write");
    expect(text).not.toContain(emulator.apiKey);
    expect(text).not.toMatch(/X-Amz|https?:|@/i);
    expect(text).not.toContain(emulator.user()?.handle ?? "");
  });

  test.each(["few", "many"] as const)(
    "finds by a key that may create exports alone whether %s scopes are needed",
    async (scopes) => {
      const emulator = await startSpeaking({ scopes }, limits);
      const apiKey = "avk_scoped_scoped_scoped";
      emulator.addKey({ key: apiKey, scopes: ["datasets.read", "exports.create"] });
      expect((await check({ ...emulator, apiKey })).dialect).toMatchObject({ scopes });
    },
  );

  test("confirms nothing where no file may be sent, and does not say how large files go", async () => {
    const emulator = await startSpeaking({}, limits);
    const apiKey = "avk_reads_reads_reads";
    emulator.addKey({ key: apiKey, scopes: ["datasets.read"] });
    const { code, text } = await check({ ...emulator, apiKey }, "--write");
    expect(code).toBe(0);
    const confirms = emulator
      .requests()
      .filter(({ route }) => route === "/datasets/manual-upload/");
    expect(confirms).toEqual([]);
    expect(text).not.toContain("No file of 200 MiB");
  });

  test("says how a failed export shows itself, and goes on to the end", async () => {
    const emulator = await startSpeaking({ exportReason: "error" }, limits);
    emulator.failExports("no", 1);
    const { code, text, dialect } = await check(emulator, "--write");
    expect(code).toBe(0);
    expect(text).toContain("A failed export has the fields");
    expect(dialect).toMatchObject({ exportReason: "error" });
  });

  test("answers whether exports.create polls by reading one export, not by the list", async () => {
    const emulator = await startSpeaking({ scopes: "many" }, limits);
    const apiKey = "avk_scoped_scoped_scoped";
    emulator.addKey({
      key: apiKey,
      scopes: ["datasets.read", "datasets.write", "exports.create"],
    });
    const { text } = await check({ ...emulator, apiKey }, "--write");
    expect(text).toContain("No: exports.read is needed to read one export.");
    expect((await check({ ...emulator, apiKey })).text).not.toContain("No: exports.read");
  });

  test("answers an option that it does not know with its usage", async () => {
    const emulator = await startSpeaking({}, limits);
    await expect(check(emulator, "--wrte")).rejects.toThrow(/Usage:/);
    expect(emulator.requests()).toEqual([]);
  });

  test("takes a 422 that names the fields of the second protocol for a refusal of it", async () => {
    const emulator = await startSpeaking({ uploadReply: "refused" }, limits);
    const on = { method: "POST", path: "/datasets/manual-upload/file-upload-url/" };
    const body = { dataset_upload_uid: ["Unknown field."] };
    // Before it come one without any field, and one of the first protocol.
    emulator.setFault({ on, skip: 2, times: 1, reply: { status: 422, body } });
    const { dialect } = await check(emulator, "--write");
    expect(dialect).toMatchObject({ uploadReply: "refused" });
    const [made] = emulator.datasets();
    expect(emulator.items(made?.uid ?? "")).toHaveLength(3);
  });

  test("ends with an error and what it saw when the key is refused", async () => {
    const emulator = await startSpeaking({}, limits);
    const { code } = await check({ ...emulator, apiKey: "avk_wrong_wrong_wrong" }).catch(() => ({
      code: 1,
    }));
    expect(code).toBe(1);
  });
});
