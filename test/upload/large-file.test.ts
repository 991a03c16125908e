// Files that are large enough to be hashed in threads, from memory that is used again.
import { randomBytes } from "node:crypto";
import { appendFile } from "node:fs/promises";
import type { Avala } from "../../src/api/connection";
import { systemDisk, type Disk } from "../../src/flow/disk";
import { uploadFiles, type UploadFile, type UploadResult } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const data = randomBytes(128 * MIB + 3);
let file: UploadFile;
let opened: number;

beforeEach(async () => {
  file = await place.put("drive.mcap", data);
  opened = 0;
});

const counting: Disk = {
  ...systemDisk,
  openToRead: (path) => {
    opened += 1;
    return systemDisk.openToRead(path);
  },
};

function upload(avala: Avala, disk = counting, datasetName = "set"): Promise<UploadResult> {
  return uploadFiles({ ...avala, disk }, { datasetName, files: [file] });
}

async function expectStored(): Promise<void> {
  for (const { sha256 } of await place.emulator.objects()) expect(sha256).toBe(file.sha256);
}

test("by form it is read again for its MD5 where the store is the first to return one, and then no more", async () => {
  await place.start(BY_FORM);
  const { avala } = sessionWith(place.emulator);
  expect(await upload(avala)).toMatchObject({ checkedByStore: 1 });
  expect(opened).toBe(2);
  expect(await upload(avala, counting, "second")).toMatchObject({ checkedByStore: 1 });
  expect(opened).toBe(3);
  await expectStored();
});

test("by parts it is read once", async () => {
  await place.start({ partSizeBytes: 16 * MIB });
  expect(await upload(sessionWith(place.emulator).avala)).toMatchObject({ checkedByStore: 1 });
  expect(opened).toBe(1);
  await expectStored();
});

test.each([
  ["by form", BY_FORM],
  ["by parts", {}],
])("%s it does not land when it grows while it is sent", async (_way, options) => {
  await place.start(options);
  let isGrown = false;
  const growing: Disk = {
    ...systemDisk,
    openToRead: async (path) => {
      const handle = await systemDisk.openToRead(path);
      const read: typeof handle.read = async (buffer, position) => {
        if (position > 64 * MIB && !isGrown) {
          isGrown = true;
          await appendFile(path, "more");
        }
        return handle.read(buffer, position);
      };
      return { ...handle, read };
    },
  };
  const failures = [{ error: { code: "file_changed" } }];
  await expect(upload(sessionWith(place.emulator).avala, growing)).rejects.toMatchObject({
    failures,
  });
  expect(await place.emulator.objects()).toEqual([]);
});
