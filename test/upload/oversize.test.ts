// Files that no form can carry go by parts, first of all, or nothing goes. They are sparse, and are never sent whole here.
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { rejectionOf } from "../support/thrown";
import { sessionWith } from "../support/session";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { startQuietly } from "../support/quiet-emulator";

const GIB = 1024 ** 3;
const LIMIT = 5 * GIB;

let emulator: Emulator;
let folder: string;

async function start(uploadReply: "ignored" | "managed"): Promise<void> {
  const dialect = { uploadReply };
  emulator = await startQuietly({ dialect });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oversize-"));
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

async function sparse(path: string, sizeBytes: number): Promise<UploadFile> {
  const absolutePath = join(folder, path);
  await writeFile(absolutePath, "");
  await truncate(absolutePath, sizeBytes);
  // Told, so that no test reads 5 GiB.
  return { path, absolutePath, sizeBytes, sha256: "5".repeat(64) };
}

async function small(path: string): Promise<UploadFile> {
  const absolutePath = join(folder, path);
  await writeFile(absolutePath, "content");
  return { path, absolutePath, sizeBytes: 7 };
}

const upload = (files: readonly UploadFile[]): Promise<UploadResult> =>
  uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files });

const toStorage = () => emulator.requests().filter(({ target }) => target === "storage");

test("a deployment without parts is told from the first call, and not a byte of any file goes", async () => {
  await start("ignored");
  const files = [await small("a.jpg"), await sparse("drive.mcap", LIMIT + 1), await small("b.jpg")];
  const error = await rejectionOf(upload(files));
  expect(error).toMatchObject({
    code: "not_offered",
    landed: [],
    message: expect.stringMatching(/drive\.mcap has 5368709121 bytes .*5368709120/) as string,
  });
  expect(toStorage()).toEqual([]);
});

test("a deployment that answers with a form all the same is sent none", async () => {
  await start("ignored");
  const form = { url: emulator.storageUrl, fields: { key: "k" } };
  emulator.setFault({ on: { path: "*/file-upload-url/" }, reply: { status: 200, body: form } });
  const files = [await small("a.jpg"), await sparse("drive.mcap", LIMIT + 1)];
  expect(await rejectionOf(upload(files))).toMatchObject({ code: "not_offered", landed: [] });
  expect(toStorage()).toEqual([]);
});

test.each(["b.s3.amazonaws.com", `${"0".repeat(32)}.r2.cloudflarestorage.com`])(
  "a deployment that answers with a PUT to %s is sent none: that store takes no more by one",
  async (host) => {
    await start("managed");
    const body = { method: "PUT", upload_uid: "s1", url: `https://${host}/k`, headers: {} };
    emulator.setFault({ on: { path: "*/file-upload-url/" }, reply: { status: 200, body } });
    const files = [await small("a.jpg"), await sparse("drive.mcap", LIMIT + 1)];
    expect(await rejectionOf(upload(files))).toMatchObject({
      code: "not_offered",
      landed: [],
      message: expect.stringContaining("drive.mcap has 5368709121 bytes") as string,
    });
    expect(toStorage()).toEqual([]);
  },
);

test("with parts it goes before all others, though it is listed last", async () => {
  await start("managed");
  const body = "<Error><Code>AccessDenied</Code></Error>";
  emulator.setFault({
    on: { target: "storage", method: "PUT" },
    reply: { status: 403, body },
    times: 0,
  });
  const files = [await small("a.jpg"), await sparse("drive.mcap", LIMIT + 1)];
  const error = await rejectionOf(upload(files));
  expect(error).toMatchObject({ code: "upload", landed: [] });
  const [first] = emulator.requests().filter(({ path }) => path.endsWith("/file-upload-url/"));
  expect(first?.key).toMatch(/drive\.mcap$/);
});

test("a file at the limit goes by form where a deployment has no parts", async () => {
  await start("ignored");
  const refusal = { status: 400, body: { file_path_in_dataset: ["No."] } };
  emulator.setFault({ on: { path: "*/file-upload-url/" }, reply: refusal });
  const error = await rejectionOf(upload([await sparse("drive.mcap", LIMIT)]));
  // Asked for as any other, which is as far as this test lets it go.
  expect(error).toMatchObject({ failures: [{ error: { code: "validation" } }] });
});

test("a file over what 10,000 parts carry is refused before anything is sent", async () => {
  await start("managed");
  const files = [{ path: "a.mcap", absolutePath: "/a.mcap", sizeBytes: 1250 * GIB + 1 }];
  await expect(upload(files)).rejects.toMatchObject({ code: "input" });
  expect(emulator.requests()).toEqual([]);
});
