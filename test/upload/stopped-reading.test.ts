// A run that is stopped while it reads a large file and sends nothing: before it is sent, or after, for its MD5.
import { randomBytes } from "node:crypto";
import { systemDisk, type Disk } from "../../src/flow/disk/disk";
import { readUntil } from "../../src/flow/disk/reading-disk";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { hashingEarly } from "../support/early-threads";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, useUploadPlace } from "../support/upload-place";

jest.mock("../../src/files/workers/digest-thread", () =>
  jest
    .requireActual<{ hashingEarly: typeof hashingEarly }>("../support/early-threads")
    .hashingEarly(jest.requireActual("../../src/files/workers/digest-thread")),
);

const place = useUploadPlace();
const data = randomBytes(40 * MIB);

test.each([
  // It is opened first for what the disk says of it, and read before a PUT that replaces nothing.
  [
    "to know what it is",
    2,
    { multipartFromBytes: 1024 * MIB },
    ({ sha256: _unknown, ...file }: UploadFile): UploadFile => file,
  ],
  ["for its MD5", 2, BY_FORM, (file: UploadFile): UploadFile => file],
])("reading a file %s ends when the run is stopped", async (_why, time, how, asGiven) => {
  await place.start(how);
  const stop = new AbortController();
  let opened = 0;
  let readsLater = 0;
  const disk: Disk = {
    ...systemDisk,
    openToRead: async (path) => {
      opened += 1;
      const handle = await systemDisk.openToRead(path);
      return {
        ...handle,
        read: (buffer, position) => {
          if (stop.signal.aborted) readsLater += 1;
          if (opened === time && position >= 8 * MIB) stop.abort();
          return handle.read(buffer, position);
        },
      };
    },
  };
  const files = [asGiven(await place.put("drive.mcap", data))];
  const { avala } = sessionWith(place.emulator, { signal: stop.signal });
  const uploaded = uploadFiles({ ...avala, disk }, { datasetName: "set", files });
  await expect(uploaded).rejects.toMatchObject({ code: "cancelled" });
  expect(opened).toBe(time);
  expect(readsLater).toBe(0);
});

test("a small file is read until the disk is stopped, and not after it", async () => {
  const content = randomBytes(10);
  const { absolutePath } = await place.put("a.mcap", content);
  const stop = new AbortController();
  const disk = readUntil(systemDisk, stop.signal);
  const { bytes } = await disk.readWhole(absolutePath, 10);
  expect(bytes.equals(content)).toBe(true);
  stop.abort();
  await expect(disk.readWhole(absolutePath, 10)).rejects.toMatchObject({ code: "cancelled" });
});
