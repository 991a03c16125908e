// Files on the disk whose looking at fails: nothing of them stays open.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { systemDisk } from "../../src/flow/disk/disk";
import { createTempTree, type TempTree } from "../support/temp-tree";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ "journal.jsonl": "{}\n" });
});
afterEach(() => {
  jest.restoreAllMocks();
  tree.remove();
});

const openFiles = (): number => readdirSync("/proc/self/fd").length;

/** The next look at an open file fails, as on a file server that has gone. */
async function failNextLook(): Promise<void> {
  const handle = await open(tree.at("journal.jsonl"));
  const shared = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  jest
    .spyOn(shared, "stat")
    .mockRejectedValueOnce(Object.assign(new Error("gone"), { code: "EIO" }));
}

const whereFilesAreListed = process.platform === "linux" ? test : test.skip;

whereFilesAreListed.each([
  ["read", (path: string) => systemDisk.readIfPresent(path)],
  ["sent", (path: string) => systemDisk.openToRead(path)],
  ["appended to", (path: string) => systemDisk.openToAppend(path)],
  ["replaced", (path: string) => systemDisk.rewrite(path, "new")],
])("a file that is %s is closed when it can't be looked at", async (_what, use) => {
  await failNextLook();
  const before = openFiles();
  await expect(use(tree.at("journal.jsonl"))).rejects.toThrow("gone");
  expect(openFiles()).toBe(before);
});

test("since when a file is silent is by the clock of its times, whatever the machine's was set to", async () => {
  const held = await systemDisk.hold(tree.at("a.lock"), () => undefined);
  const realNow = Date.now();
  jest.spyOn(Date, "now").mockImplementation(() => realNow + 3_600_000);
  const [listed] = await systemDisk.list(tree.root, "a.");
  expect(Math.round((listed?.silentMs ?? 0) / 3_600_000)).toBe(1);
  await held.release();
});

describe("a file that is replaced", () => {
  const text = (path: string): string => readFileSync(tree.at(path), "utf8");

  test("has the new content, for its owner only, and whoever has the old one open still has that", async () => {
    const old = await open(tree.at("journal.jsonl"));
    await systemDisk.rewrite(tree.at("journal.jsonl"), "new\n");
    await systemDisk.rewrite(tree.at("folder/other.jsonl"), "other\n");
    expect([text("journal.jsonl"), text("folder/other.jsonl")]).toEqual(["new\n", "other\n"]);
    expect(await old.readFile("utf8")).toBe("{}\n");
    await old.close();
    expect(statSync(tree.at("journal.jsonl")).mode & 0o777).toBe(0o600);
    expect(readdirSync(tree.root).sort()).toEqual(["folder", "journal.jsonl"]);
  });

  test("is the old one where the new one does not get to the disk, and nothing lies beside it", async () => {
    const handle = await open(tree.at("journal.jsonl"));
    const shared = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    jest.spyOn(shared, "datasync").mockRejectedValueOnce(new Error("no room"));
    const replaced = systemDisk.rewrite(tree.at("journal.jsonl"), "new\n");
    await expect(replaced).rejects.toThrow("no room");
    expect(text("journal.jsonl")).toBe("{}\n");
    expect(readdirSync(tree.root)).toEqual(["journal.jsonl"]);
  });
});
