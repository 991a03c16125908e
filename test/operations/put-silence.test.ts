// A store takes files by PUT and leaves the ETag out of its first replies, as something between may do for a moment: its silence is
// never taken for other content. What lies there is looked at once the dataset is made.
import { machineIn, makeFiles, versionOf, COUNT, type Content } from "../support/machines";
import { useUploadPlace, MIB } from "../support/upload-place";

const place = useUploadPlace();

const names: [how: string, nameOf: (files: Content) => string][] = [
  ["its content", versionOf],
  ["the user", () => "set"],
];

const PUT = { target: "storage", method: "PUT" } as const;
const silence = { on: PUT, when: "after", reply: { status: 200 } } as const;

function puts(): number {
  return place.emulator.requests().filter(({ method }) => method === "PUT").length;
}

async function expectStored(files: Content): Promise<void> {
  const stored = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  expect(files.filter(({ sha256 }) => !stored.has(sha256))).toEqual([]);
}

describe.each(["together", "apart"] as const)("where the files of batches lie %s", (batches) => {
  beforeEach(() => place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0 }));

  describe.each(names)("under a name of %s", (_how, nameOf) => {
    test.each([1, 12])("the first %d count, and are looked at in the end", async (times) => {
      const files = await makeFiles(place);
      place.emulator.setFault({ ...silence, times });
      const { publish, events } = machineIn(place, "one");
      const made = await publish(files, nameOf(files));
      expect(made).toMatchObject({ outcome: "uploaded", unverified: 0 });
      expect(events.filter(({ kind }) => kind === "warning")).toEqual([]);
      expect(puts()).toBe(COUNT);
    });

    test.each([4, 12])("the first %d count in a later run", async (times) => {
      const files = await makeFiles(place);
      const denied = { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
      place.emulator.setFault({ ...silence, times }, { on: PUT, times: 0, reply: denied });
      const first = machineIn(place, "one").publish(files, nameOf(files));
      await expect(first).rejects.toMatchObject({ name: "UploadError" });
      place.emulator.clearFaults();
      const { publish, events } = machineIn(place, "one");
      const made = await publish(files, nameOf(files));
      expect(made).toMatchObject({ outcome: "uploaded", unverified: 0 });
      expect(events.filter(({ kind }) => kind === "warning")).toEqual([]);
      await expectStored(files);
    });

    test("one that was kept wrong meanwhile fails the run", async () => {
      const files = await makeFiles(place);
      place.emulator.setFault({ ...silence, store: "other" });
      const run = machineIn(place, "one").publish(files, nameOf(files));
      await expect(run).rejects.toMatchObject({ code: "dataset" });
    });
  });

  test("the first part of a file counts, and the set does not go into another batch", async () => {
    const large = await place.put("large.mcap", Buffer.alloc(11 * MIB, "large"));
    place.emulator.setFault(silence, { on: PUT, skip: 1, times: 0, delayMs: 500 });
    const { publish, events } = machineIn(place, "one");
    const made = await publish([large], "set");
    expect(made).toMatchObject({ outcome: "uploaded" });
    expect(events.filter(({ kind }) => kind === "warning")).toEqual([]);
    await expectStored([large]);
  });
});
