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

  test("is not vouched for by a machine that knows nothing of it", async () => {
    const files = await keptWrong("one");
    const other = machineIn(place, "two").publish(files, versionOf(files));
    await expect(other).rejects.toMatchObject(holdsOther);
  });
});
