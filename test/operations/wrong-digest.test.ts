// What a digest cache knows of a file is wrong, as after a power failure that lost a file's last bytes but not its times: sending
// the file shows it, and the next run reads all files.
import { statSync } from "node:fs";
import type { Emulator } from "../../emulator";
import { readFileSet } from "../../src/files/file-set";
import { hashFiles } from "../../src/files/hash";
import { sendFiles } from "../../src/operations/publish/send";
import { startQuietly } from "../support/quiet-emulator";
import { sessionWith } from "../support/session";
import { settled, startSettledCache } from "../support/settled-cache";
import { createTempTree, jpeg, largeJpeg, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";

let emulator: Emulator;
let tree: TempTree;
let kept: TempTree;
beforeEach(async () => {
  emulator = await startQuietly();
  tree = createTempTree();
  kept = createTempTree();
});
afterEach(async () => {
  tree.remove();
  kept.remove();
  await emulator.stop();
});

/** What a process that has just been started finds, and how it sends that. */
async function look(onWarning?: (text: string) => void) {
  const cache = startSettledCache({ folder: kept.at("digests"), onWarning });
  const set = await readFileSet({ root: tree.root, include: ["**"] }, { cache });
  const { files, known, recalledCount } = set;
  const { entries, digest } = await hashFiles(files, { known });
  const target = {
    dataset: { name: "set" },
    files: files.map((file, place) => ({ ...file, sha256: entries[place]?.sha256 })),
    digest,
    ifExists: "verify" as const,
  };
  const send = () =>
    sendFiles(sessionWith(emulator).avala, target, { waitMs: () => 1000, digests: known });
  return { known, recalledCount, send };
}

async function run(): Promise<{ error: unknown; warnings: readonly string[] }> {
  const warnings: string[] = [];
  const { send } = await look((text) => warnings.push(text));
  const error = await send().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, warnings };
}

/** Notes another digest of the file than it has, as it is now. */
async function mislead(name: string): Promise<void> {
  const { known } = await look();
  const { size, mtimeMs, ctimeMs, ino, dev } = statSync(tree.at(name));
  const stamp = Float64Array.of(size, mtimeMs, ctimeMs, ino, dev);
  const file = { absolutePath: tree.at(name), stamp, sinceMs: settled().wallMs };
  known?.noteDigest(file, "0".repeat(64));
  await known?.save();
}

test.each([
  ["small", jpeg("b")],
  ["large", largeJpeg("b")],
])("a wrong digest of a %s file is forgotten when the file is sent", async (_, bytes) => {
  tree.write({ "a.jpg": jpeg("a"), "b.jpg": bytes });
  await mislead("b.jpg");
  const first = await run();
  expect(first.error).toMatchObject({ failures: [{ path: "b.jpg" }] });
  expect(first.warnings).toEqual([expect.stringMatching(/wrong about .*b\.jpg/)]);
  const second = await run();
  expect(second).toEqual({ error: undefined, warnings: [] });
});

test("a file that changes before it is sent leaves what is known of the others", async () => {
  tree.write({ "a.jpg": jpeg("a"), "b.jpg": largeJpeg("b") });
  const { send } = await look();
  tree.write({ "b.jpg": largeJpeg("c") });
  expect(await rejectionOf(send())).toMatchObject({ failures: [{ path: "b.jpg" }] });
  expect((await look()).recalledCount).toBe(1);
});
