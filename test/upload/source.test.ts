import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rename, rm, truncate, utimes, writeFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemDisk, type Disk } from "../../src/flow/disk/disk";
import { digestHere, type RunningDigest } from "../../src/files/workers/digest-thread";
import { readSha256, readMd5, readChunks } from "../../src/upload/send/chunks";
import { createPartMemories } from "../../src/upload/send/piece-memory";
import { readParts, readSmall, type SourceFile } from "../../src/upload/send/source";

const LARGE = 3 * 512 * 1024 + 7;
const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "source-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(data: Buffer, more: Partial<SourceFile> = {}): Promise<SourceFile> {
  const absolutePath = join(folder, "a.bin");
  await writeFile(absolutePath, data);
  return { path: "set/a.bin", absolutePath, sizeBytes: data.length, ...more };
}

/** Reads all chunks and returns what was handed out, also when the reading failed. */
async function handOut(
  file: SourceFile,
  disk = systemDisk,
  onChunk = async (): Promise<void> => {},
) {
  const chunks: Buffer[] = [];
  let digest: string | undefined;
  let error: unknown;
  try {
    for await (const chunk of readChunks(disk, file, ({ sha256 }) => (digest = sha256))) {
      chunks.push(Buffer.from(chunk)); // its memory is used again
      await onChunk();
    }
  } catch (caught) {
    error = caught;
  }
  return { bytes: Buffer.concat(chunks), digest, error };
}

/** A disk whose open handles are counted. `onRead` is called after each read. */
function counting(onRead: (path: string) => Promise<void> = async () => {}) {
  let open = 0;
  const disk: Disk = {
    ...systemDisk,
    openToRead: async (path) => {
      const handle = await systemDisk.openToRead(path);
      open += 1;
      return {
        ...handle,
        read: async (...args) => {
          const bytes = await handle.read(...args);
          await onRead(path);
          return bytes;
        },
        close: async () => {
          open -= 1;
          await handle.close();
        },
      };
    },
  };
  return { disk, open: () => open };
}

describe("a file that stays as it is", () => {
  test("is handed out whole with its sha256, large or small or empty", async () => {
    const data = Buffer.alloc(LARGE, "abc");
    const file = await fileOf(data);
    const large = await handOut(file);
    expect(large).toMatchObject({ digest: sha256(data), error: undefined });
    expect(large.bytes.equals(data)).toBe(true);
    const small = await readSmall(systemDisk, file);
    expect(small.sha256).toBe(sha256(data));
    expect(small.bytes.equals(data)).toBe(true);
    expect(await readSha256(systemDisk, file)).toBe(sha256(data));
    const empty = await fileOf(Buffer.alloc(0));
    expect((await readSmall(systemDisk, empty)).sha256).toBe(sha256(Buffer.alloc(0)));
    expect(await readSha256(systemDisk, empty)).toBe(sha256(Buffer.alloc(0)));
  });

  test("is overwritten only where neither a digest nor a connection reads any more", async () => {
    const data = randomBytes(16 * 512 * 1024 + 7);
    const file = await fileOf(data);
    const running = digestHere("sha256");
    let lastAdded: Promise<void> = Promise.resolve();
    // Reads what it was given long after it was given it.
    const slow: RunningDigest = {
      add: (bytes) => (lastAdded = lastAdded.then(() => sleep(2)).then(() => running.add(bytes))),
      soFar: () => lastAdded.then(() => running.soFar()),
      digest: () => lastAdded.then(() => running.digest()),
    };
    const taken: Buffer[] = [];
    let previous: Buffer | undefined;
    for await (const chunk of readChunks(systemDisk, file, () => undefined, { sha256: slow })) {
      if (previous !== undefined) taken.push(Buffer.from(previous));
      previous = chunk;
    }
    if (previous !== undefined) taken.push(previous);
    expect(Buffer.concat(taken).equals(data)).toBe(true);
    expect(await slow.digest()).toBe(sha256(data));
  });

  test("is not read as a whole when one who hashes it has gone", async () => {
    const file = await fileOf(Buffer.alloc(LARGE, 1));
    const gone: RunningDigest = {
      add: () => Promise.resolve(),
      soFar: () => Promise.resolve(undefined),
      digest: () => Promise.resolve(undefined),
    };
    await expect(readSha256(systemDisk, file, { sha256: gone })).rejects.toMatchObject({
      code: "file",
    });
  });

  test("has an MD5 only with the content that its manifest says", async () => {
    const data = Buffer.alloc(LARGE, "abc");
    const file = await fileOf(data, { sha256: sha256(data) });
    const md5 = createHash("md5").update(data).digest("hex");
    expect(await readMd5(systemDisk, file)).toBe(md5);
    const other = readMd5(systemDisk, { ...file, sha256: "0".repeat(64) });
    await expect(other).rejects.toMatchObject({ code: "file_changed" });
  });

  test("closes its handle, also when the reader leaves early", async () => {
    const { disk, open } = counting();
    const file = await fileOf(Buffer.alloc(LARGE));
    for await (const chunk of readChunks(disk, file, () => {})) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(open()).toBe(0);
  });
});

describe("parts of a file", () => {
  const PART = 512 * 1024;

  test("are read while the digest of the one before is on its way", async () => {
    const data = randomBytes(2 * PART + 7);
    const file = await fileOf(data);
    const running = digestHere("sha256");
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    const waiting: RunningDigest = {
      ...running,
      soFar: async () => {
        const digest = await running.soFar();
        return isReleased.then(() => digest);
      },
    };
    const memory = createPartMemories()(PART, true);
    const parts = readParts(systemDisk, file, { memory, sha256: waiting });
    const first = await parts.next();
    const second = await parts.next();
    release();
    const third = await parts.next();
    const ends = [PART, 2 * PART, data.length];
    const found = [first, second, third].map(async ({ value }) => value?.sha256);
    expect(await Promise.all(found)).toEqual(ends.map((end) => sha256(data.subarray(0, end))));
    expect((await parts.next()).done).toBe(true);
  });

  test("without a digest reject where it is waited for, and nowhere else", async () => {
    const file = await fileOf(randomBytes(2 * PART));
    const gone: RunningDigest = {
      ...digestHere("sha256"),
      soFar: () => Promise.resolve(undefined),
    };
    const memory = createPartMemories()(PART, true);
    const parts = readParts(systemDisk, file, { memory, sha256: gone });
    const { value } = await parts.next();
    await sleep(1); // nothing is thrown at the process meanwhile
    await expect(value?.sha256).rejects.toMatchObject({
      code: "file",
      retryable: true,
    });
    await parts.return(undefined);
  });
});

describe("a file that moves under us is never handed out whole", () => {
  const before = Buffer.alloc(LARGE, 1);
  const changes: [name: string, change: (path: string) => Promise<void>][] = [
    ["truncated", (path) => truncate(path, 600_000)],
    ["grown", (path) => writeFile(path, Buffer.alloc(LARGE + 1, 1))],
    ["written with the same size", (path) => writeFile(path, Buffer.alloc(LARGE, 2))],
    [
      "written with the same size and its old times put back",
      async (path) => {
        const { atime, mtime } = await stat(path);
        await writeFile(path, Buffer.alloc(LARGE, 2));
        await utimes(path, atime, mtime);
      },
    ],
  ];

  test.each(changes)("%s while it is sent", async (_name, change) => {
    const file = await fileOf(before);
    let isFirst = true;
    const { bytes, error } = await handOut(file, systemDisk, async () => {
      if (isFirst) await change(file.absolutePath);
      isFirst = false;
    });
    expect(error).toMatchObject({
      code: "file_changed",
      message: expect.stringContaining("set/a.bin") as string,
    });
    expect(bytes.length).toBeLessThan(LARGE);
  });

  test.each(changes.slice(0, 2))("%s before it is opened", async (_name, change) => {
    const file = await fileOf(before);
    await change(file.absolutePath);
    expect((await handOut(file)).error).toMatchObject({ code: "file_changed" });
    await expect(readSmall(systemDisk, file)).rejects.toMatchObject({ code: "file_changed" });
  });

  test("written to between its reading and the last look at it", async () => {
    const file = await fileOf(before);
    const { disk, open } = counting((path) => utimes(path, 1, 1));
    expect((await handOut(file, disk)).error).toMatchObject({ code: "file_changed" });
    expect(open()).toBe(0);
  });

  test.each([10_240, LARGE])("written to between two reads of it, of %i bytes", async (size) => {
    const file = await fileOf(Buffer.alloc(size, 1));
    const { bytes, before: first, after } = await systemDisk.readWhole(file.absolutePath, size);
    expect(after).toEqual(first);
    await writeFile(file.absolutePath, Buffer.alloc(size, 2));
    await utimes(file.absolutePath, 1, 1);
    const next = await systemDisk.readWhole(file.absolutePath, size);
    expect(next.before).not.toEqual(after);
    const disk: Disk = {
      ...systemDisk,
      readWhole: async () => ({ bytes, before: first, after: next.before }),
    };
    await expect(readSmall(disk, file)).rejects.toMatchObject({ code: "file_changed" });
  });

  test("when its content is not what the manifest says", async () => {
    const file = await fileOf(before, { sha256: "0".repeat(64) });
    const { bytes, error } = await handOut(file);
    expect(error).toMatchObject({ code: "file_changed" });
    expect(bytes.length).toBeLessThan(LARGE);
    await expect(readSmall(systemDisk, file)).rejects.toMatchObject({ code: "file_changed" });
  });

  test("replaced by another while it is open: the old content goes, or an error", async () => {
    const file = await fileOf(before);
    const other = join(folder, "other");
    await writeFile(other, Buffer.alloc(LARGE, 2));
    let isFirst = true;
    const { bytes, error } = await handOut(file, systemDisk, async () => {
      if (isFirst) await rename(other, file.absolutePath);
      isFirst = false;
    });
    expect((await readFile(file.absolutePath)).equals(before)).toBe(false);
    // oxlint-disable-next-line jest/no-conditional-expect -- both ends are right, one of them must hold
    if (error === undefined) expect(bytes.equals(before)).toBe(true);
    // oxlint-disable-next-line jest/no-conditional-expect -- as above
    else expect(error).toMatchObject({ code: "file_changed" });
  });
});

/** Where it is asked what the file is, it has the size that was listed. */
function believing({ sizeBytes }: SourceFile): Disk {
  return {
    ...systemDisk,
    readWhole: async (path, bytes) => {
      const { before, after, ...read } = await systemDisk.readWhole(path, bytes);
      return { ...read, before: { ...before, sizeBytes }, after: { ...after, sizeBytes } };
    },
    openToRead: async (path) => {
      const handle = await systemDisk.openToRead(path);
      return { ...handle, stamp: async () => ({ ...(await handle.stamp()), sizeBytes }) };
    },
  };
}

describe.each([0, 10_240, LARGE])(
  "a file with more than the %i bytes that it says",
  (sizeBytes) => {
    const longer = (): Promise<SourceFile> => fileOf(Buffer.alloc(sizeBytes + 7, 1), { sizeBytes });
    const refused = { code: "file_changed" };

    test("is refused as a whole", async () => {
      const file = await longer();
      await expect(readSmall(believing(file), file)).rejects.toMatchObject(refused);
    });

    test("is never handed out whole in chunks, nor hashed", async () => {
      const file = await longer();
      const { bytes, error } = await handOut(file, believing(file));
      expect(error).toMatchObject(refused);
      expect(bytes.length).toBeLessThan(Math.max(sizeBytes, 1));
      await expect(readSha256(believing(file), file)).rejects.toMatchObject(refused);
      await expect(readMd5(believing(file), file)).rejects.toMatchObject(refused);
    });

    test("is never handed out whole in parts", async () => {
      const file = await longer();
      const memory = createPartMemories()(512 * 1024, true);
      const reading = { memory, sha256: digestHere("sha256") };
      let bytes = 0;
      const read = async (): Promise<void> => {
        for await (const part of readParts(believing(file), file, reading)) {
          bytes += part.bytes.length;
          memory.giveBack(part.bytes);
        }
      };
      await expect(read()).rejects.toMatchObject(refused);
      expect(bytes).toBeLessThan(Math.max(sizeBytes, 1));
    });
  },
);

(process.platform === "linux" ? test : test.skip)(
  "a file that the system makes up, of no bytes by what it says, is refused",
  async () => {
    const file = { path: "status", absolutePath: "/proc/self/status", sizeBytes: 0 };
    await expect(readSmall(systemDisk, file)).rejects.toMatchObject({ code: "file_changed" });
    await expect(readSha256(systemDisk, file)).rejects.toMatchObject({ code: "file_changed" });
  },
);

describe("a file that can't be read", () => {
  test("is an error that names the path in the dataset and the system's reason, and no other path", async () => {
    const file = { path: "set/gone.jpg", absolutePath: join(folder, "gone.jpg"), sizeBytes: 1 };
    await expect(readSmall(systemDisk, file)).rejects.toMatchObject({
      code: "file",
      message: "set/gone.jpg can't be read (ENOENT).",
    });
    expect((await handOut(file)).error).toMatchObject({ code: "file" });
  });
});
