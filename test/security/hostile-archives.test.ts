// An export's file as an attacker would make it: what the Action unpacks stays in its folder, or nothing of it is kept.
import { gzipSync } from "node:zlib";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../action/run";
import type { NameRules } from "../../action/export/archive-rules";
import { unzip } from "../../action/export/unzip";
import type { Emulator } from "../../emulator";
import { leadingTo, record, type Recorded } from "../support/recorded-action";
import { SYMLINK_MODE, zipOf, type ZipEntry } from "../support/zip";
import { replyServer, type ReplyServer } from "../support/reply-server";
import { createTempTree, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";
import { startQuietly } from "../support/quiet-emulator";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ "workspace/.git/config": "[core]", into: null });
});
afterEach(() => tree.remove());

// A disk that compares names as Windows and macOS do by default, whatever this machine's does.
const strict: NameRules = { hasCase: false, hasForms: false, hasColons: false };
const lenient: NameRules = { hasCase: true, hasForms: true, hasColons: true };

function unpack(archive: Buffer, names: NameRules = strict): ReturnType<typeof unzip> {
  writeFileSync(tree.at("export.zip"), archive);
  const { signal } = new AbortController();
  return unzip(tree.at("export.zip"), tree.at("into"), { signal, names });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe("an archive is refused before anything of it is written", () => {
  const good: ZipEntry = { name: "good.json", content: "{}" };
  test.each<[string, readonly ZipEntry[]]>([
    [
      "a file below a file",
      [
        { name: "a", content: "x" },
        { name: "a/b", content: "y" },
      ],
    ],
    ["a file below a file, deeper", [{ name: "A/b/c/d" }, { name: "a/B" }]],
    ["a hook of git's", [{ name: ".git/hooks/post-checkout", content: "x" }]],
    ["git's folder in capitals, further in", [{ name: "a/.GIT/commondir", content: "x" }]],
    ["a name that no file system holds", [{ name: `${"n".repeat(300)}.json` }]],
    [
      "two names that differ in Unicode form alone",
      [{ name: "\u00e4.json" }, { name: "a\u0308.json" }],
    ],
    ["a share of Windows", [{ name: "\\\\server\\share\\x" }]],
    ["a stream of Windows", [{ name: "a.json:hidden" }]],
    ["a drive", [{ name: "C:\\x" }]],
    ["a path that climbs in disguise", [{ name: "a\\..\\..\\x" }]],
    [
      "a link to a folder, and a file through it",
      [{ name: "l", content: "/tmp", mode: SYMLINK_MODE }, { name: "l/x" }],
    ],
    ["a pipe", [{ name: "p", mode: 0o010644 }]],
  ])("%s", async (_name, bad) => {
    expect(await rejectionOf(unpack(zipOf([good, ...bad])))).toMatchObject({ code: "bad_reply" });
    expect(filesIn(tree.at("into"))).toEqual([]);
  });

  test.each<[string, () => readonly ZipEntry[]]>([
    [
      "more folders than an export has",
      () => Array.from({ length: 20_001 }, (_, i) => ({ name: `${i}/x` })),
    ],
    [
      "more folders than an export has, one in another",
      () => Array.from({ length: 1_000 }, (_, i) => ({ name: `${i}/${"f/".repeat(30)}x` })),
    ],
    [
      "names of ever so many slashes",
      () => Array.from({ length: 60 }, (_, i) => ({ name: `${i}/${"a/".repeat(32_000)}` })),
    ],
    ["a path deeper than any export's", () => [{ name: `${"d/".repeat(33)}x` }]],
    ["a path longer than a system takes", () => [{ name: `${`${"n".repeat(250)}/`.repeat(5)}x` }]],
    ["git's folder as Windows reads it", () => [{ name: ".git. /x" }]],
    ["git's folder by its short name", () => [{ name: "GIT~1/x" }]],
    ["git's folder as macOS reads it", () => [{ name: ".g\u200cit/x" }]],
    ["a file and a folder of one name", () => [{ name: "a/" }, { name: "A" }]],
  ])("%s", async (_name, bad) => {
    expect(await rejectionOf(unpack(zipOf([good, ...bad()])))).toMatchObject({ code: "bad_reply" });
    expect(filesIn(tree.at("into"))).toEqual([]);
  });

  test("entries that share their bytes, so that few make many", async () => {
    const archive = zipOf(
      Array.from({ length: 60 }, (_, i) => ({
        name: `${i}`,
        content: i === 0 ? Buffer.alloc(1_000_000) : "",
        claimedSize: 1_000_000,
      })),
    );
    expect(await rejectionOf(unpack(archive))).toMatchObject({ code: "bad_reply" });
    expect(filesIn(tree.at("into"))).toEqual([]);
  });
});

describe("where names that differ anyhow are different files", () => {
  test.each<[string, readonly ZipEntry[]]>([
    ["a file below a file", [{ name: "a", content: "x" }, { name: "a/b" }]],
    ["a file and a folder of one name", [{ name: "A/" }, { name: "A" }]],
    ["a path that is there twice", [{ name: "a.json" }, { name: "a.json" }]],
    ["git's folder in capitals", [{ name: "a/.GIT/commondir" }]],
    ["a drive's root", [{ name: "C:\\x" }]],
    ["a path that climbs behind a drive", [{ name: "C:../x" }, { name: "c:/../../x" }]],
  ])("%s is refused all the same", async (_name, bad) => {
    expect(await rejectionOf(unpack(zipOf([...bad]), lenient))).toMatchObject({
      code: "bad_reply",
    });
    expect(filesIn(tree.at("into"))).toEqual([]);
  });
});

test("a name that only begins as git's folder does is a name", async () => {
  const archive = zipOf([{ name: ".github/x.json" }, { name: "a.git" }, { name: "git/x" }]);
  expect((await unpack(archive)).paths).toHaveLength(3);
});

describe("an export whose file is an attack", () => {
  let emulator: Emulator;
  let store: ReplyServer | undefined;
  beforeEach(async () => {
    emulator = await startQuietly();
  });
  afterEach(async () => {
    await emulator.stop();
    await store?.stop();
  });

  async function fetchFrom(
    file: Buffer,
    more: { uid?: string; headers?: Record<string, string> } = {},
  ): Promise<Recorded> {
    store = await replyServer((_request, response) => {
      response.writeHead(200, more.headers ?? {});
      // A length that is not reached: the connection goes instead.
      if (more.headers?.["Content-Length"] === undefined) response.end(file);
      else response.write(file, () => setTimeout(() => response.destroy(), 10));
    });
    const url = `${store.origin}/export?X-Amz-Signature=feed`;
    const body = { uid: more.uid ?? "e", status: "completed", download_url: url };
    emulator.setFault({ on: { path: "/exports/*" }, times: 0, reply: { status: 200, body } });
    const to = leadingTo(emulator);
    const workspace = tree.at("workspace");
    const inputs = {
      ...to.inputs,
      "allow-storage-hosts": store.host,
      "export-uid": "e",
      "download-path": "export",
    };
    const recorded = record({ tree, inputs, env: to.env });
    await run({ ...recorded.environment, workspace });
    return recorded;
  }

  test("puts nothing into the workspace", async () => {
    const archive = zipOf([
      { name: "ok.json", content: "{}" },
      { name: "../.git/hooks/x", content: "x" },
    ]);
    const { outputs, errors } = await fetchFrom(archive);
    expect(errors).toHaveLength(1);
    expect(outputs).toMatchObject({ outcome: "failed", "download-path": "" });
    expect(filesIn(tree.at("workspace"))).toEqual([".git/config"]);
  });

  test("and whose uid is a path leads nowhere", async () => {
    const { errors } = await fetchFrom(Buffer.from("{}"), { uid: "x/../../../owned" });
    expect(errors).toHaveLength(1);
    expect(filesIn(tree.at("workspace"))).toEqual([".git/config"]);
    expect(existsSync(tree.at("owned.json"))).toBe(false);
  });

  test("that is cut short is fetched again, and never kept by half", async () => {
    const { errors, outputs } = await fetchFrom(Buffer.from("{}"), {
      headers: { "Content-Length": "9" },
    });
    expect(errors).toHaveLength(1);
    expect(outputs["download-path"]).toBe("");
    expect(filesIn(tree.at("workspace"))).toEqual([".git/config"]);
    expect(store?.heard.length).toBe(8);
  });

  test.each([
    ["is cut short", Buffer.from([0x1f, 0x8b, 8, 0]), "truncated"],
    ["is not", Buffer.from("{}"), "does not match its Content-Encoding"],
    ["holds another archive", gzipSync(gzipSync("{}")), "gzip data"],
  ])("that says it is compressed and %s is not kept", async (_, packed, said) => {
    const { errors } = await fetchFrom(packed, { headers: { "Content-Encoding": "gzip" } });
    expect(errors[0]).toContain(said);
    expect(filesIn(tree.at("workspace"))).toEqual([".git/config"]);
  });

  test("leaves nothing of itself in the runner's temporary folder", async () => {
    await fetchFrom(zipOf([{ name: "../x", content: "x" }]));
    const left = filesIn(tree.at(".temp")).filter((name) => name.includes("avala-export-"));
    expect(left).toEqual([]);
  });
});
