// A store takes a file by PUT and keeps something else, or does not say what it keeps. What lies there is not replaced, so what
// tells is only what lies there once the dataset is made.
import { machineIn, versionOf, type Content } from "../support/machines";
import { rivalFiles } from "../support/rival-files";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 6;
const WRONG = "103.jpg";

const filesOf = (): Promise<Content> => rivalFiles(place, "ours", { count: COUNT });

const ONE = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;

const holdsOther = {
  code: "dataset",
  message: expect.stringMatching(
    /holds other content than this run sent:\n[^\n]*103\.jpg: of other content[^\n]*$/,
  ) as string,
};

const names: [how: string, nameOf: (files: Content) => string][] = [
  ["its content", versionOf],
  ["the user", () => "set"],
];

describe.each(["together", "apart"] as const)("where the files of batches lie %s", (batches) => {
  beforeEach(() => place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0 }));

  test.each(names)(
    "a file that was stored without an ETag counts under a name of %s",
    async (_how, nameOf) => {
      const files = await filesOf();
      place.emulator.setFault({ on: ONE, when: "after", reply: { status: 200 } });
      const { publish, events } = machineIn(place, "one");
      expect(await publish(files, nameOf(files))).toMatchObject({
        outcome: "uploaded",
        unverified: 0,
      });
      expect(events.filter(({ kind }) => kind === "warning")).toEqual([]);
      const puts = place.emulator.requests().filter(({ method }) => method === "PUT");
      expect(puts).toHaveLength(COUNT);
    },
  );

  test.each(names)(
    "a file that was kept wrong, and its ETag lost, fails the run under a name of %s",
    async (_how, nameOf) => {
      const files = await filesOf();
      place.emulator.setFault({ on: ONE, store: "other", when: "after", reply: { status: 200 } });
      const run = machineIn(place, "one").publish(files, nameOf(files));
      await expect(run).rejects.toMatchObject(holdsOther);
    },
  );

  test("a file whose reply was lost, and that was kept wrong, fails the run", async () => {
    const files = await filesOf();
    place.emulator.setFault({ on: ONE, store: "other", when: "after", drop: true });
    const run = machineIn(place, "one").publish(files, versionOf(files));
    await expect(run).rejects.toMatchObject(holdsOther);
  });

  test("a machine that was told says so again, and never that nothing has changed", async () => {
    const files = await filesOf();
    place.emulator.setFault({ on: ONE, store: "other", when: "after", drop: true });
    const run = machineIn(place, "one").publish(files, versionOf(files));
    await expect(run).rejects.toMatchObject(holdsOther);
    const again = machineIn(place, "one").publish(files, versionOf(files));
    await expect(again).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("103.jpg: of other content in the dataset") as string,
    });
  });
});

const refused = {
  code: "conflict",
  message: expect.stringContaining("103.jpg: of other content in the dataset") as string,
};

test.each(names)(
  "a file whose reply was lost counts under a name of %s where the store names what lies there by an ETag that is no MD5",
  async (_how, nameOf) => {
    await place.start({ dialect: { uploadReply: "managed" }, etag: "opaque", ingestMs: 0 });
    const files = await rivalFiles(place, "ours", { count: 2 * COUNT });
    const last = { target: "storage", method: "PUT", path: "*/111.jpg" } as const;
    const taken = { status: 412, headers: { etag: '"5d41402abc4b2a76b9719d911017c592"' } };
    place.emulator.setFault(
      { on: last, when: "after", drop: true },
      { on: last, skip: 1, times: 0, reply: taken },
    );
    const made = await machineIn(place, "one").publish(files, nameOf(files));
    expect(made).toMatchObject({ upload: { isComplete: true } });
    expect(await place.emulator.objects()).toHaveLength(2 * COUNT);
  },
);

describe("a version that holds a file which was kept wrong", () => {
  const keptWrong = async (dialect: object = {}): Promise<Content> => {
    await place.start({ dialect: { uploadReply: "managed", ...dialect }, ingestMs: 0 });
    const files = await filesOf();
    place.emulator.setFault({ on: ONE, store: "other", when: "after", drop: true });
    return files;
  };

  test("is not vouched for by its name where nobody has looked", async () => {
    const files = await keptWrong();
    const made = await machineIn(place, "one").publish(files, versionOf(files), { waits: false });
    expect(made).toMatchObject({ outcome: "uploaded", unverified: COUNT });
    for (const machine of ["one", "one", "two"]) {
      const again = machineIn(place, machine).publish(files, versionOf(files));
      await expect(again).rejects.toMatchObject(refused);
    }
  });

  test("is not vouched for by its name on a machine that has no record", async () => {
    const files = await keptWrong();
    const run = machineIn(place, "one").publish(files, versionOf(files));
    await expect(run).rejects.toMatchObject(holdsOther);
    const other = machineIn(place, "two").publish(files, versionOf(files));
    await expect(other).rejects.toMatchObject(refused);
  });

  test.each([
    ["show previews", { itemUrls: "rendition" }],
    ["are at another host", { itemUrls: "otherHost" }],
    ["have no keys", { itemKeys: "null" }],
  ])("counts as unverified, for that file, where items %s", async (_how, dialect) => {
    const files = await keptWrong(dialect);
    for (const outcome of ["uploaded", "unverified"]) {
      const { publish, events } = machineIn(place, "one");
      const result = await publish(files, versionOf(files));
      expect(result).toMatchObject({ outcome, unverified: 1 });
      const text = expect.stringMatching(/^For 1 file of the dataset.*103\.jpg$/s) as string;
      expect(events).toContainEqual(expect.objectContaining({ kind: "warning", text }));
    }
  });

  test("has its other files vouched for by a store that returns no MD5s, as far as their size goes", async () => {
    await place.start({ dialect: { uploadReply: "managed" }, etag: "opaque", ingestMs: 0 });
    const files = await filesOf();
    place.emulator.setFault({ on: ONE, when: "after", drop: true });
    const run = await machineIn(place, "one").publish(files, versionOf(files));
    expect(run).toMatchObject({ outcome: "uploaded", unverified: 0 });
  });
});

describe("a file that was kept wrong, and is known to be", () => {
  beforeEach(() =>
    place.start({ dialect: { uploadReply: "managed", batches: "together" }, ingestMs: 0 }),
  );

  const keptWrong = async (machine: string): Promise<Content> => {
    const files = await filesOf();
    place.emulator.setFault({ on: ONE, store: "other" });
    await expect(machineIn(place, machine).publish(files, versionOf(files))).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("something other than 103.jpg at its place") as string,
      hint: expect.stringContaining("Change the part of the name before the digest") as string,
    });
    return files;
  };

  test("is not taken for sent where its store shows only later that it returns MD5s", async () => {
    const files = await filesOf();
    const [first, ...others] = files;
    const putOf = ({ path }: { readonly path: string }) => ({ ...ONE, path: `*/${path}` });
    place.emulator.setFault({ on: putOf(first!), store: "other" });
    for (const file of others) place.emulator.setFault({ on: putOf(file), delayMs: 200 });
    const run = machineIn(place, "one").publish(files, versionOf(files));
    await expect(run).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("something other than 100.jpg at its place") as string,
    });
  });

  test.each(names)(
    "is not taken for sent under a name of %s by a later run, once others show it",
    async (_how, nameOf) => {
      const files = await filesOf();
      const cancel = new AbortController();
      place.emulator.setFault(
        { on: { target: "storage", method: "PUT" }, store: "other" },
        { on: { target: "storage", method: "PUT" }, skip: 1, times: 0, delayMs: 60_000 },
        { on: { path: "*/complete/" }, times: 0, delayMs: 60_000 },
      );
      const isCompleting = (): boolean =>
        place.emulator.requests().some(({ path }) => path.endsWith("/complete/"));
      const stop = setInterval(() => isCompleting() && cancel.abort(), 5);
      const first = machineIn(place, "one", { signal: cancel.signal });
      await expect(first.publish(files, nameOf(files))).rejects.toMatchObject({
        code: "cancelled",
      });
      clearInterval(stop);
      place.emulator.clearFaults();
      const run = machineIn(place, "one").publish(files, nameOf(files));
      await expect(run).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("something other than 10") as string,
      });
      expect(place.emulator.datasets()).toEqual([]);
    },
  );

  test("is not vouched for by a machine that knows nothing of it", async () => {
    const files = await keptWrong("one");
    const other = machineIn(place, "two").publish(files, versionOf(files));
    await expect(other).rejects.toMatchObject(holdsOther);
  });
});
