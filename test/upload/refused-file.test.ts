// A presign that is refused with a 409 or a 410, for which the contract has no more than the word conflict: one file that the server
// does not take, or a batch that takes no more. Which, another file of the set shows.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { ApiError } from "../../src/errors";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";
const COUNT = 20;
const DETAIL = "A file of this name is locked.";
const WAYS = ["managed", "form", "refused"] as const;

interface Asked {
  readonly file_path_in_dataset: string;
  readonly dataset_upload_uid?: string;
}

interface Refusing {
  readonly upload: () => Promise<UploadResult>;
  readonly asked: Asked[];
}

function makeFiles(): Promise<UploadFile[]> {
  const names = Array.from({ length: COUNT }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

/** A run of the files on a server that refuses what it is asked for where `isRefused`. */
function refusing(
  files: readonly UploadFile[],
  isRefused: (asked: Asked, count: number) => boolean,
  status = 409,
): Refusing {
  const { avala } = sessionWith(place.emulator);
  const asked: Asked[] = [];
  const call: Avala["call"] = async (request) => {
    if (request.route !== PRESIGN) return avala.call(request);
    const body = request.body as Asked;
    asked.push(body);
    if (!isRefused(body, asked.length)) return avala.call(request);
    const text = `Could not presign: ${DETAIL}`;
    throw new ApiError("conflict", text, { status, route: PRESIGN, detail: DETAIL });
  };
  const stateDirectory = join(place.folder, "state");
  const upload = (): Promise<UploadResult> =>
    uploadFiles({ ...avala, call }, { datasetName: "set", files, stateDirectory });
  return { upload, asked };
}

const batchesOf = (asked: readonly Asked[]): number =>
  new Set(asked.map((one) => one.dataset_upload_uid)).size;

function puts(): number {
  return place.emulator.requests().filter(({ target }) => target === "storage").length;
}

describe.each(WAYS)("one file that is refused (%s)", (uploadReply) => {
  beforeEach(() => place.start({ dialect: { uploadReply } }));

  test.each([
    ["409", "110.jpg", 409],
    ["410", "110.jpg", 410],
    ["409", "100.jpg", 409],
  ])(
    "with a %s fails alone, with what the server says, and the others are sent once (%s)",
    async (_status, path, status) => {
      const files = await makeFiles();
      const first = refusing(files, (asked) => asked.file_path_in_dataset === path, status);
      await expect(first.upload()).rejects.toMatchObject({
        landed: { length: COUNT - 1 },
        failures: [{ path, error: { message: expect.stringContaining(DETAIL) as string } }],
      });
      expect(puts()).toBe(COUNT - 1);
      expect(first.asked.length).toBeLessThanOrEqual(COUNT + 3);
    },
  );

  test("is the only one that a later run asks for and sends", async () => {
    const files = await makeFiles();
    const isRefused = (asked: Asked): boolean => asked.file_path_in_dataset === "110.jpg";
    await expect(refusing(files, isRefused).upload()).rejects.toMatchObject({ failures: [{}] });
    const again = refusing(files, isRefused);
    await expect(again.upload()).rejects.toMatchObject({ failures: [{ path: "110.jpg" }] });
    expect(puts()).toBe(COUNT - 1);
    expect(again.asked.length).toBeLessThanOrEqual(2);
    const last = refusing(files, () => false);
    expect(await last.upload()).toMatchObject({
      sent: [{ path: "110.jpg" }],
      unchanged: { length: COUNT - 1 },
    });
    expect(puts()).toBe(COUNT);
  });
});

test("one that no form can carry is refused alone, too", async () => {
  await place.start();
  const files = await makeFiles();
  const large = { path: "large.mp4", absolutePath: "/none", sizeBytes: 6 * 1024 * MIB };
  const sized = { ...large, sha256: "a".repeat(64) };
  const run = refusing([sized, ...files], (asked) => asked.file_path_in_dataset === large.path);
  await expect(run.upload()).rejects.toMatchObject({
    landed: { length: COUNT },
    failures: [{ path: large.path, error: { message: expect.stringContaining(DETAIL) as string } }],
  });
});

describe.each([409, 410])(
  "a batch that is refused with a %i, whatever file is asked for",
  (status) => {
    beforeEach(() => place.start());

    test.each([
      ["from the first file on", 1],
      ["from the tenth on", 10],
    ])("is given up, and all files go in another, %s", async (_when, from) => {
      const files = await makeFiles();
      let closed: string | undefined;
      const run = refusing(
        files,
        ({ dataset_upload_uid: batch }, count) => {
          if (count >= from) closed ??= batch;
          return batch === closed;
        },
        status,
      );
      expect(await run.upload()).toMatchObject({ isComplete: true });
      expect(batchesOf(run.asked)).toBe(2);
    });

    test("is given up where it still answers for the files that it has", async () => {
      const files = await makeFiles();
      const known = new Map<string | undefined, Set<string>>();
      let closed: string | undefined;
      const isRefused = (
        { dataset_upload_uid: batch, file_path_in_dataset: path }: Asked,
        count: number,
      ): boolean => {
        if (count >= 10) closed ??= batch;
        const has = known.get(batch) ?? new Set();
        if (batch === closed && !has.has(path)) return true;
        known.set(batch, has.add(path));
        return false;
      };
      const run = refusing(files, isRefused, status);
      expect(await run.upload()).toMatchObject({ isComplete: true });
      expect(batchesOf(run.asked)).toBe(2);
    });

    test("of one file alone is given up as well", async () => {
      const [file] = await makeFiles();
      if (file === undefined) throw new Error("There is no file.");
      const run = refusing([file], (_asked, count) => count === 1, status);
      expect(await run.upload()).toMatchObject({ sent: [{}], isComplete: true });
    });
  },
);

test("a refusal of all that the first protocol asks for ends the run", async () => {
  await place.start({ dialect: { uploadReply: "refused" } });
  const run = refusing(await makeFiles(), ({ dataset_upload_uid: batch }) => batch === undefined);
  await expect(run.upload()).rejects.toMatchObject({ code: "conflict", landed: [] });
});
