// A store says 200 to a form and keeps half of the file, and no reply can show it: its ETags are no MD5s, or it gives none, or none
// agrees. The size of what lies there shows it once the dataset is made.
import type { Dialect, Fault } from "../../emulator";
import type { HttpResponse } from "../../src/api/transport/transport";
import { machineIn, versionOf, warnings, type Content, type Machine } from "../support/machines";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 12;
const CUT = "105.jpg";

const start = (dialect: Partial<Dialect> = {}, etag: "md5" | "opaque" = "opaque"): Promise<void> =>
  place.start({ dialect: { uploadReply: "form", ...dialect }, etag, ingestMs: 0 });
const filesOf = (): Promise<Content> =>
  Promise.all(
    Array.from({ length: COUNT }, (_, index) => {
      const path = `${String(index + 100)}.jpg`;
      return place.put(path, Buffer.from(`${path}: its content`));
    }),
  );
const half = (path: string, times = 1): Fault => ({
  ...{ on: { target: "storage", method: "POST", path: "*" }, store: "half", times },
  ...(path === "*" ? {} : { skip: 7 }),
});

type Headers = HttpResponse["headers"];

/** A machine to which its store replies otherwise, when it is sent a file or asked for one. */
function changed(
  name: string,
  { sent, asked }: { sent?: Headers; asked?: (headers: Headers) => Headers },
): Machine {
  const machine = machineIn(place, name);
  const { storage } = machine.avala;
  const [send, open] = [storage.send.bind(storage), storage.open.bind(storage)];
  jest.spyOn(storage, "send").mockImplementation(async (request) => {
    const reply = await send(request);
    return { ...reply, headers: sent ?? reply.headers };
  });
  jest.spyOn(storage, "open").mockImplementation(async (request) => {
    const reply = await open(request);
    return { ...reply, headers: { ...reply.headers, ...asked?.(reply.headers) } };
  });
  return machine;
}

const said = (machine: Machine): string => warnings(machine).join("\n");

const looks = (): number =>
  place.emulator.requests().filter(({ target, method }) => target === "storage" && method === "GET")
    .length;

const names: [how: string, nameOf: (files: Content) => string][] = [
  ["its content", versionOf],
  ["the user", () => "set"],
];

describe.each(names)("under a name of %s", (_how, nameOf) => {
  test("a file that was cut short is not called verified, nor later", async () => {
    await start();
    const files = await filesOf();
    place.emulator.setFault(half(CUT));
    const one = machineIn(place, "one");
    expect(await one.publish(files, nameOf(files))).toMatchObject({
      ...{ outcome: "uploaded", unverified: 1 },
    });
    expect(said(one)).toMatch(/another size[^]*1\d\d\.jpg$/);
    for (const machine of ["one", "two"]) {
      const again = machineIn(place, machine).publish(files, nameOf(files));
      await expect(again).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringMatching(/1\d\d\.jpg: of another size/) as string,
      });
    }
  });

  test.each(["md5", "opaque"] as const)(
    "none is called verified where all were cut short, and ETags are %s",
    async (etag) => {
      await start({}, etag);
      const files = await filesOf();
      place.emulator.setFault(half("*", 0));
      for (const outcome of ["uploaded", "unverified"]) {
        const found = await machineIn(place, "one").publish(files, nameOf(files));
        expect(found).toMatchObject({ outcome, unverified: COUNT });
      }
    },
  );

  test("none is called verified where all were cut short, and no reply had an ETag: now, later, elsewhere", async () => {
    await start();
    const files = await filesOf();
    place.emulator.setFault(half("*", 0));
    for (const [machine, outcome] of [
      ["one", "uploaded"],
      ["one", "unverified"],
      ["two", "unverified"],
    ] as const) {
      const run = changed(machine, { sent: {} });
      const found = await run.publish(files, nameOf(files));
      expect(found).toMatchObject({ outcome, unverified: COUNT });
      expect(said(run)).toMatch(/other sizes for all 12 files|For 12 files [^]*only a part/);
      expect(said(run)).not.toMatch(/no response showed it|for fewer/);
    }
  });

  test("one that was cut short is refused where no reply had an ETag: now, later, elsewhere", async () => {
    await start();
    const files = await filesOf();
    place.emulator.setFault(half(CUT));
    for (const [machine, code] of [
      ["one", "dataset"],
      ["one", "conflict"],
      ["two", "conflict"],
    ] as const) {
      const run = changed(machine, { sent: {} });
      const message = expect.stringMatching(/^ +- 1\d\d\.jpg: [^]*(size|other content)/m) as string;
      await expect(run.publish(files, nameOf(files))).rejects.toMatchObject({ code, message });
      expect(said(run)).not.toMatch(/other sizes/);
    }
  });

  test("more than half of them that were cut short are told by their number", async () => {
    await start();
    const files = await filesOf();
    place.emulator.setFault({ ...half("*", 7) });
    for (const machine of ["one", "one", "two"]) {
      const run = changed(machine, { sent: {} });
      const found = await run.publish(files, nameOf(files));
      expect(found).toMatchObject({ unverified: nameOf === versionOf ? 7 : COUNT });
      expect(said(run)).toMatch(
        /other sizes for 7 files, and the right size for 5|For 7 files [^]*only a part/,
      );
    }
  });

  test("what lies there as it was sent is verified by one look each", async () => {
    await start();
    const files = await filesOf();
    const one = machineIn(place, "one");
    expect(await one.publish(files, nameOf(files))).toMatchObject({ unverified: 0 });
    expect([said(one), looks()]).toEqual(["", COUNT]);
    const again = await machineIn(place, "one").publish(files, nameOf(files));
    expect(again).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(looks()).toBe(COUNT);
  });

  test("a host that scales images down and passes their ETags on leaves a doubt, and no difference", async () => {
    await start();
    const files = await filesOf();
    const asked = (headers: Headers): Headers =>
      headers["content-range"]?.endsWith("/30") === true ? { "content-range": "bytes 0-0/12" } : {};
    const large = await place.put("large.jpg", Buffer.alloc(30, "large"));
    const all = [...files, large];
    const one = changed("one", { asked });
    const made = await one.publish(all, nameOf(all));
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 1 });
    expect(said(one)).toMatch(/large\.jpg$/);
  });
});

describe("under a name of its content", () => {
  test("files count by the name where items show another format, and no reply had an ETag", async () => {
    await start({ itemUrls: "rendition" });
    const files = await filesOf();
    for (const machine of ["one", "one", "two"]) {
      const run = changed(machine, { sent: {} });
      expect(await run.publish(files, versionOf(files))).toMatchObject({ unverified: 0 });
      expect(said(run)).toBe("");
    }
  });

  test("files count by the name where items show scaled images, whose type and ETags are those of others", async () => {
    await start({ itemUrls: "rendition" });
    const files = await Promise.all(
      Array.from({ length: COUNT }, (_, index) =>
        place.put(`${String(index)}.jpg`, Buffer.alloc(4000, `content of ${String(index)}`)),
      ),
    );
    const asked = (): Headers => ({ "content-type": "image/jpeg", etag: '"scaled"' });
    for (const machine of ["one", "one", "two"]) {
      const run = changed(machine, { sent: {}, asked });
      expect(await run.publish(files, versionOf(files))).toMatchObject({ unverified: 0 });
      expect(said(run)).toBe("");
    }
    expect(looks()).toBeLessThan(5 * COUNT);
  });

  test("each of many is looked at elsewhere, whatever the ETags of the first are", async () => {
    await start();
    const files = await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        place.put(`${String(index + 100)}.jpg`, Buffer.from(`content of ${String(index)}`)),
      ),
    );
    place.emulator.setFault({ ...half("*", 1), skip: 85 });
    const one = changed("one", { sent: {} });
    await one.publish(files, versionOf(files), { waits: false });
    await expect(changed("two", {}).publish(files, versionOf(files))).rejects.toMatchObject({
      message: expect.stringMatching(/1\d\d\.jpg: of another size/) as string,
    });
  });

  test.each([
    ["show renditions", { itemUrls: "rendition" }],
    ["are at another host", { itemUrls: "otherHost" }],
    ["have no keys", { itemKeys: "null" }],
  ] as const)("files count by the name, without a word, where items %s", async (_how, dialect) => {
    await start(dialect);
    const files = await filesOf();
    const one = machineIn(place, "one");
    const made = await one.publish(files, versionOf(files));
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 0 });
    expect(said(one)).toBe("");
    const again = await machineIn(place, "one").publish(files, versionOf(files));
    expect(again).toMatchObject({ outcome: "unchanged", unverified: 0 });
  });

  test("a file that was cut short is seen where the store gives no ETag at all", async () => {
    await start();
    const files = await filesOf();
    place.emulator.setFault(half(CUT));
    const run = changed("one", { sent: {} }).publish(files, versionOf(files));
    await expect(run).rejects.toMatchObject({
      code: "dataset",
      message: expect.stringMatching(/1\d\d\.jpg/) as string,
    });
  });

  test("the looks cost no call of the API", async () => {
    const calls: number[] = [];
    for (const etag of ["md5", "opaque"] as const) {
      await start({}, etag);
      const files = await filesOf();
      await machineIn(place, "one").publish(files, versionOf(files));
      calls.push(place.emulator.requests().filter(({ target }) => target === "api").length);
      await place.emulator.stop();
    }
    expect(calls[0]).toBe(calls[1]);
  });

  test("files of which the replies show that they are kept are not looked at", async () => {
    await start({}, "md5");
    const files = await filesOf();
    expect(await machineIn(place, "one").publish(files, versionOf(files))).toMatchObject({
      unverified: 0,
    });
    expect(looks()).toBe(0);
  });

  test("a run that did not wait leaves the look to the next one", async () => {
    await start();
    const files = await filesOf();
    place.emulator.setFault(half(CUT));
    await machineIn(place, "one").publish(files, versionOf(files), { waits: false });
    const next = machineIn(place, "one").publish(files, versionOf(files));
    await expect(next).rejects.toMatchObject({
      message: expect.stringMatching(/1\d\d\.jpg: of another size/) as string,
    });
  });
});
