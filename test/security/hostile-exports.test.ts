// An export's file between its store, this machine's cache and the user's folder: what is handed on was checked, and
// nobody's words choose where it goes.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { run } from "../../action/run";
import type { Emulator } from "../../emulator";
import { folderCache } from "../support/folder-cache";
import { leadingTo, record, type Recorded } from "../support/recorded-action";
import { zipOf } from "../support/zip";
import { replyServer, type ReplyServer } from "../support/reply-server";
import { createTempTree, type TempTree } from "../support/temp-tree";
import { startQuietly } from "../support/quiet-emulator";

let tree: TempTree;
let emulator: Emulator;
let store: ReplyServer;
/** What the store has. */
let file: Buffer;

beforeEach(async () => {
  tree = createTempTree({ workspace: null });
  emulator = await startQuietly();
  store = await replyServer((_request, response) => {
    response.writeHead(200, { "Content-Length": file.length });
    response.end(file);
  });
});
afterEach(async () => {
  await emulator.stop();
  await store.stop();
  tree.remove();
});

interface Asked {
  readonly uid?: string;
  /** What the server calls it. */
  readonly answered?: string;
  readonly inputs?: Record<string, string>;
}

async function fetchExport({
  uid = "e",
  answered = uid,
  inputs = {},
}: Asked = {}): Promise<Recorded> {
  const download_url = `${store.origin}/export?X-Amz-Signature=feed`;
  const body = { uid: answered, status: "completed", download_url };
  emulator.clearFaults();
  emulator.setFault({ on: { path: "/exports/*" }, times: 0, reply: { status: 200, body } });
  const to = leadingTo(emulator);
  const recorded = record({
    tree,
    exportCache: folderCache(tree.at("cache")),
    inputs: {
      ...to.inputs,
      "allow-storage-hosts": store.host,
      "export-uid": uid,
      "download-path": "export",
      ...inputs,
    },
    env: to.env,
  });
  await run({ ...recorded.environment, workspace: tree.at("workspace") });
  return recorded;
}

function placed(): string[] {
  const root = tree.at("workspace");
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

const cached = (): string[] => folderCache(tree.at("cache")).folders();
const makePipe = (path: string): void => {
  rmSync(path);
  execFileSync("mkfifo", [path]);
};
const json = (content: unknown): Buffer => Buffer.from(JSON.stringify(content));

describe("the uid of a server", () => {
  test.each([
    "x/../../../pwned",
    "..",
    "x\n::error::owned",
    "x\u202egpj",
    "$(touch pwned)",
    "x".repeat(300),
    "",
  ])("that is %j is refused, and leads nowhere", async (answered) => {
    file = json({});
    const { errors, outputs } = await fetchExport({ answered });
    expect(errors).toHaveLength(1);
    expect(outputs).toMatchObject({ complete: "false", "export-uid": "", "download-path": "" });
    expect(placed()).toEqual([]);
    expect(cached()).toEqual([]);
    expect(store.heard).toEqual([]);
  });

  test("that is another export's is refused, and opens no gate", async () => {
    file = json({});
    const { errors, outputs } = await fetchExport({ uid: "exp-1", answered: "exp-2" });
    expect(errors[0]).toContain("exp-2");
    expect(outputs).toMatchObject({ complete: "false", "download-path": "" });
  });

  test("may be written in capitals and without dashes", async () => {
    file = json({});
    const { errors } = await fetchExport({ uid: "ab-cd", answered: "ABCD" });
    expect(errors).toEqual([]);
    expect(placed()).toEqual(["export/export-ab-cd.json"]);
  });
});

describe("this machine's cache", () => {
  test("serves the same export, and no other", async () => {
    for (const uid of ["exp_1", "exp-1", "EXP-1"]) {
      file = json([uid]);
      await fetchExport({ uid, inputs: { "download-path": uid } });
      await fetchExport({ uid, inputs: { "download-path": `${uid}-again` } });
      for (const folder of [uid, `${uid}-again`])
        expect(readFileSync(tree.at(`workspace/${folder}/export-${uid}.json`))).toEqual(file);
    }
    expect(store.heard).toHaveLength(3);
  });

  test("serves another key nothing", async () => {
    file = json({});
    await fetchExport();
    emulator.addKey({ key: "avk_another_0123456789abcdef" });
    await fetchExport({ inputs: { "api-key": "avk_another_0123456789abcdef" } });
    expect(store.heard).toHaveLength(2);
    for (const folder of cached()) expect(folder).not.toContain("avk_");
  });

  test.each<[string, (folder: string) => void]>([
    ["was cut", (folder) => truncateSync(join(folder, "export"), 1)],
    ["was replaced", (folder) => writeFileSync(join(folder, "export"), '{"forged": true}')],
    [
      "was replaced with its digest",
      (folder) => {
        writeFileSync(join(folder, "export"), "{}");
        const sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        writeFileSync(join(folder, "export.json"), JSON.stringify({ sha256, mac: sha256 }));
      },
    ],
    ["became a pipe", (folder) => makePipe(join(folder, "export"))],
    ["has a pipe as its record", (folder) => makePipe(join(folder, "export.json"))],
    [
      "became a link to what has no end",
      (folder) => {
        rmSync(join(folder, "export"));
        symlinkSync("/dev/zero", join(folder, "export"));
      },
    ],
    ["grew", (folder) => truncateSync(join(folder, "export"), 2 ** 40)],
    ["lost its record", (folder) => writeFileSync(join(folder, "export.json"), "")],
  ])("drops a file that %s, and fetches it once more", async (_name, spoil) => {
    file = json({ good: "content" });
    await fetchExport({ inputs: { "download-path": "first" } });
    cached().forEach(spoil);
    const { errors } = await fetchExport({ inputs: { "download-path": "second" } });
    await fetchExport({ inputs: { "download-path": "third" } });
    expect(errors).toEqual([]);
    expect(store.heard).toHaveLength(2);
    for (const folder of ["first", "second", "third"])
      expect(readFileSync(tree.at(`workspace/${folder}/export-e.json`))).toEqual(file);
  });
});

describe("a file that is not an export", () => {
  const archive = zipOf([{ name: "a.json", content: "annotations" }]);
  const page = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
  const refusal = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>';
  const damaged = Buffer.from(archive);
  damaged.fill(0xff, 40, 44);

  test.each<[string, Buffer | string, string]>([
    ["a page", page, 'HTML page ("Sign in")'],
    ["a page behind blanks", `\n  ${page}`, "HTML page"],
    ["a store's error", refusal, 'XML document ("Error, AccessDenied")'],
    ["text", "upstream timed out", 'text ("upstream timed out")'],
    ["packed data", Buffer.from([0x1f, 0x8b, 8, 0]), "gzip data"],
    ["other data", Buffer.from([0, 1, 2, 3]), "other data"],
    ["nothing", "", "empty"],
    ["JSON that is cut short", '{"a": [1, 2', "not valid JSON"],
    ["JSON with a page behind it", `{}${page}`, "not valid JSON"],
    ["an archive that is cut short", archive.subarray(0, -30), "archive is damaged"],
    ["an archive whose content is damaged", damaged, "archive is damaged"],
  ])("is refused, and neither kept nor cached: %s", async (_name, bytes, text) => {
    for (const extract of ["true", "false"]) {
      file = Buffer.from(bytes);
      const { errors, outputs } = await fetchExport({ inputs: { extract } });
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain(text);
      expect(errors[0]).not.toContain("bug in the Action");
      expect(outputs["download-path"]).toBe("");
      expect(placed()).toEqual([]);
      expect(cached()).toEqual([]);
    }
    file = json({});
    expect((await fetchExport()).errors).toEqual([]);
    expect(existsSync(tree.at("workspace/export/export-e.json"))).toBe(true);
  });
});

test("an archive is handed over as it is with extract: false, whatever the names in it", async () => {
  file = zipOf([{ name: "../x", content: "x" }]);
  const { errors } = await fetchExport({ inputs: { extract: "false" } });
  expect(errors).toEqual([]);
  expect(placed()).toEqual(["export/export-e.zip"]);
});
