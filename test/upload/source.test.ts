import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  chmod,
  link,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
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

test.each(["EMFILE", "ENFILE"])("of %s it is said how to raise the limit", async (code) => {
  const readWhole = (): Promise<never> =>
    Promise.reject(Object.assign(new Error("too many open files"), { code }));
  const file = await fileOf(Buffer.from("a"));
  await expect(readSmall({ ...systemDisk, readWhole }, file)).rejects.toMatchObject({
    message: `set/a.bin can't be read (${code}).`,
    hint: expect.stringContaining("ulimit -n") as string,
  });
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

describe("a file that is touched while it is sent, with the content that it had", () => {
  const data = randomBytes(LARGE);
  const touches: [name: string, touch: (path: string) => Promise<void>][] = [
    ["linked", (path) => link(path, join(folder, `link-${randomUUID()}`))],
    ["given other permissions", (path) => chmod(path, 0o600)],
    ["given other times", (path) => utimes(path, 1, 1)],
    [
      "replaced by a copy",
      async (path) => {
        await writeFile(`${path}.copy`, await readFile(path));
        await rename(`${path}.copy`, path);
      },
    ],
    ["removed", (path) => unlink(path)],
  ];
  const ATTRIBUTES =
    "set/a.bin changed while it was being uploaded: it was written to, replaced or removed, or its attributes were changed.";

  /** A disk on which that happens between two looks at a file. */
  function touching(touch: (path: string) => Promise<void>): Disk {
    let isFirst = true;
    const once = async (path: string): Promise<void> => {
      if (isFirst) await touch(path);
      isFirst = false;
    };
    return {
      ...counting(once).disk,
      readWhole: async (path, sizeBytes) => {
        const handle = await systemDisk.openToRead(path);
        const read = await systemDisk.readWhole(path, sizeBytes);
        await handle.stamp(); // the one of its opening
        await once(path);
        const after = await handle.stamp();
        await handle.close();
        return { ...read, after };
      },
    };
  }

  test.each(touches)("%s: it is sent, if its sha256 is known", async (_name, touch) => {
    const file = await fileOf(data, { sha256: sha256(data) });
    const sent = await handOut(file, touching(touch));
    expect(sent).toMatchObject({ digest: file.sha256, error: undefined });
    expect(sent.bytes.equals(data)).toBe(true);
    const again = await fileOf(data, { sha256: sha256(data) });
    expect((await readSmall(touching(touch), again)).bytes.equals(data)).toBe(true);
  });

  test("goes by parts, the digest of which proves what was read of each", async () => {
    const file = await fileOf(data, { sha256: sha256(data) });
    const memory = createPartMemories()(512 * 1024, true);
    const reading = { memory, sha256: digestHere("sha256") };
    const disk = touching((path) => link(path, `${path}.link`));
    const read: Buffer[] = [];
    for await (const part of readParts(disk, file, reading)) read.push(Buffer.from(part.bytes));
    expect(Buffer.concat(read).equals(data)).toBe(true);
  });

  test("but a part of which was edited when it was read, and put back since, never goes whole", async () => {
    const PART = 512 * 1024;
    const file = await fileOf(data, { sha256: sha256(data) });
    const edited = Buffer.from(data);
    edited.writeUInt8(255 - edited.readUInt8(PART + 3), PART + 3);
    const memory = createPartMemories()(PART, true);
    let reads = 0;
    const { disk } = counting(async (path) => {
      reads += 1;
      await writeFile(path, reads === 1 ? edited : data);
    });
    let bytes = 0;
    const send = async (): Promise<void> => {
      const parts = readParts(disk, file, { memory, sha256: digestHere("sha256") });
      for await (const read of parts) bytes += read.bytes.length;
    };
    await expect(send()).rejects.toMatchObject({ code: "file_changed" });
    expect(bytes).toBeLessThan(LARGE);
  });

  test.each(touches)("%s: refused as what it may be, if nothing is known", async (_name, touch) => {
    const file = await fileOf(data);
    expect((await handOut(file, touching(touch))).error).toMatchObject({ message: ATTRIBUTES });
    const again = await fileOf(data);
    await expect(readSmall(touching(touch), again)).rejects.toMatchObject({ message: ATTRIBUTES });
  });
});

test("a file that was truncated while it is sent is refused with the size that it has", async () => {
  const file = await fileOf(Buffer.alloc(LARGE, 1));
  const message = `set/a.bin changed while it was being uploaded: it has 7 bytes, and had ${LARGE} when it was listed.`;
  const { disk } = counting((path) => truncate(path, 7));
  expect((await handOut(file, disk)).error).toMatchObject({ message });
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
