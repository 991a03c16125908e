// Stores are asked about the first pages of a list while the rest of it is waited for, and what they have not shown by then is
// asked for again.
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { AvalaError } from "../../src/errors";
import { beginEarlyLooks } from "../../src/operations/items/early-looks";
import { useGrowingPlace } from "../support/growing-place";
import { machineIn, versionOf, warnings, type Content, type Machine } from "../support/machines";
import { rivalFiles } from "../support/rival-files";
import { sessionWith } from "../support/session";
import { itemsInPagesOf } from "../support/small-pages";
import { MIB, useUploadPlace } from "../support/upload-place";

const ITEMS = "GET /datasets/{owner}/{slug}/items/";
// More than stores are asked about at once.
const PAGE = 60;
// A whole page, and one of a single item.
const COUNT = PAGE + 1;

interface Asked {
  /** The URLs of items that were asked for, without their signatures. */
  readonly urls: readonly string[];
  /** Until so many were answered, and what was answered is known. */
  readonly answered: (count: number) => Promise<void>;
}

/** What a session asks its stores. */
function watch(
  { storage }: Pick<Avala, "storage">,
  answer: Transport["open"] = storage.open.bind(storage),
): Asked {
  const urls: string[] = [];
  let answers = 0;
  async function* counted(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield* body;
    answers += 1;
  }
  jest.spyOn(storage, "open").mockImplementation(async (request) => {
    urls.push(request.url.split("?", 1).join());
    const reply = await answer(request);
    return { ...reply, body: counted(reply.body) };
  });
  const answered = async (count: number): Promise<void> => {
    while (answers < count) await sleep(2);
    await nextTurn();
  };
  return { urls, answered };
}

describe("a dataset that has its files, on a machine that has no record of it", () => {
  const place = useUploadPlace();
  let files: Content;

  async function made(
    nameOf: (files: Content) => string,
    options: EmulatorOptions = {},
  ): Promise<string> {
    await place.start({ dialect: { uploadReply: "form" }, ingestMs: 0, ...options });
    files = await rivalFiles(place, "ours", { count: COUNT });
    await machineIn(place, "one").publish(files, nameOf(files));
    return nameOf(files);
  }

  test.each([
    ["a fixed name", () => "set"],
    ["a name of its content", versionOf],
  ])("under %s is compared page by page, each item once", async (_, nameOf) => {
    const name = await made(nameOf);
    const holds = (route: string, count: number): Promise<void> | undefined =>
      route === ITEMS && count === 2 ? asked.answered(PAGE) : undefined;
    const machine = machineIn(place, "two", { holds, api: itemsInPagesOf(PAGE) });
    const asked = watch(machine.avala);
    const found = await machine.publish(files, name);
    expect(found).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(asked.urls).toHaveLength(COUNT);
    expect(new Set(asked.urls).size).toBe(COUNT);
    expect(machine.events.filter(({ kind }) => kind === "compare-progress").at(-1)).toMatchObject({
      filesDone: COUNT,
      filesTotal: COUNT,
    });
  });

  test("counts by its name where its items lead to scaled images", async () => {
    const dialect = { uploadReply: "form", itemUrls: "scaled" } as const;
    await place.start({ dialect, ingestMs: 0 });
    const indexes = Array.from({ length: COUNT }, (_, index) => String(index + 100));
    files = await Promise.all(
      indexes.map((index) => place.put(`${index}.jpg`, Buffer.alloc(1100, `content of ${index}`))),
    );
    await machineIn(place, "one").publish(files, versionOf(files));
    const holds = (route: string, count: number): Promise<void> | undefined =>
      route === ITEMS && count === 2 ? asked.answered(PAGE) : undefined;
    const machine = machineIn(place, "two", { holds });
    const asked = watch(machine.avala);
    expect(await machine.publish(files, versionOf(files))).toMatchObject({ unverified: 0 });
    expect(warnings(machine)).toEqual([]);
  });

  test("of another content at one place is refused", async () => {
    const name = await made(() => "set");
    const others = await rivalFiles(place, "evil", { count: 1 });
    const holds = (route: string, count: number): Promise<void> | undefined =>
      route === ITEMS && count === 2 ? asked.answered(PAGE) : undefined;
    const machine = machineIn(place, "two", { holds, api: itemsInPagesOf(PAGE) });
    const asked = watch(machine.avala);
    const refused = machine.publish([...others, ...files.slice(1)], name);
    await expect(refused).rejects.toMatchObject({ code: "conflict" });
    await expect(refused).rejects.toThrow(/100\.jpg/);
  });

  test.each([
    ["a fixed name costs few requests", () => "set", COUNT - 1],
    ["a name of its content costs one request each", versionOf, COUNT],
  ] as const)("under %s where ETags are no MD5s", async (_, nameOf, most) => {
    const name = await made(nameOf, { etag: "opaque" });
    let early = 0;
    const holds = async (route: string, count: number): Promise<void> => {
      if (route !== ITEMS || count !== 2) return;
      await asked.answered(16);
      for (let turn = 0; turn < 500; turn += 1) await nextTurn();
      early = asked.urls.length;
    };
    const machine = machineIn(place, "two", { holds, api: itemsInPagesOf(PAGE) });
    const asked = watch(machine.avala);
    await machine.publish(files, name);
    expect(early).toBe(16);
    expect(asked.urls.length).toBeLessThanOrEqual(most);
  });

  const unanswered = ({ signal }: HttpRequest): Promise<never> =>
    new Promise((_, reject) => {
      const stop = (): void => reject(new AvalaError("cancelled", "It was stopped."));
      signal?.addEventListener("abort", stop);
    });

  /** A machine whose stores answer nothing while the list is read. */
  function silentWhileListing(given: Parameters<typeof machineIn>[2] = {}): {
    readonly machine: Machine;
    readonly underWay: () => number;
  } {
    let pages = 0;
    let underWay = 0;
    const holds = async (route: string, count: number): Promise<void> => {
      if (route === ITEMS) pages = count;
      while (route === ITEMS && count === 2 && underWay === 0) await sleep(2);
      await given.holds?.(route, count);
    };
    const machine = machineIn(place, "two", { ...given, holds, api: itemsInPagesOf(PAGE) });
    const { storage } = machine.avala;
    const open: Transport["open"] = storage.open.bind(storage);
    watch(machine.avala, async (request) => {
      underWay += 1;
      const answer = pages < 2 ? unanswered(request) : open(request);
      return answer.finally(() => (underWay -= 1));
    });
    return { machine, underWay: () => underWay };
  }

  test("is listed although its store does not answer, which is asked again", async () => {
    const name = await made(() => "set");
    const { machine } = silentWhileListing();
    const found = await machine.publish(files, name);
    expect(found).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(warnings(machine)).toEqual([]);
  });

  test.each([true, false])(
    "asks nothing any more when it is stopped (%s) or its list fails",
    async (isStopped) => {
      const name = await made(() => "set");
      const stopping = new AbortController();
      const holds = async (route: string, count: number): Promise<void> => {
        if (route !== ITEMS || count !== 2) return;
        if (!isStopped) throw new AvalaError("server", "It is down.");
        stopping.abort();
      };
      const { machine, underWay } = silentWhileListing({ holds, signal: stopping.signal });
      const code = isStopped ? "cancelled" : "server";
      await expect(machine.publish(files, name)).rejects.toMatchObject({ code });
      await nextTurn();
      expect(underWay()).toBe(0);
    },
  );
});

describe("a list of videos", () => {
  const place = useUploadPlace();

  // URLs may have ended when a long list has.
  test("is compared while it is listed", async () => {
    await place.start();
    const video = Buffer.alloc(20 * MIB);
    const { absolutePath } = await place.put("video.mp4", video);
    const etag = `"${createHash("md5").update(video).digest("hex")}"`;
    const headers = { etag, "content-range": `bytes 0-0/${video.length}` };
    const paths = Array.from({ length: COUNT }, (_, index) => `${index}.mp4`);
    const files = new Map(
      paths.map((path) => [path, { path, absolutePath, sizeBytes: video.length }]),
    );
    const url = (path: string): string => `${place.emulator.storageUrl}/${path}`;
    const items = paths.map((path) => ({ uid: path, key: path, url: url(path) }));
    const { avala } = sessionWith(place.emulator);
    const body = (): Readable => Readable.from([Buffer.from("v")]);
    const asked = watch(avala, async () => ({ status: 206, headers, body: body() }));
    const looks = beginEarlyLooks(avala, items, files);
    looks.go();
    await asked.answered(COUNT);
    looks.stop();
    expect(asked.urls).toHaveLength(COUNT);
  });
});

describe("a growing set of which no record is left", () => {
  const place = useGrowingPlace();

  test("is compared while it is listed, each item once", async () => {
    await place.start();
    for (let index = 0; index < COUNT; index += 1) await place.put(`${index}.jpg`, `of ${index}`);
    await place.run();
    await place.forget();
    await place.put("new.jpg", "new");
    const { avala } = sessionWith(place.emulator, { ports: { api: itemsInPagesOf(PAGE) } });
    const asked = watch(avala);
    let pages = 0;
    const call: Avala["call"] = async (request) => {
      if (request.route === ITEMS && (pages += 1) > 1) await asked.answered(PAGE);
      return avala.call(request);
    };
    const { decision } = await place.run({ avala: { ...avala, call } });
    expect(decision.plan.toSend.map(({ path }) => path)).toEqual(["new.jpg"]);
    expect(asked.urls).toHaveLength(COUNT);
  });

  test("asks no store about an increment that another record proves", async () => {
    await place.start();
    for (let index = 0; index < COUNT; index += 1) await place.put(`${index}.jpg`, `of ${index}`);
    await place.run();
    await rm(join(place.stateDirectory, "increments"), { recursive: true });
    const { avala } = sessionWith(place.emulator, { ports: { api: itemsInPagesOf(PAGE) } });
    const asked = watch(avala);
    const { decision } = await place.run({ avala });
    expect(decision.plan.toSend).toEqual([]);
    expect(asked.urls).toEqual([]);
  });
});
