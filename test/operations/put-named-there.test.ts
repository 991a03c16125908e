// A store that replaces nothing by PUT, and says in its refusal (412) by an ETag what it has there. Only one that is known for
// MD5s says with it what the content is.
import { createHash } from "node:crypto";
import { machineIn, versionOf, type Content, type Machine } from "../support/machines";
import { rivalFiles } from "../support/rival-files";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 6;

const md5Of = (text: string): string => createHash("md5").update(text).digest("hex");

/** `etagOf`: of what lies there, by its path in the storage. */
function machine(name: string, etagOf: (path: string) => string | undefined): Machine {
  const made = machineIn(place, name);
  const send = made.avala.storage.send.bind(made.avala.storage);
  jest.spyOn(made.avala.storage, "send").mockImplementation(async (request) => {
    const reply = await send(request);
    const etag = etagOf(new URL(request.url).pathname);
    if (reply.status !== 412 || etag === undefined) return reply;
    return { ...reply, headers: { ...reply.headers, etag: `"${etag}"` } };
  });
  return made;
}

/** As one that encrypts. */
const opaque = (path: string): string => md5Of(`object at ${path}`);

const putOf = (path: string) => ({ target: "storage", method: "PUT", path: `*/${path}` }) as const;

const names: [how: string, nameOf: (files: Content) => string][] = [
  ["its content", versionOf],
  ["the user", () => "set"],
];

describe.each(["together", "apart"] as const)("where batches lie %s, by no MD5", (batches) => {
  const dialect = { uploadReply: "managed", batches } as const;
  beforeEach(() => place.start({ dialect, etag: "opaque", ingestMs: 0 }));

  test.each(names)(
    "a first file whose reply was lost is this run's own, under a name of %s",
    async (_how, nameOf) => {
      const files = await rivalFiles(place, "ours", { count: COUNT });
      place.emulator.setFault({ on: putOf("100.jpg"), when: "after", drop: true });
      const made = await machine("one", opaque).publish(files, nameOf(files));
      const unverified = nameOf(files) === "set" ? 1 : 0;
      expect(made).toMatchObject({ outcome: "uploaded", upload: { isComplete: true }, unverified });
      expect(await place.emulator.objects()).toHaveLength(COUNT);
    },
  );

  test.each(names)("so is a lone file, under a name of %s", async (_how, nameOf) => {
    const files = await rivalFiles(place, "ours", { count: 1 });
    place.emulator.setFault({ on: putOf("100.jpg"), when: "after", drop: true });
    const made = await machine("one", opaque).publish(files, nameOf(files));
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 1 });
  });

  test("a run goes on after one that was cut off before it was told what lies there", async () => {
    const files = await rivalFiles(place, "ours", { count: COUNT });
    const name = versionOf(files);
    place.emulator.setFault(
      { on: putOf("100.jpg"), when: "after", drop: true },
      { on: { target: "storage" }, skip: 1, times: 0, reply: { status: 403 } },
    );
    await expect(machine("one", opaque).publish(files, name)).rejects.toBeDefined();
    place.emulator.clearFaults();
    const again = await machine("one", opaque).publish(files, name);
    expect(again).toMatchObject({ outcome: "uploaded", unverified: 0 });
  });
});

describe("by MD5s", () => {
  beforeEach(() =>
    place.start({ dialect: { uploadReply: "managed", batches: "together" }, ingestMs: 0 }),
  );
  const named = async (): Promise<(path: string) => string | undefined> => {
    const objects = await place.emulator.objects();
    const md5s = new Map(objects.map(({ key, etag }) => [key.split("/").at(-1), etag]));
    return (path) => md5s.get(path.split("/").at(-1));
  };
  /** What another machine has sent, of which no record is here: the first file has gone wrong. */
  const wentWrong = async (count = COUNT): Promise<Content> => {
    const files = await rivalFiles(place, "ours", { count });
    place.emulator.setFault(
      { on: putOf("100.jpg"), when: "after", store: "other", drop: true },
      { on: { path: "*/complete/" }, times: 0, reply: { status: 400 } },
    );
    await expect(machineIn(place, "one").publish(files, versionOf(files))).rejects.toBeDefined();
    place.emulator.clearFaults();
    return files;
  };

  test("a first file of other content is not confirmed, once others show what the ETags are", async () => {
    const files = await wentWrong();
    const run = machine("two", await named()).publish(files, versionOf(files));
    await expect(run).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("something other than 100.jpg") as string,
    });
    expect(place.emulator.datasets()).toEqual([]);
  });

  test("a lone file of other content counts as not compared", async () => {
    const files = await wentWrong(1);
    const made = await machine("two", await named()).publish(files, versionOf(files));
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 1 });
  });

  test("a second try that meets another machine's content counts as not compared where nothing else shows it", async () => {
    const files = await rivalFiles(place, "ours", { count: 1 });
    await place.emulator.leaveFile("set/100.jpg", "them content of 100.jpg");
    place.emulator.setFault({ on: putOf("100.jpg"), reply: { status: 503 } });
    const made = await machine("one", await named()).publish(files, "set");
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 1 });
  });
});
