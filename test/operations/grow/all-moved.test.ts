// Files whose paths all changed at once, in a run that has no record of what was sent: a sequence that was numbered anew, two that
// changed places, the only file that was replaced. No item is at its old path with its old content, and MD5s still show each.
import { createHash } from "node:crypto";
import type { Avala } from "../../../src/api/connection";
import { systemDisk, type Disk } from "../../../src/flow/disk/disk";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";
import { changeReplies } from "../../support/store-replies";

const place = useGrowingPlace();

type Texts = Readonly<Record<string, string>>;

async function putAll(texts: Texts): Promise<void> {
  for (const [path, text] of Object.entries(texts)) await place.put(path, text);
}

/** Sent the day before, and not on record today. */
async function grown(texts: Texts, options: Parameters<typeof place.start>[0] = {}): Promise<void> {
  await place.start({ ingestMs: 0, ...options });
  await putAll(texts);
  await place.run();
  await place.forget();
}

const pathsOf = (files: readonly { readonly path: string }[]): string[] =>
  files.map(({ path }) => path);

async function run(options: { readonly avala?: Avala } = {}) {
  const { avala, events } = sessionWith(place.emulator);
  const { decision, result } = await place.run({ avala: options.avala ?? avala });
  const warnings = events.flatMap((event) => (event.kind === "warning" ? event.text : []));
  const { plan } = decision;
  const moves = plan.moved.map(({ path, to }) => `${path} > ${to}`);
  return { plan, result, warnings, moves };
}

const frame = (number: number): string => `${String(number).padStart(3, "0")}.jpg`;

/** `001.jpg` and so on. */
function numbered(contents: readonly string[]): Texts {
  return Object.fromEntries(contents.map((content, index) => [frame(index + 1), content]));
}

/** A disk that counts how often each file is read. */
function countingDisk(): { readonly disk: Disk; readonly reads: ReadonlyMap<string, number> } {
  const reads = new Map<string, number>();
  const count = (path: string): string => {
    const name = path.slice(path.indexOf("/files/") + "/files/".length);
    if (path.includes("/files/")) reads.set(name, (reads.get(name) ?? 0) + 1);
    return path;
  };
  const disk: Disk = {
    ...systemDisk,
    readWhole: (path, sizeBytes) => systemDisk.readWhole(count(path), sizeBytes),
    openToRead: (path) => systemDisk.openToRead(count(path)),
  };
  return { disk, reads };
}

describe.each([
  ["of other sizes", (number: number) => "frame ".padEnd(6 + number, "x")],
  ["of one size", (number: number) => `frame ${number}`],
])("frames %s", (_sizes, content) => {
  const frames = [1, 2, 3, 4, 5, 6].map(content);

  test("that are numbered anew are all recognized, and the new one alone is sent", async () => {
    await grown(numbered(frames));
    await putAll(numbered([content(9), ...frames]));
    const { plan, moves, warnings } = await run();
    expect(pathsOf(plan.toSend)).toEqual(["001.jpg"]);
    expect(moves).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${frame(n)} > ${frame(n + 1)}`));
    expect(plan).toMatchObject({ superseded: [], unverified: [] });
    expect(warnings).toEqual([]);
    await place.forget();
    const later = await run();
    expect(later.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
    expect(place.items()).toHaveLength(7);
  });

  test("of which the first is taken out are all recognized, and its item is superseded", async () => {
    await grown(numbered(frames));
    place.drop("006.jpg");
    await putAll(numbered(frames.slice(1)));
    const { plan, moves } = await run();
    expect(moves).toEqual([2, 3, 4, 5, 6].map((n) => `${frame(n)} > ${frame(n - 1)}`));
    expect(plan).toMatchObject({ toSend: [], unverified: [] });
    expect(pathsOf(plan.superseded)).toEqual(["001.jpg"]);
  });

  test("that changed places are recognized", async () => {
    const [one = "", two = ""] = frames;
    await grown({ "a.jpg": one, "b.jpg": two });
    await putAll({ "a.jpg": two, "b.jpg": one });
    const { result, moves } = await run();
    expect(result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
    expect(moves).toEqual(["b.jpg > a.jpg", "a.jpg > b.jpg"]);
  });

  test("of which there is one, renamed for a new one, are recognized", async () => {
    const [one = "", two = ""] = frames;
    await grown({ "latest.jpg": one });
    await putAll({ "2026-11-30.jpg": one, "latest.jpg": two });
    const { plan, moves, warnings } = await run();
    expect(pathsOf(plan.toSend)).toEqual(["latest.jpg"]);
    expect(moves).toEqual(["latest.jpg > 2026-11-30.jpg"]);
    expect(plan).toMatchObject({ superseded: [], unverified: [] });
    expect(warnings).toEqual([]);
  });
});

test("more changed files than are compared by their paths are all sent, and then nothing", async () => {
  const frames = Array.from({ length: 60 }, (_, index) => `frame ${index + 100}`);
  await grown(numbered(frames));
  await putAll(numbered(frames.slice(0, 40).map((frame) => frame.toUpperCase())));
  const { plan } = await run();
  expect(plan).toMatchObject({ unverified: [] });
  expect([plan.toSend.length, plan.superseded.length, plan.current.length]).toEqual([40, 40, 20]);
  const again = await run();
  expect(again.result.outcome).toBe("unchanged");
  expect(again.plan.unverified).toEqual([]);
});

describe("what it costs", () => {
  test("no file is read of whose size or path there is no item", async () => {
    await grown({ "a.jpg": "one", "b.jpg": "three" });
    await putAll({ "a.jpg": "three", "b.jpg": "one", "c.jpg": "a longer one" });
    const { disk, reads } = countingDisk();
    const { avala } = sessionWith(place.emulator);
    await place.decide({ avala: { ...avala, disk } });
    // Once since its item, of another size, may have its MD5; and once beside all items of its own size.
    expect(Object.fromEntries(reads)).toEqual({ "a.jpg": 2, "b.jpg": 2 });
  });

  test("each of many files of one size is read once more at the most", async () => {
    const frames = Array.from({ length: 30 }, (_, index) => `frame ${index + 100}`);
    await grown(numbered(frames));
    await putAll(numbered(["frame new", ...frames]));
    const { disk, reads } = countingDisk();
    const { avala } = sessionWith(place.emulator);
    const { plan } = await place.decide({ avala: { ...avala, disk } });
    expect(pathsOf(plan.toSend)).toEqual(["001.jpg"]);
    expect(Math.max(...reads.values())).toBeLessThanOrEqual(2);
  });

  test("of a store whose ETags are no MD5s few are read, and nothing is concluded", async () => {
    const frames = Array.from({ length: 130 }, (_, index) => `frame ${index + 100}`);
    await grown(numbered(frames));
    await place.put("001.jpg", "frame new");
    const { disk, reads } = countingDisk();
    const { avala } = sessionWith(place.emulator);
    changeReplies(avala, ({ path }) => ({ etag: createHash("md5").update(path).digest("hex") }));
    const { plan } = await place.decide({ avala: { ...avala, disk } });
    expect(plan).toMatchObject({ toSend: [], superseded: [] });
    expect(plan.unverified).toHaveLength(130);
    expect(reads.size).toBeLessThan(120);
  });
});

describe("an item whose file is gone", () => {
  const silent = (path: string): Avala => {
    const { avala } = sessionWith(place.emulator);
    changeReplies(avala, (reply) => (reply.path.endsWith(path) ? { status: 503 } : {}));
    return avala;
  };

  test("is asked about again where its store has not answered", async () => {
    await grown({ "a.jpg": "A", "b.jpg": "B", "c.jpg": "C" });
    place.drop("c.jpg");
    await place.put("other.jpg", "X");
    await run({ avala: silent("/c.jpg") });
    await place.put("see.jpg", "C");
    const { plan, moves } = await run();
    expect(plan).toMatchObject({ toSend: [], superseded: [] });
    expect(moves).toEqual(["c.jpg > see.jpg"]);
  });

  test("is known by an MD5 that its store had shown before it showed that of any file", async () => {
    await grown({ "a.jpg": "A" });
    place.drop("a.jpg");
    await place.put("b.jpg", "B");
    await run();
    await place.put("a2.jpg", "A");
    const { plan, moves } = await run({ avala: silent("/a.jpg") });
    expect(plan).toMatchObject({ toSend: [], superseded: [] });
    expect(moves).toEqual(["a.jpg > a2.jpg"]);
  });
});

test("a file that has its earlier content again is not sent, where the record began after that", async () => {
  await grown({ "a.jpg": "first", "b.jpg": "stays" });
  await putAll({ "a.jpg": "second" });
  await run();
  await putAll({ "a.jpg": "first" });
  const { result, plan } = await run();
  expect(result.outcome).toBe("unchanged");
  expect(plan).toMatchObject({ toSend: [], unverified: [] });
  expect(place.items()).toHaveLength(3);
});
