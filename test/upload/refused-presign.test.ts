// A presign that is refused otherwise than for the key: of one file that is its own failure, and the others go on; where the server
// takes no file of the set, the run stops after a handful of calls.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { AvalaError } from "../../src/errors";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { halfOf } from "../support/night";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const COUNT = 40;
const DETAIL = "this file is refused";
const STATUSES = [400, 404, 405, 413, 422, 451] as const;

type IsRefused = (path: string, asked: number) => boolean;

interface Refusing {
  readonly upload: () => Promise<UploadResult>;
  readonly asked: readonly string[];
}

function makeFiles(count = COUNT): Promise<UploadFile[]> {
  const names = Array.from({ length: count }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

/** A run on a server that refuses the presigns where `isRefused`, by what the emulator itself replies. */
function refusing(files: readonly UploadFile[], status: number, isRefused: IsRefused): Refusing {
  const { avala } = sessionWith(place.emulator);
  const asked: string[] = [];
  const call: Avala["call"] = async (request) => {
    if (!request.route.endsWith(PRESIGN)) return avala.call(request);
    const { file_path_in_dataset: path } = request.body as { file_path_in_dataset: string };
    asked.push(path);
    if (!isRefused(path, asked.length)) return avala.call(request);
    place.emulator.setFault({
      on: { method: "POST", path: PRESIGN },
      reply: { status, body: { detail: DETAIL } },
    });
    return avala.call(request);
  };
  const stateDirectory = join(place.folder, "state");
  const upload = (): Promise<UploadResult> =>
    uploadFiles({ ...avala, call }, { datasetName: "set", files, stateDirectory, concurrency: 1 });
  return { upload, asked };
}

const puts = (): number =>
  place.emulator.requests().filter(({ target }) => target === "storage").length;

const refused = (path: string): unknown => ({
  path,
  error: { message: expect.stringContaining(DETAIL) as string },
});

const REPLIES = ["managed", "form", "refused"] as const;
const ONES = STATUSES.map(
  (status) => [status, status < 410 ? "100.jpg" : "108.jpg"] as const,
).concat([
  [400, "108.jpg"],
  [422, "100.jpg"],
]);

test.each(
  halfOf(REPLIES, ONES).map(([uploadReply, [status, path]]) => ({ uploadReply, status, path })),
)(
  "one file ($uploadReply) that is refused with a $status fails alone ($path), and a later run asks for it alone",
  async ({ uploadReply, status, path }) => {
    await place.start({ dialect: { uploadReply } });
    const files = await makeFiles(12);
    const first = refusing(files, status, (asked) => asked === path);
    await expect(first.upload()).rejects.toMatchObject({
      landed: { length: 11 },
      failures: [refused(path)],
    });
    expect(puts()).toBe(11);
    expect(first.asked.length).toBeLessThanOrEqual(12 + 3);

    const again = refusing(files, status, (asked) => asked === path);
    await expect(again.upload()).rejects.toMatchObject({ failures: [refused(path)] });
    expect(again.asked.length).toBeLessThanOrEqual(2);
    expect(puts()).toBe(11);

    const last = refusing(files, status, () => false);
    expect(await last.upload()).toMatchObject({ sent: [{ path }], isComplete: true });
    expect(puts()).toBe(12);
  },
);

test.each(halfOf(REPLIES, STATUSES))(
  "a set (%s) of which no file is taken ends soon (%i)",
  async (uploadReply, status) => {
    await place.start({ dialect: { uploadReply } });
    const run = refusing(await makeFiles(), status, () => true);
    await expect(run.upload()).rejects.toMatchObject({
      landed: [],
      message: expect.stringContaining(DETAIL) as string,
    });
    expect(run.asked.length).toBeLessThanOrEqual(16);
    expect(puts()).toBe(0);
  },
);

describe.each(REPLIES)("a set (%s)", (uploadReply) => {
  beforeEach(() => place.start({ dialect: { uploadReply } }));

  test.each([400, 413])("that is refused from its tenth file on ends soon (%i)", async (status) => {
    const run = refusing(await makeFiles(), status, (path) => path >= "110.jpg");
    await expect(run.upload()).rejects.toMatchObject({ landed: { length: 10 } });
    expect(run.asked.length).toBeLessThanOrEqual(10 + 16);
  });

  test("of which a quarter is refused, many in a row, names them all", async () => {
    const isRefused = (path: string): boolean => path >= "105.jpg" && path < "115.jpg";
    const run = refusing(await makeFiles(), 400, isRefused);
    await expect(run.upload()).rejects.toMatchObject({
      landed: { length: COUNT - 10 },
      failures: { length: 10 },
    });
    expect(puts()).toBe(COUNT - 10);
    expect(run.asked.length).toBeLessThanOrEqual(COUNT + 8);
  });
});

test("what is said of the set's own fields stops it at once", async () => {
  await place.start();
  place.emulator.setFault({
    on: { path: PRESIGN },
    times: 0,
    reply: { status: 400, body: { organization_uid: ["No such organization."] } },
  });
  const run = refusing(await makeFiles(), 400, () => false);
  await expect(run.upload()).rejects.toMatchObject({
    code: "validation",
    landed: [],
    failures: [],
  });
  expect(run.asked).toHaveLength(1);
});

test.each([401, 403])("a %i, which is about the key, stops it at once", async (status) => {
  await place.start();
  const run = refusing(await makeFiles(), status, (path) => path === "110.jpg");
  await expect(run.upload()).rejects.toBeInstanceOf(AvalaError);
  expect(run.asked.length).toBeLessThanOrEqual(11);
});
